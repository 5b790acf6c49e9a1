"""Attention as a tensor operation: masks, lengths, shared key heads."""
import torch

from golden import Draw


def record(file):
    def attention(q, k, v, scale=None, causal=False, lengths=None, allowed=None, bias=None):
        k, v = (x.repeat_interleave(q.shape[1] // k.shape[1], 1) for x in (k, v))
        s = q @ k.transpose(-1, -2) * (scale or q.shape[-1] ** -0.5)
        m, n = s.shape[-2:]
        if bias is not None:
            s = s + bias
        if causal:
            s = s + torch.full((m, n), float("-inf")).triu(1 + n - m)
        if lengths is not None:
            s = s.masked_fill(torch.arange(n) >= torch.tensor(lengths)[:, None, None, None], float("-inf"))
        if allowed is not None:
            s = s.masked_fill(~allowed, float("-inf"))
        return torch.softmax(s, -1) @ v

    def case(note, heads=2, key_heads=2, queries=5, keys=5, width=4, extra=None, **attributes):
        draw = Draw(note)
        inputs = {"q": draw.normal(2, heads, queries, width), "k": draw.normal(2, key_heads, keys, width), "v": draw.normal(2, key_heads, keys, 3)}
        inputs |= {name: make(draw) for name, make in (extra or {}).items()}
        names = list(inputs)[3:]
        file.case("Attention", lambda q, k, v, *more: attention(q, k, v, **attributes, **dict(zip(names, more))), inputs, note=note, **attributes)

    case("plain")
    case("cross", queries=3, keys=7)
    case("scale", scale=0.3)
    case("causal", causal=True)
    case("late", queries=2, keys=6, causal=True)
    case("lengths", lengths=[3, 5])
    case("groups", heads=4, key_heads=2, causal=True)
    case("bias", extra={"bias": lambda draw: draw.normal(2, 5, 5)})
    case("allowed", extra={"allowed": lambda draw: draw.mask(2, 1, 5, 5) | torch.eye(5, dtype=torch.bool)})
    case("long", heads=1, key_heads=1, queries=50, keys=130, causal=True)

"""Attention of one query per head beside many keys, float32, without gradients: the better of two ways to write it. Unit ms.
Run by the benchmark beside torch_ops.py, with that script's folder on PYTHONPATH."""
import torch
from common import *

a = flags(__doc__)
torch.set_num_threads(a.threads); torch.set_flush_denormal(True)
tool = a.tool or "torch"
T = lambda seed, *s: torch.from_numpy(uniform(seed, *s))


def decode(batch, heads, keys, width):
    case = f"attention decode B{batch} H{heads} Q1 K{keys} D{width}"
    if a.only not in case: return
    q, k, v = T(1, batch, heads, 1, width), T(2, batch, heads, keys, width), T(3, batch, heads, keys, width)
    x, y, z = (t.flatten(0, 1) for t in (q, k, v))
    scale = width ** -0.5
    ways = [
        lambda: torch.softmax((q * scale) @ k.transpose(-1, -2), -1) @ v,
        lambda: torch.bmm(torch.softmax(torch.bmm(x * scale, y.transpose(1, 2)), -1), z),
    ]
    with torch.no_grad():
        t = [s * 1e3 for s in min(measure(way, a.seconds) for way in ways)]
    emit("torch_attention", case, tool, a.threads, t[0], "ms", min=t[1], max=t[2])


decode(1, 8, 512, 64)
decode(8, 4, 64, 32)

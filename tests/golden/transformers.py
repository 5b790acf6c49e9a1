"""Attention layers, positions and Transformer blocks: state dictionary + inputs → outputs and all gradients."""
import math

import torch
from torch import nn

from golden import Draw, name_of, weighted


class Dot(nn.Module):
    def forward(self, x):
        return torch.softmax(x @ x.transpose(1, 2) * x.shape[-1] ** -0.5, -1) @ x


class Additive(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.query, self.key, self.score = nn.Linear(width, hidden, False), nn.Linear(width, hidden, False), nn.Linear(hidden, 1, False)

    def forward(self, x):
        return torch.softmax(self.score(torch.tanh(self.query(x)[:, :, None] + self.key(x)[:, None]))[..., 0], -1) @ x


class Target(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.network = nn.Sequential(nn.Linear(4 * width, hidden), nn.Sigmoid(), nn.Linear(hidden, 1))

    def forward(self, x):
        q, k = (y.expand(x.shape[0], x.shape[1], x.shape[1], x.shape[2]) for y in (x[:, :, None], x[:, None]))
        return self.network(torch.cat([q, k, q - k, q * k], -1))[..., 0] @ x


class Learned(nn.Module):
    def __init__(self, capacity, width):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(capacity, width))

    def forward(self, x):
        return x + self.weight[:x.shape[1]]


class Sinusoidal(nn.Module):
    def forward(self, x):
        positions, width = x.shape[1:]
        rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
        angles = torch.arange(positions)[:, None] * rates
        table = torch.zeros(positions, width)
        table[:, 0::2], table[:, 1::2] = torch.sin(angles), torch.cos(angles)[:, :width // 2]
        return x + table


class Relative(nn.Module):
    def __init__(self, heads, limit):
        super().__init__()
        self.limit, self.weight = limit, nn.Parameter(torch.zeros(2 * limit + 1, heads))

    def forward(self, x):
        at = torch.arange(x.shape[1])
        return self.weight[(at[None] - at[:, None]).clamp(-self.limit, self.limit) + self.limit].permute(2, 0, 1)


class Network(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x):
        return self.down(torch.nn.functional.gelu(self.up(x)))


def record(file):
    def layer(kind, module, inputs, function=lambda module, x: module(x), note="", **attributes):
        title = name_of(kind, attributes, note)
        draw = Draw(title)
        for key, parameter in module.named_parameters():
            parameter.data = draw.normal(*parameter.shape, scale=0.5, shift=0.5 if "norm" in key.lower() else 0)
        state = {key: value.clone() for key, value in module.state_dict().items()}
        leaves = {key: value.clone().requires_grad_() for key, value in inputs.items()}
        y = function(module, *leaves.values())
        module.zero_grad()
        weighted([y]).backward()
        gradients = {key: value.grad for key, value in list(module.named_parameters()) + list(leaves.items()) if value.grad is not None}
        file.add(title, attributes=attributes, inputs=inputs, state=state, outputs=[y.detach()], gradients=gradients)

    draw = Draw("transformers")
    x, memory = draw.normal(2, 5, 6), draw.normal(2, 4, 6)
    layer("DotProductAttention", Dot(), {"x": x})
    layer("AdditiveAttention", Additive(6, 3), {"x": x})
    layer("TargetAttention", Target(6, 4), {"x": x})
    layer("LearnedPositions", Learned(7, 6), {"x": x})
    layer("SinusoidalPositions", Sinusoidal(), {"x": x})
    layer("RelativePositionBias", Relative(2, 3), {"x": x})
    layer("FeedForward", Network(6, 8), {"x": x})

    causal = torch.full((5, 5), float("-inf")).triu(1)
    lengths = torch.arange(5) >= torch.tensor([3, 5])[:, None]
    for bias in (True, False):
        attention = nn.MultiheadAttention(6, 2, bias=bias, batch_first=True)
        layer("MultiHeadAttention", attention, {"x": x}, lambda m, x: m(x, x, x)[0], bias=bias)
        layer("MultiHeadAttention", attention, {"x": x}, lambda m, x: m(x, x, x, attn_mask=causal)[0], bias=bias, causal=True)
        layer("MultiHeadAttention", attention, {"x": x, "memory": memory}, lambda m, x, y: m(x, y, y)[0], bias=bias, cross=True)
    layer("MultiHeadAttention", attention, {"x": x}, lambda m, x: m(x, x, x, key_padding_mask=lengths)[0], bias=False, lengths=[3, 5])
    for first in (True, False):
        options = dict(dim_feedforward=8, dropout=0, activation="gelu", batch_first=True, norm_first=first)
        layer("EncoderLayer", nn.TransformerEncoderLayer(6, 2, **options), {"x": x}, preNorm=first)
        layer("DecoderLayer", nn.TransformerDecoderLayer(6, 2, **options), {"x": x, "memory": memory},
              lambda m, x, memory: m(x, memory, tgt_mask=causal), preNorm=first)

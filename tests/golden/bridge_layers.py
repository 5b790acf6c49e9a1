"""Q-Former, transcribed: pre-norm layers of torch's attention under our names."""
import torch
from torch import nn

from golden import Draw


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.input, self.output, self.heads = nn.Linear(width, 3 * width), nn.Linear(width, width), heads

    def forward(self, x, memory):
        width = x.shape[-1]
        w, b = self.input.weight, self.input.bias
        y, _ = nn.functional.multi_head_attention_forward(
            x.transpose(0, 1), memory.transpose(0, 1), memory.transpose(0, 1), width, self.heads, w, b, None, None, False, 0.0,
            self.output.weight, self.output.bias, need_weights=False)
        return y.transpose(0, 1)


class FeedForward(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x):
        return self.down(nn.functional.gelu(self.up(x)))


class Self(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.norm1, self.attention, self.norm2, self.feedForward = nn.LayerNorm(width), Attention(width, heads), nn.LayerNorm(width), FeedForward(width, hidden)

    def forward(self, x):
        n = self.norm1(x)
        x = x + self.attention(n, n)
        return x + self.feedForward(self.norm2(x))


class Cross(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.norm1, self.attention, self.norm2 = nn.LayerNorm(width), Attention(width, heads), nn.LayerNorm(width)
        self.cross, self.norm3, self.feedForward = Attention(width, heads), nn.LayerNorm(width), FeedForward(width, hidden)

    def forward(self, x, memory):
        n = self.norm1(x)
        x = x + self.attention(n, n)
        x = x + self.cross(self.norm2(x), memory)
        return x + self.feedForward(self.norm3(x))


class QFormer(nn.Module):
    """Li et al. (2023), section 3.1: cross-attention in every other block."""

    def __init__(self, width, heads, hidden, queries, layers, memory):
        super().__init__()
        self.queries = nn.Parameter(torch.zeros(queries, width))
        if memory != width:
            self.project = nn.Linear(memory, width)
        self.cross = nn.ModuleList(Cross(width, heads, hidden) for _ in range((layers + 1) // 2))
        self.self = nn.ModuleList(Self(width, heads, hidden) for _ in range(layers // 2))

    def forward(self, x):
        memory = self.project(x) if hasattr(self, "project") else x
        y = self.queries.expand(len(x), -1, -1)
        for i, layer in enumerate(self.cross):
            y = layer(y, memory)
            if i < len(self.self):
                y = self.self[i](y)
        return y


def record(file):
    draw = Draw("bridge")
    file.layer("QFormer", QFormer(4, 2, 6, 3, 2, 5), draw.normal(2, 4, 5), layers=2, memory=5)
    file.layer("QFormer", QFormer(4, 2, 6, 3, 3, 4), draw.normal(2, 4, 4), layers=3, memory=4)

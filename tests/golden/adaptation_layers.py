"""Mixtures, fine-tuning parts and token reduction, transcribed from their papers."""
import math

import torch
import torch.nn.functional as F
from torch import nn

from golden import Draw


class MixtureOfExperts(nn.Module):
    """Shazeer et al. (2017), equations 1, 3 and 5 without noise."""

    def __init__(self, features, experts, active):
        super().__init__()
        self.gate = nn.Linear(features, len(experts), bias=False)
        self.experts = nn.ModuleList(experts)
        self.active = active

    def forward(self, x):
        scores = self.gate(x)
        threshold = scores.topk(self.active, -1).values[..., -1:]
        gates = F.softmax(scores.masked_fill(scores < threshold, -math.inf), -1)
        return sum(gates[..., e : e + 1] * expert(x) for e, expert in enumerate(self.experts))


class Adapter(nn.Module):
    def __init__(self, features, width):
        super().__init__()
        self.down = nn.Linear(features, width)
        self.up = nn.Linear(width, features)

    def forward(self, x):
        return x + self.up(F.gelu(self.down(x)))


class Lora(nn.Module):
    """Hu et al. (2022), equation 3."""

    def __init__(self, inputs, outputs, rank, alpha):
        super().__init__()
        self.layer = nn.Linear(inputs, outputs).requires_grad_(False)
        self.a = nn.Parameter(torch.zeros(rank, inputs))
        self.b = nn.Parameter(torch.zeros(outputs, rank))
        self.scale = alpha / rank

    def forward(self, x):
        return F.linear(x, self.layer.weight + self.scale * self.b @ self.a, self.layer.bias)


class SoftPrompt(nn.Module):
    def __init__(self, tokens, features):
        super().__init__()
        self.prompt = nn.Parameter(torch.zeros(tokens, features))

    def forward(self, x):
        return torch.cat([self.prompt.expand(len(x), -1, -1), x], 1)


class AttentionPool(nn.Module):
    """Yang et al. (2016), equations 5 to 7."""

    def __init__(self, features, width):
        super().__init__()
        self.score = nn.Linear(features, width)
        self.context = nn.Linear(width, 1, bias=False)

    def forward(self, x):
        alpha = F.softmax(self.context(torch.tanh(self.score(x))), 1)
        return (alpha * x).sum(1)


class LearnedQueries(nn.Module):
    def __init__(self, tokens, features):
        super().__init__()
        self.queries = nn.Parameter(torch.zeros(tokens, features))
        self.key = nn.Linear(features, features)
        self.value = nn.Linear(features, features)

    def forward(self, x):
        return F.softmax(self.queries @ self.key(x).mT / math.sqrt(x.shape[-1]), -1) @ self.value(x)


class StridedPool(nn.Module):
    def __init__(self, stride):
        super().__init__()
        self.stride = stride

    def forward(self, x):
        return F.avg_pool1d(x.mT, self.stride, ceil_mode=True, count_include_pad=False).mT


class TokenMerging(nn.Module):
    """Bolya et al. (2023), appendix D."""

    def __init__(self, r):
        super().__init__()
        self.r = r

    def forward(self, x):
        unit = x / x.norm(dim=-1, keepdim=True)
        a, b = unit[:, ::2], unit[:, 1::2]
        value, partner = (a @ b.mT).max(-1)
        rows = []
        for n in range(len(x)):
            order = value[n].argsort(descending=True)
            merged, kept = order[: self.r], order[self.r :].sort().values
            groups = [[x[n, 2 * j + 1]] for j in range(b.shape[1])]
            for i in merged.tolist():
                groups[partner[n, i]].append(x[n, 2 * i])
            rows.append(torch.stack([x[n, 2 * i] for i in kept.tolist()] + [torch.stack(group).mean(0) for group in groups]))
        return torch.stack(rows)


class Gate(nn.Module):
    def __init__(self, features, context):
        super().__init__()
        self.score = nn.Linear(context, features)
        self.features = features

    def forward(self, x):
        return x[..., : self.features] * torch.sigmoid(self.score(x[..., self.features :]))


def record(file):
    draw = Draw("adaptation")
    for active in (1, 2, 3):
        experts = [nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)) for _ in range(3)]
        file.layer("MixtureOfExperts", MixtureOfExperts(4, experts, active), draw.normal(7, 4), active=active)
    file.layer("MixtureOfExperts", MixtureOfExperts(4, [nn.Linear(4, 3) for _ in range(3)], 2), draw.normal(2, 5, 4), active=2, linear=True)
    file.layer("Adapter", Adapter(5, 3), draw.normal(2, 4, 5))
    file.layer("Lora", Lora(5, 4, 2, 6.0), draw.normal(3, 5), rank=2, alpha=6.0)
    file.layer("SoftPrompt", SoftPrompt(2, 4), draw.normal(3, 5, 4))
    file.layer("AttentionPool", AttentionPool(4, 3), draw.normal(3, 5, 4))
    file.layer("LearnedQueries", LearnedQueries(2, 4), draw.normal(3, 5, 4))
    for stride in (2, 3):
        file.layer("StridedPool", StridedPool(stride), draw.normal(2, 7, 3), stride=stride)
    for r in (1, 2):
        file.layer("TokenMerging", TokenMerging(r), draw.normal(2, 7, 3), r=r)
    file.layer("Gate", Gate(3, 4), draw.normal(5, 7))

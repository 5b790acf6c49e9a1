"""Activations with parameters, noise or a difference between training and evaluation, as layers."""
import torch
from torch import nn

from golden import Draw


class Dice(nn.Module):
    """Zhou et al. (2018), equation 3."""

    def __init__(self, channels):
        super().__init__()
        self.norm = nn.BatchNorm1d(channels, eps=1e-8, affine=False)
        self.alpha = nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        p = torch.sigmoid(self.norm(x))
        alpha = self.alpha.reshape(-1, *[1] * (x.ndim - 2))
        return p * x + (1 - p) * alpha * x


class Maxout(nn.Module):
    def __init__(self, inputs, outputs, pieces):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs * pieces)
        self.pieces = pieces

    def forward(self, x):
        y = self.linear(x)
        return y.reshape(*y.shape[:-1], -1, self.pieces).amax(-1)


class Divided(nn.Module):
    def forward(self, x):
        return torch.where(x >= 0, x, x / 5.5)


def record(file):
    draw = Draw("activation layers")
    for training in (True, False):
        file.layer("Dice", Dice(3), draw.normal(6, 3, scale=2), training)
    file.layer("Dice", Dice(3), draw.normal(4, 3, 5, scale=2), note="sequences")
    file.layer("Maxout", Maxout(5, 3, 2), draw.normal(4, 5), pieces=2)
    file.layer("Maxout", Maxout(5, 2, 3), draw.normal(2, 3, 5), pieces=3)
    file.layer("Rrelu", nn.RReLU(), draw.normal(3, 5), training=False)
    file.layer("Rrelu", nn.RReLU(0.1, 0.3), draw.normal(3, 5), training=False, lower=0.1, upper=0.3)
    file.layer("Rrelu", Divided(), draw.normal(3, 5), training=False, divisor=True)

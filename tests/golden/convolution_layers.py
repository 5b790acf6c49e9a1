"""Convolution, pooling and unpooling layers that layers.py does not have."""
import torch
import torch.nn.functional as F
from torch import nn

from golden import Draw


class Function(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Flipped(nn.Conv2d):
    """The convolution of mathematics."""

    def forward(self, x):
        return F.conv2d(x, self.weight.flip(2, 3), self.bias, self.stride, self.padding)


class Separable(nn.Module):
    """Chollet, 2017: each channel filtered on its own, then mixed."""

    def __init__(self, kind, channels, outputs, kernel, multiplier=1, **options):
        super().__init__()
        self.depthwise = kind(channels, channels * multiplier, kernel, groups=channels, bias=False, **options)
        self.pointwise = kind(channels * multiplier, outputs, 1)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


class AtrousPyramid(nn.Module):
    """Chen et al., 2017, "Rethinking atrous convolution", section 3.3: a 1 x 1, dilated 3 x 3 and the whole image's average, side by side, then 1 x 1."""

    def __init__(self, channels, outputs, rates):
        super().__init__()
        unit = lambda i, k=1, rate=1: nn.Sequential(
            nn.Conv2d(i, outputs, k, padding=rate * (k // 2), dilation=rate, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())
        self.branches = nn.ModuleList([unit(channels)] + [unit(channels, 3, rate) for rate in rates])
        self.image = unit(channels)
        self.project = unit(outputs * (len(rates) + 2))

    def forward(self, x):
        whole = self.image(x.mean((2, 3), keepdim=True)).expand(-1, -1, *x.shape[2:])
        return self.project(torch.cat([branch(x) for branch in self.branches] + [whole], 1))


def record(file):
    layer = file.layer
    draw = Draw("convolution layers")
    layer("ConvTranspose1d", nn.ConvTranspose1d(4, 6, 3, 2, 1, 1, groups=2), draw.normal(2, 4, 5), stride=2, padding=1, outputPadding=1, groups=2)
    layer("ConvTranspose2d", nn.ConvTranspose2d(3, 4, 3, bias=False), draw.normal(2, 3, 4, 3), bias=False)
    layer("ConvTranspose2d", nn.ConvTranspose2d(3, 4, 3, 2, 1, 1, dilation=2), draw.normal(2, 3, 3, 4), stride=2, padding=1, outputPadding=1, dilation=2)
    layer("ConvTranspose3d", nn.ConvTranspose3d(2, 3, 3, 2), draw.normal(1, 2, 2, 3, 2), stride=2)
    layer("Conv2d", Flipped(3, 2, 3, 1, 1), draw.normal(2, 3, 4, 5), flipped=True, padding=1)
    layer("SeparableConv1d", Separable(nn.Conv1d, 3, 5, 3), draw.normal(2, 3, 7))
    layer("SeparableConv2d", Separable(nn.Conv2d, 3, 4, 3, 2, stride=2, padding=1), draw.normal(2, 3, 6, 5), multiplier=2, stride=2, padding=1)
    layer("SeparableConv3d", Separable(nn.Conv3d, 2, 3, 2), draw.normal(1, 2, 3, 3, 4))
    for training in (True, False):
        layer("AtrousPyramid", AtrousPyramid(3, 4, (2, 3)), draw.normal(2, 3, 7, 6), training)
    layer("MaxPool3d", nn.MaxPool3d(2), draw.distinct(1, 2, 4, 5, 4), kernel=2)
    layer("AveragePool3d", nn.AvgPool3d(3, 2, 1), draw.normal(1, 2, 4, 5, 4), kernel=3, stride=2, padding=1)
    layer("MaxPool2d", nn.MaxPool2d(2, 2, 1, 3, ceil_mode=True), draw.distinct(2, 2, 9, 8), kernel=2, stride=2, padding=1, dilation=3, ceiling=True)
    layer("AveragePool2d", nn.AvgPool2d(3, 2, 1, True, False), draw.normal(2, 2, 6, 7), kernel=3, stride=2, padding=1, ceiling=True, uncounted=True)
    layer("PowerPool1d", nn.LPPool1d(3, 2, 2), draw.uniform(0.25, 2, 2, 2, 7), exponent=3, kernel=2, stride=2)
    layer("PowerPool2d", nn.LPPool2d(2, 3, 1), draw.normal(2, 2, 5, 4, shift=1), kernel=3, stride=1)
    layer("PowerPool3d", Function(lambda x: (8 * F.avg_pool3d(x ** 2, 2)).sqrt()), draw.normal(1, 2, 4, 4, 2, shift=1), kernel=2)
    layer("GlobalPowerPool", Function(lambda x: (x ** 2).sum((2, 3)).sqrt()), draw.normal(2, 3, 4, 5))
    layer("AdaptiveAveragePool3d", nn.AdaptiveAvgPool3d((2, 3, 2)), draw.normal(1, 2, 5, 4, 3), size=[2, 3, 2])
    layer("AdaptiveMaxPool3d", nn.AdaptiveMaxPool3d((2, 3, 2)), draw.distinct(1, 2, 5, 4, 3), size=[2, 3, 2])

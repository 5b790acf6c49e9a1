"""Normalizations, reparametrizations, attention over channels and places, and other layers built from smaller ones."""
import warnings

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import spectral_norm, weight_norm

from golden import Draw
from normalizations import rms_norm

warnings.filterwarnings("ignore")


class RmsNorm(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x):
        return rms_norm(x, self.weight)


class Ghosts(nn.Module):
    """Hoffer, Hubara, Soudry (2017), algorithm 1."""

    def __init__(self, channels, size):
        super().__init__()
        self.norm = nn.BatchNorm1d(channels)
        self.size = size

    def forward(self, x):
        return torch.cat([self.norm(part) for part in x.split(self.size)]) if self.training else self.norm(x)


class LocalContrastNorm(nn.Module):
    """Jarrett et al. (2009), section 3.1."""

    def __init__(self, channels, size):
        super().__init__()
        place = torch.arange(size) - size // 2
        bell = torch.exp(-(place.double() ** 2) / (2 * (size / 4) ** 2))
        window = torch.outer(bell, bell)
        self.window = (window / window.sum() / channels).expand(1, channels, size, size)

    def around(self, x):
        return F.conv2d(x, self.window, padding="same")

    def forward(self, x):
        v = x - self.around(x)
        sigma = self.around(v ** 2).sqrt()
        return v / torch.maximum(sigma, sigma.mean((1, 2, 3), keepdim=True)).clamp(min=1e-4)


class FeatureBagging(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("mask", torch.ones(features))

    def forward(self, x):
        return x * self.mask


class Bilinear(nn.Bilinear):
    def forward(self, x):
        return super().forward(x[..., : self.in1_features], x[..., self.in1_features :])


class SqueezeExcitation(nn.Module):
    """Hu, Shen, Sun (2018)."""

    def __init__(self, channels, reduction):
        super().__init__()
        self.squeeze = nn.Linear(channels, channels // reduction)
        self.excite = nn.Linear(channels // reduction, channels)

    def forward(self, x):
        s = torch.sigmoid(self.excite(F.relu(self.squeeze(x.flatten(2).mean(2)))))
        return x * s.reshape(*s.shape, *[1] * (x.ndim - 2))


class ChannelAttention(nn.Module):
    """Woo et al. (2018), equation 2."""

    def __init__(self, channels, reduction):
        super().__init__()
        self.squeeze = nn.Linear(channels, channels // reduction, bias=False)
        self.excite = nn.Linear(channels // reduction, channels, bias=False)

    def forward(self, x):
        score = lambda pooled: self.excite(F.relu(self.squeeze(pooled)))
        return x * torch.sigmoid(score(x.mean((2, 3))) + score(x.amax((2, 3))))[:, :, None, None]


class SpatialAttention(nn.Module):
    """Woo et al. (2018), equation 3."""

    def __init__(self, kernel):
        super().__init__()
        self.conv = nn.Conv2d(2, 1, kernel, padding=kernel // 2, bias=False)

    def forward(self, x):
        return x * torch.sigmoid(self.conv(torch.cat([x.mean(1, True), x.amax(1, True)], 1)))


class Cbam(nn.Module):
    def __init__(self, channels, reduction, kernel):
        super().__init__()
        self.channel = ChannelAttention(channels, reduction)
        self.spatial = SpatialAttention(kernel)

    def forward(self, x):
        return self.spatial(self.channel(x))


class SpatialTransformer(nn.Module):
    """Jaderberg et al. (2015)."""

    def __init__(self, localization, features, corners):
        super().__init__()
        self.localization = localization
        self.map = nn.Linear(features, 6)
        self.corners = corners

    def forward(self, x):
        grid = F.affine_grid(self.map(self.localization(x)).reshape(-1, 2, 3), [x.shape[0], 1, 3, 4], self.corners)
        return F.grid_sample(x, grid, align_corners=self.corners)


def record(file):
    draw = Draw("toolbox")
    file.layer("RmsNorm", RmsNorm(6), draw.normal(2, 3, 6, scale=2))
    file.layer("GroupNorm", nn.GroupNorm(2, 6), draw.normal(3, 6, 2, 3, scale=2))
    file.layer("GroupNorm", nn.GroupNorm(2, 6, affine=False), draw.normal(3, 6, 4), affine=False)
    file.layer("InstanceNorm", nn.InstanceNorm1d(4), draw.normal(3, 4, 5))
    file.layer("InstanceNorm", nn.InstanceNorm2d(4, affine=True), draw.normal(2, 4, 3, 2), affine=True)
    file.layer("LocalResponseNorm", nn.LocalResponseNorm(3, 0.5), draw.normal(2, 5, 4, 3), size=3, alpha=0.5)
    file.layer("LocalContrastNorm", LocalContrastNorm(2, 5), draw.normal(2, 2, 6, 7))
    for training in (True, False):
        file.layer("GhostBatchNorm", Ghosts(3, 4), draw.normal(10, 3, scale=2), training)
    file.layer("WeightNorm", weight_norm(nn.Linear(5, 3)), draw.normal(4, 5), note="linear",
               names={"weight_g": "length", "weight_v": "layer.weight", "bias": "layer.bias"}, linear=True)
    file.layer("WeightNorm", weight_norm(nn.Conv2d(2, 3, 3)), draw.normal(2, 2, 5, 4),
               names={"weight_g": "length", "weight_v": "layer.weight", "bias": "layer.bias"})
    spectral = {"weight_orig": "layer.weight", "weight_u": "u", "weight_v": None, "bias": "layer.bias"}
    file.layer("SpectralNorm", spectral_norm(nn.Linear(5, 3)), draw.normal(4, 5), names=spectral, linear=True)
    file.layer("SpectralNorm", spectral_norm(nn.Linear(5, 3)), draw.normal(4, 5), calls=3, names=spectral, linear=True)
    file.layer("SpectralNorm", spectral_norm(nn.Conv2d(2, 3, 3)), draw.normal(2, 2, 5, 4), names=spectral)
    for bias in (True, False):
        file.layer("Bilinear", Bilinear(3, 4, 2, bias), draw.normal(2, 5, 7), bias=bias)
    file.layer("SqueezeExcitation", SqueezeExcitation(6, 2), draw.normal(2, 6, 3, 4))
    file.layer("SqueezeExcitation", SqueezeExcitation(6, 2), draw.normal(2, 6, 5), note="sequences")
    file.layer("ChannelAttention", ChannelAttention(6, 2), draw.distinct(2, 6, 3, 4) / 8)
    file.layer("SpatialAttention", SpatialAttention(3), draw.distinct(2, 4, 5, 4) / 8)
    file.layer("Cbam", Cbam(6, 2, 3), draw.distinct(2, 6, 3, 4) / 8)
    for corners in (True, False):
        file.layer("SpatialTransformer", SpatialTransformer(nn.Sequential(nn.Flatten(), nn.Linear(20, 3), nn.Tanh()), 3, corners), draw.normal(2, 1, 4, 5), corners=corners)
    file.layer("FeatureBagging", FeatureBagging(5), draw.normal(3, 5))
    for kind, module, x in (("SpatialDropout", nn.Dropout2d(0.5), draw.normal(2, 3, 4)), ("DropPath", nn.Identity(), draw.normal(2, 3)),
                            ("AlphaDropout", nn.AlphaDropout(0.5), draw.normal(2, 3)), ("GaussianNoise", nn.Identity(), draw.normal(2, 3))):
        file.layer(kind, module, x, training=False)

"""Layers that change the resolution."""
from torch import nn

from golden import Draw


class ChannelShuffle(nn.Module):
    """PyTorch's has no derivative in this version."""

    def forward(self, x):
        return x.reshape(x.shape[0], 2, x.shape[1] // 2, -1).transpose(1, 2).reshape(x.shape)


def record(file):
    draw = Draw("resampling_layers")
    x = draw.normal(2, 4, 4, 6)
    file.layer("Upsample", nn.Upsample(scale_factor=2), x, factor=2, mode="Nearest")
    file.layer("Upsample", nn.Upsample(scale_factor=(2, 3), mode="bilinear"), x, factor=[2, 3], mode="Linear")
    file.layer("Upsample", nn.Upsample(scale_factor=2, mode="bicubic", align_corners=True), x, factor=2, mode="Cubic", corners=True)
    file.layer("Upsample", nn.Upsample(scale_factor=2, mode="linear"), draw.normal(2, 3, 5), note="1d", factor=2, mode="Linear")
    file.layer("PixelShuffle", nn.PixelShuffle(2), x)
    file.layer("PixelUnshuffle", nn.PixelUnshuffle(2), x)
    file.layer("ChannelShuffle", ChannelShuffle(), x)

"""Other resolutions, and channels that become places."""
import torch.nn.functional as F

from golden import Draw

SIZES = {1: ([7], [(4,), (13,), (1,)]), 2: ([5, 6], [(10, 12), (3, 9), (8, 4), (1, 6)]), 3: ([3, 4, 2], [(6, 2, 5)])}


def record(file):
    draw = Draw("resampling")
    for rank, (shape, sizes) in SIZES.items():
        x = draw.normal(2, 3, *shape)
        linear = {1: "linear", 2: "bilinear", 3: "trilinear"}[rank]
        for size in sizes:
            file.case("Interpolate", lambda x: F.interpolate(x, size, mode="nearest"), {"x": x}, size=list(size), mode="Nearest")
            for corners in (False, True):
                file.case("Interpolate", lambda x: F.interpolate(x, size, mode=linear, align_corners=corners), {"x": x}, size=list(size), mode="Linear", corners=corners)
                if rank == 2:
                    file.case("Interpolate", lambda x: F.interpolate(x, size, mode="bicubic", align_corners=corners), {"x": x}, size=list(size), mode="Cubic", corners=corners)
    x = draw.normal(2, 12, 4, 6)
    file.case("PixelShuffle", lambda x: F.pixel_shuffle(x, 2), {"x": x}, factor=2)
    file.case("PixelUnshuffle", lambda x: F.pixel_unshuffle(x, 2), {"x": x}, factor=2)
    file.case("ChannelShuffle", lambda x: x.reshape(2, 3, 4, 4, 6).transpose(1, 2).reshape(x.shape), {"x": x}, groups=3)

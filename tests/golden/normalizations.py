"""Normalizations of one sample by itself, grids and bilinear reading."""
import torch
import torch.nn.functional as F

from golden import Draw


def rms_norm(x, weight=None, epsilon=1e-6, axes=(-1,)):
    """Zhang and Sennrich (2019), equation 4."""
    y = x / torch.sqrt(x.square().mean(axes, keepdim=True) + epsilon)
    return y if weight is None else y * weight


def record(file):
    draw = Draw("normalizations")
    affine = {"weight": draw.normal(6, scale=0.5, shift=1), "bias": draw.normal(6)}
    for groups in (1, 2, 6):
        file.case("GroupNorm", lambda x, w, b: F.group_norm(x, groups, w, b), {"x": draw.normal(3, 6, 2, 3, scale=2), **affine}, groups=groups)
    file.case("GroupNorm", lambda x: F.group_norm(x, 3, eps=0.1), {"x": draw.normal(4, 6)}, groups=3, epsilon=0.1, note="rows")
    file.case("GroupNorm", lambda x, w: F.group_norm(x, 3, w), {"x": draw.normal(2, 6, 5), "weight": affine["weight"]}, groups=3, note="weight")
    file.case("InstanceNorm", lambda x: F.instance_norm(x), {"x": draw.normal(3, 6, 4, scale=2)})
    file.case("InstanceNorm", lambda x, w, b: F.instance_norm(x, weight=w, bias=b, eps=0.01), {"x": draw.normal(2, 6, 3, 4), **affine}, epsilon=0.01)
    file.case("RmsNorm", rms_norm, {"x": draw.normal(3, 5, scale=2)})
    file.case("RmsNorm", rms_norm, {"x": draw.normal(2, 3, 6), "weight": affine["weight"]}, note="weight")
    file.case("RmsNorm", lambda x, w: rms_norm(x, w, 0.1, (-2, -1)), {"x": draw.normal(2, 3, 4), "weight": draw.normal(3, 4)}, epsilon=0.1, note="axes")
    file.case("LocalResponseNorm", lambda x: F.local_response_norm(x, 3, 0.5), {"x": draw.normal(2, 5, 4)}, size=3, alpha=0.5)
    file.case("LocalResponseNorm", lambda x: F.local_response_norm(x, 4, 0.25, 0.5, 2.0), {"x": draw.normal(2, 5, 2, 3)}, size=4, alpha=0.25, beta=0.5, k=2.0)
    for corners in (False, True):
        maps = draw.normal(2, 2, 3, scale=0.4) + torch.eye(2, 3)
        file.case("AffineGrid", lambda m: F.affine_grid(m, [2, 1, 3, 4], corners), {"map": maps}, height=3, width=4, corners=corners)
        for padding in ("zeros", "border"):
            image, grid = draw.normal(2, 3, 4, 5), draw.uniform(-1.4, 1.4, 2, 3, 4, 2)
            file.case("GridSample", lambda x, g: F.grid_sample(x, g, "bilinear", padding, corners), {"x": image, "grid": grid}, padding=padding, corners=corners)
    file.case("AffineGrid", lambda m: F.affine_grid(m, [1, 1, 1, 2], True), {"map": draw.normal(1, 2, 3)}, height=1, width=2, corners=True)

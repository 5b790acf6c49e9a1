"""Poolings that windows.py does not have, and convolutions with flipped kernels."""
import math

import torch
import torch.nn.functional as F

from golden import Draw


def roi_pool(x, regions, size, scale):
    """Girshick, 2015: the maximum over each bin of each region."""
    rounded = lambda v: math.floor(v * scale + 0.5)
    rows = []
    for image, x1, y1, x2, y2 in regions.tolist():
        top, left = rounded(y1), rounded(x1)
        high, wide = max(rounded(y2) - top + 1, 1), max(rounded(x2) - left + 1, 1)
        bins = []
        for i in range(size[0]):
            for j in range(size[1]):
                ys = [top + math.floor(i * high / size[0]), top + math.ceil((i + 1) * high / size[0])]
                xs = [left + math.floor(j * wide / size[1]), left + math.ceil((j + 1) * wide / size[1])]
                (y, to_y), (z, to_z) = [[min(max(v, 0), limit) for v in span] for span, limit in ((ys, x.shape[2]), (xs, x.shape[3]))]
                cell = x[int(image), :, y:to_y, z:to_z]
                bins.append(cell.amax((1, 2)) if cell.numel() else x.new_zeros(x.shape[1]))
        rows.append(torch.stack(bins, 1).reshape(x.shape[1], *size))
    return torch.stack(rows)


def record(file):
    draw = Draw("pooling")
    for rank, size in ((1, [9]), (2, [7, 6]), (3, [4, 5, 4])):
        x = draw.normal(2, 2, *size, shift=0.5)
        average = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}[rank]
        for exponent, kernel, stride in ((2, 2, 2), (3, 3, 1), (1, 2, 1)):
            file.case(f"PowerPool{rank}d", lambda x: (kernel ** rank * average(x.abs() ** exponent, kernel, stride)) ** (1 / exponent), {"x": x},
                      exponent=exponent, kernel=kernel, stride=stride)
        file.case("GlobalPowerPool", lambda x: (x ** 2).sum(tuple(range(2, rank + 2))).sqrt(), {"x": x}, note=f"{rank}d")
        x = draw.distinct(2, 2, *size)
        pool, unpool = getattr(F, f"max_pool{rank}d"), getattr(F, f"max_unpool{rank}d")
        for kernel, stride, padding in ((2, 2, 0), (3, 2, 1)):
            file.case("MaxPoolWithIndices", lambda x: pool(x, kernel, stride, padding, return_indices=True), {"x": x}, note=f"{rank}d",
                      kernel=kernel, stride=stride, padding=padding)
        values, indices = pool(x, 2, return_indices=True)
        torch.use_deterministic_algorithms(False)       # PyTorch has no such version of unpooling; without overlaps the plain one is as good
        file.case("MaxUnpool", lambda x, indices: unpool(x, indices, 2, output_size=x.new_zeros(2, 2, *size).shape), {"x": values, "indices": indices}, size=size)
        torch.use_deterministic_algorithms(True)
        weight = draw.normal(2, 2, *[2, 3, 2][:rank])
        convolve = getattr(F, f"conv{rank}d")
        file.case(f"Conv{rank}d", lambda x, weight: convolve(x, weight.flip(*range(2, rank + 2)), padding=1), {"x": x, "weight": weight}, flip=True, padding=1)
    x = draw.distinct(1, 2, 5, 4, 6)
    file.case("AdaptiveAveragePool3d", lambda x: F.adaptive_avg_pool3d(x, (2, 3, 4)), {"x": x}, size=[2, 3, 4])
    file.case("AdaptiveMaxPool3d", lambda x: F.adaptive_max_pool3d(x, (2, 3, 4)), {"x": x}, size=[2, 3, 4])
    x = draw.distinct(2, 3, 6, 8)
    regions = torch.tensor([[0, 0, 0, 7, 5], [1, 2, 1, 6, 4], [1, 3, 3, 3, 3], [0, -4, 2, 3, 9]]).double()
    for size, scale in (([2, 2], 1), ([3, 2], 0.5)):
        file.case("RoiPool", lambda x: roi_pool(x, regions, size, scale), {"x": x}, size=size, scale=scale)

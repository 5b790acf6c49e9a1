"""Medians, quantiles, k-th values, running extrema, differences, counts."""
import torch

from golden import Draw

NAN = float("nan")


def record(file):
    for shape in ((3, 4, 5), (2, 5, 4)):
        x = Draw(f"order{shape}").distinct(*shape)
        for axis in (0, 1, -1):
            file.case("Median", lambda x: x.median(axis).values, {"x": x}, note=str(shape), axis=axis)
            file.case("KthValue", lambda x: tuple(x.kthvalue(2, axis)), {"x": x}, note=str(shape), axis=axis, k=2)
            for q in (0.0, 0.3, 0.5, 1.0):
                file.case("Quantile", lambda x: x.quantile(q, axis), {"x": x}, note=str(shape), axis=axis, q=q)
            file.case("Quantiles", lambda x: x.quantile(torch.tensor([0.1, 0.5, 0.75]), axis, True), {"x": x}, note=str(shape), axis=axis, q=[0.1, 0.5, 0.75],
                      keepAxis=True)
            file.case("Quantiles", lambda x: x.quantile(torch.tensor([0.9, 0.2]), axis), {"x": x}, note=str(shape), axis=axis, q=[0.9, 0.2])
            file.case("CumulativeMax", lambda x: tuple(x.cummax(axis)), {"x": x}, note=str(shape), axis=axis)
            file.case("CumulativeMin", lambda x: tuple(x.cummin(axis)), {"x": x}, note=str(shape), axis=axis)
            for order in (1, 2, 3):
                file.case("Difference", lambda x: x.diff(order, axis), {"x": x}, note=str(shape), axis=axis, order=order)
        file.case("MedianOfAll", lambda x: x.median(), {"x": x}, note=str(shape))
        file.case("Quantile", lambda x: x.quantile(0.35), {"x": x}, note=str(shape), q=0.35)
        file.case("Quantiles", lambda x: x.quantile(torch.tensor([0.35, 1.0])), {"x": x}, note=str(shape), q=[0.35, 1.0])
    ties = torch.tensor([[1.0, 3, 3, -2, 3, 3], [0, 0, 1, 0, 0, 0], [5, 4, 5, 4, 5, 4]])
    file.case("MedianOfAll", lambda x: x.median(), {"x": ties}, note="ties")
    special = torch.tensor([[1.0, NAN, 3, 2], [2, 0, 1, 3], [4, float("inf"), 3, 1], [NAN, 1, NAN, 5]])
    for name, function in {"Median": lambda x: x.median(1).values, "Quantile": lambda x: x.quantile(0.25, 1)}.items():
        file.case(name, function, {"x": special}, gradients=False, note="special", axis=1, **({"q": 0.25} if name == "Quantile" else {}))
    for x, note in ((ties, "ties"), (special, "special"), (Draw("running").integers(-9, 9, 4, 6), "integers")):
        file.case("CumulativeMax", lambda x: tuple(x.cummax(1)), {"x": x}, gradients=False, note=note, axis=1)
        file.case("CumulativeMin", lambda x: tuple(x.cummin(1)), {"x": x}, gradients=False, note=note, axis=1)
    integers = Draw("integers").integers(-9, 9, 3, 4)
    file.case("Difference", lambda x: x.diff(1, 0), {"x": integers}, gradients=False, note="integers", axis=0, order=1)
    file.case("Median", lambda x: x.median(1).values, {"x": integers}, gradients=False, note="integers", axis=1)
    counts(file)


def counts(file):
    draw = Draw("counts")
    x = draw.integers(0, 7, 30)
    for least in (0, 12):
        file.case("BinCount", lambda x: x.bincount(minlength=least), {"x": x}, gradients=False, minimumLength=least)
        # torch.bincount has no gradient; the same sums have one
        file.case("WeightedBinCount", lambda x, w: torch.zeros(max(least, int(x.max()) + 1)).index_add(0, x, w), {"x": x, "weights": draw.normal(30)},
                  minimumLength=least)
    file.case("WeightedBinCount", lambda x, w: x.bincount(w), {"x": x, "weights": draw.normal(30)}, gradients=False, note="own", minimumLength=0)
    values = draw.normal(5, 40)
    histogram = lambda x, bins, **range: [torch.histogram(x, bins, **range).hist.long(), torch.histogram(x, bins, **range).bin_edges]
    for bins in (1, 7, 16):
        file.case("Histogram", lambda x: histogram(x, bins), {"x": values}, gradients=False, bins=bins)
        file.case("Histogram", lambda x: histogram(x, bins, range=(-1.0, 1.5)), {"x": values}, gradients=False, bins=bins, low=-1.0, high=1.5)
    file.case("Histogram", lambda x: histogram(x, 4), {"x": torch.full((3,), 2.0)}, gradients=False, note="equal", bins=4)

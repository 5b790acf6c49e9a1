"""Reductions over axes, positions of extremes, cumulative sums, sorting, the softmax family."""
import torch

from golden import Draw

AXES = [None, [0], [1], [-1], [0, 2], [1, 2]]


def each_axis(x, axes, keep, function):
    """Reduces one axis after the other where PyTorch takes only one at a time."""
    for axis in sorted([a % x.dim() for a in (axes or range(x.dim()))], reverse=True):
        x = function(x, axis, keep)
    return x


def every(axes, x):
    return list(range(x.dim())) if axes is None else axes


def record(file):
    over_axes = {
        "Sum": lambda x, axes, keep: x.sum(every(axes, x), keep),
        "Mean": lambda x, axes, keep: x.mean(every(axes, x), keep),
        "Max": lambda x, axes, keep: x.amax(every(axes, x), keep),
        "Min": lambda x, axes, keep: x.amin(every(axes, x), keep),
        "Product": lambda x, axes, keep: each_axis(x, axes, keep, torch.prod),
        "LogSumExp": lambda x, axes, keep: x.logsumexp(every(axes, x), keep),
    }
    for name, function in over_axes.items():
        for axes in AXES:
            for keep in (False, True):
                x = Draw(f"{name}{axes}").distinct(2, 3, 4)
                file.case(name, lambda x: function(x, axes, keep), {"x": x}, axes=axes, keepAxis=keep)
    for name, function in {"Variance": torch.var, "StandardDeviation": torch.std}.items():
        for axes in (None, [0], [-1], [0, 2]):
            for correction in (0, 1):
                x = Draw(f"{name}{axes}").normal(3, 4, 5)
                file.case(name, lambda x: function(x, every(axes, x), correction=correction, keepdim=False), {"x": x},
                          axes=axes, correction=correction)
    for order in (0.5, 1.0, 2.0, 3.0, "Infinity"):
        for axes in (None, [1], [0, 1]):
            x = Draw(f"norm{order}{axes}").distinct(3, 5)
            file.case("Norm", lambda x: torch.linalg.vector_norm(x, float(order), axes), {"x": x}, axes=axes, order=order)
        for axis in (0, 1):
            x = Draw(f"unit{order}{axis}").distinct(3, 5)
            file.case("Normalize", lambda x: torch.nn.functional.normalize(x, float(order), axis), {"x": x}, axis=axis, order=order)
    file.case("Normalize", lambda x: torch.nn.functional.normalize(x, 2.0, 1, 3.0), {"x": torch.tensor([[0.5, 1, 0], [0, 0, 0], [3, 4, 12]]).double()}, axis=1, order=2.0, epsilon=3.0)
    for axes in (None, [0], [1]):
        x = torch.tensor([[True, False, True], [True, True, False], [True, False, True]])
        file.case("Any", lambda x: x.any() if axes is None else x.any(axes[0]), {"x": x}, gradients=False, axes=axes)
        file.case("All", lambda x: x.all() if axes is None else x.all(axes[0]), {"x": x}, gradients=False, axes=axes)
    edges(file, over_axes)
    for axis in (0, 1, -1):
        x = Draw("arg").distinct(3, 4, 2)
        file.case("ArgMax", lambda x: x.argmax(axis), {"x": x}, gradients=False, axis=axis)
        file.case("ArgMin", lambda x: x.argmin(axis), {"x": x}, gradients=False, axis=axis)
        file.case("MaxWithIndex", lambda x: tuple(x.max(axis)), {"x": x}, axis=axis)
        file.case("MinWithIndex", lambda x: tuple(x.min(axis)), {"x": x}, axis=axis)
    integers = Draw("integers").integers(-9, 9, 3, 4)
    file.case("Sum", lambda x: x.sum([0]), {"x": integers}, gradients=False, note="integers", axes=[0], keepAxis=False)
    for axis in (0, 1, -1):
        file.case("CumulativeSum", lambda x: x.cumsum(axis), {"x": Draw("cumsum").normal(3, 5, 2)}, axis=axis)
        file.case("CumulativeSum", lambda x: x.flip(axis).cumsum(axis).flip(axis), {"x": Draw("cumsum").normal(3, 5, 2)}, axis=axis, reverse=True)
        file.case("CumulativeProduct", lambda x: x.cumprod(axis), {"x": Draw("cumprod").normal(3, 5, 2)}, axis=axis)
        for name, function in {"Softmax": torch.softmax, "LogSoftmax": torch.log_softmax}.items():
            file.case(name, lambda x: function(x, axis), {"x": Draw(name).normal(3, 5, 4, scale=3)}, axis=axis)
    extreme = torch.tensor([[1000.0, 999, -1000], [-1e4, -1e4, -1e4], [float("-inf"), 0, 1]])
    for name, function in {"Softmax": torch.softmax, "LogSoftmax": torch.log_softmax}.items():
        file.case(name, lambda x: function(x, -1), {"x": extreme}, gradients=False, note="tails", axis=-1)
    ordering(file)


def edges(file, over_axes):
    """Ties share the gradient of an extremum, a zero takes part in the gradient of a product, NaN wins, infinities stay."""
    ties = torch.tensor([[1.0, 3, 3, -2, -2], [0, 0, 0, 0, 0], [5, 4, 5, 4, 5]])
    zeros = torch.tensor([[1.5, 2, -3], [0, 2, 3], [0, 4, 0], [-1, 2, 0.5]])
    special = torch.tensor([[1.0, float("nan"), 3], [float("-inf"), 0, 1], [float("inf"), 2, 3], [float("-inf")] * 3])
    for name in ("Max", "Min"):
        file.case(name, lambda x: over_axes[name](x, [1], False), {"x": ties}, note="ties", axes=[1], keepAxis=False)
    file.case("Product", lambda x: over_axes["Product"](x, [1], False), {"x": zeros}, note="zeros", axes=[1], keepAxis=False)
    for name, function in over_axes.items():
        file.case(name, lambda x: function(x, [1], False), {"x": special}, gradients=False, note="special", axes=[1], keepAxis=False)
    file.case("ArgMax", lambda x: x.argmax(1), {"x": special}, gradients=False, note="special", axis=1)
    file.case("ArgMin", lambda x: x.argmin(1), {"x": special}, gradients=False, note="special", axis=1)


def ordering(file):
    for axis in (0, -1):
        for descending in (False, True):
            x = Draw("sort").distinct(4, 3, 5)
            file.case("Sort", lambda x: torch.sort(x, axis, descending), {"x": x}, axis=axis, descending=descending)
            file.case("ArgSort", lambda x: torch.argsort(x, axis, descending), {"x": x}, gradients=False, axis=axis, descending=descending)
        for largest in (True, False):
            x = Draw("topk").distinct(4, 6)
            file.case("TopK", lambda x: torch.topk(x, 3, axis, largest), {"x": x}, k=3, axis=axis, largest=largest)
    special = torch.tensor([2.0, float("nan"), -1, float("inf"), 0, float("-inf"), -1, 2])
    for descending in (False, True):
        if descending:
            special = special[~special.isnan()]                     # where NaN goes is PyTorch's choice; ours is the end
        file.case("Sort", lambda x: torch.sort(x, dim=0, descending=descending, stable=True),
                  {"x": special}, gradients=False, note="ties", axis=0, descending=descending)
    x = torch.tensor([3.0, 1, 2, 3, 1, 1])
    file.case("Unique", lambda x: torch.unique(x, return_inverse=True, return_counts=True), {"x": x}, gradients=False)
    for right in (False, True):
        file.case("SearchSorted", lambda x, values: torch.searchsorted(x, values, right=right),
                  {"x": x.sort().values, "values": torch.tensor([[0.0, 1, 1.5], [2, 3, 4]])}, gradients=False, right=right)
    file.case("NonZero", lambda x: torch.nonzero(x, as_tuple=True), {"x": torch.tensor([[0.0, 2, 0], [3, 0, -1]])}, gradients=False)

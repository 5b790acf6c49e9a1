"""Activations beyond the elementwise file: thresholds, gates, sparsemax, temperatures, and those whose noise is given."""
import torch
import torch.nn.functional as F

from golden import Draw
from elementwise import TAILS


def sparsemax(x, axis):
    """Martins and Astudillo (2016), algorithm 1."""
    z, _ = x.sort(dim=axis, descending=True)
    shape = [1] * x.ndim
    shape[axis] = -1
    k = torch.arange(1, x.shape[axis] + 1, dtype=x.dtype).reshape(shape)
    inside = 1 + k * z > z.cumsum(axis)
    size = inside.sum(axis, keepdim=True)
    tau = ((z * inside).sum(axis, keepdim=True) - 1) / size
    return torch.clamp(x - tau, min=0)


def record(file):
    one = torch.ones((), dtype=torch.float64)
    file.case("Threshold", lambda x: torch.heaviside(x, one), {"x": Draw("Threshold").normal(4, 5)}, gradients=False)
    file.case("BipolarThreshold", lambda x: 2 * torch.heaviside(x, one) - 1, {"x": Draw("Bipolar").normal(4, 5)}, gradients=False)
    file.case("HardSwish", lambda x: x * F.relu6(x + 3) / 6, {"x": Draw("HardSwish").normal(4, 9, scale=2)})
    file.case("HardSwish", lambda x: x * F.relu6(x + 3) / 6, {"x": torch.tensor(TAILS)}, note="tails")
    for beta in (1.5, 0.25):
        file.case("Swish", lambda x: x * torch.sigmoid(beta * x), {"x": Draw("Swish").normal(4, 9, scale=2)}, beta=beta)
    file.case("Swish", lambda x: x * torch.sigmoid(2 * x), {"x": torch.tensor(TAILS)}, note="tails", beta=2.0)
    file.case("LeakyReluByDivisor", lambda x: torch.where(x >= 0, x, x / 5.5), {"x": Draw("Divisor").normal(4, 9)}, divisor=5.5)
    for alpha in (1.0, 0.75):
        file.case("Celu", lambda x: F.celu(x, alpha), {"x": Draw("Celu").normal(4, 9, scale=2)}, alpha=alpha)
    for size in (0.5, 1.25):
        file.case("SoftShrink", lambda x: F.softshrink(x, size), {"x": Draw("Shrink").normal(4, 9)}, size=size)
        file.case("HardShrink", lambda x: F.hardshrink(x, size), {"x": Draw("Shrink").normal(4, 9)}, size=size)
    file.case("TanhShrink", F.tanhshrink, {"x": Draw("Shrink").normal(4, 9)})
    for axis in (-1, 1):
        draw = Draw(f"gates{axis}")
        file.case("Glu", lambda x: F.glu(x, axis), {"x": draw.normal(3, 4, 6)}, axis=axis)
        file.case("Swiglu", lambda x: (lambda a, b: a * F.silu(b))(*x.chunk(2, axis)), {"x": draw.normal(3, 4, 6)}, axis=axis)
        file.case("Geglu", lambda x: (lambda a, b: a * F.gelu(b))(*x.chunk(2, axis)), {"x": draw.normal(3, 4, 6)}, axis=axis)
    file.case("Maxout", lambda x: x.reshape(4, 3, 2).amax(-1), {"x": draw.distinct(4, 6)}, pieces=2)
    file.case("Maxout", lambda x: x.reshape(2, 2, 3, 5).amax(2), {"x": draw.distinct(2, 6, 5)}, pieces=3, axis=1)
    for axis in (-1, 0):
        file.case("Sparsemax", lambda x: sparsemax(x, axis), {"x": Draw(f"sparse{axis}").normal(5, 6)}, axis=axis)
    file.case("Sparsemax", lambda x: sparsemax(x, -1), {"x": torch.tensor([[1000.0, 0, -3], [1000.25, 1000, 999.5]])}, note="large", axis=-1)
    for t in (0.5, 4.0):
        file.case("Softmax", lambda x: F.softmax(x / t, 1), {"x": Draw("cool").normal(3, 4, 2)}, axis=1, temperature=t)
        file.case("LogSoftmax", lambda x: F.log_softmax(x / t, 1), {"x": Draw("cool").normal(3, 4, 2)}, axis=1, temperature=t)

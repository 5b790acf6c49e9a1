"""Circular, hyperbolic and area functions, other logarithms, functions of two arguments, interpolation."""
import torch

from golden import Draw

# name: (function, low, high)
FUNCTIONS = {
    "Tan": (torch.tan, -7, 7),
    "Asin": (torch.asin, -0.98, 0.98),
    "Acos": (torch.acos, -0.98, 0.98),
    "Atan": (torch.atan, -7, 7),
    "Sinh": (torch.sinh, -4, 4),
    "Cosh": (torch.cosh, -4, 4),
    "Asinh": (torch.asinh, -7, 7),
    "Acosh": (torch.acosh, 1.05, 7),
    "Atanh": (torch.atanh, -0.98, 0.98),
    "Log2": (torch.log2, 0.1, 5),
    "Log10": (torch.log10, 0.1, 5),
    "ReciprocalSqrt": (torch.rsqrt, 0.1, 5),
}

INFINITY, NAN = float("inf"), float("nan")
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 1024.0, 1000.0, INFINITY, -INFINITY, NAN]


def record(file):
    for name, (function, low, high) in FUNCTIONS.items():
        file.case(name, function, {"x": Draw(name).uniform(low, high, 3, 7)})
        # cosh 1024 is a number in neither precision, sinh 1000 neither
        special = torch.tensor(SPECIAL) if name != "Tan" else torch.tensor([x for x in SPECIAL if abs(x) != 1024])
        file.case(name, function, {"x": special}, gradients=False, note="special")
    pairs(file)
    remainders(file)
    interpolation(file)


def pairs(file):
    shapes = [((3, 4), (3, 4)), ((3, 1), (1, 4)), ((4,), (2, 3, 4)), ((), (2, 2))]
    for name, function in {"Atan2": torch.atan2, "Hypot": torch.hypot}.items():
        for left, right in shapes:
            draw = Draw(f"{name}{left}{right}")
            file.case(name, function, {"a": draw.uniform(-3, 3, *left), "b": draw.uniform(-3, 3, *right)}, note=f"{left}{right}")
        a, b = torch.meshgrid(torch.tensor(SPECIAL), torch.tensor(SPECIAL), indexing="ij")
        file.case(name, function, {"a": a.contiguous(), "b": b.contiguous()}, gradients=False, note="special")


def remainders(file):
    """Exact ones, also of large quotients and of infinite divisors."""
    a = torch.tensor([[1.0], [-1.0], [5.5], [-5.5], [100000.0], [-12345.0], [0.0], [2.25], [INFINITY], [NAN]])
    b = torch.tensor([3.0, -3.0, 0.125, 7.0, 0.0009765625, INFINITY, -INFINITY, NAN])
    file.case("Remainder", torch.remainder, {"a": a, "b": b}, gradients=False, note="special")
    file.case("FloorDivide", torch.floor_divide, {"a": a[:4], "b": b}, gradients=False, note="special")


def interpolation(file):
    for weight in (0.0, 0.25, 0.75, 1.0, 1.5, -0.5):
        draw = Draw(f"lerp{weight}")
        file.case("Lerp", lambda x, other: torch.lerp(x, other, weight), {"x": draw.normal(3, 4), "other": draw.normal(4)}, weight=weight)
    draw = Draw("lerp")
    file.case("LerpTensor", torch.lerp, {"x": draw.normal(3, 4), "other": draw.normal(4), "weight": draw.uniform(-0.5, 1.5, 3, 1)})

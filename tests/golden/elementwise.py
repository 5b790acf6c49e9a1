"""Elementwise operations: arithmetic, functions, activations, comparisons, conversions."""
import torch
import torch.nn.functional as F

from golden import Draw

TAILS = [-100.0, -30.0, -17.5, -9.0, -5.5, -2.5, -0.5, 0.5, 2.5, 5.5, 9.0, 17.5, 30.0, 100.0]

# name: (function, low, high)
FUNCTIONS = {
    "Negate": (torch.neg, -4, 4),
    "Abs": (torch.abs, -4, 4),
    "Square": (torch.square, -4, 4),
    "Sqrt": (torch.sqrt, 0.1, 5),
    "Exp": (torch.exp, -4, 4),
    "Expm1": (torch.expm1, -2, 2),
    "Log": (torch.log, 0.1, 5),
    "Log1p": (torch.log1p, -0.8, 4),
    "Sin": (torch.sin, -7, 7),
    "Cos": (torch.cos, -7, 7),
    "Tanh": (torch.tanh, -4, 4),
    "Erf": (torch.erf, -3, 3),
    "NormalDistribution": (torch.special.ndtr, -4, 4),
    "Reciprocal": (torch.reciprocal, 0.2, 4),
    "Logit": (torch.logit, 0.05, 0.95),
    "Floor": (torch.floor, -4, 4),
    "Ceiling": (torch.ceil, -4, 4),
    "Round": (torch.round, -4, 4),
    "Truncate": (torch.trunc, -4, 4),
    "Sign": (torch.sign, -4, 4),
}

ACTIVATIONS = {
    "Relu": (F.relu, {}),
    "Relu6": (F.relu6, {}),
    "LeakyRelu": (lambda x, slope=0.01: F.leaky_relu(x, slope), {"slope": 0.2}),
    "Elu": (lambda x, alpha=1.0: F.elu(x, alpha), {"alpha": 0.7}),
    "Selu": (F.selu, {}),
    "Gelu": (F.gelu, {}),
    "GeluTanh": (lambda x: F.gelu(x, approximate="tanh"), {}),
    "Silu": (F.silu, {}),
    "Sigmoid": (torch.sigmoid, {}),
    "LogSigmoid": (F.logsigmoid, {}),
    "Softplus": (lambda x: torch.logaddexp(x, torch.zeros(())), {}),
    "HardSigmoid": (lambda x: F.relu6(x + 3) / 6, {}),         # the gradient of F.hardsigmoid has a sixth in single precision
    "HardTanh": (F.hardtanh, {}),
    "Mish": (F.mish, {}),
    "Softsign": (F.softsign, {}),
}


def record(file):
    for name, (function, low, high) in FUNCTIONS.items():
        file.case(name, function, {"x": Draw(name).uniform(low, high, 3, 7)})
    for name, (function, options) in ACTIVATIONS.items():
        draw = Draw(name)
        file.case(name, function, {"x": draw.normal(4, 9, scale=2)})
        file.case(name, function, {"x": torch.tensor(TAILS)}, note="tails")
        if options:
            file.case(name, lambda x: function(x, **options), {"x": draw.normal(11)}, **options)
    for exponent in (-2.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 2.5):
        file.case("Pow", lambda x: x.pow(exponent), {"x": Draw(f"pow{exponent}").uniform(0.3, 3, 8)}, exponent=exponent)
    negative = Draw("negative").uniform(-3, -0.3, 6)
    file.case("Pow", lambda x: x.pow(3.0), {"x": negative}, note="negative", exponent=3.0)
    for low, high in ((-1.0, 1.5), (None, 0.5), (-0.5, None)):
        file.case("Clamp", lambda x: x.clamp(low, high), {"x": Draw("clamp").distinct(3, 8)}, minimum=low, maximum=high)
    draw = Draw("prelu")
    file.case("Prelu", F.prelu, {"x": draw.normal(2, 3, 4), "weight": draw.uniform(0.1, 0.9, 3)}, note="channels")
    numbers(file)
    pairs(file)
    division(file)
    comparisons(file)
    predicates(file)
    conversions(file)


def numbers(file):
    x = Draw("numbers").uniform(0.5, 4, 5)
    for name, function in {
        "AddNumber": lambda x: x + 2.5, "SubtractNumber": lambda x: x - 2.5, "NumberSubtract": lambda x: 2.5 - x,
        "MultiplyNumber": lambda x: x * 2.5, "DivideNumber": lambda x: x / 2.5, "NumberDivide": lambda x: 2.5 / x,
    }.items():
        file.case(name, function, {"x": x}, number=2.5)


def pairs(file):
    shapes = [((3, 4), (3, 4)), ((3, 1), (1, 4)), ((4,), (2, 3, 4)), ((2, 3, 1), (1,)), ((), (2, 2)), ((0, 3), (3,))]
    operations = {"Add": torch.add, "Subtract": torch.sub, "Multiply": torch.mul, "Divide": torch.div, "PowTensor": torch.pow,
                  "Minimum": torch.minimum, "Maximum": torch.maximum}
    for name, function in operations.items():
        for left, right in shapes:
            draw = Draw(f"{name}{left}{right}")
            file.case(name, function, {"a": draw.uniform(0.3, 3, *left), "b": draw.uniform(0.3, 3, *right)},
                      note=f"{left}{right}")
    for left, right in shapes[:5]:
        draw = Draw(f"where{left}{right}")
        file.case("Where", torch.where, {"condition": draw.mask(*right), "then": draw.normal(*left), "otherwise": draw.normal(*right)},
                  note=f"{left}{right}")


def division(file):
    """Quotients rounded down and their remainders, of both signs; integers stay integers."""
    draw = Draw("division")
    floats = {"a": draw.distinct(4, 3), "b": torch.tensor([1.5, -2.25, 0.75])}
    integers = {"a": draw.integers(-20, 20, 4, 3), "b": torch.tensor([3, -4, 7])}
    file.case("FloorDivide", lambda a, b: torch.div(a, b, rounding_mode="floor"), floats, gradients=False)
    file.case("Remainder", torch.remainder, floats)
    for name, function in {"Add": torch.add, "Subtract": torch.sub, "Multiply": torch.mul, "Remainder": torch.remainder,
                           "FloorDivide": lambda a, b: torch.div(a, b, rounding_mode="floor")}.items():
        file.case(name, function, integers, gradients=False, note="integers")


def comparisons(file):
    nan = float("nan")
    a = torch.tensor([1.0, 2, 3, nan, -0.0, nan, float("inf"), -1])
    b = torch.tensor([2.0, 2, 1, 1, 0.0, nan, float("inf"), float("-inf")])
    for name, function in {"Less": torch.lt, "LessOrEqual": torch.le, "Greater": torch.gt, "GreaterOrEqual": torch.ge,
                           "EqualTo": torch.eq, "NotEqualTo": torch.ne}.items():
        file.case(name, function, {"a": a, "b": b}, gradients=False)
        draw = Draw(name)
        file.case(name, function, {"a": draw.integers(0, 3, 2, 5), "b": draw.integers(0, 3, 5)}, gradients=False, note="integers")


def predicates(file):
    nan = float("nan")
    for name, function in {"IsNan": torch.isnan, "IsFinite": torch.isfinite}.items():
        file.case(name, function, {"x": torch.tensor([1.0, nan, -0.0, float("inf"), float("-inf"), -1])}, gradients=False)
    p, q = torch.tensor([False, False, True, True]), torch.tensor([False, True, False, True])
    for name, function in {"LogicalAnd": torch.logical_and, "LogicalOr": torch.logical_or, "LogicalXor": torch.logical_xor}.items():
        file.case(name, function, {"a": p, "b": q}, gradients=False)
    file.case("LogicalNot", torch.logical_not, {"x": p}, gradients=False)


def conversions(file):
    """Rounding to the half types (ties to even, overflow, subnormals) and truncation to integers."""
    x = torch.tensor([0.0, 1, -1, 0.1, 1 / 3, 2049, 2051, 65504, 65519, 65520, 70000, 6e-8, 2e-8, 1e-5, 1.00390625, 1.01171875,
                      3.4e38, float("inf"), float("nan"), -2.5], dtype=torch.float32)
    for name in ("float16", "bfloat16"):
        file.case("To", lambda x: x.to(getattr(torch, name)).float(), {"x": x}, gradients=False, type=name)
    y = torch.tensor([0.0, 0.9, -0.9, 1.5, -1.5, 250, 3.999])
    for name in ("int32", "int64", "bool", "float32"):
        file.case("To", lambda x: x.to(getattr(torch, name)), {"x": y}, gradients=False, type=name)
    file.case("To", lambda x: x.to(torch.uint8), {"x": y.abs()}, gradients=False, type="uint8")

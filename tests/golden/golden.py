"""Records cases for the parity tests: one JSON object per line with inputs, attributes, outputs and gradients.

Inputs are multiples of 1/1024, exact in single and double precision, so that one case serves both. The gradients are those of
sum over outputs of sum(weights(n) * output), where the weights are neither constant nor zero: an operation that mixes up the
places of its gradient cannot pass.
"""
import gzip
import json
import math
import zlib

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
torch.use_deterministic_algorithms(True)
torch.set_num_threads(1)


def weights(count):
    """w[i] = ((7 i mod 11) - 4.5) / 4, exact in every floating type; the C# side has the same formula."""
    return ((7 * torch.arange(count) % 11).double() - 4.5) / 4


def weighted(outputs):
    """The scalar whose gradients are recorded."""
    return sum((weights(y.numel()) * y.reshape(-1)).sum() for y in outputs if y.is_floating_point() and y.requires_grad)


class Draw:
    """Inputs of one case, a function of the case's name alone: adding a case changes no other."""

    def __init__(self, name):
        self.generator = np.random.default_rng(zlib.crc32(name.encode()))

    def normal(self, *shape, scale=1.0, shift=0.0):
        return self.exact(self.generator.standard_normal(shape) * scale + shift)

    def uniform(self, low, high, *shape):
        return self.exact(self.generator.uniform(low, high, shape))

    def distinct(self, *shape):
        """No two elements equal or close: for maxima, sorting, pooling."""
        count = math.prod(shape)
        return self.exact((self.generator.permutation(count) - count / 2 + 0.25).reshape(shape) / 16)

    def integers(self, low, high, *shape):
        return torch.from_numpy(np.asarray(self.generator.integers(low, high, shape)))

    def permutation(self, count):
        return torch.from_numpy(self.generator.permutation(count))

    def mask(self, *shape):
        return torch.from_numpy(self.generator.random(shape) < 0.5)

    @staticmethod
    def exact(values):
        return torch.as_tensor(np.round(np.asarray(values) * 1024) / 1024)


class GoldenFile:
    """Collects cases and writes them, the same bytes on every run."""

    def __init__(self, path):
        self.path = path
        self.lines = []
        self.names = set()

    def add(self, name, **parts):
        assert name not in self.names, name
        self.names.add(name)
        line = {"name": name}
        line.update({key: encode(value) for key, value in parts.items() if value is not None and value != {}})
        self.lines.append(json.dumps(line, separators=(",", ":"), allow_nan=False))

    def case(self, name, function, inputs, gradients=True, note="", **attributes):
        """Runs the function on the inputs, in their order. Attributes are what the C# row must pass on; a note only names the case."""
        title = name_of(name, attributes, note)
        leaves = {key: value.clone().requires_grad_(gradients and value.is_floating_point()) for key, value in inputs.items()}
        outputs = function(*leaves.values())
        outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
        recorded = {}
        if gradients and any(y.requires_grad for y in outputs):
            weighted(outputs).backward()
            recorded = {key: value.grad for key, value in leaves.items() if value.grad is not None}
        self.add(title, attributes=attributes, inputs=inputs, outputs=[y.detach() for y in outputs], gradients=recorded)

    def layer(self, kind, module, x, training=True, calls=1, note="", names=None, **attributes):
        """Runs a module, its state drawn at random. Names that ours calls otherwise are given as {theirs: ours}, or None for those it lacks."""
        attributes |= ({} if training else {"evaluation": True}) | ({"calls": calls} if calls > 1 else {})
        title = name_of(kind, attributes, note)
        draw = Draw(title)
        for key, parameter in module.named_parameters():
            parameter.data = draw.normal(*parameter.shape, scale=0.5, shift=0.5 if "norm" in key.lower() else 0)
        for key, buffer in module.named_buffers():
            if buffer.is_floating_point():
                buffer.copy_(draw.uniform(0.5, 2, *buffer.shape))
        state = {key: value.clone() for key, value in module.state_dict().items() if not key.endswith("num_batches_tracked")}
        module.train(training)
        leaf = x.clone().requires_grad_(x.is_floating_point())
        for _ in range(calls):
            y = module(leaf)
        weighted([y]).backward()
        after = {key: value for key, value in module.state_dict().items() if key in dict(module.named_buffers()) and key in state}
        gradients = {key: value.grad for key, value in module.named_parameters() if value.grad is not None}
        if leaf.grad is not None:
            gradients["x"] = leaf.grad
        names = names or {}
        ours = lambda part: {names.get(key, key): value for key, value in part.items() if names.get(key, key) is not None}
        self.add(title, attributes=attributes, inputs={"x": x}, state=ours(state), outputs=[y.detach()], gradients=ours(gradients), after=ours(after))

    def write(self):
        data = ("\n".join(self.lines) + "\n").encode()
        with open(self.path, "wb") as file:
            file.write(gzip.compress(data, 9, mtime=0))
        return len(self.lines)


def name_of(name, attributes, note=""):
    """Conv2d/note,stride=2,groups=3: what stands before the slash chooses the row of the C# table."""
    texts = ([note] if note else []) + [f"{key}={value}" for key, value in attributes.items()]
    return f"{name}/{','.join(texts).replace(' ', '')}" if texts else name


def encode(value):
    """Tensors become {shape, type, values}; numbers keep 15 digits; what JSON has no number for becomes a string."""
    if isinstance(value, np.ndarray):
        value = torch.from_numpy(value)
    if isinstance(value, torch.Tensor):
        kind = str(value.dtype).removeprefix("torch.")
        return {"shape": list(value.shape), "type": kind, "values": [encode(x) for x in value.reshape(-1).tolist()]}
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, bool) or not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    short = float(f"{value:.15g}")
    return int(short) if short == int(short) and abs(short) < 1e15 and math.copysign(1, short) > 0 else short

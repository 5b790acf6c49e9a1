"""The three products of a linear layer's training step, float32, as torch.nn.functional.linear and its backward run them.
Unit GFLOP/s (2mnk). Run by the benchmark beside torch_ops.py, with that script's folder on PYTHONPATH."""
import torch, torch.nn.functional as F
from common import *

a = flags(__doc__)
torch.set_num_threads(a.threads); torch.set_flush_denormal(True)
tool = a.tool or "torch"
T = lambda seed, *s: torch.from_numpy(uniform(seed, *s))


def report(case, fn, work):
    if a.only not in case: return
    v = [work / t / 1e9 for t in measure(fn, a.seconds)]
    emit("torch_products", case, tool, a.threads, v[0], "GFLOP/s", min=min(v), max=max(v))


with torch.no_grad():
    for inputs, outputs in ((784, 512), (512, 512), (512, 10)):
        for batch in (1, 8, 32, 128):
            x, w, b, g = T(1, batch, inputs), T(2, outputs, inputs), T(3, outputs), T(4, batch, outputs)
            name, work = f"linear B{batch} {inputs}->{outputs}", 2 * batch * inputs * outputs
            report(f"{name} y", lambda: F.linear(x, w, b), work)
            report(f"{name} dx", lambda: g @ w, work)
            report(f"{name} dw", lambda: g.t() @ x, work)
    for m, k in ((64, 32), (256, 64)):
        x, y = T(1, 64, m, k), T(2, 64, k, m)
        report(f"bmm 64x{m}x{k}x{m}", lambda: x @ y, 2 * 64 * m * m * k)
        y2 = T(2, 64, m, k)
        report(f"bmm 64x{m}x{k}x{m} x@y.T", lambda: x @ y2.transpose(1, 2), 2 * 64 * m * m * k)
    x, y = T(1, 512, 512).double(), T(2, 512, 512).double()
    report("matmul 512^3 float64", lambda: x @ y, 2 * 512 ** 3)

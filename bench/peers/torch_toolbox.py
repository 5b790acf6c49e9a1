"""Layers of the toolbox with loops of their own, float32, as torch.nn.functional runs them: value, and value with all gradients for
an output gradient of ones. Unit ms. Run by the benchmark beside torch_ops.py, with that script's folder on PYTHONPATH."""
import torch, torch.nn.functional as F
from common import *

a = flags(__doc__)
torch.set_num_threads(a.threads); torch.set_flush_denormal(True)
tool = a.tool or "torch"
T = lambda seed, *s: torch.from_numpy(uniform(seed, *s))


def both(case, make, fn, merge=False):
    if a.only not in f"{case} fwd+bwd": return
    inputs = make()
    with torch.no_grad():
        v = [t * 1e3 for t in measure(lambda: fn(*inputs), a.seconds)]
    emit("torch_toolbox", f"{case} fwd", tool, a.threads, v[0], "ms", min=v[1], max=v[2])
    for x in inputs: x.requires_grad_()
    ones = torch.ones_like(fn(*inputs))
    def step():
        for g in torch.autograd.grad(fn(*inputs), inputs, ones):
            if merge: g.coalesce()
    v = [t * 1e3 for t in measure(step, a.seconds)]
    emit("torch_toolbox", f"{case} fwd+bwd", tool, a.threads, v[0], "ms", min=v[1], max=v[2])


both("groupnorm8 32x64x28x28", lambda: [T(1, 32, 64, 28, 28), T(2, 64), T(3, 64)], lambda x, w, b: F.group_norm(x, 8, w, b))
both("instancenorm 32x64x28x28", lambda: [T(1, 32, 64, 28, 28)], F.instance_norm)
both("rmsnorm 4096x768", lambda: [T(1, 4096, 768), T(2, 768)], lambda x, w: x * torch.rsqrt(x.square().mean(-1, True) + 1e-6) * w)
both("gridsample 16x16x64x64", lambda: [T(1, 16, 16, 64, 64), T(2, 16, 64, 64, 2)], lambda x, g: F.grid_sample(x, g, align_corners=False))
labels = 1 + (7 * torch.arange(16)[:, None] + 3 * torch.arange(20)) % 39
both("ctc 200x16x40, labels of 20", lambda: [T(1, 200, 16, 40)],
     lambda x: F.ctc_loss(x.log_softmax(2), labels, [200] * 16, [20] * 16))
for shape in ((64, 32, 32), (512, 512), (1024, 1024)):
    n, size = shape[-1], "x".join(map(str, shape))
    square = lambda: [T(1, *shape)]
    both(f"svd {size}", square, torch.linalg.svdvals)
    both(f"solve {size}", lambda: [T(1, *shape), T(2, *shape[:-1], n // 4)], torch.linalg.solve)
    both(f"inverse {size}", square, torch.linalg.inv)
    both(f"log determinant {size}", square, lambda x: torch.linalg.slogdet(x)[1])
    both(f"symmetric eigen {size}", square, lambda x: torch.linalg.eigh(x)[1])
    both(f"qr {size}", square, lambda x: torch.linalg.qr(x)[0])
    both(f"cholesky {size}", lambda: [T(1, *shape) + n * torch.eye(n)], torch.linalg.cholesky)
bag = torch.from_numpy(ids(5, 100_000, 4096, 20))
both("embedding_bag sum 100kx32 4096x20 sparse grad merged", lambda: [T(1, 100_000, 32)],
     lambda w: F.embedding_bag(bag, w, mode="sum", sparse=True), merge=True)

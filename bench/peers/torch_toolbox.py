"""Layers of the toolbox with loops of their own, float32, as torch.nn.functional runs them: value, and value with all gradients for
an output gradient of ones. Gradients go to the leaves on both sides: torch.autograd.grad would hand out views of what it
was given, which no optimizer could keep. Unit ms. Run by the benchmark beside torch_ops.py, with that script's folder on PYTHONPATH."""
import torch, torch.nn.functional as F
from common import *

a = flags(__doc__)
torch.set_num_threads(a.threads); torch.set_flush_denormal(True)
tool = a.tool or "torch"
T = lambda seed, *s: torch.from_numpy(uniform(seed, *s))


def both(case, make, fn, merge=False, gradient=True):
    if a.only not in f"{case} fwd+bwd": return
    inputs = make()
    with torch.no_grad():
        v = [t * 1e3 for t in measure(lambda: fn(*inputs), a.seconds)]
    emit("torch_toolbox", f"{case} fwd", tool, a.threads, v[0], "ms", min=v[1], max=v[2])
    if not gradient: return
    for x in inputs: x.requires_grad_()
    ones = torch.ones_like(fn(*inputs))
    def step():
        for x in inputs: x.grad = None
        fn(*inputs).backward(ones)
        if merge:
            for x in inputs: x.grad.coalesce()
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


def pictures(case, x, fn, *weights):
    both(case, lambda: [T(1, *x), *(T(2 + i, *w) for i, w in enumerate(weights))], fn)
    if len(x) == 4:
        last = lambda t: t.to(memory_format=torch.channels_last) if t.ndim == 4 else t
        both(f"{case} channels_last", lambda: [last(T(1, *x)), *(last(T(2 + i, *w)) for i, w in enumerate(weights))], fn)


image = (32, 64, 28, 28)
pictures("conv2d 32x64x28x28 ->128 k1", image, F.conv2d, (128, 64, 1, 1))
pictures("conv2d 8x3x112x112 ->64 k7 stride 2", (8, 3, 112, 112), lambda x, w: F.conv2d(x, w, stride=2, padding=3), (64, 3, 7, 7))
pictures("conv2d 32x64x28x28 ->128 k3 stride 2", image, lambda x, w: F.conv2d(x, w, stride=2, padding=1), (128, 64, 3, 3))
pictures("conv2d 32x64x28x28 ->64 k3 groups 4", image, lambda x, w: F.conv2d(x, w, padding=1, groups=4), (64, 16, 3, 3))
pictures("conv2d 32x32x28x28 ->64 k3 dilation 2", (32, 32, 28, 28), lambda x, w: F.conv2d(x, w, padding=2, dilation=2), (64, 32, 3, 3))
pictures("conv1d 32x64x512 ->64 k3", (32, 64, 512), lambda x, w: F.conv1d(x, w, padding=1), (64, 64, 3))
pictures("conv3d 4x8x16x32x32 ->16 k3", (4, 8, 16, 32, 32), lambda x, w: F.conv3d(x, w, padding=1), (16, 8, 3, 3, 3))
pictures("conv_transpose2d 16x64x14x14 ->32 k4 stride 2", (16, 64, 14, 14), lambda x, w: F.conv_transpose2d(x, w, stride=2, padding=1), (64, 32, 4, 4))
image = (32, 64, 56, 56)
pictures("max pool2d 32x64x56x56 k2", image, lambda x: F.max_pool2d(x, 2))
pictures("max pool2d 32x64x56x56 k3 stride 2", image, lambda x: F.max_pool2d(x, 3, 2, 1))
pictures("average pool2d 32x64x56x56 k2", image, lambda x: F.avg_pool2d(x, 2))
pictures("adaptive pool2d 32x64x56x56 ->7x7", image, lambda x: F.adaptive_avg_pool2d(x, 7))
pictures("global pool2d 32x64x56x56", image, lambda x: x.mean((2, 3)))
for name in ("nearest", "bilinear", "bicubic"):
    pictures(f"interpolate {name} 32x64x28x28 x2", (32, 64, 28, 28), lambda x: F.interpolate(x, scale_factor=2, mode=name))
pictures("localresponsenorm 32x64x56x56", image, lambda x: F.local_response_norm(x, 5))

MILLION4 = 4 << 20
for name, fn in dict(
        relu=F.relu, tanh=torch.tanh, sigmoid=torch.sigmoid, silu=F.silu, softplus=F.softplus, exp=torch.exp, sin=torch.sin,
        clamp=lambda x: x.clamp(-0.5, 0.5), dropout=lambda x: F.dropout(x, 0.5)).items():
    both(f"{name} over 4M", lambda: [T(1, MILLION4)], fn)
both("log of square over 4M", lambda: [T(1, MILLION4)], lambda x: x.square().log())
both("power 3 over 4M", lambda: [T(1, MILLION4)], lambda x: x.pow(3))
pair = lambda: [T(1, MILLION4), T(2, MILLION4)]
both("x*y over 4M", pair, lambda x, y: x * y)
both("x/(y*y+1) over 4M", pair, lambda x, y: x / (y * y + 1))
both("mse over 4M", pair, F.mse_loss)
both("huber over 4M", pair, F.huber_loss)
both("where(x>0, x, y) over 4M", pair, lambda x, y: torch.where(x > 0, x, y))
targets = (T(2, MILLION4) > 0).float() if a.only in "bce with logits over 4M fwd+bwd" else None
both("bce with logits over 4M", lambda: [T(1, MILLION4)], lambda x: F.binary_cross_entropy_with_logits(x, targets))
both("rows+bias over 4M", lambda: [T(1, 4096, 1024), T(2, 1024)], lambda x, b: x + b)
for name, fn in dict(
        mean=lambda x: x.mean(1), max=lambda x: x.amax(1), variance=lambda x: x.var(1), norm=lambda x: x.norm(dim=1), logsumexp=lambda x: x.logsumexp(1),
        cumsum=lambda x: x.cumsum(1)).items():
    both(f"{name} of rows 4096x4096", lambda: [T(1, 4096, 4096)], fn)
both("argmax of rows 4096x4096", lambda: [T(1, 4096, 4096)], lambda x: x.argmax(1), gradient=False)
rows = lambda: [T(1, 4096, 1000)]
both("sort 4096x1000", rows, lambda x: x.sort()[0])
both("top 10 of 4096x1000", rows, lambda x: x.topk(10)[0])
I = lambda limit, *s: torch.from_numpy(ids(2, limit, *s))
columns, picked, added = I(1000, 4096, 1000), I(100_000, 40960), I(10_000, 40960)
both("gather 4096x1000", rows, lambda x: x.gather(1, columns))
both("take 40960 rows of 100kx64", lambda: [T(1, 100_000, 64)], lambda x: x.index_select(0, picked))
both("add 40960 rows to 10kx64", lambda: [T(1, 10_000, 64), T(3, 40960, 64)], lambda x, y: x.index_add(0, added, y))
both("scatter_add 4096x1000", lambda: [T(1, 4096, 1000), T(3, 4096, 1000)], lambda x, y: x.scatter_add(1, columns, y))
unique = lambda x: x.unique(return_inverse=True, return_counts=True)
million = I(10_000, 1 << 20)
both("unique 1M of 10k", lambda: [], lambda: unique(million), gradient=False)
both("unique 1M floats", lambda: [T(1, 1 << 20)], unique, gradient=False)
both("normal 4M", lambda: [], lambda: torch.randn(MILLION4), gradient=False)
both("roll 4096x1000 by 7", rows, lambda x: x.roll(7, 1))
both("roll 4096x1000 by 7 rows", rows, lambda x: x.roll(7, 0))
both("concatenate 4 of 4096x250", lambda: [T(i, 4096, 250) for i in range(1, 5)], lambda *x: torch.cat(x, 1))
both("permute 32x64x56x56 to last", lambda: [T(1, 32, 64, 56, 56)], lambda x: x.permute(0, 2, 3, 1).contiguous())

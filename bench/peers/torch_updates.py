"""Optimizer steps over 10 million parameters in 100 tensors, float32, multi-tensor where PyTorch has it.
Unit GB/s of the streams that a step cannot avoid. Run by the benchmark beside torch_ops.py, with that script's folder on PYTHONPATH."""
import torch
from common import *

a = flags(__doc__)
torch.set_num_threads(a.threads); torch.set_flush_denormal(True)
tool = a.tool or "torch"
COUNT, SIZE = 100, 100_000


def report(case, make, streams):
    if a.only not in case: return
    ps = [torch.from_numpy(uniform(1, SIZE)).requires_grad_() for _ in range(COUNT)]
    for p in ps: p.grad = torch.from_numpy(uniform(2, SIZE))
    work, best = 4 * streams * COUNT * SIZE, None
    for foreach in (False, True):
        v = [work / t / 1e9 for t in measure(make(ps, foreach).step, a.seconds)]
        best = v if best is None or v[0] > best[0] else best
    emit("torch_updates", case, tool, a.threads, best[0], "GB/s", min=min(best), max=max(best))


report("sgd 10M", lambda ps, foreach: torch.optim.SGD(ps, 1e-3, foreach=foreach), 3)
report("momentum 10M", lambda ps, foreach: torch.optim.SGD(ps, 1e-3, 0.9, foreach=foreach), 5)
report("adam 10M", lambda ps, foreach: torch.optim.Adam(ps, 1e-3, foreach=foreach), 7)
report("adagrad 10M", lambda ps, foreach: torch.optim.Adagrad(ps, 1e-3, foreach=foreach), 5)

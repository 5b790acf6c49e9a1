"""Trajectories of 20 steps of optimizers on gradients that name only the rows that were looked up."""
import torch
import torch.nn.functional as F

from golden import Draw, name_of

STEPS, ROWS, COLUMNS = 20, 6, 3
SPARSE = [("SparseAdam", torch.optim.SparseAdam, 0.1, [{}, {"betas": [0.8, 0.95]}, {"eps": 1e-2}]),
          ("SparseAdaGrad", torch.optim.Adagrad, 0.3, [{}, {"lr_decay": 0.1}, {"initial_accumulator_value": 0.5}]),
          ("SparseSgd", torch.optim.SGD, 0.05, [{}])]
NAMES = {"eps": "epsilon", "lr_decay": "rateDecay", "initial_accumulator_value": "initialAccumulator"}


def record(file):
    for name, optimizer, rate, variants in SPARSE:
        for options in variants:
            sparse(file, name, optimizer, rate, options)
    row_wise(file)


def row_wise(file):
    """AdaGrad with the mean square of a row as its one number of state, in the equations of the paper."""
    for options in ({}, {"initialAccumulator": 0.5}):
        table, indices = start()
        w, sums, path = table.clone().requires_grad_(), torch.full((ROWS, 1), options.get("initialAccumulator", 0.0)), []
        for step in range(STEPS):
            x = w[indices[step]]
            (gradient,) = torch.autograd.grad((torch.sin(x + 0.1 * step) + 0.5 * x * x).sum(), w)
            with torch.no_grad():
                sums += gradient.square().mean(1, keepdim=True)
                w -= (0.15 if step >= 12 else 0.3) * gradient / (sums.sqrt() + 1e-10)
            path.append(w.detach().clone())
        file.add(name_of("RowWiseAdaGrad", options), attributes={"learningRate": 0.3} | options, inputs={"table": table, "indices": indices},
                 outputs=[torch.stack(path)])


def sparse(file, name, optimizer, rate, options):
    """Each step looks up a few rows, some twice; the loss differs from step to step."""
    table, indices = start()
    w = table.clone().requires_grad_()
    run = optimizer([w], lr=rate, **options)
    path = []
    for step in range(STEPS):
        if step == 12:
            for group in run.param_groups:
                group["lr"] = rate / 2
        run.zero_grad()
        x = F.embedding(indices[step], w, sparse=True)
        (torch.sin(x + 0.1 * step) + 0.5 * x * x).sum().backward()
        run.step()
        path.append(w.detach().clone())
    attributes = {NAMES.get(key, key): value for key, value in options.items()}
    file.add(name_of(name, attributes), attributes={"learningRate": rate} | attributes, inputs={"table": table, "indices": indices},
             outputs=[torch.stack(path)])


def start():
    draw = Draw("sparse")
    return draw.normal(ROWS, COLUMNS), draw.integers(0, ROWS, STEPS, 4)

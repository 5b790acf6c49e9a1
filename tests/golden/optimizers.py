"""Trajectories of 20 steps of every optimizer on a problem with a valley, waves and a coupling; gradient clipping."""
import torch

from golden import Draw, name_of

STEPS = 20

SGD = [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}, {"momentum": 0.9, "dampening": 0.3}, {"weight_decay": 0.1},
       {"momentum": 0.8, "nesterov": True, "weight_decay": 0.05}, {"momentum": 0.9, "dampening": 0.3, "weight_decay": 0.05}]
ADAM = [{}, {"betas": [0.8, 0.95]}, {"eps": 1e-3}, {"weight_decay": 0.1}, {"amsgrad": True}, {"amsgrad": True, "weight_decay": 0.1}]
ADAGRAD = [{}, {"lr_decay": 0.1}, {"initial_accumulator_value": 0.5}, {"weight_decay": 0.1}, {"eps": 1e-2}]
RMSPROP = [{}, {"alpha": 0.9}, {"momentum": 0.9}, {"centered": True}, {"centered": True, "momentum": 0.5, "weight_decay": 0.05},
           {"eps": 1e-2, "weight_decay": 0.1}]

ADADELTA = [{}, {"rho": 0.8, "eps": 1e-3}, {"weight_decay": 0.1}]
ADAMAX = [{}, {"betas": [0.8, 0.95]}, {"eps": 1e-2, "weight_decay": 0.1}]
NADAM = [{}, {"betas": [0.8, 0.95]}, {"momentum_decay": 0.1}, {"weight_decay": 0.1, "eps": 1e-3}]
RADAM = [{}, {"betas": [0.8, 0.9]}, {"weight_decay": 0.1, "eps": 1e-3}]

NAMES = {"momentum_decay": "momentumDecay", "weight_decay": "weightDecay", "eps": "epsilon", "lr_decay": "rateDecay", "initial_accumulator_value": "initialAccumulator"}


def problem(w, m):
    """½ wᵀAw with condition number 100, waves in m, and a product that couples the two."""
    curvature = torch.tensor([0.1, 1.0, 10.0])
    return 0.5 * (curvature * w * w).sum() + torch.sin(3 * m).sum() + 0.1 * (m * m).sum() + 0.2 * w.sum() * m.sum()


def start():
    draw = Draw("start")
    return draw.normal(3, shift=1), draw.normal(2, 2)


def nadam(parameters, **options):
    """The multi-tensor form: the other one of PyTorch 1.13 multiplies the product of momenta by the latest twice."""
    return torch.optim.NAdam(parameters, foreach=True, **options)


def record(file):
    families = [("Sgd", torch.optim.SGD, 0.05, SGD), ("Adam", torch.optim.Adam, 0.1, ADAM), ("AdamW", torch.optim.AdamW, 0.1, ADAM),
                ("AdaGrad", torch.optim.Adagrad, 0.3, ADAGRAD), ("RmsProp", torch.optim.RMSprop, 0.02, RMSPROP),
                ("AdaDelta", torch.optim.Adadelta, 1.0, ADADELTA), ("Adamax", torch.optim.Adamax, 0.1, ADAMAX),
                ("NAdam", nadam, 0.05, NADAM), ("RAdam", torch.optim.RAdam, 0.1, RADAM)]
    for name, optimizer, rate, variants in families:
        for options in variants:
            w, m = (p.requires_grad_() for p in start())
            defaults = {"weight_decay": 0.0} if name == "AdamW" and "weight_decay" not in options else {}
            run = optimizer([w, m], lr=rate, **options, **defaults)
            path = []
            for step in range(STEPS):
                if step == 12:                                      # a schedule shows where the rate enters
                    for group in run.param_groups:
                        group["lr"] = rate / 2
                run.zero_grad()
                problem(w, m).backward()
                run.step()
                path.append(torch.cat([w.detach(), m.detach().reshape(-1)]).clone())
            attributes = {NAMES.get(key, key): value for key, value in options.items()}
            w0, m0 = start()
            file.add(name_of(name, attributes), attributes={"learningRate": rate} | attributes, inputs={"w": w0, "m": m0},
                     outputs=[torch.stack(path)])
    lbfgs(file)
    textbook_momentum(file)
    clipping(file)


def lbfgs(file):
    """One iteration a step, without and with a line search."""
    for options in ({}, {"history_size": 3}, {"line_search_fn": "strong_wolfe"}):
        w, m = (p.requires_grad_() for p in start())
        run = torch.optim.LBFGS([w, m], lr=0.05, max_iter=1, tolerance_grad=0, tolerance_change=0, **options)
        path = []

        def closure():
            run.zero_grad()
            value = problem(w, m)
            value.backward()
            return value

        for step in range(STEPS):
            if step == 12:
                run.param_groups[0]["lr"] = 0.025
            run.step(closure)
            path.append(torch.cat([w.detach(), m.detach().reshape(-1)]).clone())
        names = {"history_size": "history", "line_search_fn": "search"}
        attributes = {names[key]: value for key, value in options.items()}
        w0, m0 = start()
        file.add(name_of("Lbfgs", attributes), attributes={"learningRate": 0.05} | attributes, inputs={"w": w0, "m": m0},
                 outputs=[torch.stack(path)])


def textbook_momentum(file):
    """Polyak's form with the rate inside the velocity: v ← μ v − η g, w ← w + v. PyTorch has only the other one."""
    for options in ({"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}):
        w, m = (p.requires_grad_() for p in start())
        velocity = [torch.zeros_like(w), torch.zeros_like(m)]
        path = []
        for step in range(STEPS):
            rate = 0.05 / (2 if step >= 12 else 1)
            gradients = torch.autograd.grad(problem(w, m), [w, m])
            with torch.no_grad():
                for p, v, g in zip((w, m), velocity, gradients):
                    v.mul_(options["momentum"]).sub_(rate * g)
                    p.add_(options["momentum"] * v - rate * g if options.get("nesterov") else v)
            path.append(torch.cat([w.detach(), m.detach().reshape(-1)]).clone())
        w0, m0 = start()
        file.add(name_of("SgdRateInside", options), attributes={"learningRate": 0.05} | options, inputs={"w": w0, "m": m0},
                 outputs=[torch.stack(path)])


def clipping(file):
    draw = Draw("clipping")
    gradients = {"a": draw.normal(3, 4, scale=3), "b": draw.normal(5)}

    def add(name, clip, **attributes):
        parameters = {key: torch.zeros_like(value, requires_grad=True) for key, value in gradients.items()}
        for key, value in gradients.items():
            parameters[key].grad = value.clone()
        norm = clip(list(parameters.values()))
        file.add(name_of(name, attributes), attributes=attributes, inputs=gradients,
                 outputs=[p.grad for p in parameters.values()] + ([norm] if norm is not None else []))

    add("ClipValue", lambda p: torch.nn.utils.clip_grad_value_(p, 1.5), limit=1.5)
    for limit in (1.0, 100.0):
        add("ClipNorm", lambda p: clip_norm(p, limit), limit=limit)


def clip_norm(parameters, limit):
    """min(1, limit / norm) without PyTorch's 1e-6 in the denominator."""
    norm = torch.sqrt(sum((p.grad ** 2).sum() for p in parameters))
    for p in parameters:
        p.grad.mul_(min(1.0, limit / norm.item()))
    return norm

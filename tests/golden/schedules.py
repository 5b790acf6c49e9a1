"""Learning rates of 50 steps of every schedule."""
import warnings

import torch
from torch.optim import lr_scheduler as S

from golden import Draw, name_of

STEPS, RATE = 50, 0.8


def record(file):
    def add(name, make, metrics=None, **attributes):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=RATE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            schedule = make(optimizer)
            rates = []
            for step in range(STEPS):
                rates.append(optimizer.param_groups[0]["lr"])
                schedule.step(metrics[step]) if metrics is not None else schedule.step()
        inputs = {} if metrics is None else {"metrics": torch.tensor(metrics)}
        file.add(name_of(name, attributes), attributes=attributes, inputs=inputs, outputs=[torch.tensor(rates)])

    add("Step", lambda o: S.StepLR(o, 10, 0.5), interval=10, factor=0.5)
    add("MultiStep", lambda o: S.MultiStepLR(o, [5, 20, 21], 0.1), milestones=[5, 20, 21], factor=0.1)
    add("Exponential", lambda o: S.ExponentialLR(o, 0.95), factor=0.95)
    add("Cosine", lambda o: S.CosineAnnealingLR(o, 49), steps=49)
    add("Cosine", lambda o: S.CosineAnnealingLR(o, 49, 0.05), steps=49, minimum=0.05)
    for power in (1.0, 2.0):
        add("Polynomial", lambda o: S.PolynomialLR(o, 40, power), steps=40, power=power)
    add("Constant", lambda o: S.ConstantLR(o, 1.0, 1))
    add("WarmUp", lambda o: S.LinearLR(o, 0.1, 1.0, 8), start=0.1, steps=8)
    add("WarmUpCosine", lambda o: S.SequentialLR(o, [S.LinearLR(o, 0.1, 1.0, 10), S.CosineAnnealingLR(o, 39)], [10]),
        start=0.1, warmUp=10, steps=39)
    add("CosineRestarts", lambda o: S.CosineAnnealingWarmRestarts(o, 7), steps=7)
    add("CosineRestarts", lambda o: S.CosineAnnealingWarmRestarts(o, 5, 2, 0.1), steps=5, growth=2, minimum=0.1)
    for options in ({}, {"mode": "triangular2"}, {"mode": "exp_range", "gamma": 0.97}, {"step_size_down": 7}):
        add("Cyclical", lambda o: S.CyclicLR(o, 0.2, RATE, 4, cycle_momentum=False, **options), minimum=0.2, up=4,
            **{{"step_size_down": "down"}.get(key, key): value for key, value in options.items()})
    for options in ({}, {"pct_start": 0.5, "anneal_strategy": "linear"}, {"three_phase": True, "div_factor": 10.0, "final_div_factor": 100.0}):
        names = {"pct_start": "rise", "anneal_strategy": "shape", "three_phase": "threePhase", "div_factor": "divisor", "final_div_factor": "finalDivisor"}
        add("OneCycle", lambda o: S.OneCycleLR(o, RATE, total_steps=STEPS + 1, cycle_momentum=False, **options),
            **{names[key]: value for key, value in options.items()})
    add("InverseSquareRoot", lambda o: S.LambdaLR(o, lambda t: min(1.0, (4 / max(t, 1)) ** 0.5)), start=4)
    add("Hold", lambda o: S.SequentialLR(o, [S.ConstantLR(o, 1.0, 1), S.CosineAnnealingLR(o, 39)], [10]), hold=10, steps=39)
    add("BatchGrowth", lambda o: S.LambdaLR(o, lambda t: 0.9 ** t * min(max(round(32 / 0.9 ** t), 32), 256) / 32), factor=0.9, batch=32, maximum=256)
    add("ScheduleOfParts", lambda o: S.CosineAnnealingLR(o, 49), steps=49)
    noise = Draw("plateau").normal(STEPS, scale=0.02).tolist()
    metrics = [max(1 - 0.08 * step, 0.4) + noise[step] for step in range(STEPS)]
    for options in ({}, {"patience": 3}, {"patience": 2, "factor": 0.5, "threshold": 0.05}, {"patience": 1, "min_lr": 0.05},
                    {"patience": 2, "factor": 0.5, "threshold": 0.05, "threshold_mode": "abs"}, {"patience": 1, "factor": 0.5, "cooldown": 4},
                    {"mode": "max", "patience": 2, "factor": 0.5}):
        names = {"min_lr": "minimum", "threshold_mode": "thresholdMode"}
        add("ReduceOnPlateau", lambda o: S.ReduceLROnPlateau(o, **options), [-m for m in metrics] if options.get("mode") == "max" else metrics,
            **{names.get(key, key): value for key, value in options.items()})

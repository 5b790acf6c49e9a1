"""Trajectories of optimizers that PyTorch lacks, from the equations of their papers in NumPy; the problem is that of optimizers.py."""
import numpy as np
import torch

from golden import name_of
from optimizers import STEPS, problem, start


def gradient(parameters):
    """The gradients of the problem at given arrays."""
    leaves = [torch.tensor(p, requires_grad=True) for p in parameters]
    return [g.numpy() for g in torch.autograd.grad(problem(*leaves), leaves)]


def soft(x, threshold):
    return np.sign(x) * np.maximum(np.abs(x) - threshold, 0)


def norm(x):
    return np.sqrt((x * x).sum())


class Each:
    """A rule that treats every parameter by itself: step(state, w, g, rate, t) -> new w."""

    def __init__(self, step, **options):
        self.step, self.options, self.states = step, options, {}

    def __call__(self, parameters, rate, t):
        for i, (w, g) in enumerate(zip(parameters, gradient(parameters))):
            state = self.states.setdefault(i, {})
            parameters[i] = self.step(state, w, g, rate, t, **self.options)


def zeros(state, w, *names):
    for name in names:
        state.setdefault(name, np.zeros_like(w))


def sgd(s, w, g, rate, t, momentum=0.0, weightDecay=0.0, inside=False):
    zeros(s, w, "v")
    g = g + weightDecay * w
    s["v"] = momentum * s["v"] + (rate * g if inside else g)
    return w - (s["v"] if inside else rate * s["v"])


def adam(s, w, g, rate, t, betas=(0.9, 0.999), epsilon=1e-8, inside=False, amsgrad=False, maximumOfCorrected=False, weightDecay=0.0,
         corrects=(True, True), averagesAllSquares=False):
    """Kingma, Ba, 2015; weight decay decoupled (Loshchilov, Hutter, 2019); maxima of v or of v-hat (Reddi et al., 2018)."""
    zeros(s, w, "m", "v", "maximum")
    beta1, beta2 = betas[0], 1 - 1 / t if averagesAllSquares else betas[1]
    s["m"] = beta1 * s["m"] + (1 - beta1) * g
    s["v"] = beta2 * s["v"] + (1 - beta2) * g * g
    c1 = 1 - beta1 ** t if corrects[0] else 1
    c2 = 1 - betas[1] ** t if corrects[1] and not averagesAllSquares else 1
    v = s["v"] / c2
    if amsgrad:
        s["maximum"] = np.maximum(s["maximum"], v if maximumOfCorrected else s["v"])
        v = s["maximum"] if maximumOfCorrected else s["maximum"] / c2
    root = np.sqrt(v + epsilon) if inside else np.sqrt(v) + epsilon
    return w * (1 - rate * weightDecay) - rate * s["m"] / c1 / root


def adagrad(s, w, g, rate, t, epsilon=1e-10, bound=np.inf):
    """Duchi, Hazan, Singer, 2011, epsilon under the root, the sum bounded above."""
    zeros(s, w, "v")
    s["v"] = np.minimum(s["v"] + g * g, bound)
    return w - rate * g / np.sqrt(s["v"] + epsilon)


def rmsprop(s, w, g, rate, t, alpha=0.99, epsilon=1e-8):
    zeros(s, w, "v")
    s["v"] = alpha * s["v"] + (1 - alpha) * g * g
    return w - rate * g / np.sqrt(s["v"] + epsilon)


def adadelta(s, w, g, rate, t, rho=0.9, epsilon=1e-6):
    """Zeiler, 2012, with epsilon beside the roots."""
    zeros(s, w, "v", "u")
    s["v"] = rho * s["v"] + (1 - rho) * g * g
    d = (np.sqrt(s["u"]) + epsilon) / (np.sqrt(s["v"]) + epsilon) * g
    s["u"] = rho * s["u"] + (1 - rho) * d * d
    return w - rate * d


def adax(s, w, g, rate, t, beta1=0.9, beta2=1e-4, epsilon=1e-12, weightDecay=0.0, decoupled=False):
    """Li et al., 2020, algorithm 2 and AdaX-W."""
    zeros(s, w, "m", "v")
    if not decoupled:
        g = g + weightDecay * w
    s["m"] = beta1 * s["m"] + (1 - beta1) * g
    s["v"] = (1 + beta2) * s["v"] + beta2 * g * g
    v = s["v"] / ((1 + beta2) ** t - 1)
    return w * (1 - rate * weightDecay if decoupled else 1) - rate * s["m"] / np.sqrt(v + epsilon)


def lion(s, w, g, rate, t, beta1=0.9, beta2=0.99, weightDecay=0.0):
    """Chen et al., 2023, algorithm 2."""
    zeros(s, w, "m")
    c = beta1 * s["m"] + (1 - beta1) * g
    s["m"] = beta2 * s["m"] + (1 - beta2) * g
    return w - rate * (np.sign(c) + weightDecay * w)


def ftrl(s, w, g, rate, t, beta=1.0, lasso=0.0, ridge=0.0, rowDecay=0.0):
    """McMahan et al., 2013, algorithm 1; rows of matrices together as in Ni et al., 2021, algorithm 1. Starts from 0."""
    zeros(s, w, "z", "n")
    if t == 1:
        w = np.zeros_like(w)
    sigma = (np.sqrt(s["n"] + g * g) - np.sqrt(s["n"])) / rate
    s["z"] = s["z"] + g - sigma * w
    s["n"] = s["n"] + g * g
    pull = soft(-s["z"], lasso)
    if w.ndim > 1:
        length = np.sqrt((pull * pull).sum(axis=tuple(range(1, w.ndim)), keepdims=True))
        pull = pull * np.maximum(1 - rowDecay * np.sqrt(w[0].size) / np.maximum(length, 1e-300), 0)
    return pull / ((beta + np.sqrt(s["n"])) / rate + ridge)


def ogd(s, w, g, rate, t, lasso=0.0, ridge=0.0, radius=np.inf):
    """Zinkevich, 2003, on the subgradient of the penalized loss."""
    w = w - rate / np.sqrt(t) * (g + ridge * w + lasso * np.sign(w))
    return w * min(1, radius / norm(w))


def fobos(s, w, g, rate, t, lasso=0.0, ridge=0.0):
    """Duchi, Singer, 2009, equations 2 and 3."""
    eta = rate / np.sqrt(t)
    return soft(w - eta * g, eta * lasso) / (1 + eta * ridge)


def rda(s, w, g, rate, t, lasso=0.0, ridge=0.0):
    """Xiao, 2010, section 2: gamma = 1 / rate."""
    zeros(s, w, "mean")
    s["mean"] = (t - 1) / t * s["mean"] + g / t
    return -soft(s["mean"], lasso) / (ridge + 1 / (rate * np.sqrt(t)))


def lasso_sgd(s, w, g, rate, t, l1=0.0):
    return soft(w - rate * g, rate * l1)


def lamb(s, w, g, rate, t, lower=0.0, upper=np.inf, weightDecay=0.01, sparesVectors=False):
    """You et al., 2020, algorithm 2."""
    zeros(s, w, "m", "v")
    s["m"] = 0.9 * s["m"] + 0.1 * g
    s["v"] = 0.999 * s["v"] + 0.001 * g * g
    u = s["m"] / (1 - 0.9 ** t) / (np.sqrt(s["v"] / (1 - 0.999 ** t)) + 1e-8) + weightDecay * w
    if sparesVectors and w.ndim < 2:
        return w - rate * u
    return w - rate * np.clip(norm(w), lower, upper) / norm(u) * u


def lars(s, w, g, rate, t, momentum=0.9, weightDecay=0.0, trust=0.001):
    """You, Gitman, Ginsburg, 2017, algorithm 1: the rate inside the velocity."""
    zeros(s, w, "v")
    local = trust * norm(w) / (norm(g) + weightDecay * norm(w))
    s["v"] = momentum * s["v"] + rate * local * (g + weightDecay * w)
    return w - s["v"]


class Lookahead:
    """Zhang et al., 2019, algorithm 1."""

    def __init__(self, inner, period, slowStep):
        self.inner, self.period, self.slow_step, self.slow = inner, period, slowStep, None

    def __call__(self, parameters, rate, t):
        if self.slow is None:
            self.slow = [p.copy() for p in parameters]
        self.inner(parameters, rate, t)
        if t % self.period == 0:
            self.slow = [s + self.slow_step * (p - s) for s, p in zip(self.slow, parameters)]
            parameters[:] = [s.copy() for s in self.slow]


class Sam:
    """Foret et al., 2021, algorithm 1 (Kwon et al., 2021, for the adaptive form), round SGD with momentum."""

    def __init__(self, radius, adaptive=False):
        self.radius, self.adaptive, self.states = radius, adaptive, [{}, {}]

    def __call__(self, parameters, rate, t):
        scales = [np.abs(p) if self.adaptive else np.ones_like(p) for p in parameters]
        slopes = [a * g for a, g in zip(scales, gradient(parameters))]
        length = np.sqrt(sum((g * g).sum() for g in slopes))
        there = gradient([p + self.radius * a * g / length for p, a, g in zip(parameters, scales, slopes)])
        for i, (w, g) in enumerate(zip(parameters, there)):
            parameters[i] = sgd(self.states[i], w, g, rate, t, momentum=0.9)


class Average:
    """Running averages along the path of an inner rule; the parameters are replaced by them in the record only."""

    def __init__(self, inner, decay=None, warmsUp=False, start=0, every=1):
        self.inner, self.decay, self.warms_up, self.start, self.every = inner, decay, warmsUp, start, every
        self.count, self.average = 0, None

    def __call__(self, parameters, rate, t):
        self.inner(parameters, rate, t)
        if t > self.start and (t - 1 - self.start) % self.every == 0:
            decay = self.count / (self.count + 1) if self.decay is None else self.decay
            if self.warms_up:
                decay = min(decay, (1 + self.count) / (10 + self.count))
            if self.count == 0:
                decay = 0
            self.count += 1
            self.average = [w * (1 - decay) + (0 if decay == 0 else decay * a) for w, a in zip(parameters, self.average or parameters)]

    def recorded(self, parameters):
        return self.average or parameters


class Combined:
    """SGD with momentum for the first parameter, Adam without decay for the second."""

    def __init__(self):
        self.states = [{}, {}]

    def __call__(self, parameters, rate, t):
        g = gradient(parameters)
        parameters[0] = sgd(self.states[0], parameters[0], g[0], rate, t, momentum=0.9)
        parameters[1] = adam(self.states[1], parameters[1], g[1], rate, t)


class Accumulation:
    """The mean of the gradients of four steps at the same point, then a step of SGD with momentum."""

    def __init__(self, count):
        self.count, self.states, self.sums = count, [{}, {}], None

    def __call__(self, parameters, rate, t):
        g = gradient(parameters)
        self.sums = g if self.sums is None else [a + b for a, b in zip(self.sums, g)]
        if t % self.count == 0:
            for i, w in enumerate(parameters):
                parameters[i] = sgd(self.states[i], w, self.sums[i] / self.count, rate, t // self.count, momentum=0.9)
            self.sums = None


def adafactor(s, w, g, rate, t, ownSchedule=True, byParameter=True, threshold=1.0, weightDecay=0.0):
    """Shazeer, Stern, 2018, algorithms 4 and 5."""
    memory = 1 - t ** -0.8
    alpha = rate * (min(1e-2, 1 / np.sqrt(t)) if ownSchedule else 1)
    if byParameter:
        alpha *= max(1e-3, np.sqrt((w * w).mean()))
    squares = g * g + 1e-30
    if w.ndim >= 2:
        s["r"] = memory * s.get("r", 0) + (1 - memory) * squares.sum(-1)
        s["c"] = memory * s.get("c", 0) + (1 - memory) * squares.sum(-2)
        v = s["r"][..., :, None] * s["c"][..., None, :] / s["r"].sum(-1)[..., None, None]
    else:
        v = s["v"] = memory * s.get("v", 0) + (1 - memory) * squares
    u = g / np.sqrt(v)
    return w * (1 - rate * weightDecay) - alpha * u / max(1, np.sqrt((u * u).mean()) / threshold)


def power(a, exponent, epsilon):
    values, vectors = np.linalg.eigh(a)
    return vectors @ np.diag(np.maximum(values, epsilon) ** exponent) @ vectors.T


def shampoo(s, w, g, rate, t, every=1, momentum=0.0, weightDecay=0.0, diagonal=False, epsilon=0.1):
    """Gupta, Koren, Singer, 2018, algorithm 1; a vector has one side, with the power -1/2."""
    zeros(s, w, "v")
    g = g + weightDecay * w
    matrix = g.reshape(g.shape[0], -1)
    grams = [matrix @ matrix.T, matrix.T @ matrix][:1 if w.ndim < 2 else 2]
    for i, gram in enumerate(grams):
        if diagonal:
            gram = np.diag(np.diag(gram))
        s[i] = s.get(i, epsilon * np.eye(len(gram))) + gram
        if (t - 1) % every == 0:
            s["root", i] = power(s[i], -0.5 if w.ndim < 2 else -0.25, epsilon)
    matrix = s["root", 0] @ matrix if w.ndim < 2 else s["root", 0] @ matrix @ s["root", 1]
    s["v"] = momentum * s["v"] + matrix.reshape(w.shape)
    return w - rate * s["v"]


def flat(parameters):
    return np.concatenate([p.reshape(-1) for p in parameters])


def move(parameters, step):
    at = 0
    for p in parameters:
        p += step[at:at + p.size].reshape(p.shape)
        at += p.size


def newton(parameters, rate, damping):
    def of_vector(x):
        return problem(x[:3], x[3:].reshape(2, 2))

    x = torch.tensor(flat(parameters))
    hessian = torch.autograd.functional.hessian(of_vector, x).numpy()
    move(parameters, -rate * np.linalg.solve(hessian + damping * np.eye(7), flat(gradient(parameters))))


def gauss_newton(parameters, rate, damping):
    """One residual, the problem itself."""
    j, r = flat(gradient(parameters)), problem(*[torch.tensor(p) for p in parameters]).item()
    move(parameters, -rate * np.linalg.solve(np.outer(j, j) + damping * np.eye(7), j * r))


def term_gradient(parameters, i):
    """Term i of a sum of five: the problem seen from another place."""
    leaves = [torch.tensor(p, requires_grad=True) for p in parameters]
    return [g.numpy() for g in torch.autograd.grad(problem(leaves[0] + 0.1 * i, leaves[1]), leaves)]


class Table:
    """SAG (Schmidt, Le Roux, Bach, 2013, algorithm 1, with n from the start) and SAGA (Defazio et al., 2014, equation 1)."""

    def __init__(self, unbiased):
        self.unbiased, self.table = unbiased, None

    def __call__(self, parameters, rate, t):
        if self.table is None:
            self.table = [[np.zeros_like(p) for p in parameters] for _ in range(5)]
        i, mean = 3 * (t - 1) % 5, [sum(rows) / 5 for rows in zip(*self.table)]
        g = term_gradient(parameters, i)
        step = [a - b + c for a, b, c in zip(g, self.table[i], mean)]
        self.table[i] = g
        if not self.unbiased:
            step = [sum(rows) / 5 for rows in zip(*self.table)]
        for k, d in enumerate(step):
            parameters[k] = parameters[k] - rate * d


class Svrg:
    """Johnson, Zhang, 2013, figure 1, option I."""

    def __init__(self, period):
        self.period = period

    def __call__(self, parameters, rate, t):
        if (t - 1) % self.period == 0:
            self.snapshot = [p.copy() for p in parameters]
            self.mean = [sum(rows) / 5 for rows in zip(*[term_gradient(parameters, i) for i in range(5)])]
        i = 3 * (t - 1) % 5
        for k, (now, then, mean) in enumerate(zip(term_gradient(parameters, i), term_gradient(self.snapshot, i), self.mean)):
            parameters[k] = parameters[k] - rate * (now - then + mean)


def record(file):
    def add(name, rate, rule, **options):
        parameters = [p.numpy().copy() for p in start()]
        path = []
        for t in range(1, STEPS + 1):
            rule(parameters, rate if t <= 12 else rate / 2, t)
            shown = rule.recorded(parameters) if hasattr(rule, "recorded") else parameters
            path.append(np.concatenate([p.reshape(-1) for p in shown]))
        w, m = start()
        file.add(name_of(name, options), attributes={"learningRate": rate} | options, inputs={"w": w, "m": m},
                 outputs=[torch.tensor(np.stack(path))])

    def each(name, rate, step, fixed={}, **options):
        add(name, rate, Each(step, **fixed, **options), **options)

    for options in ({"inside": True, "epsilon": 1e-3}, {"amsgrad": True, "maximumOfCorrected": True, "betas": [0.9, 0.8]},
                    {"corrects": [False, False], "epsilon": 1e-3}, {"corrects": [True, False], "epsilon": 0.1}, {"averagesAllSquares": True}):
        each("Adam", 0.1, adam, **options)
    each("AdaGrad", 0.3, adagrad, epsilon=0.01)
    each("AdaGrad", 0.3, adagrad, bound=3.0, epsilon=0.01)
    each("RmsProp", 0.02, rmsprop, epsilon=0.01, alpha=0.9)
    each("AdaDelta", 0.5, adadelta, epsilon=0.01)
    for options in ({}, {"beta2": 0.05, "epsilon": 1e-3}, {"weightDecay": 0.1}, {"weightDecay": 0.1, "decoupled": True}):
        each("AdaX", 0.05, adax, **options)
    for options in ({}, {"weightDecay": 0.1}, {"beta1": 0.5, "beta2": 0.8}):
        each("Lion", 0.03, lion, **options)
    for options in ({}, {"lasso": 0.5, "ridge": 0.1}, {"lasso": 2.0, "beta": 0.5}, {"rowDecay": 0.5, "lasso": 0.1}, {"rowDecay": 4.0}):
        each("Ftrl", 0.3, ftrl, **options)
    for options in ({}, {"lasso": 0.5, "ridge": 0.1}, {"radius": 0.5}):
        each("Ogd", 0.1, ogd, **options)
    for options in ({}, {"lasso": 1.5, "ridge": 0.1}):
        each("Fobos", 0.1, fobos, **options)
        each("Rda", 0.1, rda, **options)
    each("SgdLasso", 0.05, lasso_sgd, l1=1.5)
    for options in ({}, {"weightDecay": 0.1}, {"lower": 0.5, "upper": 1.0}, {"sparesVectors": True}):
        each("Lamb", 0.05, lamb, **options)
    for options in ({"trust": 0.1}, {"trust": 0.1, "weightDecay": 0.1}, {"trust": 0.05, "momentum": 0.0}):
        each("Lars", 0.5, lars, **options)
    add("Lookahead", 0.05, Lookahead(Each(sgd, momentum=0.9), 5, 0.5), period=5, slowStep=0.5)
    add("Lookahead", 0.05, Lookahead(Each(sgd, momentum=0.9), 3, 0.8), period=3, slowStep=0.8)
    add("LookaheadLamb", 0.05, Lookahead(Each(lamb), 5, 0.5))
    add("Sam", 0.02, Sam(0.05), radius=0.05)
    add("Sam", 0.02, Sam(0.5, True), radius=0.5, adaptive=True)
    for options in ({}, {"ownSchedule": False, "threshold": 0.5}, {"ownSchedule": False, "byParameter": False, "weightDecay": 0.1}):
        each("AdaFactor", 0.1 if "ownSchedule" in options else 3.0, adafactor, **options)
    for options in ({}, {"every": 4}, {"momentum": 0.5, "weightDecay": 0.1}, {"diagonal": True}):
        each("Shampoo", 0.02, shampoo, epsilon=0.1, **options)
    add("Newton", 0.5, lambda p, rate, t: newton(p, rate, 12.0), damping=12.0)
    add("GaussNewton", 0.5, lambda p, rate, t: gauss_newton(p, rate, 5.0), damping=5.0)
    add("Sag", 0.03, Table(False))
    add("Saga", 0.03, Table(True))
    add("Svrg", 0.03, Svrg(7), period=7)
    add("CombinedOptimizer", 0.05, Combined())
    add("GradientAccumulation", 0.05, Accumulation(4), count=4)
    for options in ({"decay": 0.9}, {"decay": 0.9, "warmsUp": True}, {}, {"start": 4, "every": 3}):
        add("WeightAverage", 0.05, Average(Each(sgd, momentum=0.9), **options), **options)

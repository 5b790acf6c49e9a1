"""Measures of information."""
import torch
from torch.special import entr, xlogy

from golden import Draw


def probabilities(draw, *shape, axis=-1):
    weights = draw.uniform(0.1, 1, *shape)
    return draw.exact(weights / weights.sum(axis, keepdim=True))


def kl(p, q, axis=-1):
    return (xlogy(p, p) - xlogy(p, q)).sum(axis)


def record(file):
    draw = Draw("information")
    for axis in (-1, 0):
        p, q = probabilities(draw, 3, 4, axis=axis), probabilities(draw, 3, 4, axis=axis)
        file.case("Entropy", lambda p: entr(p).sum(axis), {"p": p}, axis=axis)
        file.case("Perplexity", lambda p: entr(p).sum(axis).exp(), {"p": p}, axis=axis)
        file.case("CrossEntropy", lambda p, q: -xlogy(p, q).sum(axis), {"p": p, "q": q}, axis=axis)
        file.case("KlDivergence", lambda p, q: kl(p, q, axis), {"p": p, "q": q}, axis=axis)
        file.case("JensenShannonDivergence", lambda p, q: (kl(p, (p + q) / 2, axis) + kl(q, (p + q) / 2, axis)) / 2, {"p": p, "q": q}, axis=axis)
    joint = probabilities(draw, 12).reshape(3, 4)
    file.case("MutualInformation", lambda p: xlogy(p, p / (p.sum(-1, True) * p.sum(-2, True))).sum((-2, -1)), {"p": joint})
    counts = draw.integers(1, 20, 3, 2).double()
    gain = lambda n: entr(n.sum(0) / n.sum()).sum() - sum(row.sum() / n.sum() * entr(row / row.sum()).sum() for row in n)
    file.case("InformationGain", gain, {"p": counts})
    posterior = lambda p, l: p * l / (p * l).sum(-1, keepdim=True)
    file.case("Posterior", posterior, {"p": probabilities(draw, 4), "likelihood": draw.uniform(0.01, 1, 3, 4)})

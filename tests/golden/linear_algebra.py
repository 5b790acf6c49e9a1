"""Linear algebra and derivatives of whole functions."""
import torch
from torch.autograd.functional import hessian, hvp, jacobian

from golden import Draw


def positive(draw, *shape):
    a = draw.normal(*shape)
    return draw.exact(a @ a.mT + torch.eye(shape[-1]))


def qr(x):
    """With a positive diagonal of R."""
    q, r = torch.linalg.qr(x)
    sign = torch.sign(torch.diagonal(r, dim1=-2, dim2=-1))
    return q * sign.unsqueeze(-2), r * sign.unsqueeze(-1)


def oriented(values, vectors):
    """With a positive largest component of each column."""
    largest = vectors.gather(-2, vectors.abs().argmax(-2, keepdim=True))
    return values, vectors * torch.sign(largest)


def svd(x):
    u, s, vt = torch.linalg.svd(x, full_matrices=False)
    sign = torch.sign(u.gather(-2, u.abs().argmax(-2, keepdim=True)))
    return u * sign, s, vt * sign.mT


def record(file):
    draw = Draw("linear algebra")
    for shape in ((4, 4), (2, 3, 3)):
        a = draw.normal(*shape)
        file.case("Solve", torch.linalg.solve, {"a": a, "b": draw.normal(*shape[:-1], 2)}, note=str(len(shape)))
        file.case("Inverse", torch.linalg.inv, {"a": a}, note=str(len(shape)))
        file.case("Determinant", torch.linalg.det, {"a": a}, note=str(len(shape)))
        file.case("LogDeterminant", lambda x: [part for part in torch.linalg.slogdet(x)], {"a": a}, note=str(len(shape)))
        file.case("Cholesky", lambda x: torch.linalg.cholesky((x + x.mT) / 2), {"a": positive(draw, *shape)}, note=str(len(shape)))
        file.case("SymmetricEigen", lambda x: oriented(*torch.linalg.eigh((x + x.mT) / 2)), {"a": draw.normal(*shape)}, note=str(len(shape)))
    file.case("Solve", torch.linalg.solve, {"a": draw.normal(3, 3), "b": draw.normal(3)}, note="vector")
    for shape in ((5, 3), (2, 4, 4)):
        file.case("Qr", qr, {"a": draw.normal(*shape)}, note=str(len(shape)))
        file.case("Svd", svd, {"a": draw.normal(*shape)}, note=str(len(shape)))
    for correction in (0, 1):
        file.case("Covariance", lambda x: torch.cov(x.T, correction=correction), {"a": draw.normal(7, 3)}, correction=correction)

    inner = lambda x: (x.exp() * x.roll(1)).cumsum(0)
    outer = lambda x: (x.sin() * x.roll(1) ** 2).sum()
    file.case("Jacobian", lambda x: jacobian(inner, x), {"x": draw.normal(4)}, gradients=False)
    file.case("Hessian", lambda x: hessian(outer, x), {"x": draw.normal(5)}, gradients=False)
    file.case("HessianVectorProduct", lambda x, v: hvp(outer, x, v)[1], {"x": draw.normal(5), "v": draw.normal(5)}, gradients=False)
    for shape in ((5, 3), (2, 3, 4)):
        file.case("SingularValues", torch.linalg.svdvals, {"a": draw.normal(*shape)}, note=str(len(shape)))
    for shape in ((4, 4), (2, 3, 3)):
        for upper in (False, True):
            solve = lambda a, b: torch.linalg.solve_triangular(a, b, upper=upper)
            a = draw.exact(draw.normal(*shape) + 3 * torch.eye(shape[-1]))
            file.case("SolveTriangular", solve, {"a": a, "b": draw.normal(*shape[:-1], 2)}, upper=upper, note=str(len(shape)))
    file.case("Qr", qr, {"a": draw.normal(3, 5)}, note="wide")
    file.case("Qr", qr, {"a": draw.normal(36, 33)}, note="blocks")

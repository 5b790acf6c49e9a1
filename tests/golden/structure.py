"""Operations that move elements: views, indexing, joining, padding; and products of matrices, einsum."""
import torch
import torch.nn.functional as F

from golden import Draw

SLICES = {
    "row": lambda x: x[1],
    "last": lambda x: x[-1],
    "range": lambda x: x[1:3],
    "open": lambda x: x[2:, :-1],
    "column": lambda x: x[:, 2],
    "step": lambda x: x[::2, 1::3],
    "inner": lambda x: x[..., 1],
    "newAxis": lambda x: x[:, None, 1:2],
    "single": lambda x: x[3, 4, 1],
}


def record(file):
    views(file)
    indexing(file)
    joining(file)
    products(file)


def views(file):
    x = Draw("views").normal(2, 3, 4)
    for name, function, attributes in [
        ("Reshape", lambda x: x.reshape(6, -1), {"sizes": [6, -1]}),
        ("Permute", lambda x: x.permute(2, 0, 1), {"order": [2, 0, 1]}),
        ("Transpose", lambda x: x.transpose(0, -1), {"first": 0, "second": -1}),
        ("Unsqueeze", lambda x: x.unsqueeze(1), {"axis": 1}),
        ("Flatten", lambda x: x.flatten(1, 2), {"first": 1, "last": 2}),
        ("Expand", lambda x: x[:, :1].expand(5, 2, 3, 4), {"sizes": [5, 2, 3, 4]}),
        ("Flip", lambda x: x.flip(0, 2), {"axes": [0, 2]}),
        ("Flip", lambda x: x.flip(1), {"axes": [1]}),
        ("Roll", lambda x: x.roll(3, 2), {"shift": 3, "axis": 2}),
        ("Roll", lambda x: x.roll(-1, 1), {"shift": -1, "axis": 1}),
        ("Tile", lambda x: x.repeat(2, 1, 3), {"counts": [2, 1, 3]}),
        ("Tile", lambda x: x.repeat(2, 1, 1, 2), {"counts": [2, 1, 1, 2]}),
        ("Repeat", lambda x: x.repeat_interleave(3, 1), {"count": 3, "axis": 1}),
        ("Narrow", lambda x: x.narrow(2, 1, 2), {"axis": 2, "start": 1, "length": 2}),
        ("Split", lambda x: x.split([1, 2], 1), {"sizes": [1, 2], "axis": 1}),
        ("Chunk", lambda x: x.chunk(2, 2), {"count": 2, "axis": 2}),
    ]:
        file.case(name, function, {"x": x}, **attributes)
    file.case("Squeeze", lambda x: x.squeeze(1), {"x": x[:, :1]}, axis=1)
    for name, function in SLICES.items():
        file.case("Slice", function, {"x": Draw("slices").normal(4, 5, 3)}, place=name)
    for offset in (-2, -1, 0, 1):
        square = Draw(f"triangle{offset}").normal(2, 4, 5)
        file.case("UpperTriangle", lambda x: x.triu(offset), {"x": square}, offset=offset)
        file.case("LowerTriangle", lambda x: x.tril(offset), {"x": square}, offset=offset)
        file.case("DiagonalMatrix", lambda x: x.diag_embed(offset), {"x": Draw("diagonal").normal(2, 3)}, offset=offset)
        file.case("Diagonal", lambda x: x.diagonal(offset, -2, -1), {"x": square}, offset=offset)


def indexing(file):
    for axis in (0, 1, -1):
        draw = Draw(f"index{axis}")
        x = draw.normal(4, 5, 4)
        file.case("IndexSelect", lambda x, indices: x.index_select(axis, indices), {"x": x, "indices": draw.integers(0, 4, 7)}, axis=axis)
        file.case("IndexAdd", lambda x, indices, source: x.index_add(axis, indices, source),
                  {"x": x, "indices": draw.integers(0, 4, 3), "source": draw.normal(*[3 if a == axis % 3 else n for a, n in enumerate(x.shape)])},
                  axis=axis)
        shape = [6 if a == axis % 3 else n for a, n in enumerate(x.shape)]
        indices = draw.integers(0, 4, *shape)
        file.case("Gather", lambda x, indices: x.gather(axis, indices), {"x": x, "indices": indices}, axis=axis)
        file.case("ScatterAdd", lambda x, indices, source: x.scatter_add(axis, indices, source),
                  {"x": x, "indices": indices, "source": draw.normal(*shape)}, axis=axis)
    for axis in (0, 1):
        draw = Draw(f"scatter{axis}")
        places = torch.stack([draw.permutation(5)[:4] for _ in range(5)], 1 - axis)
        file.case("Scatter", lambda x, indices, source: x.scatter(axis, indices, source),
                  {"x": draw.normal(5, 5), "indices": places, "source": draw.normal(*places.shape)}, axis=axis)
    draw = Draw("mask")
    file.case("Take", lambda x, indices: x.take(indices), {"x": draw.normal(3, 4), "indices": draw.integers(0, 12, 2, 3)})
    file.case("MaskedSelect", lambda x, mask: x[mask], {"x": draw.normal(4, 5), "mask": draw.mask(4, 5)})
    file.case("MaskedFill", lambda x, mask: x.masked_fill(mask, 2.5), {"x": draw.normal(4, 5), "mask": draw.mask(5)}, value=2.5)
    file.case("IndexTensor", lambda x, indices: x[indices], {"x": draw.normal(4, 5), "indices": draw.integers(0, 4, 2, 3)})
    file.case("OneHot", lambda x: F.one_hot(x, 6), {"x": draw.integers(0, 6, 2, 4)}, gradients=False, classes=6)
    file.case("Embedding", lambda weight, indices: F.embedding(indices, weight),
              {"weight": draw.normal(6, 3), "indices": draw.integers(0, 6, 2, 5)})
    file.case("Embedding", lambda weight, indices: F.embedding(indices, weight, 2),
              {"weight": draw.normal(4, 3), "indices": torch.tensor([2, 0, 2, 3])}, padding=2)


def joining(file):
    for axis in (0, 1, -1):
        draw = Draw(f"join{axis}")
        shapes = [[2, 3, 4] for _ in range(3)]
        for i, shape in enumerate(shapes):
            shape[axis] += i
        file.case("Concatenate", lambda a, b, c: torch.cat([a, b, c], axis), dict(zip("abc", [draw.normal(*s) for s in shapes])), axis=axis)
        file.case("Stack", lambda a, b: torch.stack([a, b], axis), {"a": draw.normal(3, 2), "b": draw.normal(3, 2)}, axis=axis)
    x = Draw("pad").normal(2, 3, 4, 5)
    for mode in ("constant", "reflect", "replicate"):
        file.case("Pad", lambda x: F.pad(x, (1, 2, 2, 0), mode), {"x": x}, last=[1, 2], before=[2, 0], mode=mode)
    file.case("Pad", lambda x: F.pad(x, (0, 1, 2, 0), "constant", 1.5), {"x": x}, last=[0, 1], before=[2, 0], mode="constant", value=1.5)


def products(file):
    for left, right in [((3, 4), (4, 5)), ((4,), (4,)), ((4,), (4, 3)), ((2, 4), (4,)), ((5, 3, 4), (4, 2)), ((3, 4), (5, 4, 2)),
                        ((5, 3, 4), (5, 4, 2)), ((2, 1, 3, 4), (5, 4, 2)), ((1, 3, 4), (6, 4, 2)), ((3, 0), (0, 2)), ((17, 33), (33, 9)),
                        ((2, 3, 4), (4,))]:
        draw = Draw(f"matmul{left}{right}")
        file.case("MatMul", torch.matmul, {"a": draw.normal(*left), "b": draw.normal(*right)}, note=f"{left}{right}")
    draw = Draw("products")
    file.case("MatMul", lambda a, b: a @ b, {"a": draw.normal(2, 17, 33), "b": draw.normal(2, 33, 9)}, note="batch")
    file.case("Outer", torch.outer, {"a": draw.normal(3), "b": draw.normal(4)})
    file.case("Cross", lambda a, b: torch.cross(a, b, -1), {"a": draw.normal(2, 3), "b": draw.normal(2, 3)})
    file.case("Meshgrid", lambda a, b: torch.meshgrid(a, b, indexing="ij"), {"a": draw.normal(3), "b": draw.normal(4)})
    file.case("Trace", torch.trace, {"x": draw.normal(4, 4)})
    file.case("Dot", torch.dot, {"a": draw.normal(5), "b": draw.normal(5)})
    for bias in (False, True):
        for shape in ([4, 6], [2, 3, 6], [6]):
            inputs = {"x": draw.normal(*shape), "weight": draw.normal(5, 6)} | ({"bias": draw.normal(5)} if bias else {})
            file.case("Linear", lambda x, weight, bias=None: F.linear(x, weight, bias), inputs,
                      note=f"{shape}{'bias' if bias else ''}")
    for equation, shapes in {
        "ij,jk->ik": [(2, 3), (3, 4)], "bij,bjk->bik": [(2, 3, 4), (2, 4, 5)], "bhqd,bhkd->bhqk": [(2, 2, 3, 4), (2, 2, 5, 4)],
        "ii->": [(3, 3)], "ii->i": [(3, 3)], "ij->ji": [(2, 3)], "ij->j": [(2, 3)], "i,j->ij": [(3,), (4,)], "ij,ij->": [(2, 3), (2, 3)],
        "ijk,kl,jm->ilm": [(2, 3, 4), (4, 2), (3, 5)], "...ij,...jk->...ik": [(2, 3, 4), (4, 5)], "ij,jk": [(2, 3), (3, 4)],
        "bi,bi->b": [(3, 4), (3, 4)], "bi,ijk,bk->bj": [(2, 3), (3, 4, 5), (2, 5)],
    }.items():
        draw = Draw(equation)
        inputs = {name: draw.normal(*shape) for name, shape in zip("abc", shapes)}
        file.case("Einsum", lambda *t: torch.einsum(equation, *t), inputs, equation=equation)

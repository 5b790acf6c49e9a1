"""A small network with convolutions, attention and linear maps under torch.autocast("cpu", bfloat16), in single precision otherwise."""
import torch
import torch.nn.functional as F

from golden import Draw


def network(x, first, second, packed, hidden, output, target):
    y = F.conv2d(x, first, padding=1).relu()                          # [4, 8, 8, 8]
    y = F.conv2d(y, second, padding=1).relu()
    tokens = F.layer_norm(y.flatten(2).transpose(1, 2), (8,))         # [4, 64, 8]
    query, key, value = [part.reshape(4, 64, 2, 4).transpose(1, 2) for part in F.linear(tokens, packed).chunk(3, -1)]
    scores = torch.matmul(query, key.transpose(-1, -2)) / 2
    mixed = torch.matmul(scores.float().softmax(-1), value)           # [4, 2, 64, 4]
    y = F.gelu(F.linear(mixed.float().mean(2).flatten(1), hidden))          # [4, 32]
    scores = F.linear(y, output)
    return scores.float(), F.cross_entropy(scores.float(), target)


def record(file):
    draw = Draw("mixed precision")
    shapes = {"x": (4, 3, 8, 8), "first": (8, 3, 3, 3), "second": (8, 8, 3, 3), "packed": (24, 8), "hidden": (32, 8), "output": (10, 32)}
    inputs = {name: draw.normal(*shape, scale=1 if name == "x" else (shape[1] * (9 if len(shape) == 4 else 1)) ** -0.5) for name, shape in shapes.items()}
    target = draw.integers(0, 10, 4)
    for reduced in (False, True):
        leaves = {name: value.float().requires_grad_() for name, value in inputs.items()}
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=reduced):
            scores, loss = network(*leaves.values(), target)
        loss.backward()
        file.add("network/" + ("bfloat16" if reduced else "float32"), inputs=inputs | {"target": target}, outputs=[scores.detach().double(), loss.detach().double()],
                 gradients={name: leaf.grad.double() for name, leaf in leaves.items()})

"""Layers that look up and reduce rows of a trained table."""
import torch.nn as nn

from golden import Draw, name_of, weighted


def record(file):
    indices = Draw("bag layers").integers(0, 7, 3, 5)
    for mode in ("sum", "mean", "max"):
        for padding in (None, 3):
            layer = nn.EmbeddingBag(7, 4, mode=mode, padding_idx=padding)
            attributes = {"mode": mode} | ({} if padding is None else {"padding": padding})
            layer.weight.data = Draw(f"{mode} bag").normal(7, 4)
            y = layer(indices)
            weighted([y]).backward()
            file.add(name_of("EmbeddingBag", attributes), attributes=attributes, inputs={"x": indices}, state={"weight": layer.weight.detach()},
                     outputs=[y.detach()], gradients={"weight": layer.weight.grad})

"""Recurrent layers, attention and Transformer blocks: state dictionary + inputs → outputs and all gradients."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from golden import Draw, name_of, weighted


def record(file):
    def layer(kind, module, inputs, function, note="", **attributes):
        """Gradients of every input and parameter; function(module, *inputs) gives the outputs."""
        title = name_of(kind, attributes, note)
        draw = Draw(title)
        for key, parameter in module.named_parameters():
            parameter.data = draw.normal(*parameter.shape, scale=0.5, shift=0.5 if "norm" in key.lower() else 0)
        state = {key: value.clone() for key, value in module.state_dict().items()}
        leaves = {key: value.clone().requires_grad_(value.is_floating_point()) for key, value in inputs.items()}
        outputs = function(module, *leaves.values())
        weighted(outputs).backward()
        gradients = {key: value.grad for key, value in list(module.named_parameters()) + list(leaves.items()) if value.grad is not None}
        file.add(title, attributes=attributes, inputs=inputs, state=state, outputs=[y.detach() for y in outputs], gradients=gradients)

    recurrent(layer)


def recurrent(layer):
    def run(module, x, *state, lengths=None):
        state = state if len(state) > 1 else state[0] if state else None
        packed = x if lengths is None else pack_padded_sequence(x, lengths, module.batch_first, enforce_sorted=False)
        y, after = module(packed, state)
        if lengths is not None:
            y = pad_packed_sequence(y, module.batch_first, total_length=x.shape[1 if module.batch_first else 0])[0]
        return [y, *(after if isinstance(after, tuple) else [after])]

    for kind, module, states in (("Lstm", nn.LSTM, 2), ("Gru", nn.GRU, 1), ("Rnn", nn.RNN, 1)):
        draw = Draw(kind)
        x = draw.normal(3, 5, 4)
        state = {name: draw.normal(1, 3, 6) for name in ("hidden", "cell")[:states]}
        layer(kind, module(4, 6, batch_first=True), {"x": x}, run)
        layer(kind, module(4, 6, batch_first=True), {"x": x} | state, run, note="state")
        layer(kind, module(4, 6, bias=False), {"x": draw.normal(5, 3, 4)}, run, bias=False, timeFirst=True)
        layer(kind, module(4, 6, batch_first=True), {"x": x} | state, lambda m, *t: run(m, *t, lengths=[2, 5, 3]), lengths=[2, 5, 3], note="state")
        deep = {name: draw.normal(4, 3, 6) for name in ("hidden", "cell")[:states]}
        layer(kind, module(4, 6, 2, batch_first=True, bidirectional=True), {"x": x} | deep, run, layers=2, bidirectional=True)
        layer(kind, module(4, 6, 2, batch_first=True, bidirectional=True), {"x": x} | deep,
              lambda m, *t: run(m, *t, lengths=[5, 1, 4]), layers=2, bidirectional=True, lengths=[5, 1, 4])
    layer("Rnn", nn.RNN(4, 6, batch_first=True, nonlinearity="relu"), {"x": Draw("relu").normal(3, 5, 4)}, run, relu=True)

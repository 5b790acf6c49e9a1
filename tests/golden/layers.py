"""Layers: state dictionary + input → output, gradients of the input and of every parameter, state afterwards."""
import torch.utils.checkpoint
from torch import nn

from golden import Draw


class Residual(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.block = inner

    def forward(self, x):
        return x + self.block(x)


class ConvolutionOverTime(nn.Module):
    """Kim 2014: [N, length, features] -> patterns of several widths, ReLU, maximum over time."""

    def __init__(self, features, channels, widths):
        super().__init__()
        self.convolutions = nn.ModuleList([nn.Conv1d(features, channels, width) for width in widths])

    def forward(self, x):
        return torch.cat([torch.relu(c(x.transpose(1, 2))).amax(2) for c in self.convolutions], 1)


class Checkpointed(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return torch.utils.checkpoint.checkpoint(self.layer, x)


def record(file):
    layer = file.layer
    draw = Draw("layers")
    for bias in (True, False):
        layer("Linear", nn.Linear(5, 3, bias), draw.normal(4, 5), bias=bias)
    layer("Linear", nn.Linear(5, 3), draw.normal(2, 3, 5), note="batch")
    layer("Conv1d", nn.Conv1d(4, 6, 3, 2, 1, groups=2), draw.normal(2, 4, 9), stride=2, padding=1, groups=2)
    layer("Conv3d", nn.Conv3d(2, 3, 2), draw.normal(2, 2, 3, 4, 3), kernel=2)
    layer("Conv2d", nn.Conv2d(3, 4, (3, 1), padding="same"), draw.normal(2, 3, 5, 4), kernel=[3, 1], same=True)
    layer("Conv2d", nn.Conv2d(3, 4, 3, padding=1), draw.normal(2, 3, 5, 5), padding=1)
    layer("Conv2d", nn.Conv2d(3, 4, 3, 2, 2, 2, bias=False), draw.normal(2, 3, 8, 8), stride=2, padding=2, dilation=2, bias=False)
    layer("MaxPool2d", nn.MaxPool2d(3, 2, 1), draw.distinct(2, 2, 7, 7), kernel=3, stride=2, padding=1)
    layer("AveragePool2d", nn.AvgPool2d(3, 2, 1), draw.normal(2, 2, 7, 7), kernel=3, stride=2, padding=1)
    layer("MaxPool1d", nn.MaxPool1d(3, 2, 1), draw.distinct(2, 2, 7), kernel=3, stride=2, padding=1)
    layer("AveragePool1d", nn.AvgPool1d(3, 2, 1), draw.normal(2, 2, 7), kernel=3, stride=2, padding=1)
    layer("AdaptiveAveragePool1d", nn.AdaptiveAvgPool1d(3), draw.normal(2, 2, 7), size=[3])
    layer("AdaptiveMaxPool1d", nn.AdaptiveMaxPool1d(3), draw.distinct(2, 2, 7), size=[3])
    layer("AdaptiveMaxPool2d", nn.AdaptiveMaxPool2d((2, 3)), draw.distinct(2, 2, 7, 7), size=[2, 3])
    layer("Checkpointed", Checkpointed(nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 2))), draw.normal(3, 4))
    layer("ConvolutionOverTime", ConvolutionOverTime(3, 2, [2, 3]), draw.normal(2, 6, 3))
    layer("GlobalMaxPool", nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten()), draw.distinct(2, 3, 4, 5))
    layer("AdaptiveAveragePool2d", nn.AdaptiveAvgPool2d((2, 3)), draw.normal(2, 2, 7, 7), size=[2, 3])
    layer("GlobalAveragePool", nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), draw.normal(2, 3, 4, 5))
    for training in (True, False):
        layer("BatchNorm", nn.BatchNorm1d(3), draw.normal(6, 3, scale=2), training)
        layer("BatchNorm", nn.BatchNorm2d(3), draw.normal(4, 3, 2, 3, scale=2), training, note="images")
    layer("BatchNorm", nn.BatchNorm2d(3, momentum=0.3), draw.normal(4, 3, 2, 3), calls=3, momentum=0.3)
    layer("BatchNorm", nn.BatchNorm2d(3, affine=False), draw.normal(4, 3, 2, 3), affine=False)
    layer("LayerNorm", nn.LayerNorm(6), draw.normal(2, 3, 6, scale=2), sizes=[6])
    layer("LayerNorm", nn.LayerNorm((3, 6), eps=0.1), draw.normal(2, 3, 6, scale=2), sizes=[3, 6], epsilon=0.1)
    layer("Embedding", nn.Embedding(7, 4), draw.integers(0, 7, 3, 5))
    layer("Embedding", nn.Embedding(7, 4, padding_idx=3), draw.integers(0, 7, 3, 5), padding=3)
    layer("Flatten", nn.Flatten(), draw.normal(2, 3, 4))
    layer("Identity", nn.Identity(), draw.normal(2, 3))
    layer("Prelu", nn.PReLU(3), draw.normal(2, 3, 4), channels=3)
    for name, activation in {"Relu": nn.ReLU(), "Relu6": nn.ReLU6(), "LeakyRelu": nn.LeakyReLU(), "Elu": nn.ELU(), "Selu": nn.SELU(), "Gelu": nn.GELU(),
                             "GeluTanh": nn.GELU("tanh"), "Silu": nn.SiLU(), "Mish": nn.Mish(), "Sigmoid": nn.Sigmoid(), "LogSigmoid": nn.LogSigmoid(),
                             "Tanh": nn.Tanh(), "Softplus": nn.Softplus(), "Softsign": nn.Softsign(), "HardTanh": nn.Hardtanh(), "Celu": nn.CELU(), "SoftShrink": nn.Softshrink(), "HardShrink": nn.Hardshrink(), "TanhShrink": nn.Tanhshrink(),
                             "Softmax": nn.Softmax(-1), "LogSoftmax": nn.LogSoftmax(-1)}.items():
        layer("Activation", activation, Draw(f"activation{name}").normal(3, 5, scale=2), name=name)
    layer("Dropout", nn.Dropout(0.5), draw.normal(3, 4), training=False)
    layer("Sequential", nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 2)), draw.normal(5, 4))
    layer("Residual", Residual(nn.Sequential(nn.Linear(4, 4), nn.Tanh())), draw.normal(5, 4))
    layer("ConvolutionalNetwork", nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 10)),
          draw.normal(3, 1, 8, 8))

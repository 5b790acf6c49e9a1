"""Image models at tiny widths. torchvision is not needed: its blocks are transcribed, with the names of its parameters."""
import torch
import torch.nn.functional as F
from torch import nn

from golden import Draw


def conv(i, o, k, stride=1, groups=1):
    return nn.Conv2d(i, o, k, stride, k // 2, groups=groups, bias=False)


class Block(nn.Module):
    def __init__(self, channels, inner, outer, stride):
        super().__init__()
        bottleneck = inner != outer
        self.conv1 = conv(channels, inner, 1) if bottleneck else conv(channels, inner, 3, stride)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = conv(inner, inner, 3, stride if bottleneck else 1)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = conv(inner, outer, 1) if bottleneck else None
        self.bn3 = nn.BatchNorm2d(outer) if bottleneck else None
        self.downsample = nn.Sequential(conv(channels, outer, 1, stride), nn.BatchNorm2d(outer)) if stride != 1 or channels != outer else None

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.conv3 is not None:
            y = self.bn3(self.conv3(F.relu(y)))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, blocks, width, classes, bottleneck=False, small=False):
        super().__init__()
        self.small = small
        self.conv1 = conv(3, width, 3) if small else conv(3, width, 7, 2)
        self.bn1 = nn.BatchNorm2d(width)
        channels = width
        for stage, count in enumerate(blocks):
            layers = []
            for i in range(count):
                inner = width << stage
                outer = 4 * inner if bottleneck else inner
                layers.append(Block(channels, inner, outer, 2 if i == 0 and stage > 0 else 1))
                channels = outer
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        if not self.small:
            x = F.max_pool2d(x, 3, 2, 1)
        return self.fc(self.layer4(self.layer3(self.layer2(self.layer1(x)))).mean((2, 3)))


class Vgg(nn.Module):
    def __init__(self, convolutions, width, hidden, classes, grid, norm=False):
        super().__init__()
        layers, channels = [], 3
        for stage, count in enumerate(convolutions):
            for _ in range(count):
                outer = width << min(stage, 3)
                layers += [nn.Conv2d(channels, outer, 3, padding=1)] + ([nn.BatchNorm2d(outer)] if norm else []) + [nn.ReLU()]
                channels = outer
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Linear(channels * grid * grid, hidden), nn.ReLU(), nn.Dropout(0), nn.Linear(hidden, hidden), nn.ReLU(),
                                        nn.Dropout(0), nn.Linear(hidden, classes))
        self.grid = grid

    def forward(self, x):
        return self.classifier(F.adaptive_avg_pool2d(self.features(x), self.grid).flatten(1))


class Inverted(nn.Module):
    def __init__(self, channels, outer, stride, expansion):
        super().__init__()
        inner = channels * expansion
        self.residual = stride == 1 and channels == outer
        self.conv = nn.Sequential(*([] if expansion == 1 else [normalized(channels, inner, 1)]), normalized(inner, inner, 3, stride, inner),
                                  conv(inner, outer, 1), nn.BatchNorm2d(outer))

    def forward(self, x):
        return x + self.conv(x) if self.residual else self.conv(x)


def normalized(i, o, k, stride=1, groups=1):
    return nn.Sequential(conv(i, o, k, stride, groups), nn.BatchNorm2d(o), nn.ReLU6())


class MobileNet(nn.Module):
    def __init__(self, stages, first, last, classes):
        super().__init__()
        layers, channels = [normalized(3, first, 3, 2)], first
        for expansion, outer, count, stride in stages:
            for i in range(count):
                layers.append(Inverted(channels, outer, stride if i == 0 else 1, expansion))
                channels = outer
        self.features = nn.Sequential(*layers, normalized(channels, last, 1))
        self.classifier = nn.Sequential(nn.Dropout(0), nn.Linear(last, classes))

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


def record(file):
    layer = file.layer
    draw = Draw("models")
    layer("ResNet", ResNet([1, 2, 1, 1], 2, 3, small=True), draw.normal(3, 3, 8, 8), small=True, blocks=[1, 2, 1, 1])
    layer("ResNet", ResNet([1, 1, 1, 1], 1, 3, bottleneck=True), draw.normal(3, 3, 33, 35), training=False, bottleneck=True, blocks=[1, 1, 1, 1])
    layer("Vgg", Vgg([1, 2], 3, 6, 4, 2), draw.normal(2, 3, 9, 9), convolutions=[1, 2])
    layer("Vgg", Vgg([1, 1], 2, 5, 4, 2, norm=True), draw.normal(2, 3, 8, 8), convolutions=[1, 1], norm=True)
    layer("MobileNet", MobileNet([(1, 3, 1, 1), (2, 4, 2, 2)], 3, 6, 4), draw.normal(3, 3, 9, 10))

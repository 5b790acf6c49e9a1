"""Efficient attentions and mixers without attention, each as its paper's formula over whole matrices: one head, no projections."""
import math

import torch
import torch.nn.functional as F
from torch import nn

from golden import Draw


def softmax_attention(q, k, v):
    return torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]), -1) @ v


class Local(nn.Module):
    """Beltagy, Peters, Cohan (2020): the scores of all pairs, those out of the window hidden."""

    def __init__(self, radius):
        super().__init__()
        self.radius = radius

    def forward(self, x):
        at = torch.arange(x.shape[1])
        far = (at[:, None] - at).abs() > self.radius
        return torch.softmax((x @ x.transpose(1, 2) / math.sqrt(x.shape[2])).masked_fill(far, -math.inf), -1) @ x


class Linear(nn.Module):
    """Katharopoulos et al. (2020), equation 5."""

    def forward(self, x):
        similarity = (F.elu(x) + 1) @ (F.elu(x) + 1).transpose(1, 2)
        return similarity / similarity.sum(-1, keepdim=True) @ x


class Performer(nn.Module):
    """Choromanski et al. (2021), lemma 1, without the stabilizing factor."""

    def __init__(self, width, features):
        super().__init__()
        self.register_buffer("directions", torch.ones(features, width))

    def forward(self, x):
        x_hat = x / x.shape[2] ** 0.25
        phi = torch.exp(x_hat @ self.directions.T) * torch.exp(-x_hat.square().sum(-1, keepdim=True) / 2) / math.sqrt(len(self.directions))
        similarity = phi @ phi.transpose(1, 2)
        return similarity / similarity.sum(-1, keepdim=True) @ x


class Linformer(nn.Module):
    """Wang et al. (2020), equation 7."""

    def __init__(self, length, reduced):
        super().__init__()
        self.key_map, self.value_map = (nn.Parameter(torch.ones(reduced, length)) for _ in range(2))

    def forward(self, x):
        n = x.shape[1]
        return softmax_attention(x, self.key_map[:, :n] @ x, self.value_map[:, :n] @ x)


class Compressed(nn.Module):
    """Liu et al. (2018), section 4.2.3."""

    def __init__(self, width, stride):
        super().__init__()
        self.stride = stride
        self.key, self.value = nn.Conv1d(width, width, stride, stride), nn.Conv1d(width, width, stride, stride)

    def forward(self, x):
        rows = F.pad(x.transpose(1, 2), (0, -x.shape[1] % self.stride))
        return softmax_attention(x, self.key(rows).transpose(1, 2), self.value(rows).transpose(1, 2))


class DenseSynthesizer(nn.Module):
    """Tay et al. (2021), section 3.1.1."""

    def __init__(self, width, length, hidden):
        super().__init__()
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, length)

    def forward(self, x):
        return torch.softmax(self.down(F.relu(self.up(x)))[..., : x.shape[1]], -1) @ x


class FactorizedSynthesizer(nn.Module):
    """Tay et al. (2021), section 3.1.3, with the outer product as the way to tile."""

    def __init__(self, width, left, right):
        super().__init__()
        self.left, self.right = nn.Linear(width, left), nn.Linear(width, right)

    def forward(self, x):
        scores = torch.einsum("bqi,bqk->bqik", self.left(x), self.right(x)).flatten(2)
        return torch.softmax(scores[..., : x.shape[1]], -1) @ x


class RandomSynthesizer(nn.Module):
    """Tay et al. (2021), sections 3.1.2 and 3.1.4."""

    def __init__(self, length, rank=None):
        super().__init__()
        self.rows = nn.Parameter(torch.ones(length, rank or length))
        self.columns = nn.Parameter(torch.ones(length, rank)) if rank else None

    def forward(self, x):
        n = x.shape[1]
        scores = self.rows if self.columns is None else self.rows @ self.columns.T
        return torch.softmax(scores[:n, :n], -1) @ x


class Routing(nn.Module):
    """Roy et al. (2021), section 4.1: softmax over the keys of the query's cluster."""

    def __init__(self, width, clusters):
        super().__init__()
        self.register_buffer("centroids", torch.ones(clusters, width))

    def forward(self, x):
        cluster = (F.normalize(x, dim=-1) @ self.centroids.T).argmax(-1)
        apart = cluster[:, :, None] != cluster[:, None]
        return torch.softmax((x @ x.transpose(1, 2) / math.sqrt(x.shape[2])).masked_fill(apart, -math.inf), -1) @ x


class Hashed(nn.Module):
    """Kitaev et al. (2020), section 2: the union of the buckets of all rounds."""

    def __init__(self, width, buckets, rounds):
        super().__init__()
        self.register_buffer("directions", torch.ones(rounds, buckets // 2, width))

    def forward(self, x):
        together = torch.zeros(x.shape[0], x.shape[1], x.shape[1], dtype=torch.bool)
        for directions in self.directions:
            along = x @ directions.T
            bucket = torch.cat([along, -along], -1).argmax(-1)
            together |= bucket[:, :, None] == bucket[:, None]
        return torch.softmax((x @ x.transpose(1, 2) / math.sqrt(x.shape[2])).masked_fill(~together, -math.inf), -1) @ x


class Sinkhorn(nn.Module):
    """Tay et al. (2020), sections 3.1 and 3.2, in probabilities rather than logarithms."""

    def __init__(self, width, length, block, iterations, temperature):
        super().__init__()
        self.block, self.iterations, self.temperature = block, iterations, temperature
        self.sort = nn.Linear(width, length // block)

    def forward(self, x):
        blocks = x.reshape(x.shape[0], -1, self.block, x.shape[2])
        order = torch.exp(self.sort(blocks.sum(2)) / self.temperature)
        for _ in range(self.iterations):
            order = order / order.sum(2, keepdim=True)
            order = order / order.sum(1, keepdim=True)
        both = torch.cat([torch.einsum("bij,bjtd->bitd", order, blocks), blocks], 2)
        return softmax_attention(blocks, both, both).reshape(x.shape)


class CausalSinkhorn(nn.Module):
    """The same section, "causal sparse Sinkhorn attention", number by number."""

    def __init__(self, width, length, block, iterations, temperature):
        super().__init__()
        self.core = Sinkhorn(width, length, block, iterations, temperature)

    def forward(self, x):
        core, block = self.core, self.core.block
        count = x.shape[1] // block
        order = {}
        for i in range(count):
            scores = core.sort(x[:, : i * block + 1].sum(1)) / core.temperature
            order.update({(i, j): torch.exp(scores[:, j]) for j in range(i)})
        for _ in range(core.iterations):
            order = {(i, j): p / sum(order[i, k] for k in range(i)) for (i, j), p in order.items()}
            order = {(i, j): p / sum(order[k, j] for k in range(j + 1, i + 1)) for (i, j), p in order.items()}
        blocks = x.reshape(x.shape[0], count, block, x.shape[2])
        rows = []
        for t in range(x.shape[1]):
            i = t // block
            own = blocks[:, i, : t % block + 1]
            seen = own if i == 0 else torch.cat([sum(order[i, j][:, None, None] * blocks[:, j] for j in range(i)), own], 1)
            rows.append(softmax_attention(x[:, t : t + 1], seen, seen))
        return torch.cat(rows, 1)


class Fourier(nn.Module):
    """Lee-Thorp et al. (2022), equation 3."""

    def forward(self, x):
        return torch.fft.fft2(x).real


class Perceptron(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x):
        return self.down(F.gelu(self.up(x)))


class Mixer(nn.Module):
    """Tolstikhin et al. (2021), equation 1."""

    def __init__(self, positions, width, token_hidden, channel_hidden):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.tokens, self.channels = Perceptron(positions, token_hidden), Perceptron(width, channel_hidden)

    def forward(self, x):
        x = x + self.tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2)
        return x + self.channels(self.norm2(x))


class GatedMlp(nn.Module):
    """Liu et al. (2021), section 2 and figure 1."""

    def __init__(self, positions, width, hidden):
        super().__init__()
        self.norm, self.gate_norm = nn.LayerNorm(width), nn.LayerNorm(hidden // 2)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden // 2, width)
        self.weight, self.bias = nn.Parameter(torch.ones(positions, positions)), nn.Parameter(torch.ones(positions, 1))

    def forward(self, x):
        n = x.shape[1]
        u, v = F.gelu(self.up(self.norm(x))).chunk(2, -1)
        return x + self.down(u * (self.weight[:n, :n] @ self.gate_norm(v) + self.bias[:n]))


def record(file):
    draw = Draw("efficient attention")
    for radius in (1, 3, 9):
        file.layer("LocalAttention", Local(radius), draw.normal(2, 7, 4), radius=radius)
    file.layer("LinearAttention", Linear(), draw.normal(2, 7, 4))
    file.layer("PerformerAttention", Performer(4, 6), draw.normal(2, 7, 4))
    for positions in (7, 5):
        file.layer("LinformerAttention", Linformer(7, 3), draw.normal(2, positions, 4), note=f"{positions} positions")
        file.layer("CompressedAttention", Compressed(4, 3), draw.normal(2, positions + 1, 4), note=f"{positions + 1} positions")
        file.layer("DenseSynthesizer", DenseSynthesizer(4, 7, 5), draw.normal(2, positions, 4), note=f"{positions} positions")
        file.layer("FactorizedSynthesizer", FactorizedSynthesizer(4, 3, 3), draw.normal(2, positions, 4), note=f"{positions} positions")
        file.layer("RandomSynthesizer", RandomSynthesizer(7), draw.normal(2, positions, 4), note=f"{positions} positions")
        file.layer("RandomSynthesizer", RandomSynthesizer(7, 2), draw.normal(2, positions, 4), note=f"{positions} positions", rank=2)
        file.layer("FourierMixer", Fourier(), draw.normal(2, positions, 4), note=f"{positions} positions")
        file.layer("GatedMlp", GatedMlp(7, 4, 6), draw.normal(2, positions, 4), note=f"{positions} positions")
    file.layer("MixerLayer", Mixer(5, 4, 3, 6), draw.normal(2, 5, 4))
    file.layer("RoutingAttention", Routing(4, 3), draw.normal(2, 7, 4))
    for rounds in (1, 2):
        file.layer("HashedAttention", Hashed(4, 4, rounds), draw.normal(2, 7, 4), rounds=rounds)
    file.layer("SinkhornAttention", Sinkhorn(4, 6, 2, 3, 0.75), draw.normal(2, 6, 4))
    file.layer("CausalSinkhorn", CausalSinkhorn(4, 6, 2, 3, 0.75), draw.normal(2, 6, 4))

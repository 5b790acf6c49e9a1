"""Look-ups in tables that sum, average or take the maximum of bags of rows."""
import torch
import torch.nn.functional as F

from golden import Draw


def record(file):
    draw = Draw("bags")
    table, pairs, flat = draw.normal(7, 4), draw.integers(0, 7, 3, 5), draw.integers(0, 7, 9)
    offsets = torch.tensor([0, 4, 4, 5])
    for mode in ("sum", "mean", "max"):
        for padding in (None, 2):
            options = {"mode": mode} | ({} if padding is None else {"padding": padding})
            file.case("EmbeddingBag", lambda w, i: F.embedding_bag(i, w, mode=mode, padding_idx=padding), {"weight": table, "indices": pairs}, **options)
            file.case("EmbeddingBag", lambda w, i, o: F.embedding_bag(i, w, o, mode=mode, padding_idx=padding),
                      {"weight": table, "indices": flat, "offsets": offsets}, note="offsets", **options)
    file.case("EmbeddingBag", lambda w, i, p: F.embedding_bag(i, w, mode="sum", per_sample_weights=p),
              {"weight": table, "indices": pairs, "perSample": draw.normal(3, 5)}, note="weights", mode="sum")

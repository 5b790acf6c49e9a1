"""Distances between rows, cosines."""
import torch
import torch.nn.functional as F

from golden import Draw


def record(file):
    shapes = [((5, 3), (4, 3)), ((2, 3, 17), (2, 6, 17)), ((3, 1, 2, 5), (2, 3, 5)), ((1, 9), (1, 9)), ((0, 3), (4, 3))]
    for p in (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, "Infinity"):
        for left, right in shapes:
            draw = Draw(f"{p}{left}{right}")
            file.case("Distances", lambda x, y: torch.cdist(x, y, float(p), "donot_use_mm_for_euclid_dist"),
                      {"x": draw.normal(*left), "other": draw.normal(*right)}, note=f"{left}{right}", p=p,
                      gradients=p != 0.0 and 0 not in left)
    x = Draw("equal").normal(4, 3)
    file.case("Distances", lambda x, y: torch.cdist(x, y, 2.0, "donot_use_mm_for_euclid_dist"), {"x": x, "other": x[1:3].clone()}, note="equal", p=2.0)
    for left, right, axis in (((4, 7), (4, 7), -1), ((4, 7), (4, 7), 0), ((4, 1, 7), (3, 7), -1), ((2, 5, 3), (2, 5, 3), 1), ((4, 1), (4, 7), -1)):
        draw = Draw(f"{left}{right}{axis}")
        file.case("CosineSimilarity", lambda x, y: F.cosine_similarity(x, y, axis), {"x": draw.normal(*left), "other": draw.normal(*right)},
                  note=f"{left}{right}", axis=axis)
    special = torch.tensor([[0.0, 0, 0], [1, 2, 3], [1, 2, 3], [1e-3, 0, 0]])
    other = torch.tensor([[1.0, 2, 3], [-2, -4, -6], [2, 4, 6], [1, 0, 0]])
    file.case("CosineSimilarity", lambda x, y: F.cosine_similarity(x, y, 1, 0.25), {"x": special, "other": other}, gradients=False, note="special",
              axis=1, epsilon=0.25)

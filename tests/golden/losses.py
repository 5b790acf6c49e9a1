"""Losses with every option and reduction; gradients with respect to the prediction (and the target where it has one)."""
import torch
import torch.nn.functional as F

from golden import Draw


def record(file):
    for reduction in ("mean", "sum", "none"):
        regressions(file, reduction)
        classifications(file, reduction)
        divergences(file, reduction)


def regressions(file, reduction):
    draw = Draw("regressions")
    inputs = {"prediction": draw.normal(4, 5, scale=2), "target": draw.normal(4, 5, scale=2)}

    def add(name, function, **options):
        file.case(name, lambda prediction, target: function(prediction, target.detach(), reduction=reduction, **options), inputs,
                  reduction=reduction, **options)

    add("Mse", F.mse_loss)
    add("Mae", F.l1_loss)
    for delta in (1.0, 0.5, 2.0):
        add("Huber", F.huber_loss, delta=delta)
    for beta in (1.0, 0.5):
        add("SmoothL1", F.smooth_l1_loss, beta=beta)


def classifications(file, reduction):
    draw = Draw("classifications")
    logits, classes = draw.normal(6, 5, scale=2), draw.integers(0, 5, 6)
    class_weights = draw.uniform(0.2, 2, 5)
    ignored = classes.clone()
    ignored[1] = ignored[4] = -100
    custom = torch.where(ignored == -100, torch.tensor(3), classes)
    soft = torch.softmax(draw.normal(6, 5), 1)
    for title, targets, options in [
        ("", classes, {}), ("weights", classes, {"weight": class_weights}), ("ignored", ignored, {}),
        ("ignoredWeights", ignored, {"weight": class_weights}), ("ignoreIndex", custom, {"ignore_index": 3}),
        ("smoothing", classes, {"label_smoothing": 0.1}), ("smoothingWeights", classes, {"label_smoothing": 0.1, "weight": class_weights}),
        ("smoothingIgnored", ignored, {"label_smoothing": 0.2}),
        ("smoothingIgnoredWeights", ignored, {"label_smoothing": 0.2, "weight": class_weights}),
        ("soft", soft, {}), ("softWeights", soft, {"weight": class_weights}), ("softSmoothing", soft, {"label_smoothing": 0.1}),
    ]:
        weight = {"weight": options["weight"]} if "weight" in options else {}
        file.case("CrossEntropy",
                  lambda prediction, target, weight=None: F.cross_entropy(prediction, target.detach(), **(options | (
                      {"weight": weight.detach()} if weight is not None else {})), reduction=reduction),
                  {"prediction": logits, "target": targets, **weight}, note=title, reduction=reduction,
                  **{"ignoreIndex": v for k, v in options.items() if k == "ignore_index"},
                  **{"labelSmoothing": v for k, v in options.items() if k == "label_smoothing"})
        if "label_smoothing" not in options and not targets.is_floating_point():
            file.case("Nll",
                      lambda prediction, target, weight=None: F.nll_loss(
                          prediction, target, weight.detach() if weight is not None else None,
                          ignore_index=options.get("ignore_index", -100), reduction=reduction),
                      {"prediction": logits, "target": targets, **weight}, note=title, reduction=reduction,
                      **{"ignoreIndex": v for k, v in options.items() if k == "ignore_index"})
    maps = Draw("maps")
    file.case("CrossEntropy", lambda prediction, target: F.cross_entropy(prediction, target, reduction=reduction),
              {"prediction": maps.normal(2, 4, 3, 2), "target": maps.integers(0, 4, 2, 3, 2)}, note="maps", reduction=reduction)


def divergences(file, reduction):
    draw = Draw("binary")
    logits, targets = draw.normal(5, 4, scale=3), draw.uniform(0, 1, 5, 4).round()
    extreme = torch.tensor([[-800.0, 800, -40, 40], [800, -800, 0.5, -0.5]])
    for title, x, t, positive in [("", logits, targets, None), ("positiveWeight", logits, targets, draw.uniform(0.5, 4, 4)),
                                  ("tails", extreme, torch.tensor([[0.0, 1, 1, 0], [0, 1, 0.25, 0.5]]), None)]:
        inputs = {"prediction": x, "target": t} | ({"positiveWeight": positive} if positive is not None else {})
        file.case("BinaryCrossEntropyWithLogits",
                  lambda prediction, target, positiveWeight=None: F.binary_cross_entropy_with_logits(
                      prediction, target.detach(), pos_weight=None if positiveWeight is None else positiveWeight.detach(), reduction=reduction),
                  inputs, note=title, reduction=reduction)
    file.case("BinaryCrossEntropy", lambda prediction, target: F.binary_cross_entropy(prediction, target.detach(), reduction=reduction),
              {"prediction": draw.uniform(0.05, 0.95, 5, 4), "target": draw.uniform(0, 1, 5, 4)}, reduction=reduction)
    log_p, q = torch.log_softmax(draw.normal(4, 5), 1), torch.softmax(draw.normal(4, 5), 1)
    q[0, 1] = 0
    file.case("KlDivergence", lambda prediction, target: F.kl_div(prediction, target.detach(), reduction=reduction),
              {"prediction": log_p, "target": q}, reduction=reduction, logTarget=False)
    file.case("KlDivergence", lambda prediction, target: F.kl_div(prediction, target.detach(), reduction=reduction, log_target=True),
              {"prediction": log_p, "target": torch.log_softmax(draw.normal(4, 5), 1)}, reduction=reduction, logTarget=True)
    if reduction == "mean":
        file.case("KlDivergence", lambda prediction, target: F.kl_div(prediction, target.detach(), reduction="batchmean"),
                  {"prediction": log_p, "target": q}, reduction="batchmean", logTarget=False)

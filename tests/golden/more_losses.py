"""Margins, ranking, contrast, sequences, large softmaxes, surrogates: from PyTorch where it has them, else from the formula."""
import torch
import torch.nn.functional as F

from golden import Draw


def record(file):
    for reduction in ("mean", "sum", "none"):
        margins(file, reduction)
        focal(file, reduction)
        ranking(file, reduction)
        likelihoods(file, reduction)
        sequences(file, reduction)
    smoothing(file)
    singles(file)


def reduce(values, reduction):
    return values.mean() if reduction == "mean" else values.sum() if reduction == "sum" else values


def margins(file, reduction):
    draw = Draw("margins")
    scores, signs = draw.normal(4, 3, scale=2), torch.where(draw.mask(4, 3), 1.0, -1.0)
    for power in (1, 2):
        file.case("Hinge", lambda prediction, target: reduce((1.5 - target.detach() * prediction).clamp(min=0) ** power, reduction),
                  {"prediction": scores, "target": signs}, reduction=reduction, power=power, margin=1.5)
        file.case("MultiMargin", lambda prediction, target: F.multi_margin_loss(prediction, target, p=power, margin=0.8, reduction=reduction),
                  {"prediction": draw.normal(5, 4), "target": draw.integers(0, 4, 5)}, reduction=reduction, power=power, margin=0.8)
    a, p, n = draw.normal(5, 3), draw.normal(5, 3), draw.normal(5, 3)
    file.case("MarginRanking", lambda prediction, target: F.margin_ranking_loss(
        prediction, target, torch.ones(5, 3), margin=0.5, reduction=reduction), {"prediction": a, "target": p}, reduction=reduction, margin=0.5)
    file.case("PairwiseLogistic", lambda prediction, target: reduce(-F.logsigmoid(prediction - target), reduction),
              {"prediction": a * 20, "target": p * 20}, reduction=reduction)
    for swap in (False, True):
        file.case("Triplet", lambda prediction, target: F.triplet_margin_loss(
            prediction, target[0], target[1], margin=0.7, swap=swap, reduction=reduction),
                  {"prediction": a, "target": torch.stack([p, n])}, reduction=reduction, margin=0.7, swap=swap)


def likelihoods(file, reduction):
    draw = Draw("likelihoods")
    x, counts, positive = draw.normal(4, 3), draw.integers(0, 6, 4, 3), draw.uniform(0.25, 4, 4, 3)
    for full in (False, True):
        for logarithm in (True, False):
            file.case("PoissonNll", lambda prediction, target: F.poisson_nll_loss(prediction, target, logarithm, full, reduction=reduction),
                      {"prediction": x if logarithm else positive, "target": counts}, reduction=reduction, logarithm=logarithm, full=full)
        file.case("GaussianNll", lambda mean, variance, target: F.gaussian_nll_loss(mean, target, variance, full, reduction=reduction),
                  {"mean": x, "variance": positive, "target": draw.normal(4, 3)}, reduction=reduction, full=full)
    a, b, signs = draw.normal(5, 3), draw.normal(5, 3), torch.tensor([1, -1, -1, 1, -1])
    for margin in (0.0, -0.5):
        file.case("CosineEmbedding", lambda a, b, signs: F.cosine_embedding_loss(a, b, signs, margin, reduction=reduction),
                  {"a": a, "b": b, "signs": signs}, reduction=reduction, margin=margin)


def focal(file, reduction):
    draw = Draw("focal")
    x, t, soft = draw.normal(4, 3, scale=2), draw.uniform(0, 1, 4, 3).round(), draw.uniform(0, 1, 4, 3)

    def binary(prediction, target, gamma, alpha):
        p, target = torch.sigmoid(prediction), target.detach()
        miss = p * (1 - target) + (1 - p) * target
        values = miss ** gamma * F.binary_cross_entropy_with_logits(prediction, target, reduction="none")
        return reduce(values if alpha is None else (alpha * target + (1 - alpha) * (1 - target)) * values, reduction)

    for title, target, gamma, alpha in [("", t, 2.0, None), ("", t, 2.0, 0.25), ("", t, 0.0, None), ("soft", soft, 1.0, 0.5), ("soft", soft, 1.5, None)]:
        file.case("Focal", lambda prediction, target: binary(prediction, target, gamma, alpha), {"prediction": x, "target": target}, note=title,
                  reduction=reduction, gamma=gamma, **({} if alpha is None else {"alpha": alpha}))
    weights = draw.uniform(0.5, 2, 3)

    def classes(prediction, target, gamma, weight):
        log = F.log_softmax(prediction, 1).gather(1, target[:, None])[:, 0]
        values = -((1 - log.exp()) ** gamma) * log
        return reduce(values if weight is None else weight.detach()[target] * values, reduction)

    labels = draw.integers(0, 3, 4)
    file.case("Focal", lambda prediction, target: classes(prediction, target, 2.0, None), {"prediction": x, "target": labels}, note="classes",
              reduction=reduction, gamma=2.0)
    file.case("Focal", lambda prediction, target, weight: classes(prediction, target, 0.7, weight),
              {"prediction": x, "target": labels, "weight": weights}, note="classes", reduction=reduction, gamma=0.7)


def ranking(file, reduction):
    draw = Draw("ranking")
    scores, relevance = draw.distinct(3, 5), draw.integers(0, 4, 3, 5).double()
    file.case("ListNet", lambda prediction, target: reduce(-(F.softmax(target.detach(), -1) * F.log_softmax(prediction, -1)).sum(-1), reduction),
              {"prediction": scores, "target": relevance}, reduction=reduction)

    def lambda_rank(prediction, target, sigma):
        values = []
        for x, t in zip(prediction, target.detach()):
            rank = torch.argsort(torch.argsort(-x.detach())).double()
            discount, gain = 1 / torch.log2(rank + 2), 2 ** t - 1
            ideal = (torch.sort(gain, descending=True)[0] / torch.log2(torch.arange(5).double() + 2)).sum()
            weight = ((gain[:, None] - gain) * (discount[:, None] - discount)).abs() / ideal * (t[:, None] > t)
            values.append((weight * F.softplus(-sigma * (x[:, None] - x))).sum())
        return reduce(torch.stack(values), reduction)

    for sigma in (1.0, 2.0):
        file.case("LambdaRank", lambda prediction, target: lambda_rank(prediction, target, sigma), {"prediction": scores, "target": relevance},
                  reduction=reduction, sigma=sigma)
    q, k = draw.normal(4, 3), draw.normal(4, 3)

    def info_nce(prediction, target, temperature, symmetric):
        logits = F.normalize(prediction) @ F.normalize(target).T / temperature
        values = F.cross_entropy(logits, torch.arange(4), reduction="none")
        return reduce((values + F.cross_entropy(logits.T, torch.arange(4), reduction="none")) / 2 if symmetric else values, reduction)

    for symmetric in (False, True):
        file.case("InfoNce", lambda prediction, target: info_nce(prediction, target, 0.2, symmetric), {"prediction": q, "target": k},
                  reduction=reduction, temperature=0.2, symmetric=symmetric)

    def nt_xent(prediction, target, temperature):
        z = F.normalize(torch.cat([prediction, target]))
        similarity = (z @ z.T / temperature).masked_fill(torch.eye(8).bool(), -1e9)
        return F.cross_entropy(similarity, (torch.arange(8) + 4) % 8, reduction=reduction)

    file.case("NtXent", lambda prediction, target: nt_xent(prediction, target, 0.5), {"prediction": q, "target": k}, reduction=reduction, temperature=0.5)


def sequences(file, reduction):
    draw = Draw("sequences")
    scores = draw.normal(7, 4, 5)
    labels = torch.tensor([[1, 2, 3, -1], [2, 2, -1, -1], [4, 1, 4, 3], [-1, -1, -1, -1]])
    lengths = (labels >= 0).sum(1)
    for title, frames in [("", [7, 7, 7, 7]), ("lengths", [5, 4, 7, 3])]:
        file.case("Ctc", lambda prediction, target: F.ctc_loss(
            F.log_softmax(prediction, 2), target.clamp(min=0), torch.tensor(frames), lengths, blank=0, reduction=reduction),
                  {"prediction": scores, "target": labels}, note=title, reduction=reduction, frames=frames, blank=0)
    moved = torch.where(labels >= 0, labels - 1, labels)
    file.case("Ctc", lambda prediction, target: F.ctc_loss(
        F.log_softmax(prediction, 2), target.clamp(min=0), torch.tensor([7] * 4), lengths, blank=4, reduction=reduction),
              {"prediction": scores, "target": moved}, note="lastBlank", reduction=reduction, frames=[7] * 4, blank=4)


def smoothing(file):
    draw = Draw("smoothing")
    x, u = draw.normal(5, 4), torch.tensor([0.5, 0.25, 0.125, 0.125])
    labels = torch.tensor([0, 3, -100, 1, 2])

    def smooth(prediction, target, towards, weight):
        log, keep = F.log_softmax(prediction, 1), target >= 0
        soft = 0.8 * F.one_hot(target.clamp(min=0), 4) + 0.2 * towards.detach()
        w = torch.ones(4) if weight is None else weight.detach()
        values = -(w * soft * log).sum(1) * keep
        return values.sum() / (w[target.clamp(min=0)] * keep).sum()

    file.case("CrossEntropy", lambda prediction, target, towards: smooth(prediction, target, towards, None),
              {"prediction": x, "target": labels, "towards": u}, note="towards", labelSmoothing=0.2)
    file.case("CrossEntropy", lambda prediction, target, towards, weight: smooth(prediction, target, towards, weight),
              {"prediction": x, "target": labels, "towards": u, "weight": draw.uniform(0.5, 2, 4)}, note="towards,weights", labelSmoothing=0.2)


def singles(file):
    draw = Draw("singles")
    for offset in (0.0, 1.0):
        file.case("LogRmse", lambda prediction, target: F.mse_loss(torch.log(prediction + offset), torch.log(target.detach() + offset)).sqrt(),
                  {"prediction": draw.uniform(0.2, 9, 6), "target": draw.uniform(0.2, 9, 6)}, offset=offset)
    x, labels = draw.normal(6, 3, scale=2), draw.integers(0, 3, 6)
    for sharpness in (1.0, 4.0):
        file.case("SoftAccuracy", lambda prediction, target: (1 - F.softmax(sharpness * prediction, 1).gather(1, target[:, None])).mean(),
                  {"prediction": x, "target": labels}, sharpness=sharpness)

    def f1(prediction, target):
        p, t = torch.sigmoid(prediction), target.detach()
        return 1 - (2 * (p * t).sum(0) / (p * t + p * (1 - t) + (1 - p) * t + p * t).sum(0)).mean()

    file.case("SoftF1", f1, {"prediction": x, "target": (draw.uniform(0, 1, 6, 3) > 0.4).double()})

    def bleu(prediction, target):
        p, logs = F.softmax(prediction, 1), 0
        words = target.tolist()
        for n in (1, 2):
            grams = [tuple(words[i:i + n]) for i in range(len(words) - n + 1)]
            matched = 0
            for gram in dict.fromkeys(grams):
                expected = sum(torch.stack([p[i + k, w] for k, w in enumerate(gram)]).prod() for i in range(len(p) - n + 1))
                matched = matched + expected.clamp(max=float(grams.count(gram)))
            logs = logs + torch.log(matched / (len(p) - n + 1)) / 2
        return 1 - torch.exp(logs + min(0, 1 - len(words) / len(p)))

    file.case("ExpectedBleu", bleu, {"prediction": draw.normal(5, 6, scale=2), "target": torch.tensor([1, 3, 3, 0, 1, 3])}, longest=2)
    student, teacher = draw.normal(4, 3, scale=2), draw.normal(4, 3, scale=2)

    def distill(prediction, target, temperature, alpha, keeps):
        soft = F.kl_div(F.log_softmax(prediction / temperature, 1), F.softmax(target.detach() / temperature, 1), reduction="batchmean")
        soft = soft * (temperature ** 2 if keeps else 1)
        return alpha * soft + (1 - alpha) * F.cross_entropy(prediction, torch.tensor([0, 2, 1, 1]))

    for keeps in (True, False):
        file.case("Distillation", lambda prediction, target: distill(prediction, target, 3.0, 0.7, keeps), {"prediction": student, "target": teacher},
                  temperature=3.0, alpha=0.7, keepsScale=keeps)
    games = {"Minimax": (lambda r, f: -F.logsigmoid(r).mean() - F.logsigmoid(-f).mean(), lambda f: F.logsigmoid(-f).mean()),
             "NonSaturating": (lambda r, f: -F.logsigmoid(r).mean() - F.logsigmoid(-f).mean(), lambda f: -F.logsigmoid(f).mean()),
             "Wasserstein": (lambda r, f: f.mean() - r.mean(), lambda f: -f.mean()),
             "Hinge": (lambda r, f: (1 - r).clamp(min=0).mean() + (1 + f).clamp(min=0).mean(), lambda f: -f.mean())}
    for game, (critic, generator) in games.items():
        file.case("AdversarialLoss", lambda prediction, target: [critic(prediction, target), generator(target)],
                  {"prediction": draw.normal(5), "target": draw.normal(5)}, game=game)
    hidden, weights, bias = draw.normal(4, 3), draw.normal(7, 3), draw.normal(7)
    labels, sampled = torch.tensor([0, 6, 2, 2]), torch.tensor([1, 2, 5])
    frequencies = torch.tensor([0.25, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125])

    def sampled_softmax(hidden, weights, bias, frequencies):
        correction = torch.log(3 * frequencies.detach())
        own = (hidden * weights[labels]).sum(1) + bias[labels] - correction[labels]
        others = hidden @ weights[sampled].T + bias[sampled] - correction[sampled]
        others = others.masked_fill(labels[:, None] == sampled, -1e9)
        return torch.logsumexp(torch.cat([own[:, None], others], 1), 1) - own

    file.case("SampledSoftmax", sampled_softmax, {"hidden": hidden, "weights": weights, "bias": bias, "frequencies": frequencies})
    file.case("NegativeSampling", lambda hidden, weights: -F.logsigmoid((hidden * weights[labels]).sum(1)) - F.logsigmoid(-hidden @ weights[sampled].T).sum(1),
              {"hidden": hidden, "weights": weights})

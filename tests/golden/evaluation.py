"""Metrics of evaluation from scikit-learn: curves, probabilities, errors, rankings, clusterings."""
import numpy as np
import torch
from sklearn import metrics as M

from golden import Draw, name_of


def record(file):
    def add(name, value, inputs, **attributes):
        file.add(name_of(name, attributes), attributes=attributes, inputs=inputs, outputs=[torch.as_tensor(np.asarray(value, dtype=np.float64))])

    draw = Draw("evaluation")
    p = (draw.uniform(0.02, 0.98, 60) * 20).round() / 20          # ties on purpose
    y = (draw.uniform(0, 1, 60) < p).long()
    binary = {"prediction": p, "target": y}
    pn, yn = p.numpy(), y.numpy()
    add("RocAuc", M.roc_auc_score(yn, pn), binary)
    fpr, tpr, _ = M.roc_curve(yn, pn, drop_intermediate=False)
    add("RocPoints", np.stack([fpr, tpr], 1), binary)
    add("AveragePrecision", M.average_precision_score(yn, pn), binary)
    precision, recall, _ = M.precision_recall_curve(yn, pn)
    add("PrecisionRecallArea", M.auc(recall, precision), binary)
    add("BinaryLogLoss", M.log_loss(yn, pn), binary)
    add("BrierScore", M.brier_score_loss(yn, pn), binary)

    add("StreamingAuc", M.roc_auc_score(yn, pn), binary)
    bins = np.minimum((pn * 7).astype(int), 6)          # edges that no p lies on
    add("CalibrationError", sum(abs(pn[bins == b].mean() - yn[bins == b].mean()) * (bins == b).mean() for b in set(bins)), binary, bins=7)

    scores, target = draw.distinct(40, 4), draw.integers(0, 4, 40)
    classes = {"prediction": scores, "target": target}
    predicted = scores.argmax(1)
    add("BalancedAccuracy", M.balanced_accuracy_score(target, predicted), classes)
    add("Kappa", M.cohen_kappa_score(target, predicted), classes)
    add("MatthewsCorrelation", M.matthews_corrcoef(target, predicted), classes)
    add("LogLoss", M.log_loss(target, scores.softmax(1).numpy()), {"prediction": scores.softmax(1), "target": target})

    t, e = draw.uniform(0.5, 4, 31), draw.normal(31, scale=0.3)
    numbers = {"prediction": t + e.clamp(-0.4, 0.4), "target": t}
    q = numbers["prediction"]
    add("RootMeanSquaredError", np.sqrt(M.mean_squared_error(t, q)), numbers)
    add("MeanSquaredLogError", M.mean_squared_log_error(t, q), numbers)
    add("MeanAbsolutePercentageError", M.mean_absolute_percentage_error(t, q), numbers)
    add("PinballError", M.mean_pinball_loss(t, q, alpha=0.8), numbers, quantile=0.8)
    add("PoissonDeviance", M.mean_poisson_deviance(t, q), numbers)
    add("MedianAbsoluteError", M.median_absolute_error(t, q), numbers)
    add("MaxError", M.max_error(t, q), numbers)
    add("ExplainedVariance", M.explained_variance_score(t, q), numbers)

    s, r = draw.distinct(12), draw.integers(0, 4, 12)
    ranked = {"scores": s, "relevances": r}
    for k in (3, 12):
        add("NdcgLinear", M.ndcg_score([r.numpy()], [s.numpy()], k=k), ranked, k=k)
        add("NdcgExponential", M.ndcg_score([2.0 ** r.numpy() - 1], [s.numpy()], k=k), ranked, k=k)
    add("RankedAveragePrecision", M.average_precision_score(r.numpy() > 0, s.numpy()), ranked)

    truth, groups = draw.integers(0, 3, 40), draw.integers(0, 4, 40)
    groups[:15] = truth[:15]
    both = {"truth": truth, "groups": groups}
    for name, function in (
        ("AdjustedRand", M.adjusted_rand_score), ("NormalizedMutualInformation", M.normalized_mutual_info_score),
        ("Homogeneity", M.homogeneity_score), ("Completeness", M.completeness_score), ("VMeasure", M.v_measure_score),
        ("FowlkesMallows", M.fowlkes_mallows_score),
    ):
        add(name, function(truth, groups), both)
    features = draw.normal(40, 3) + truth.unsqueeze(1) * 1.5
    table = {"features": features, "groups": truth}
    for name, function in (
        ("Silhouette", M.silhouette_score), ("DaviesBouldin", M.davies_bouldin_score), ("CalinskiHarabasz", M.calinski_harabasz_score),
    ):
        add(name, function(features, truth), table)

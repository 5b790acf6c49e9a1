"""Metrics from scikit-learn."""
import numpy as np
import torch
from sklearn import metrics as M

from golden import Draw, name_of


def record(file):
    def add(name, value, inputs, **attributes):
        file.add(name_of(name, attributes), attributes=attributes, inputs=inputs, outputs=[torch.as_tensor(np.asarray(value))])

    draw = Draw("classes")
    scores, target = draw.distinct(40, 5), draw.integers(0, 5, 40)
    predicted = scores.argmax(1)
    inputs = {"prediction": scores, "target": target}
    add("Accuracy", M.accuracy_score(target, predicted), inputs)
    for k in (1, 2, 3):
        add("TopKAccuracy", M.top_k_accuracy_score(target, scores.numpy(), k=k), inputs, k=k)
    add("ConfusionMatrix", M.confusion_matrix(target, predicted), inputs, classes=5)
    for name, function in (("Precision", M.precision_score), ("Recall", M.recall_score), ("F1", M.f1_score)):
        add(name, function(target, predicted, average="macro"), inputs)
    t, y = draw.normal(30, scale=3), draw.normal(30)
    y = t + y
    regression = {"prediction": y, "target": t}
    add("MeanSquaredError", M.mean_squared_error(t, y), regression)
    add("MeanAbsoluteError", M.mean_absolute_error(t, y), regression)
    add("R2", M.r2_score(t, y), regression)

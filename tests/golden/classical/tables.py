"""The tables of the golden cases."""
import numpy as np
from sklearn import datasets

from golden import Draw


def embedded(name):
    """A set that travels with the core, in single precision as it hands it out, and its classes."""
    data = {"iris": datasets.load_iris, "wine": datasets.load_wine, "breast-cancer": datasets.load_breast_cancer,
            "digits": datasets.load_digits}[name]()
    x = data.data / 16 if name == "digits" else data.data
    return x.astype(np.float32).astype(np.float64), data.target


def regression(name, rows=40, columns=5):
    """Numbers that depend on most of the columns, with noise."""
    draw = Draw(name)
    x = draw.normal(rows, columns).numpy()
    w = np.array([1.5, -2, 0, 0.5, 3, -1, 0, 0.25])[:columns]
    y = np.round((x @ w + 2 + 0.3 * draw.normal(rows).numpy()) * 1024) / 1024
    return x, y

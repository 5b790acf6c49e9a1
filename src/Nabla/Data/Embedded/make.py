#!/usr/bin/python3
"""Makes the embedded data sets from the data files of scikit-learn 1.2.1 (Debian: apt install python3-sklearn python3-numpy).

Run in this folder: /usr/bin/python3 make.py. Each set becomes one NPZ file with the arrays "features" and "targets"; the files are the
same bytes on every run. Sources and credits are in NOTICE at the root of the repository.
"""
import csv
import gzip
import os

import numpy as np
import sklearn.datasets

DATA = os.path.join(os.path.dirname(sklearn.datasets.__file__), "data")


def table(name):
    """A CSV file whose first line is rows, columns, class names and whose last column is the class."""
    with open(os.path.join(DATA, name), newline="") as file:
        rows = list(csv.reader(file))
    count, columns = int(rows[0][0]), int(rows[0][1])
    assert len(rows) == count + 1 and all(len(row) == columns + 1 for row in rows[1:])
    values = np.array(rows[1:], dtype=np.float64)
    return values[:, :-1], values[:, -1].astype(np.int64)


def packed(name, delimiter):
    with gzip.open(os.path.join(DATA, name), "rt") as file:
        return np.loadtxt(file, delimiter=delimiter)


def save(name, features, targets):
    np.savez_compressed(name, features=np.ascontiguousarray(features), targets=np.ascontiguousarray(targets))
    print(f"{name}: {features.shape} {features.dtype}, {os.path.getsize(name)} bytes")


digits = packed("digits.csv.gz", ",")
save("digits.npz", digits[:, :-1].astype(np.uint8), digits[:, -1].astype(np.uint8))
save("iris.npz", *table("iris.csv"))
save("wine.npz", *table("wine_data.csv"))
save("breast-cancer.npz", *table("breast_cancer.csv"))
save("diabetes.npz", packed("diabetes_data_raw.csv.gz", None), packed("diabetes_target.csv.gz", None))

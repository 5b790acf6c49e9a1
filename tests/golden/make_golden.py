#!/usr/bin/env python3
"""Writes the golden files of the parity tests, from PyTorch and scikit-learn: python3 make_golden.py

Needs python3-torch and python3-sklearn (made with PyTorch 1.13, scikit-learn 1.2). The same versions write the same bytes.
"""
import pathlib

import elementwise
import layers
import losses
import metrics
import optimizers
import reductions
import schedules
import structure
import windows
from golden import GoldenFile


def main():
    folder = pathlib.Path(__file__).parent
    for module in (elementwise, reductions, structure, windows, layers, losses, optimizers, schedules, metrics):
        file = GoldenFile(folder / f"{module.__name__}.jsonl.gz")
        module.record(file)
        print(f"{file.path.name}: {file.write()} cases, {file.path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

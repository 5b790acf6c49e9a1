#!/usr/bin/env python3
"""Writes the golden files of Nabla.Classical from scikit-learn: python3 make_classical.py [file ...]

Tables of features are either recorded or the embedded set that the attribute `data` names, in single precision as our core hands
it out. What a learner found is recorded under its name in `after`.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

import numpy as np
import torch

from golden import GoldenFile


class Recorder(GoldenFile):
    """Cases with results that have names."""

    def results(self, name, attributes=None, inputs=None, **after):
        tensors = {key: torch.as_tensor(np.array(value)) for key, value in after.items()}
        given = {key: torch.as_tensor(np.array(value)) for key, value in (inputs or {}).items()}
        self.add(name, attributes=attributes or {}, inputs=given, after=tensors)


def main():
    folder = pathlib.Path(__file__).parent
    sys.path.insert(0, str(folder))
    names = sys.argv[1:] or sorted(p.stem for p in folder.glob("sk_*.py"))
    for name in names:
        file = Recorder(folder / f"{name}.jsonl.gz")
        __import__(name).record(file)
        print(f"{file.path.name}: {file.write()} cases, {file.path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

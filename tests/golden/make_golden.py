#!/usr/bin/env python3
"""Writes the golden files of the parity tests: python3 make_golden.py [NAME...], all of them without a name.

Every script beside this one with a function record(file) makes the golden file of its name. Needs python3-torch and
python3-sklearn (made with PyTorch 1.13, scikit-learn 1.2). The same versions write the same bytes.
"""
import importlib
import pathlib
import sys

from golden import GoldenFile


def main(names):
    folder = pathlib.Path(__file__).parent
    for name in names or sorted(path.stem for path in folder.glob("*.py")):
        module = importlib.import_module(name)
        if hasattr(module, "record"):
            file = GoldenFile(folder / f"{name}.jsonl.gz")
            module.record(file)
            print(f"{file.path.name}: {file.write()} cases, {file.path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])

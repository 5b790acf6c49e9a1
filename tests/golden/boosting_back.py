"""Checks that XGBoost loads models that Nabla wrote and predicts the same. Run by hand: boosting_back.py DIR

DIR holds x.txt (features, row by row, blanks between), and for each model NAME.json, NAME.ubj and NAME.txt (predictions)."""
import glob
import os
import sys

import numpy as np
import xgboost as xgb


def numbers(path):
    return np.array(open(path).read().split(), dtype=np.float32)


folder = sys.argv[1]
for path in sorted(glob.glob(os.path.join(folder, "*.json")) + glob.glob(os.path.join(folder, "*.ubj"))):
    model = xgb.Booster(model_file=path)
    x = numbers(os.path.join(folder, "x.txt")).reshape(-1, model.num_features())
    data = xgb.DMatrix(x, feature_names=model.feature_names, feature_types=model.feature_types, enable_categorical=True)
    ours, theirs = numbers(os.path.splitext(path)[0] + ".txt"), model.predict(data).reshape(-1)
    worst = np.abs(ours - theirs).max() / max(1, np.abs(theirs).max())
    print(os.path.basename(path), "ok" if worst <= 1e-6 else "DIFFERS", worst)

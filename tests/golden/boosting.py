"""Records XGBoost models and what they predict: the models themselves (JSON and UBJ), predictions, scores and contributions.

Needs Debian's python3-xgboost (1.7); everything else of the tests needs no Python. Features are multiples of 1/64."""
import gzip
import json
import base64
import os
import tempfile

import numpy as np
import xgboost as xgb

ROWS, COLUMNS = 160, 5


def features(seed, missing):
    rng = np.random.default_rng(seed)
    x = np.round(rng.standard_normal((ROWS, COLUMNS)) * 64) / 64
    x[rng.random(x.shape) < missing] = np.nan
    return x.astype(np.float32)


def table():
    x = features(1, 0.1)
    z = np.nan_to_num(x)
    score = 2 * z[:, 0] + np.sin(3 * z[:, 1]) * z[:, 2] + 0.2 * z[:, 3]
    yield "squared", dict(objective="reg:squarederror"), x, score, None
    yield "absolute", dict(objective="reg:absoluteerror"), x, score, None
    yield "huber", dict(objective="reg:pseudohubererror", huber_slope=0.7), x, score, None
    yield "logistic", dict(objective="binary:logistic", base_score=0.3), x, (score > 0) * 1.0, None
    yield "softmax", dict(objective="multi:softprob", num_class=3), x, np.digitize(score, [-1, 1]) * 1.0, None
    yield "poisson", dict(objective="count:poisson"), x, np.round(np.exp(np.clip(score, -2, 2))), None
    yield "tweedie", dict(objective="reg:tweedie", tweedie_variance_power=1.3), x, np.maximum(np.round(score), 0), None
    yield "dart", dict(objective="reg:squarederror", booster="dart", rate_drop=0.5), x, score, None
    yield "ranking", dict(objective="rank:ndcg"), x, np.digitize(score, [-1, 0, 1]) * 1.0, [20] * 8
    c = x.copy()
    c[:, 0] = np.abs(np.round(np.nan_to_num(x[:, 0]) * 3)) % 9
    c[::11, 0] = np.nan
    label = (np.nan_to_num(c[:, 0]) % 3) + 0.3 * z[:, 1]
    yield "onehot", dict(objective="reg:squarederror", max_cat_to_onehot=20), c, label, "categorical"
    yield "partition", dict(objective="reg:squarederror", max_cat_to_onehot=1), c, label, "categorical"


def numbers(array):
    return [None if np.isnan(v) else float(v) for v in np.asarray(array, np.float64).reshape(-1)]


def record(name, options, x, y, extra):
    categorical = extra == "categorical"
    data = xgb.DMatrix(x, y, feature_types=["c" if categorical and i == 0 else "float" for i in range(COLUMNS)] if categorical else None,
                       enable_categorical=categorical)
    if isinstance(extra, list):
        data.set_group(extra)
    options = dict(options, tree_method="hist", max_depth=3, eta=0.3, seed=1, nthread=1)
    model = xgb.train(options, data, 6)
    files = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("json", "ubj"):
            path = os.path.join(folder, "model." + kind)
            model.save_model(path)
            files[kind] = base64.b64encode(open(path, "rb").read()).decode()
    case = dict(name=name, rows=ROWS, columns=COLUMNS, x=numbers(x), prediction=numbers(model.predict(data)),
                score=numbers(model.predict(data, output_margin=True)), leaves=numbers(model.predict(data, pred_leaf=True)), **files)
    if options.get("booster") != "dart" and not categorical:
        case["contributions"] = numbers(model.predict(data, pred_contribs=True))
    return case


if __name__ == "__main__":
    with gzip.GzipFile("boosting.jsonl.gz", "wb", mtime=0) as file:
        for case in table():
            file.write((json.dumps(record(*case)) + "\n").encode())

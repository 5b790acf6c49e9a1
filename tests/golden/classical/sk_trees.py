"""Trees and ensembles. Cases are those where the result does not depend on the random order in which equal splits are tried."""
import numpy as np
from sklearn import discriminant_analysis as D, ensemble as E, model_selection as S, naive_bayes as B, tree as T

from golden import Draw
from tables import embedded, regression


def stable(make, results):
    """What four seeds agree on."""
    found = [results(make(seed)) for seed in (1, 2, 3, 4)]
    for other in found[1:]:
        for key in found[0]:
            np.testing.assert_allclose(np.asarray(found[0][key], float), np.asarray(other[key], float), atol=1e-12, err_msg=key)
    return found[0]


def record(file):
    draw = Draw("noisy classes")
    u = draw.normal(200, 5).numpy()
    v = np.digitize(u[:, 0] + u[:, 1] * u[:, 2] + 0.7 * draw.normal(200).numpy(), [-0.5, 0.7])
    for case, options, attributes in (
            ("depth 3", dict(max_depth=3, min_samples_leaf=9), dict(depth=3, leaf=9)),
            ("entropy", dict(max_depth=3, min_samples_leaf=12, criterion="entropy"), dict(depth=3, leaf=12, impurity="entropy")),
            ("leaf", dict(max_depth=5, min_samples_leaf=15, min_samples_split=60), dict(depth=5, leaf=15, split=60))):
        x, y = u, v
        make = lambda seed: T.DecisionTreeClassifier(random_state=seed, **options).fit(x, y)
        file.results(f"DecisionTreeClassifier/{case}", attributes, {"x": x, "y": y}, **stable(make, lambda m: dict(
            probability=m.predict_proba(x)[::5], depth=np.int64(m.get_depth()), leaves=np.int64(m.get_n_leaves()), importance=m.feature_importances_)))
    x, y = regression("forest", 120, 5)
    z = Draw("queries").normal(30, 5).numpy()
    for case, options, attributes in (("depth 3", dict(max_depth=3, min_samples_leaf=8), dict(depth=3, leaf=8)), ("leaf", dict(min_samples_leaf=16), dict(leaf=16))):
        make = lambda seed: T.DecisionTreeRegressor(random_state=seed, **options).fit(x, y)
        file.results(f"DecisionTreeRegressor/{case}", attributes, {"x": x, "y": y, "z": z},
                     **stable(make, lambda m: dict(prediction=m.predict(z), importance=m.feature_importances_)))
    x, y = embedded("breast-cancer")
    for vote, algorithm in (("discrete", "SAMME"), ("confidence", "SAMME.R")):
        make = lambda seed: E.AdaBoostClassifier(n_estimators=12, algorithm=algorithm, learning_rate=0.8, random_state=seed).fit(x, y)
        file.results(f"AdaBoostClassifier/{vote}", {"data": "breast-cancer", "vote": vote, "members": 12, "learningRate": 0.8}, **stable(make, lambda m: dict(
            probability=m.predict_proba(x)[::5], errors=m.estimator_errors_, votes=m.estimator_weights_)))
    x, y = embedded("wine")
    for vote in ("soft", "hard"):
        model = E.VotingClassifier([("a", B.GaussianNB()), ("b", D.LinearDiscriminantAnalysis()), ("c", D.QuadraticDiscriminantAnalysis(reg_param=0.1))],
                                   voting=vote, weights=[1, 2, 1.5]).fit(x, y)
        file.results(f"VotingClassifier/{vote}", {"data": "wine", "vote": vote}, prediction=model.predict(x).astype(np.int64),
                     **({"probability": model.predict_proba(x)} if vote == "soft" else {}))
    folds = S.StratifiedKFold(5, shuffle=True, random_state=1)
    for data in ("breast-cancer", "digits"):
        x, y = embedded(data)
        x, y = x[:600], y[:600]
        score = lambda m: float(S.cross_val_score(m, x, y, cv=folds).mean())
        file.results(f"Accuracy/{data}", {"data": data}, tree=np.float64(score(T.DecisionTreeClassifier(random_state=1))),
                     forest=np.float64(score(E.RandomForestClassifier(50, random_state=1))), extra=np.float64(score(E.ExtraTreesClassifier(50, random_state=1))))

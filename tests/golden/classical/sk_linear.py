"""Linear regressors."""
import numpy as np
from sklearn import linear_model as L

from golden import Draw
from tables import regression


def record(file):
    x, y = regression("linear")
    weights = Draw("weights").uniform(0, 2, 40).numpy()
    two = np.stack([y, y[::-1]], 1)
    wide = Draw("wide").normal(6, 9).numpy()
    inputs = {"x": x, "y": y}

    def add(name, model, given=inputs, sample_weight=None, **attributes):
        fit = {} if sample_weight is None else {"sample_weight": sample_weight}
        model.fit(given["x"], given["y"], **fit)
        more = {} if sample_weight is None else {"weights": sample_weight}
        file.results(name, attributes, given | more, coefficients=model.coef_, intercept=np.asarray(model.intercept_),
                     prediction=model.predict(given["x"]))

    add("LinearRegression", L.LinearRegression())
    add("LinearRegression/weights", L.LinearRegression(), sample_weight=weights)
    add("LinearRegression/through origin", L.LinearRegression(fit_intercept=False), fitIntercept=False)
    add("LinearRegression/two outputs", L.LinearRegression(), {"x": x, "y": two})
    add("LinearRegression/wide", L.LinearRegression(), {"x": wide, "y": y[:6]})
    add("LinearRegression/repeated column", L.LinearRegression(), {"x": np.hstack([x, x[:, :1]]), "y": y})
    for alpha in (0.1, 10):
        add(f"Ridge/{alpha}", L.Ridge(alpha), alpha=alpha)
    add("Ridge/weights", L.Ridge(2), sample_weight=weights, alpha=2)
    add("Ridge/wide", L.Ridge(1), {"x": wide, "y": y[:6]}, alpha=1)
    add("Ridge/two outputs", L.Ridge(1), {"x": x, "y": two}, alpha=1)
    tight = dict(tol=1e-12, max_iter=100000)
    add("Lasso/0.1", L.Lasso(0.1, **tight), alpha=0.1)
    add("Lasso/positive", L.Lasso(0.05, positive=True, **tight), alpha=0.05, isPositive=True)
    add("ElasticNet/0.2", L.ElasticNet(0.2, l1_ratio=0.3, **tight), alpha=0.2, l1Ratio=0.3)
    add("ElasticNet/through origin", L.ElasticNet(0.1, l1_ratio=0.8, fit_intercept=False, **tight), alpha=0.1, l1Ratio=0.8, fitIntercept=False)

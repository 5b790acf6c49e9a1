"""Classifiers."""
import numpy as np
from sklearn import discriminant_analysis as D, linear_model as L, multiclass as M, naive_bayes as B, neighbors as N, svm as S

from golden import Draw
from tables import embedded, regression


def record(file):
    def add(name, model, data, every=1, scale=None, results=(), **attributes):
        x, y = embedded(data)
        x, y = x[::every], y[::every]
        if scale:
            x = x / scale
        model.fit(x, y)
        found = {"prediction": model.predict(x).astype(np.int64)}
        if hasattr(model, "predict_proba"):
            found["probability"] = model.predict_proba(x)[::7]
        for key, value in results:
            found[key] = value(model, x)
        file.results(name, {"data": data, "every": every, "scale": scale} | attributes, **found)

    coefficients = [("coefficients", lambda m, x: m.coef_), ("intercept", lambda m, x: m.intercept_)]
    decision = [("decision", lambda m, x: m.decision_function(x)[::7])]
    tight = dict(tol=1e-9, max_iter=10000, solver="newton-cg")
    add("LogisticRegression/iris", L.LogisticRegression(**tight), "iris", results=coefficients)
    add("LogisticRegression/iris C", L.LogisticRegression(C=10, fit_intercept=False, **tight), "iris", results=coefficients, C=10, fitIntercept=False)
    add("LogisticRegression/breast cancer", L.LogisticRegression(**tight), "breast-cancer", scale=100, results=coefficients)
    add("OneVsRest/wine", M.OneVsRestClassifier(L.LogisticRegression(**tight)), "wine", scale=1000)
    sparse = dict(tol=1e-12, max_iter=1000000, solver="saga", random_state=1)
    add("LogisticRegression/l1", L.LogisticRegression(penalty="l1", C=2, **sparse), "breast-cancer", every=4, scale=100, results=coefficients, C=2, l1Ratio=1)
    add("LogisticRegression/elastic net", L.LogisticRegression(penalty="elasticnet", l1_ratio=0.4, **sparse), "breast-cancer", every=4, scale=100,
        results=coefficients, l1Ratio=0.4)
    add("GaussianNaiveBayes/iris", B.GaussianNB(), "iris", results=[("means", lambda m, x: m.theta_), ("variances", lambda m, x: m.var_)])
    add("GaussianNaiveBayes/digits", B.GaussianNB(var_smoothing=1e-3), "digits", every=3, smoothing=1e-3)
    add("MultinomialNaiveBayes/digits", B.MultinomialNB(alpha=0.5), "digits", every=3, alpha=0.5, results=[("log", lambda m, x: m.feature_log_prob_)])
    add("BernoulliNaiveBayes/digits", B.BernoulliNB(binarize=0.4), "digits", every=3, threshold=0.4, results=[("log", lambda m, x: m.feature_log_prob_)])
    add("LinearDiscriminant/iris", D.LinearDiscriminantAnalysis(), "iris", results=[("projection", lambda m, x: m.transform(x))])
    add("LinearDiscriminant/wine", D.LinearDiscriminantAnalysis(), "wine", results=[("projection", lambda m, x: m.transform(x))])
    add("QuadraticDiscriminant/iris", D.QuadraticDiscriminantAnalysis(), "iris")
    add("QuadraticDiscriminant/wine", D.QuadraticDiscriminantAnalysis(reg_param=0.1), "wine", shrinkage=0.1)
    for data in ("iris", "wine"):
        for weights in ("uniform", "distance"):
            add(f"KNearestClassifier/{data} {weights}", N.KNeighborsClassifier(4, weights=weights), data, every=3, weights=weights)
    add("Perceptron/iris", L.Perceptron(shuffle=False, tol=None, max_iter=20), "iris", results=coefficients, passes=20)
    add("LinearSvc/iris", S.LinearSVC(tol=1e-10, max_iter=1000000), "iris", results=coefficients)
    add("LinearSvc/hinge", S.LinearSVC(loss="hinge", C=0.5, tol=1e-10, max_iter=1000000), "breast-cancer", every=3, scale=100,
        results=coefficients, C=0.5, loss="hinge")
    svc = dict(tol=1e-9, decision_function_shape="ovo")
    add("Svc/rbf", S.SVC(**svc), "iris", results=decision)
    add("Svc/polynomial", S.SVC(kernel="poly", degree=2, coef0=1, gamma=2, **svc), "wine", scale=1000, results=decision, kernel="polynomial", degree=2, constant=1, gamma=2)
    add("Svc/linear", S.SVC(kernel="linear", C=0.5, **svc), "breast-cancer", every=3, scale=100, results=decision, kernel="linear", C=0.5)
    add("Svc/sigmoid", S.SVC(kernel="sigmoid", gamma=0.05, coef0=-0.5, **svc), "iris", results=decision, kernel="sigmoid", gamma=0.05, constant=-0.5)

    x, y = regression("linear")
    for name, model, attributes in (("Svr/rbf", S.SVR(C=3, tol=1e-9), dict(C=3)), ("Svr/linear", S.SVR(kernel="linear", epsilon=0.3, tol=1e-9), dict(kernel="linear", epsilon=0.3)),
                                    ("KNearestRegressor/uniform", N.KNeighborsRegressor(3), dict(weights="uniform")),
                                    ("KNearestRegressor/distance", N.KNeighborsRegressor(3, weights="distance"), dict(weights="distance"))):
        z = Draw("queries").normal(10, 5).numpy()
        file.results(name, attributes, {"x": x, "y": y, "z": z}, prediction=model.fit(x, y).predict(z))

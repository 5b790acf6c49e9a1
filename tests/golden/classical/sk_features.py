"""Selection and transformation of features."""
import numpy as np
from sklearn import feature_selection as F, linear_model as L, preprocessing as P

from golden import Draw
from tables import embedded, regression


def record(file):
    x = Draw("features").normal(30, 4).numpy()
    inputs = {"x": x}
    file.results("StandardScaler/normal", {}, inputs, output=P.StandardScaler().fit_transform(x))
    for degree, interaction, bias in ((2, False, True), (3, True, False), (3, False, True)):
        model = P.PolynomialFeatures(degree, interaction_only=interaction, include_bias=bias)
        file.results(f"PolynomialFeatures/{degree} {interaction}", {"degree": degree, "interactionOnly": interaction, "includeBias": bias}, inputs,
                     output=model.fit_transform(x))
    for strategy in ("uniform", "quantile"):
        for one_hot in (True, False):
            model = P.KBinsDiscretizer(4, encode="onehot-dense" if one_hot else "ordinal", strategy=strategy)
            file.results(f"Bins/{strategy} {one_hot}", {"kind": strategy, "oneHot": one_hot, "count": 4}, inputs, output=model.fit_transform(x))
    d, t = embedded("digits")
    d, t = np.round(d[::4] * 16), t[::4]
    w, u = embedded("wine")
    r, s = regression("linear")
    file.results("FeatureScores", {}, {"r": r, "s": s}, chi=np.nan_to_num(F.chi2(d, t)[0][1:]), f=F.f_classif(w, u)[0], mutual=F.mutual_info_classif(d, t, discrete_features=True),
                 correlation=F.r_regression(r, s))
    scaled = (w - w.mean(0)) / w.std(0)
    model = F.RFE(L.LogisticRegression(solver="newton-cg", tol=1e-8), n_features_to_select=4, step=2).fit(scaled, u)
    file.results("RecursiveElimination/wine", {"data": "wine"}, ranking=model.ranking_.astype(np.int64))

"""Projections."""
import numpy as np
from sklearn import decomposition as D, manifold as M, random_projection as R

from tables import embedded


def record(file):
    for data, k, whiten in (("iris", 3, False), ("wine", 5, True), ("digits", 8, False)):
        x, _ = embedded(data)
        model = D.PCA(k, svd_solver="full", whiten=whiten).fit(x)
        file.results(f"Pca/{data}", {"data": data, "components": k, "whiten": whiten}, components=model.components_, singular=model.singular_values_,
                     variance=model.explained_variance_, ratio=model.explained_variance_ratio_, mean=model.mean_, coordinates=model.transform(x)[::20],
                     back=model.inverse_transform(model.transform(x))[::40])
    x, _ = embedded("digits")
    model = D.TruncatedSVD(6, algorithm="arpack", random_state=1).fit(x)
    file.results("TruncatedSvd/digits", {"data": "digits", "components": 6}, components=model.components_, singular=model.singular_values_,
                 variance=model.explained_variance_, ratio=model.explained_variance_ratio_, coordinates=model.transform(x)[::20])
    rows, eps = [10, 1000, 100000, 12345], [0.1, 0.3, 0.5, 0.9]
    file.results("JohnsonLindenstrauss", {"rows": rows, "epsilons": eps},
                 least=np.array([[R.johnson_lindenstrauss_min_dim(n, eps=e) for e in eps] for n in rows], np.int64))
    x, _ = embedded("iris")
    model = M.TSNE(method="exact", init="pca", learning_rate="auto", perplexity=20, random_state=1)
    z = model.fit_transform(x)
    file.results("TSne/iris", {"data": "iris", "perplexity": 20}, divergence=np.float64(model.kl_divergence_), trust=np.float64(M.trustworthiness(x, z, n_neighbors=7)))

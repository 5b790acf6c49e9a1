"""Clusters."""
import numpy as np
from sklearn import cluster as C, mixture as M

from tables import embedded


def record(file):
    for data, k in (("iris", 3), ("wine", 4), ("digits", 10)):
        x, _ = embedded(data)
        start = x[:: len(x) // k][:k]
        model = C.KMeans(k, init=start, n_init=1, tol=0, max_iter=300).fit(x)
        file.results(f"KMeans/{data}", {"data": data, "clusters": k}, {"start": start}, centers=model.cluster_centers_,
                     labels=model.labels_.astype(np.int64), inertia=np.float64(model.inertia_),
                     distances=model.transform(x[:5]))
    for kind in ("full", "tied", "diag", "spherical"):
        x, _ = embedded("iris")
        start = C.KMeans(3, init=x[::50], n_init=1, tol=0, max_iter=300).fit(x)
        nearest = np.eye(3)[start.labels_]

        class Started(M.GaussianMixture):
            def _initialize_parameters(self, X, random_state):
                self._initialize(X, nearest)
        model = Started(3, covariance_type=kind, max_iter=25, tol=0).fit(x)
        file.results(f"GaussianMixture/{kind}", {"data": "iris", "covariance": kind, "rounds": 25}, {"start": start.cluster_centers_}, weights=model.weights_,
                     means=model.means_, covariances=model.covariances_, probability=model.predict_proba(x)[::10],
                     density=model.score_samples(x)[::10], bic=np.float64(model.bic(x)))
    for linkage in ("ward", "complete", "average", "single"):
        x, _ = embedded("wine")
        model = C.AgglomerativeClustering(4, linkage=linkage, compute_distances=True).fit(x)
        file.results(f"Agglomerative/{linkage}", {"data": "wine", "clusters": 4, "linkage": linkage}, labels=model.labels_.astype(np.int64),
                     distances=np.sort(model.distances_))
    for data, eps, least in (("iris", 0.5, 5), ("iris", 0.3, 3), ("wine", 30.0, 4)):
        x, _ = embedded(data)
        model = C.DBSCAN(eps=eps, min_samples=least).fit(x)
        core = np.zeros(len(x), bool)
        core[model.core_sample_indices_] = True
        file.results(f"Dbscan/{data} {eps}", {"data": data, "epsilon": eps, "rows": least}, labels=model.labels_.astype(np.int64), cores=core)

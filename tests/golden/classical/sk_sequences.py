"""Topics from scikit-learn; n-grams from the formulas of Chen and Goodman (1999), written out for a small text."""
import collections

import numpy as np
from sklearn import decomposition as D

from golden import Draw


def kneser_ney(text, order, vocabulary, d):
    """p(w | h) for every context of the text and every word, by the definition."""
    grams = [collections.Counter(tuple(text[i:i + n]) for i in range(len(text) - n + 1)) for n in range(order + 2)]

    def p(w, h, highest):
        lower = 1 / vocabulary if not h else p(w, h[1:], False)
        if highest:
            count = {g[-1]: c for g, c in grams[len(h) + 1].items() if g[:-1] == h}
        else:
            count = collections.Counter(g[-1] for g in grams[len(h) + 2] if g[1:-1] == h)
            if not count:
                count = {g[-1]: c for g, c in grams[len(h) + 1].items() if g[:-1] == h}
        if not count:
            return lower
        total = sum(count.values())
        return max(count.get(w, 0) - d, 0) / total + d * len(count) / total * lower
    return p


def record(file):
    draw = Draw("text")
    text = [int(i) for i in draw.integers(0, 5, 60)]
    text = [min(i, j) for i, j in zip(text, text[1:])]
    p = kneser_ney(text, 3, 6, 0.75)
    contexts = [(), (0,), (3,), (0, 1), (1, 0), (2, 2), (4, 4), (5, 1)]
    file.results("NGramModel", {"text": text, "contexts": [len(c) for c in contexts], "words": [w for c in contexts for w in c]},
                 kneserNey=np.array([[p(w, c, True) for w in range(6)] for c in contexts]))

    counts = np.minimum(Draw("documents").integers(0, 4, 30, 12).numpy(), 3).astype(float)
    counts[:15, :6] *= 3
    start = np.abs(Draw("topics").normal(3, 12).numpy()) + 0.5

    class Started(D.LatentDirichletAllocation):
        def _init_latent_vars(self, n_features, dtype=np.float64):
            super()._init_latent_vars(n_features, dtype)
            self.components_ = start.copy()
            self.exp_dirichlet_component_ = np.exp(D._lda._dirichlet_expectation_2d(self.components_))
    model = Started(3, learning_method="batch", max_iter=8, max_doc_update_iter=2000, mean_change_tol=1e-12, random_state=1).fit(counts)
    file.results("TopicModel", {"rounds": 8}, {"x": counts, "start": start}, components=model.components_, documents=model.transform(counts),
                 perplexity=np.float64(model.perplexity(counts)))

namespace Nabla;

/// <summary>
/// Measures of information of discrete distributions, in nats (divide by log 2 for bits). Probabilities lie along an axis, the last by
/// default, which disappears; they are taken as given: at least 0 and of sum 1. 0·log 0 is 0.
/// </summary>
public static class InformationMeasures
{
    extension(Tensor p)
    {
        /// <summary>H(p) = −Σ p·log p: the surprise to expect. From 0, for a certain outcome, to log n, for n equally likely ones (Shannon, 1948).</summary>
        public Tensor Entropy(int axis = -1) => -p.TimesLog(p).Sum(axis);

        /// <summary>e to the entropy: how many equally likely outcomes would surprise as much.</summary>
        public Tensor Perplexity(int axis = -1) => p.Entropy(axis).Exp();

        /// <summary>H(p, q) = −Σ p·log q: the surprise of one who believes q; ∞ where q is 0 and p is not.</summary>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        public Tensor CrossEntropy(Tensor q, int axis = -1)
        {
            RequireSameShape(p, q, "CrossEntropy");
            return -p.TimesLog(q).Sum(axis);
        }

        /// <summary>
        /// KL(p ‖ q) = Σ p·log(p/q) = H(p, q) − H(p): what believing q costs; at least 0, and not symmetric (Kullback, Leibler, 1951).
        /// </summary>
        /// <remarks>As a loss of q it spreads q over all that p covers; the reverse, <c>q.KlDivergence(p)</c>, settles on one of p's modes.</remarks>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        public Tensor KlDivergence(Tensor q, int axis = -1)
        {
            RequireSameShape(p, q, "KlDivergence");
            return (p.TimesLog(p) - p.TimesLog(q)).Sum(axis);
        }

        /// <summary>½·KL(p ‖ m) + ½·KL(q ‖ m) with m = (p + q)/2: symmetric, from 0 to log 2; its root is a metric (Lin, 1991).</summary>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        public Tensor JensenShannonDivergence(Tensor q, int axis = -1)
        {
            RequireSameShape(p, q, "JensenShannonDivergence");
            Tensor middle = (p + q) * 0.5;
            return (p.KlDivergence(middle, axis) + q.KlDivergence(middle, axis)) * 0.5;
        }

        /// <summary>
        /// I(X; Y) = KL(p(x, y) ‖ p(x)·p(y)) of joint probabilities [..., x, y] → [...]: how much one tells about the other; 0 if they are
        /// independent.
        /// </summary>
        /// <exception cref="ShapeException">There are fewer than two axes.</exception>
        public Tensor MutualInformation()
        {
            if (p.Rank < 2) throw new ShapeException($"MutualInformation: expected joint probabilities [..., x, y], got {p.Shape}.");
            return p.KlDivergence(p.Sum(-1, keepAxis: true) * p.Sum(-2, keepAxis: true)).Sum(-1);
        }

        /// <summary>
        /// H(class) − H(class | group) of counts [groups, classes]: how much uncertainty a split takes away, as decision trees choose it
        /// (Quinlan, 1986). A scalar.
        /// </summary>
        /// <exception cref="ShapeException">The counts are no matrix.</exception>
        public Tensor InformationGain()
        {
            if (p.Rank != 2) throw new ShapeException($"InformationGain: expected counts [groups, classes], got {p.Shape}.");
            Tensor counts = p.Computed();
            return (counts / counts.Sum()).MutualInformation();
        }

        /// <summary>
        /// Bayes' theorem: P(class | data) = prior·likelihood / Σ prior·likelihood from priors p [classes] and likelihoods [..., classes].
        /// </summary>
        /// <remarks>Computed with logarithms, so that small likelihoods do not vanish; pass their logarithms as <paramref name="isLog"/> where they already have.</remarks>
        /// <param name="likelihood">P(data | class), or its logarithm; need not sum to 1.</param>
        /// <param name="isLog">The likelihoods are logarithms.</param>
        /// <exception cref="ShapeException">The numbers of classes differ.</exception>
        public Tensor Posterior(Tensor likelihood, bool isLog = false)
        {
            if (p.Rank != 1 || likelihood.Rank == 0 || likelihood.Shape[^1] != p.Length)
                throw new ShapeException($"Posterior: expected priors [classes] and likelihoods [..., classes], got {p.Shape} and {likelihood.Shape}.");
            return (p.Log() + (isLog ? likelihood : likelihood.Log())).Softmax();
        }

        /// <summary>p·log q, and 0 where p is 0.</summary>
        internal Tensor TimesLog(Tensor q)
        {
            Tensor one = Tensor.Scalar(1, q.Computed().DType);
            return p * Tensor.Where(p.EqualTo(0), one, q).Log();
        }
    }

    static void RequireSameShape(Tensor p, Tensor q, string who)
    {
        if (p.Shape != q.Shape) throw new ShapeException($"{who}: expected distributions of one shape, got {p.Shape} and {q.Shape}.");
    }
}

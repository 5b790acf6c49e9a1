using Nabla.Losses;

namespace Nabla.Tests.Gradients;

/// <summary>Losses that are more than a line of other operations: margins, ranking, sequences, large softmaxes, games.</summary>
internal static class LossRows
{
    public static GradientTable All { get; } = new()
    {
        { "Mse", x => new Mse().Forward(x[0], x[1]), [(3, 2), (3, 2)] },
        { "Huber", x => new Huber(100, Reduction.Sum).Forward(x[0], x[1]), [(3, 2), (3, 2)] },
        // Three scores of a class, labels with a repeated symbol, one shorter sample.
        { "Ctc", x => new Ctc(reduction: Reduction.None).Forward(x[0], Tensor.From(new long[,] { { 1, 1 }, { 2, -1 } }), [4, 3]), [(4, 2, 3)] },
        { "Ctc/empty label", x => new Ctc(blank: 2).Forward(x[0], Tensor.From(new long[,] { { -1 } })), [(2, 1, 3)] },
        { "Focal", x => new Focal(1.5, 0.25).Forward(x[0], Tensor.From([1.0, 0, 0.5, 1])), [4] },
        { "Focal/classes", x => new Focal(2).Forward(x[0], Classes), [(4, 3)] },
        { "Hinge", x => new Hinge(0.7, 2).Forward(x[0], Tensor.From([1.0, -1, 1, -1])), [4] },
        { "MultiMargin", x => new MultiMargin(0.9, 2).Forward(x[0], Classes), [(4, 3)] },
        { "MarginRanking", x => new MarginRanking(5).Forward(x[0], x[1]), [4, 4] },
        { "PairwiseLogistic", x => new PairwiseLogistic().Forward(x[0], x[1]), [4, 4] },
        { "PoissonNll", x => new PoissonNll(isFull: true).Forward(x[0], Tensor.From([0L, 3, 1, 7, 2, 2], (3, 2))), [(3, 2)] },
        { "GaussianNll", (0.5, 2), x => new GaussianNll().Forward(x[0], x[1], x[2]), [(3, 2), (3, 2), (3, 2)] },
        { "CosineEmbedding", x => new CosineEmbedding(-1).Forward(x[0], x[1], Tensor.From([1L, -1, 1])), [(3, 2), (3, 2)] },
        { "Triplet", x => new Triplet(9).Forward(x[0], x[1]), [(3, 2), (2, 3, 2)] },
        { "LogRmse", (0.5, 3), x => new LogRmse().Forward(x[0], x[1]), [4, 4] },
        { "ListNet", x => new ListNet().Forward(x[0], x[1]), [(2, 4), (2, 4)] },
        { "LambdaRank", x => new LambdaRank(2).Forward(x[0], Tensor.From(new double[,] { { 0, 2, 1, 0 }, { 3, 0, 0, 1 } })), [(2, 4)] },
        { "InfoNce", x => new InfoNce(0.5, true).Forward(x[0], x[1]), [(3, 2), (3, 2)] },
        { "NtXent", x => new NtXent(0.5).Forward(x[0], x[1]), [(3, 2), (3, 2)] },
        { "CrossEntropy/towards", x => new CrossEntropy(labelSmoothing: 0.2, smoothingTowards: Tensor.From([0.5, 0.25, 0.25])).Forward(x[0], Classes), [(4, 3)] },
        { "SoftAccuracy", x => new SoftAccuracy(2).Forward(x[0], Classes), [(4, 3)] },
        { "SoftF1", x => new SoftF1().Forward(x[0], Tensor.From(new double[,] { { 1, 0 }, { 0, 1 }, { 1, 1 } })), [(3, 2)] },
        { "ExpectedBleu", x => new ExpectedBleu(2).Forward(x[0], Tensor.From([1L, 0, 1, 2])), [(4, 3)] },
        { "Distillation", x => new Distillation(3, 0.7).Forward(x[0], Tensor.From(new double[,] { { 1, 0, -1 }, { 2, 1, 0 } }), Tensor.From([0L, 2])), [(2, 3)] },
        { "SmoothMax", x => x[0].SmoothMax(1, 2), [(3, 4)] },
        { "SoftArgMax", x => x[0].SoftArgMax(0, -2), [(3, 4)] },
        { "SampledSoftmax", x => LargeSoftmax.Sampled(x[0], x[1], x[2], Tensor.From([0L, 4]), Tensor.From([1L, 4, 2])), [(2, 3), (5, 3), 5] },
        { "NegativeSampling", x => LargeSoftmax.NegativeSampling(x[0], x[1], Tensor.From([0L, 4]), Tensor.From(new long[,] { { 1, 2 }, { 3, 3 } })), [(2, 3), (5, 3)] },
        { "HierarchicalSoftmax", x => new HierarchicalSoftmax([5, 1, 2, 1, 1]).Forward(x[0], x[1], Tensor.From([0L, 3, 4])), [(3, 2), (4, 2)] },
        { "AdversarialLoss/critic", x => new AdversarialLoss().Critic(x[0], x[1]), [4, 4] },
        { "AdversarialLoss/generator", x => new AdversarialLoss(AdversarialGame.Minimax).Generator(x[0]), [4] },
        { "GradientPenalty", x => AdversarialLoss.GradientPenalty(
            y => (y.MatMul(x[0])).Tanh().MatMul(x[1]), Tensor.From(new double[,] { { 1, 2 }, { 0, 1 } }), Tensor.From(new double[,] { { -1, 0 }, { 2, 2 } }), new RandomStream(1)), [(2, 3), (3, 1)] },
        { "ScoreFunction", x => Expectation.ScoreFunction(x[0], Tensor.From([1.0, -2, 0.5])), [3] },
        { "Reparameterize", x => Expectation.Reparameterize(x[0], x[1], new RandomStream(2)), [(2, 3), 3] },
        { "GumbelSoftmax", x => Expectation.GumbelSoftmax(x[0], new RandomStream(2), 0.7), [(2, 3)] },
    };

    static Tensor Classes => Tensor.From([2L, 0, 1, 2]);
}

using FsCheck;
using FsCheck.Fluent;
using Nabla.Losses;

namespace Nabla.Tests.Identities;

/// <summary>Identities of losses, likelihoods and activations, each computed.</summary>
public class LearningIdentityTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 5)];

    static Tensor Normal(Shape shape, int seed) => Tensor.Normal(shape, new RandomStream((ulong)seed), dtype: DType.Float64);

    static Tensor Leaf(Tensor x)
    {
        x = x.Clone();
        x.RequiresGradient = true;
        return x;
    }

    [Fact]
    public void The_slope_of_the_sigmoid_is_symmetric_and_at_most_a_quarter() => Prop.ForAll<NormalFloat>(given =>
    {
        double x = Math.IEEERemainder(given.Get, 50);
        Tensor at = Leaf(Tensor.From([x]));
        double slope = (double)Autograd.Gradient(at.Sigmoid(), at), product = (double)(at.Sigmoid() * (-at).Sigmoid());
        return Math.Abs(slope - product) <= 1e-15 && slope is >= 0 and <= 0.25;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Tanh_is_a_stretched_sigmoid() => Prop.ForAll<NormalFloat>(given =>
    {
        Tensor x = Tensor.From([Math.IEEERemainder(given.Get, 50)]);
        return Math.Abs((double)x.Tanh() - (2 * (double)(2 * x).Sigmoid() - 1)) <= 1e-15;
    }).QuickCheckThrowOnFailure();

    [Theory, MemberData(nameof(Seeds))]
    public void Cross_entropy_behind_softmax_has_the_gradient_prediction_minus_target(int seed)
    {
        Tensor logits = Leaf(Normal((4, 3), seed)), targets = Normal((4, 3), seed + 50).Softmax();
        Tensor gradient = Autograd.Gradient(targets.Detach().CrossEntropy(logits.Softmax()).Sum(), logits);
        Near(logits.Softmax() - targets, gradient);
        Near(gradient, Autograd.Gradient(logits.SoftmaxCrossEntropy(targets).Sum(), logits));
    }

    /// <summary>The cross entropy of labels is the negative log-likelihood per sample; frequencies make both best.</summary>
    [Fact]
    public void Least_cross_entropy_is_greatest_likelihood()
    {
        long[] labels = [0, 0, 0, 1, 1, 2];
        Tensor frequencies = Tensor.From([3 / 6.0, 2 / 6.0, 1 / 6.0]), classes = Tensor.From(labels);
        double Likelihood(Tensor q) => labels.Aggregate(1.0, (product, label) => product * (double)q[(int)label]);
        double Loss(Tensor q) => (double)new CrossEntropy().Forward(q.Log().Unsqueeze(0).Expand(6, 3).Contiguous(), classes);
        Assert.Equal(-Math.Log(Likelihood(frequencies)) / 6, Loss(frequencies), 1e-12);
        Assert.Equal((double)frequencies.Entropy(), Loss(frequencies), 1e-12);
        for (int seed = 0; seed < 20; seed++)
        {
            Tensor other = (frequencies.Log() + 0.3 * Normal(3, seed)).Softmax();
            Assert.True(Loss(other) > Loss(frequencies) && Likelihood(other) < Likelihood(frequencies));
        }
    }

    /// <summary>−log of the normal density of errors is MSE/(2σ²) plus a constant: same gradient but for the factor, same best place.</summary>
    [Theory, MemberData(nameof(Seeds))]
    public void Mean_squared_error_is_the_likelihood_of_normal_errors(int seed)
    {
        const double Deviation = 0.7;
        Tensor prediction = Leaf(Normal(9, seed)), target = Normal(9, seed + 50);
        Tensor density = (-(prediction - target).Square() / (2 * Deviation * Deviation)).Exp() / (Deviation * Math.Sqrt(2 * Math.PI));
        Tensor likelihood = -density.Log().Mean(), mse = new Mse().Forward(prediction, target);
        Assert.Equal((double)mse / (2 * Deviation * Deviation) + Math.Log(Deviation * Math.Sqrt(2 * Math.PI)), (double)likelihood, 1e-12);
        Near(Autograd.Gradient(mse, prediction, false) / (2 * Deviation * Deviation), Autograd.Gradient(likelihood, prediction));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Divergence_is_cross_entropy_minus_entropy_and_not_symmetric(int seed)
    {
        Tensor p = Normal(6, seed).Softmax(), q = Normal(6, seed + 50).Softmax();
        double forward = (double)p.KlDivergence(q), reverse = (double)q.KlDivergence(p);
        Assert.Equal((double)p.CrossEntropy(q) - (double)p.Entropy(), forward, 1e-12);
        Assert.True(forward > 0 && Math.Abs(forward - reverse) > 1e-3);
        Assert.Equal(0, (double)p.KlDivergence(p), 1e-15);
        Assert.Equal((double)p.JensenShannonDivergence(q), (double)q.JensenShannonDivergence(p), 1e-15);
        Assert.InRange((double)p.JensenShannonDivergence(q), 0, Math.Log(2));
    }

    /// <summary>The mean of the gradients of all mini-batches of a division is that of the whole, and random ones come close to it.</summary>
    [Theory, MemberData(nameof(Seeds))]
    public void Gradients_of_mini_batches_are_unbiased(int seed)
    {
        Tensor x = Normal((24, 3), seed), y = Normal(24, seed + 50), w = Leaf(Normal(3, seed + 100));
        Tensor Slope(Tensor rows) => Autograd.Gradient(new Mse().Forward(x.IndexSelect(0, rows).MatMul(w), y.IndexSelect(0, rows)), w);
        Tensor whole = Slope(Tensor.Arange(24)), order = Tensor.RandomPermutation(24, new RandomStream((ulong)seed));
        Tensor sum = Tensor.Zeros(3, DType.Float64);
        foreach (Tensor rows in order.Split(6)) sum += Slope(rows);
        Near(whole, sum / 4);
    }

    [Fact]
    public void Bounds_of_entropy_and_information()
    {
        Tensor even = Tensor.Full(8, 1 / 8.0, DType.Float64), certain = Tensor.From([0.0, 1, 0]);
        Assert.Equal(Math.Log(8), (double)even.Entropy(), 1e-15);
        Assert.Equal(8, (double)even.Perplexity(), 1e-12);
        Assert.Equal(0, (double)certain.Entropy());
        Assert.Equal(double.PositiveInfinity, (double)Tensor.From([0.5, 0.5]).KlDivergence(Tensor.From([1.0, 0])));
        Tensor a = Normal(3, 1).Softmax(), b = Normal(4, 2).Softmax();
        Assert.Equal(0, (double)a.Outer(b).MutualInformation(), 1e-15);                  // independent
        Assert.Equal((double)a.Entropy(), (double)a.DiagonalMatrix().MutualInformation(), 1e-12);        // one decides the other
        Assert.Equal(Math.Log(2), (double)Tensor.From(new double[,] { { 5, 0 }, { 0, 5 } }).InformationGain(), 1e-15);
    }

    /// <summary>The textbook test: 1 % are ill, 90 % of them and 5 % of the others test positive.</summary>
    [Fact]
    public void Bayes_theorem()
    {
        Tensor prior = Tensor.From([0.01, 0.99]), positive = Tensor.From([0.9, 0.05]);
        Assert.Equal(0.009 / (0.009 + 0.0495), (double)prior.Posterior(positive)[0], 1e-15);
        Assert.Equal(0.5, (double)Tensor.From([0.5, 0.5]).Posterior(Tensor.From([-1e4, -1e4]), isLog: true)[0], 1e-15);
        Assert.Equal("Posterior: expected priors [classes] and likelihoods [..., classes], got [2] and [3].", Assert.Throws<ShapeException>(() => prior.Posterior(Tensor.Ones(3))).Message);
        Assert.Equal("KlDivergence: expected distributions of one shape, got [2] and [3].", Assert.Throws<ShapeException>(() => prior.KlDivergence(Tensor.Ones(3))).Message);
        Assert.Equal("MutualInformation: expected joint probabilities [..., x, y], got [2].", Assert.Throws<ShapeException>(() => prior.MutualInformation()).Message);
    }

    static void Near(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.InRange((double)(expected - actual).Abs().Max(), 0, 1e-12);
    }
}

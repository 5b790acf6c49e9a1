using Nabla.Losses;

namespace Nabla.Tests.Losses;

/// <summary>Bias and variance of every estimate of the gradient of E[f(z)], measured against the exact gradient (LOS-06).</summary>
public class ExpectationTests
{
    const int Draws = 3000, Samples = 8;

    static readonly double[] Logits = [0.5, -0.3, 1.1], Rewards = [1, 4, 2];

    readonly record struct Quality(double Bias, double Variance, double Noise);

    /// <summary>∂/∂θ Σ pₖfₖ = pₖ(fₖ − E f).</summary>
    static double[] Exact()
    {
        double[] e = [.. Logits.Select(Math.Exp)], p = [.. e.Select(x => x / e.Sum())];
        double mean = p.Zip(Rewards, (a, b) => a * b).Sum();
        return [.. p.Select((x, k) => x * (Rewards[k] - mean))];
    }

    static Quality Measure(Func<Tensor, RandomStream, Tensor> surrogate)
    {
        var sum = new double[3];
        double squares = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            Tensor theta = Tensor.From(Logits);
            theta.RequiresGradient = true;
            double[] g = Autograd.Gradient(surrogate(theta, new RandomStream(7).Split(draw)), theta).ToArray<double>();
            for (int k = 0; k < 3; k++) sum[k] += g[k] / Draws;
            squares += g.Sum(x => x * x) / Draws;
        }
        double variance = squares - sum.Sum(x => x * x);
        return new Quality(Math.Sqrt(sum.Zip(Exact(), (a, b) => (a - b) * (a - b)).Sum()), variance, Math.Sqrt(variance / Draws));
    }

    static Tensor Score(Tensor theta, RandomStream stream, double? baseline)
    {
        Tensor drawn = Tensor.Categorical(theta.Detach().Softmax(), Samples, stream).Reshape(-1);
        Tensor log = theta.LogSoftmax().IndexSelect(0, drawn), reward = Tensor.From(Rewards).IndexSelect(0, drawn);
        return Expectation.ScoreFunction(log, reward, baseline);
    }

    static Tensor Blurred(Tensor theta, RandomStream stream, double temperature, bool isHard) =>
        (Expectation.GumbelSoftmax(theta.Unsqueeze(0).Expand(Samples, 3), stream, temperature, isHard) * Tensor.From(Rewards)).Sum(1).Mean();

    [Fact]
    public void Score_functions_are_unbiased_and_a_baseline_lowers_their_variance()
    {
        Quality plain = Measure((theta, stream) => Score(theta, stream, 0)), mean = Measure((theta, stream) => Score(theta, stream, 2));
        Quality others = Measure((theta, stream) => Score(theta, stream, null));
        foreach (Quality quality in (Quality[])[plain, mean, others]) Assert.True(quality.Bias < 5 * quality.Noise, $"{quality}");
        Assert.True(mean.Variance < 0.5 * plain.Variance, $"{mean} against {plain}");
        Assert.True(others.Variance < 0.5 * plain.Variance, $"{others} against {plain}");
    }

    [Fact]
    public void A_blurred_draw_has_less_variance_and_more_bias_the_warmer_it_is()
    {
        Quality cold = Measure((theta, stream) => Blurred(theta, stream, 0.2, false)), warm = Measure((theta, stream) => Blurred(theta, stream, 2, false));
        Assert.True(warm.Bias > 5 * warm.Noise && warm.Bias > 2 * cold.Bias, $"{warm} against {cold}");
        Assert.True(warm.Variance < cold.Variance, $"{warm} against {cold}");
        Quality score = Measure((theta, stream) => Score(theta, stream, 0));
        Assert.True(warm.Variance < score.Variance, $"{warm} against {score}");
    }

    [Fact]
    public void Straight_through_draws_are_one_hot_and_biased()
    {
        Tensor hard = Expectation.GumbelSoftmax(Tensor.From(Logits), new RandomStream(1), 1, isHard: true);
        Assert.Equal([0.0, 0, 1], hard.ToArray<double>().Order(), (a, b) => Math.Abs(a - b) < 1e-12);
        Quality quality = Measure((theta, stream) => Blurred(theta, stream, 1, true));
        Assert.True(quality.Bias > 5 * quality.Noise, $"{quality}");
    }

    /// <summary>f(z) = z², z ∼ N(μ, 1): the exact slope is 2μ; path-wise variance 4/N, score-function variance far larger.</summary>
    [Fact]
    public void The_path_through_a_normal_draw_is_unbiased_with_a_small_variance()
    {
        double[] sums = new double[2], squares = new double[2];
        for (int draw = 0; draw < Draws; draw++)
        {
            Tensor mu = Tensor.Scalar(1, DType.Float64);
            mu.RequiresGradient = true;
            Tensor z = Expectation.Reparameterize(mu.Expand(Samples), Tensor.Scalar(1, DType.Float64), new RandomStream(3).Split(draw));
            double[] g =
            [
                Autograd.Gradient(z.Square().Mean(), mu).Item<double>(),
                Autograd.Gradient(Expectation.ScoreFunction(-0.5 * (z.Detach() - mu).Square(), z.Square(), 0), mu).Item<double>(),
            ];
            for (int k = 0; k < 2; k++) (sums[k], squares[k]) = (sums[k] + g[k] / Draws, squares[k] + g[k] * g[k] / Draws);
        }
        double[] variance = [squares[0] - sums[0] * sums[0], squares[1] - sums[1] * sums[1]];
        Assert.Equal(2, sums[0], 5 * Math.Sqrt(variance[0] / Draws));
        Assert.Equal(2, sums[1], 5 * Math.Sqrt(variance[1] / Draws));
        Assert.Equal(4.0 / Samples, variance[0], 0.1 * 4 / Samples);
        Assert.True(variance[1] > 4 * variance[0], $"{variance[1]} against {variance[0]}");
    }

    /// <summary>Accuracy itself as reward and its smooth surrogate teach the same small classifier (LOS-03, LOS-06).</summary>
    [Fact]
    public void A_metric_as_reward_trains_as_its_surrogate_does()
    {
        Tensor x = Tensor.Normal((60, 2), new RandomStream(1), 0, 1, DType.Float64);
        Tensor classes = Tensor.From([.. Enumerable.Range(0, 60).Select(i => x[i, 0].Item<double>() + x[i, 1].Item<double>() > 0 ? 1L : 0)]);
        double Train(Func<Tensor, int, Tensor> loss)
        {
            Tensor w = Tensor.Zeros((2, 2), DType.Float64);
            w.RequiresGradient = true;
            var optimizer = new Nabla.Optimizers.Adam([new Nabla.Optimizers.ParameterGroup([("w", w)])], 0.05);
            for (int t = 0; t < 80; t++)
            {
                int step = t;
                optimizer.Step(() => loss(x.MatMul(w), step));
            }
            return x.MatMul(w.Detach()).ArgMax().EqualTo(classes).To(DType.Float64).Mean().Item<double>();
        }
        double surrogate = Train((logits, _) => new SoftAccuracy().Forward(logits, classes));
        double reward = Train((logits, t) =>
        {
            Tensor drawn = (logits.Detach() + Tensor.Gumbel(logits.Shape, new RandomStream(2).Split(t), DType.Float64)).ArgMax();
            Tensor right = drawn.EqualTo(classes).To(DType.Float64);
            return -Expectation.ScoreFunction(logits.LogSoftmax(1).Gather(1, drawn.Unsqueeze(1)).Squeeze(1), right);
        });
        Assert.True(surrogate > 0.93 && reward > 0.93, $"{surrogate}, {reward}");
    }
}

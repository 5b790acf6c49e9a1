using Nabla.Layers;
using Nabla.Optimizers;

namespace Nabla.Tests.Optimizers;

/// <summary>Two ways to write one method give one trajectory; two conventions differ where the documentation says so (OPT-01, OPT-03, OPT-04).</summary>
public class ConventionTests
{
    const double Rate = 0.05;

    static double[] Path(Func<Bag, Optimizer> make, int steps, Action<Optimizer, int>? before = null)
    {
        Tensor w = Tensor.From(Quadratic.Start);
        Optimizer optimizer = make(new Bag(("w", w)));
        for (int t = 0; t < steps; t++)
        {
            before?.Invoke(optimizer, t);
            Quadratic.SetGradient(w);
            optimizer.Step();
        }
        return w.ToArray<double>();
    }

    static void Near(double[] expected, double[] actual, double tolerance = 1e-11) => Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= tolerance);

    /// <summary>Textbook: v ← μv − η∇f(w + μv), w ← w + v. PyTorch's parameter is the look-ahead w + μv itself.</summary>
    [Fact]
    public void Nesterov_in_two_steps_and_with_the_look_ahead_stored_are_one_trajectory()
    {
        const double Mu = 0.9;
        double[] w = Quadratic.Start, v = new double[w.Length];
        for (int t = 0; t < 20; t++)
            for (int i = 0; i < w.Length; i++)
            {
                v[i] = Mu * v[i] - Rate * Quadratic.Slope(w[i] + Mu * v[i], i);
                w[i] += v[i];
            }
        double[] stored = Path(m => new Sgd(m, Rate, new SgdOptions { Momentum = Mu, Nesterov = true }), 20);
        Near([.. w.Zip(v, (x, y) => x + Mu * y)], stored);
    }

    [Fact]
    public void The_place_of_the_rate_in_momentum_shows_only_under_a_schedule()
    {
        double[] Momentum(VelocityConvention convention, bool halves) => Path(
            m => new Sgd(m, Rate, new SgdOptions { Momentum = 0.9, Convention = convention }), 20,
            (optimizer, t) => optimizer.LearningRate = halves && t >= 10 ? Rate / 2 : Rate);
        Near(Momentum(VelocityConvention.RateOutside, false), Momentum(VelocityConvention.RateInside, false));
        double[] outside = Momentum(VelocityConvention.RateOutside, true), inside = Momentum(VelocityConvention.RateInside, true);
        Assert.True(outside.Zip(inside, (a, b) => Math.Abs(a - b)).Max() > 0.01);
    }

    /// <summary>η/√Σg² = (η/√t)/√(mean of g²): a root mean square with a rate that falls.</summary>
    [Fact]
    public void AdaGrad_is_a_root_mean_square_with_a_rate_that_falls_as_one_over_root_t()
    {
        double[] w = Quadratic.Start, mean = new double[w.Length];
        for (int t = 0; t < 20; t++)
            for (int i = 0; i < w.Length; i++)
            {
                double g = Quadratic.Slope(w[i], i);
                mean[i] += (g * g - mean[i]) / (t + 1);
                w[i] -= Rate / Math.Sqrt(t + 1) * g / Math.Sqrt(mean[i]);
            }
        Near(w, Path(m => new AdaGrad(m, Rate, new AdaGradOptions { Epsilon = 0 }), 20));
        Near(w, Path(
            m => new Adam(m, Rate, new AdamOptions { Beta1 = 0, Epsilon = 0, AveragesAllSquares = true }), 20,
            (optimizer, t) => optimizer.LearningRate = Rate / Math.Sqrt(t + 1)));
    }

    [Fact]
    public void RmsProp_is_Adam_without_first_moment_and_corrections() => Near(
        Path(m => new RmsProp(m, Rate, new RmsPropOptions { Alpha = 0.95 }), 20),
        Path(m => new Adam(m, Rate, new AdamOptions { Beta1 = 0, Beta2 = 0.95, CorrectsFirstMoment = false, CorrectsSecondMoment = false }), 20));

    [Fact]
    public void Without_the_correction_of_the_first_moment_steps_start_small_like_a_warm_up()
    {
        double First(bool corrects) => Path(m => new Adam(m, Rate, new AdamOptions { CorrectsFirstMoment = corrects }), 1).Zip(Quadratic.Start, (a, b) => Math.Abs(a - b)).Max();
        Assert.Equal(Rate, First(true), 1e-6);
        Assert.Equal(0.1 * Rate, First(false), 1e-6);
    }

    [Fact]
    public void Maxima_of_v_and_of_corrected_v_differ()
    {
        double[] Amsgrad(bool corrected) => Path(m => new Adam(m, Rate, new AdamOptions { AmsGrad = true, Beta2 = 0.8, MaximumOfCorrected = corrected }), 20);
        Assert.True(Amsgrad(true).Zip(Amsgrad(false), (a, b) => Math.Abs(a - b)).Max() > 1e-4);
    }

    [Fact]
    public void Rates_per_layer_fall_from_the_last_to_the_first()
    {
        var model = new Sequential([new Linear(2, 3), Activation.Relu(), new Linear(3, 1)]);
        ParameterGroup[] groups = ParameterGroup.PerLayer(model, 0.1, 0.5);
        Assert.Equal([0.05, 0.1], new Sgd(groups, 7).Groups.Select(group => group.LearningRate));
        Assert.Throws<ArgumentOutOfRangeException>(() => ParameterGroup.PerLayer(model, 0.1, 0));
        Assert.StartsWith("PerLayer: expected all parameters", Assert.Throws<ArgumentException>(() => ParameterGroup.PerLayer(new Linear(1, 1), 0.1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lasso_spares_vectors_on_request_and_makes_exact_zeros()
    {
        Tensor matrix = Tensor.From([0.01, -0.5], (1, 2)), vector = Tensor.From([0.01]);
        var optimizer = new Sgd(new Bag(("matrix", matrix), ("vector", vector)), 0.1, new SgdOptions { L1Decay = 1, WithoutDecayOnVectors = true });
        (matrix.Gradient, vector.Gradient) = (Tensor.Zeros((1, 2), DType.Float64), Tensor.Zeros(1, DType.Float64));
        optimizer.Step();
        Assert.Equal([0, -0.4], matrix.Detach().ToArray<double>());
        Assert.Equal(0.01, vector.Item<double>());
        Assert.Equal("33.3 % zeros (1 of 3), 0.0 % zero rows (0 of 1)", Sparsity.Of(optimizer.Parameters).ToString());
    }

    /// <summary>E[ĝ] = mean of gₙ, and each step's variance grows by σ²/M·mean of gₙ² (OPT-11).</summary>
    [Fact]
    public void Gradient_noise_keeps_the_mean_and_adds_its_share_of_variance()
    {
        const int Samples = 8, Draws = 20_000;
        const double Deviation = 1.5;
        double[] g = [.. Enumerable.Range(0, Samples).Select(i => Math.Sin(i) + 0.5)];
        Tensor slopes = Tensor.From(g), w = Tensor.Scalar(1, DType.Float64);
        w.RequiresGradient = true;
        double sum = 0, squares = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            double noisy = Autograd.Gradient((slopes * w).NoisyMean(Deviation, new RandomStream(1).Split(draw)), w).Item<double>();
            sum += noisy;
            squares += noisy * noisy;
        }
        double mean = sum / Draws, variance = squares / Draws - mean * mean;
        double expected = Deviation * Deviation * g.Sum(x => x * x) / (Samples * Samples);
        Assert.Equal(g.Average(), mean, 5 * Math.Sqrt(expected / Draws));
        Assert.Equal(expected, variance, 0.05 * expected);
        Assert.Equal(g.Average(), (slopes * w).NoisyMean(0, new RandomStream(1)).Item<double>(), 1e-15);
    }

    [Fact]
    public void Accumulated_batches_equal_one_batch_of_all()
    {
        Tensor a = Tensor.From(Quadratic.Start), b = a.Clone();
        var whole = new Adam(new Bag(("w", a)));
        var parts = new GradientAccumulation(new Adam(new Bag(("w", b))), 2);
        for (ulong t = 0; t < 5; t++)
        {
            Tensor first = Tensor.Uniform(Quadratic.Size, new RandomStream(t), -1, 1, DType.Float64), second = Tensor.Uniform(Quadratic.Size, new RandomStream(t + 50), -1, 1, DType.Float64);
            a.Gradient = 0.5 * first + 0.5 * second;
            whole.Step();
            foreach (Tensor part in new[] { first, second })
            {
                parts.ClearGradients();
                b.Gradient = part;
                parts.Step();
            }
        }
        Near(a.ToArray<double>(), b.ToArray<double>());
        Assert.Equal((10, 5), (parts.Steps, parts.Inner.Steps));
    }

    [Fact]
    public void A_batch_with_infinities_leaves_nothing_behind()
    {
        Tensor w = Tensor.From(Quadratic.Start);
        var parts = new GradientAccumulation(new Sgd(new Bag(("w", w))), 1);
        w.Gradient = Tensor.Full(Quadratic.Size, double.PositiveInfinity, DType.Float64);
        parts.Step();
        Assert.All(parts.StateDictionary()["gradientAccumulation.w.gradients"].ToArray<double>(), static sum => Assert.Equal(0, sum));
    }
}

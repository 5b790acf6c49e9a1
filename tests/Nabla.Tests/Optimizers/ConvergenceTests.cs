using Nabla.Optimizers;

namespace Nabla.Tests.Optimizers;

/// <summary>What the theory of optimization promises, computed: quadratic bowls ½wᵀDw, linear and quadratic rates, noise (OPT-02, OPT-08).</summary>
public class ConvergenceTests
{
    static readonly double[] Curvatures = [0.1, 1, 4];

    static (Tensor W, Func<Tensor> Loss) Bowl(params double[] start)
    {
        Tensor w = Tensor.From(start), d = Tensor.From(Curvatures);
        w.RequiresGradient = true;
        return (w, () => 0.5 * (d * w * w).Sum());
    }

    static ParameterGroup[] Group(Tensor w) => [new ParameterGroup([("w", w)])];

    static double Length(Tensor w) => Math.Sqrt(w.Detach().ToArray<double>().Sum(x => x * x));

    [Theory]
    [InlineData(0.49)]
    [InlineData(0.51)]
    public void Gradient_descent_on_a_bowl_falls_if_and_only_if_the_rate_is_below_two_over_the_largest_curvature(double rate)
    {
        var (w, loss) = Bowl(1, 1, 1);
        var optimizer = new Sgd(Group(w), rate);
        double first = (double)loss();
        for (int t = 0; t < 200; t++) optimizer.Step(loss);
        Assert.Equal(rate < 2 / Curvatures.Max(), (double)loss() < first);
    }

    [Fact]
    public void Gradient_descent_converges_linearly_at_one_minus_mu_over_L()
    {
        double mu = Curvatures.Min(), L = Curvatures.Max();
        var (w, loss) = Bowl(1, 0, 0);                  // the slowest direction alone: the bound is reached
        var optimizer = new Sgd(Group(w), 1 / L);
        for (int t = 0; t < 50; t++)
        {
            double before = Length(w);
            optimizer.Step(loss);
            Assert.Equal(1 - mu / L, Length(w) / before, 1e-12);
        }
        (w, loss) = Bowl(1, -2, 0.5);                   // any start: never slower
        optimizer = new Sgd(Group(w), 1 / L);
        double start = Length(w);
        for (int t = 1; t <= 50; t++)
        {
            optimizer.Step(loss);
            Assert.True(Length(w) <= start * Math.Pow(1 - mu / L, t) * (1 + 1e-12));
        }
    }

    [Fact]
    public void Newton_takes_one_step_on_a_bowl()
    {
        var (w, loss) = Bowl(3, -7, 0.01);
        new Newton(Group(w)).Step(loss);
        Assert.Equal([0.0, 0, 0], w.Detach().ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-15);
    }

    /// <summary>f = x − log(1 + x) for x near 0: f″ ≥ μ and |f‴| ≤ H; then |x₊| ≤ H/(2μ)·x².</summary>
    [Fact]
    public void Newton_squares_the_error_once_it_starts_within_the_bound()
    {
        Tensor x = Tensor.From([0.1]);
        x.RequiresGradient = true;
        Tensor Loss() => (x - (1 + x).Log()).Sum();
        // f″ = 1/(1 + x)² and |f‴| = 2/(1 + x)³ on |x| ≤ 0.1.
        double mu = 1 / (1.1 * 1.1), H = 2 / Math.Pow(0.9, 3);
        Assert.True(0.1 <= mu / (2 * H), "the start condition");
        var optimizer = new Newton(Group(x));
        for (int t = 0; t < 4; t++)
        {
            double before = Math.Abs(x.Item<double>());
            optimizer.Step(Loss);
            Assert.True(Math.Abs(x.Item<double>()) <= H / (2 * mu) * before * before + 1e-16);
        }
        Assert.True(Math.Abs(x.Item<double>()) < 1e-15);
    }

    [Fact]
    public void Newton_names_a_matrix_that_curves_down()
    {
        Tensor w = Tensor.From([1.0, 2]);
        w.RequiresGradient = true;
        string message = Assert.Throws<ArithmeticException>(() => new Newton(Group(w)).Step(() => (w * w).Sum() - 3 * w.Select(0, 1).Square())).Message;
        Assert.Equal("Newton: expected a positive definite matrix, got a pivot that is not positive at 1 of 2: the loss curves down or not at all. Raise Damping above 0.", message);
        Assert.Equal([1.0, 2], w.Detach().ToArray<double>());
    }

    [Fact]
    public void Gauss_Newton_fits_a_line_in_one_step()
    {
        Tensor w = Tensor.From([5.0, -3]), x = Tensor.From([0.0, 1, 2, 5]), y = 2 * x + 0.5;
        w.RequiresGradient = true;
        Tensor Residuals() => w.Select(0, 0) * x + w.Select(0, 1) - y;
        double before = new GaussNewton(Group(w)).Step(Residuals);
        Assert.Equal(0.5 * ((5 * x - 3) - y).Square().Sum().Item<double>(), before, 1e-10);
        Assert.Equal([2, 0.5], w.Detach().ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Theory, InlineData(LineSearch.Armijo), InlineData(LineSearch.StrongWolfe)]
    public void Lbfgs_with_a_line_search_finds_the_end_of_Rosenbrocks_valley(LineSearch search)
    {
        Tensor w = Tensor.From([-1.2, 1.0]);
        w.RequiresGradient = true;
        Tensor Loss()
        {
            Tensor a = w.Select(0, 0), b = w.Select(0, 1);
            return (1 - a).Square() + 100 * (b - a * a).Square();
        }
        var optimizer = new Lbfgs(Group(w), 1, new LbfgsOptions { LineSearch = search });
        double last = double.PositiveInfinity;
        for (int t = 0; t < 60; t++)
        {
            double value = optimizer.Step(Loss);
            Assert.True(value <= last);
            last = value;
        }
        Assert.Equal([1.0, 1], w.Detach().ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    /// <summary>Total error is that of representation (what the best line cannot do) plus that of optimization (what is left to the best line).</summary>
    [Fact]
    public void Total_error_is_representation_error_plus_optimization_error()
    {
        Tensor x = Tensor.Linspace(-1, 1, 41, DType.Float64), y = x.Exp(), w = Tensor.From([0.0, 0]);
        w.RequiresGradient = true;
        Tensor Loss() => (w.Select(0, 0) * x + w.Select(0, 1) - y).Square().Mean();
        var optimizer = new Sgd(Group(w), 0.3);
        for (int t = 0; t < 5; t++) optimizer.Step(Loss);
        double total = (double)Loss();
        double[] reached = w.Detach().ToArray<double>();
        new Newton(Group(w)).Step(Loss);
        double representation = (double)Loss();
        Tensor best = w.Detach(), now = Tensor.From(reached);
        Tensor between = (now - best).Select(0, 0) * x + (now - best).Select(0, 1);
        Assert.True(representation > 0.01);
        Assert.Equal(total, representation + (double)between.Square().Mean(), 1e-12);
    }

    /// <summary>Measured squared gradients of SGD stay below 2(F₀ − F*)/(ηT) + LηV/b, and the noise floor is proportional to η/b.</summary>
    [Theory]
    [InlineData(0.05, 1)]
    [InlineData(0.2, 1)]
    [InlineData(0.2, 8)]
    public void Gradients_of_noisy_descent_stay_below_the_bound(double rate, int batch)
    {
        const int Steps = 400, Runs = 20;
        double L = Curvatures.Max(), V = Curvatures.Length, sum = 0, first = 0;
        var stream = new RandomStream(3);
        for (int run = 0; run < Runs; run++)
        {
            var (w, loss) = Bowl(2, 2, 2);
            first = (double)loss();
            Tensor noise = Tensor.Normal((Steps, 3), stream.Split(run), 0, 1 / Math.Sqrt(batch), DType.Float64);
            var optimizer = new Sgd(Group(w), rate);
            for (int t = 0; t < Steps; t++)
            {
                optimizer.ClearGradients();
                loss().Backward();
                sum += w.Gradient!.ToArray<double>().Sum(g => g * g) / (Steps * Runs);
                w.Gradient = w.Gradient + noise.Select(0, t);
                optimizer.Step();
            }
        }
        Assert.True(sum <= 2 * first / (rate * Steps) + L * rate * V / batch, $"measured {sum}");
    }

    /// <summary>
    /// On the noisy quadratic (gradients h·(w − c), c ∼ N(0, σ²)) the variance of Lookahead settles at a smaller value than that of SGD with the same
    /// rate: times α²(1 − q²ᵏ) / (α²(1 − q²ᵏ) + 2α(1 − α)(1 − qᵏ)), q = 1 − ηh (Zhang et al., 2019, proposition 2).
    /// </summary>
    [Fact]
    public void Lookahead_has_a_smaller_variance_at_its_fixed_point_on_the_noisy_quadratic()
    {
        const double Rate = 0.5, Alpha = 0.5;
        const int K = 5, Coordinates = 4000, Warm = 200, Rounds = 60;
        double q = 1 - Rate, ofSgd = Rate * Rate / (1 - q * q);             // h = σ = 1
        double a = Alpha * Alpha * (1 - Math.Pow(q, 2 * K)), b = 2 * Alpha * (1 - Alpha) * (1 - Math.Pow(q, K));
        double[] expected = [ofSgd, ofSgd * a / (a + b)];
        for (int method = 0; method < 2; method++)
        {
            Tensor w = Tensor.Zeros(Coordinates, DType.Float64);
            w.RequiresGradient = true;
            var sgd = new Sgd(Group(w), Rate);
            Optimizer optimizer = method == 0 ? sgd : new Lookahead(sgd, K, Alpha);
            double variance = 0;
            for (int t = 1; t <= Warm + Rounds * K; t++)
            {
                w.Gradient = w.Detach() - Tensor.Normal(Coordinates, new RandomStream(5).Split(t), 0, 1, DType.Float64);
                optimizer.Step();
                if (t > Warm && t % K == 0) variance += w.Detach().ToArray<double>().Average(x => x * x) / Rounds;
            }
            Assert.Equal(expected[method], variance, 0.03 * expected[method]);
        }
    }

    /// <summary>
    /// The slow step that leaves the least error is α* = (θ₀ − w*)·(θ₀ − θₖ)/‖θ₀ − θₖ‖² in the metric of the curvature (Zhang et al., 2019, proposition 1):
    /// no other α of a grid is better.
    /// </summary>
    [Fact]
    public void The_optimal_slow_step_beats_every_other()
    {
        double[] start = [1, -2, 0.5];
        var (w, loss) = Bowl(start);
        var optimizer = new Sgd(Group(w), 0.45);
        for (int t = 0; t < 5; t++) optimizer.Step(loss);
        double[] fast = w.Detach().ToArray<double>();
        double top = 0, bottom = 0;
        for (int i = 0; i < 3; i++)
        {
            double d = start[i] - fast[i];
            top += d * Curvatures[i] * start[i];
            bottom += d * Curvatures[i] * d;
        }
        double best = At(top / bottom);
        for (double alpha = 0; alpha <= 2; alpha += 0.01) Assert.True(best <= At(alpha) + 1e-15);

        double At(double alpha) => Enumerable.Range(0, 3).Sum(i => 0.5 * Curvatures[i] * Math.Pow(start[i] + alpha * (fast[i] - start[i]), 2));
    }
}

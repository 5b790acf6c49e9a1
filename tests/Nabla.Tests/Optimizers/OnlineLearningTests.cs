using Nabla.Optimizers;

namespace Nabla.Tests.Optimizers;

/// <summary>Sparse logistic regression one sample at a time: accuracy against sparsity, admission, subsampling, 16-bit weights (OPT-06, OPT-13).</summary>
public class OnlineLearningTests
{
    const int Features = 60, Relevant = 5, Samples = 1500;

    /// <summary>Labels depend on five of sixty features.</summary>
    static (double LogLoss, double Sparsity) Learn(Func<Bag, Optimizer> make)
    {
        Tensor w = Tensor.Zeros(Features, DType.Float64);
        Optimizer optimizer = make(new Bag(("w", w)));
        var validation = new ProgressiveValidation(0.99);
        var stream = new RandomStream(11);
        for (int n = 0; n < Samples; n++)
        {
            double[] x = Tensor.Normal(Features, stream.Split(n), 0, 1, DType.Float64).ToArray<double>();
            double truth = x.Take(Relevant).Select((v, i) => i % 2 == 0 ? 2 * v : -2 * v).Sum();
            bool label = stream.Split("label").NextUniform(n) < 1 / (1 + Math.Exp(-truth));
            double p = 1 / (1 + Math.Exp(-w.Detach().ToArray<double>().Zip(x, (a, b) => a * b).Sum()));
            validation.Add(p, label);
            w.Gradient = Tensor.From([.. x.Select(v => (p - (label ? 1 : 0)) * v)]);
            optimizer.Step();
        }
        return (validation.RecentLogLoss, Sparsity.Of(optimizer.Parameters).Share);
    }

    [Fact]
    public void Proximal_methods_are_sparse_at_the_accuracy_of_those_that_are_not()
    {
        var ogd = Learn(m => new Ogd(m, 0.3, new OnlineOptions { L1Decay = 0.03 }));
        var fobos = Learn(m => new Fobos(m, 0.3, new OnlineOptions { L1Decay = 0.03 }));
        var rda = Learn(m => new Rda(m, 0.3, new OnlineOptions { L1Decay = 0.03 }));
        var ftrl = Learn(m => new Ftrl(m, 0.3, new FtrlOptions { L1Decay = 12 }));
        string all = $"OGD {ogd}, FOBOS {fobos}, RDA {rda}, FTRL {ftrl}";
        Assert.True(ogd.Sparsity < 0.05, all);                                   // a subgradient hardly ever lands on 0
        Assert.True(rda.Sparsity > 0.4 && ftrl.Sparsity > 0.4, all);
        Assert.True(rda.Sparsity > fobos.Sparsity && ftrl.Sparsity > fobos.Sparsity, all);
        Assert.True(ftrl.LogLoss < ogd.LogLoss + 0.02, all);
        Assert.True(Math.Max(ogd.LogLoss, Math.Max(fobos.LogLoss, rda.LogLoss)) < 0.62, all);      // chance: 0.693
    }

    [Fact]
    public void The_group_lasso_removes_whole_rows_and_the_lasso_single_weights()
    {
        Sparsity Train(FtrlOptions options)
        {
            Tensor table = Tensor.Zeros((20, 4), DType.Float64);
            var optimizer = new Ftrl(new Bag(("table", table)), 0.2, options);
            for (int t = 0; t < 50; t++)
            {
                Tensor slope = Tensor.Normal((20, 4), new RandomStream(2).Split(t), 0, 0.3, DType.Float64);
                slope[..5] = slope[..5] - 0.5;           // only five rows have a direction
                table.Gradient = slope;
                optimizer.Step();
            }
            return Sparsity.Of(optimizer.Parameters);
        }
        Sparsity rows = Train(new FtrlOptions { RowDecay = 6 }), single = Train(new FtrlOptions { L1Decay = 3 });
        Assert.Equal(15, rows.ZeroRows);
        Assert.Equal(60, rows.Zeros);                     // a row is there or not
        Assert.True(single.Zeros > 4 * single.ZeroRows);
    }

    [Fact]
    public void Poisson_admission_waits_one_over_p_sights_on_average_and_Bloom_filters_never_longer_than_n()
    {
        var poisson = new PoissonAdmission(0.1, new RandomStream(4));
        long sights = 0;
        for (ulong feature = 0; feature < 5000; feature++)
            do sights++; while (!poisson.Admit(feature));
        Assert.Equal(10, sights / 5000.0, 0.5);
        Assert.Equal(5000, poisson.Count);

        var bloom = new BloomAdmission(3, 50_000);
        int early = 0;
        for (ulong feature = 0; feature < 3000; feature++)
        {
            bool first = bloom.Admit(feature), second = bloom.Admit(feature);
            if (first || second) early++;
            Assert.True(bloom.Admit(feature));
        }
        Assert.InRange(early, 0, 60);
    }

    [Fact]
    public void Subsampled_negatives_keep_the_expected_loss()
    {
        var rule = new NegativeSubsampling(0.2, new RandomStream(9));
        double sum = Enumerable.Range(0, 20_000).Sum(i => rule.Weight(false, i));
        Assert.Equal(1, sum / 20_000, 0.05);
        Assert.Equal(1, rule.Weight(true, 5));
    }

    [Fact]
    public void Sixteen_bits_round_without_bias()
    {
        float[] weights = [.. Enumerable.Repeat(0.12345f, 20_000), 7, -7];
        float[] decoded = FixedPointWeights.Decode(FixedPointWeights.Encode(weights, new RandomStream(1)));
        Assert.Equal(0.12345, decoded.Take(20_000).Average(x => (double)x), 3e-6);
        Assert.All(decoded.Take(20_000), x => Assert.InRange(x, 0.12345f - 1f / 8192, 0.12345f + 1f / 8192));
        Assert.Equal([4 - 1f / 8192, -4], decoded[^2..]);
    }

    /// <summary>With a constant rate, SGD keeps the variance of its samples; remembered gradients remove it (OPT-13).</summary>
    [Fact]
    public void Variance_reduced_methods_converge_where_plain_sampling_does_not()
    {
        double[] centers = [-1, 0.5, 2, 3, -2.5];
        double[] weights = [1, 2, 0.5, 1, 1.5];
        double best = centers.Zip(weights, (c, a) => c * a).Sum() / weights.Sum();
        double Distance(Func<ParameterGroup[], Func<int, Tensor>, Optimizer> make)
        {
            Tensor w = Tensor.From([5.0]);
            w.RequiresGradient = true;
            Tensor Term(int i) => 0.5 * weights[i] * (w - centers[i]).Square().Sum();
            Optimizer optimizer = make([new ParameterGroup([("w", w)])], Term);
            for (int t = 0; t < 600; t++)
            {
                int term = new RandomStream(6).NextInt(t, 5);
                if (optimizer is FiniteSumOptimizer sum) sum.Step(term);
                else optimizer.Step(() => Term(term));
            }
            return Math.Abs(w.Item<double>() - best);
        }
        Assert.True(Distance((group, _) => new Sgd(group, 0.15)) > 0.01);
        Assert.True(Distance((group, term) => new Sag(group, 5, term, 0.1)) < 1e-8);
        Assert.True(Distance((group, term) => new Saga(group, 5, term, 0.15)) < 1e-8);
        Assert.True(Distance((group, term) => new Svrg(group, 5, term, 0.15)) < 1e-8);
    }

    [Fact]
    public void Remembered_gradients_are_part_of_the_state()
    {
        Func<ParameterGroup[], Func<int, Tensor>, FiniteSumOptimizer>[] methods =
        [
            (group, term) => new Sag(group, 4, term), (group, term) => new Saga(group, 4, term), (group, term) => new Svrg(group, 4, term, period: 5),
        ];
        foreach (var make in methods) Assert.Equal(Run(make, stopAt: 99), Run(make, stopAt: 7));

        static double[] Run(Func<ParameterGroup[], Func<int, Tensor>, FiniteSumOptimizer> make, int stopAt)
        {
            Tensor w = Start([5, -1]);
            FiniteSumOptimizer optimizer = Make(w);
            for (int t = 0; t < 12; t++)
            {
                if (t == stopAt)
                {
                    var state = optimizer.StateDictionary();
                    w = Start(w.Detach().ToArray<double>());
                    optimizer = Make(w);
                    optimizer.LoadStateDictionary(state);
                }
                optimizer.Step(3 * t % 4);
            }
            return w.Detach().ToArray<double>();

            FiniteSumOptimizer Make(Tensor parameter) => make([new ParameterGroup([("w", parameter)])], i => ((i + 1) * parameter.Square() + i * parameter).Sum());
        }

        static Tensor Start(double[] values)
        {
            Tensor w = Tensor.From(values);
            w.RequiresGradient = true;
            return w;
        }
    }
}

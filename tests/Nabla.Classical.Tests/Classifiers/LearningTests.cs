using Nabla.Classical.Bayes;
using Nabla.Classical.Linear;
using Nabla.Estimators;

namespace Nabla.Classical.Tests.Classifiers;

/// <summary>What the models are known for, shown on data.</summary>
public class LearningTests
{
    [Fact]
    public void Cross_entropy_learns_from_a_start_that_is_confidently_wrong_and_squared_error_hardly()
    {
        // Slopes at a score of −20 for a row of class 1: p − 1 ≈ −1 for cross entropy, (p − 1)·p·(1 − p) ≈ −2e−9 for squared error.
        var x = new Matrix<double>([1], 1, 1);
        double[] w = [-20, 0], cross = new double[2], squared = new double[2];
        new LogisticObjective(x, [1], null, 2, 0, false, ProbabilityLoss.CrossEntropy).Evaluate(w, cross);
        new LogisticObjective(x, [1], null, 2, 0, false, ProbabilityLoss.SquaredError).Evaluate(w, squared);
        Assert.Equal(-1, cross[0], 6);
        Assert.InRange(squared[0], -1e-8, 0);
    }

    [Theory]
    [InlineData(2), InlineData(3)]
    public void Slopes_of_both_losses_match_central_differences(int classes)
    {
        RandomStream random = new(3);
        var x = new Matrix<double>(Tensor.Normal((12, 4), random, dtype: DType.Float64).ToArray<double>(), 12, 4);
        int[] y = [.. Enumerable.Range(0, 12).Select(i => i % classes)];
        double[] weights = [.. Enumerable.Range(1, 12).Select(i => i / 6.0)];
        foreach (ProbabilityLoss loss in Enum.GetValues<ProbabilityLoss>())
        {
            var f = new LogisticObjective(x, y, weights, classes, 0.7, true, loss);
            double[] w = Tensor.Normal(Shape.Create(f.Parameters), random.Split(1), dtype: DType.Float64).ToArray<double>(), g = new double[w.Length], none = new double[w.Length];
            f.Evaluate(w, g);
            for (int i = 0; i < w.Length; i++)
            {
                double[] up = [.. w], down = [.. w];
                up[i] += 1e-5;
                down[i] -= 1e-5;
                Assert.Equal((f.Evaluate(up, none) - f.Evaluate(down, none)) / 2e-5, g[i], 7);
            }
        }
    }

    [Fact]
    public void Cross_entropy_gives_better_probabilities_of_breast_cancer_than_squared_error()
    {
        var (x, y) = Golden.Table("breast-cancer");
        double LogLoss(ProbabilityLoss loss)
        {
            var model = new LogisticRegression(new() { Loss = loss, C = 100 }) { OnWarning = null };
            model.Fit(x[..400] * 0.01, y[..400]);
            double[] p = model.PredictProbability(x[400..] * 0.01)[.., 1].Contiguous().ToArray<double>();
            long[] t = y[400..].Contiguous().ToArray<long>();
            return p.Zip(t, (q, c) => -Math.Log(c == 1 ? q : 1 - q)).Average();
        }
        Assert.True(LogLoss(ProbabilityLoss.CrossEntropy) < LogLoss(ProbabilityLoss.SquaredError));
    }

    [Fact]
    public void As_data_shrink_the_generative_model_wins_and_with_much_data_the_discriminative()
    {
        // Ng, Jordan, 2001: naive Bayes approaches its (worse) limit with fewer rows. Correlated Gaussians: naive Bayes is wrong about them.
        double Error(Classifier model, int rows, ulong seed)
        {
            var (x, y) = Correlated(rows, seed);
            var (xt, yt) = Correlated(2000, 1000);
            model.OnWarning = null;
            model.Fit(x, y);
            return model.Predict(xt).ToArray<long>().Zip(yt.ToArray<long>(), (a, b) => a == b ? 0.0 : 1).Average();
        }
        double few = 0, many = 0;
        for (ulong seed = 0; seed < 8; seed++)
        {
            few += Error(new LogisticRegression(new() { C = 1e6 }), 60, seed) - Error(new GaussianNaiveBayes(), 60, seed);
            many += Error(new LogisticRegression(new() { C = 1e6 }), 1500, seed) - Error(new GaussianNaiveBayes(), 1500, seed);
        }
        Assert.True(few > 0, $"{few}");
        Assert.True(many < 0, $"{many}");
    }

    [Fact]
    public void One_against_the_rest_tells_irises_apart()
    {
        var (x, y) = Golden.Table("iris");
        var model = new OneVsRest(_ => new LogisticRegression(new() { L1Ratio = 1, C = 10 }));
        model.Fit(x, y);
        Assert.InRange(Accuracy(model, x, y), 0.95, 1);
        Assert.Equal(3, model.Members.Count);
        Check.SavedIsTheSame(model, new OneVsRest(_ => new LogisticRegression()), m => m.PredictProbability(x));
    }

    [Fact]
    public void A_cascade_keeps_the_second_class_and_rejects_the_first_in_stages()
    {
        var (x, y) = Golden.Table("breast-cancer");
        x *= 0.01;
        var model = new CascadedLogisticRegression(3, kept: 1, new() { C = 0.1 }) { OnWarning = null };
        model.Fit(x, y);
        long[] p = model.Predict(x).ToArray<long>(), t = y.ToArray<long>();
        Assert.InRange(model.Stages, 2, 3);
        Assert.Equal(t.Count(c => c == 1), p.Where((c, i) => c == 1 && t[i] == 1).Count());
        var single = new CascadedLogisticRegression(1, kept: 1, new() { C = 0.1 }) { OnWarning = null };
        single.Fit(x, y);
        int Rejected(CascadedLogisticRegression m) => m.Predict(x).ToArray<long>().Where((c, i) => c == 0 && t[i] == 0).Count();
        Assert.True(Rejected(model) > Rejected(single));
        Check.SavedIsTheSame(model, new CascadedLogisticRegression(1), m => m.Predict(x));
    }

    [Fact]
    public void Naive_Bayes_in_parts_equals_naive_Bayes_at_once()
    {
        var (x, y) = Golden.Table("iris");
        Tensor order = Tensor.From(new RandomStream(2).Permutation(150).Select(i => (long)i).ToArray());
        (x, y) = (x[order], y[order]);
        GaussianNaiveBayes whole = new(), parts = new();
        whole.Fit(x, y);
        for (int i = 0; i < 150; i += 50) parts.PartialFit(x[i..(i + 50)], y[i..(i + 50)]);
        double[] a = whole.Variances.ToArray<double>(), b = parts.Variances.ToArray<double>();
        for (int i = 0; i < a.Length; i++) Assert.Equal(a[i], b[i], 12);
        BernoulliNaiveBayes all = new(new() { Threshold = 2 }), some = new(new() { Threshold = 2 });
        all.Fit(x, y);
        for (int i = 0; i < 150; i += 50) some.PartialFit(x[i..(i + 50)], y[i..(i + 50)]);
        Check.SameBits(all.PredictProbability(x), some.PredictProbability(x));
    }

    [Fact]
    public void A_perceptron_finds_a_plane_if_there_is_one_and_complains_if_not()
    {
        var (x, y) = Golden.Table("iris");
        var model = new Perceptron();
        model.Fit(x[..100], y[..100]);
        Assert.Empty(model.Warnings);
        Assert.Equal(1, Accuracy(model, x[..100], y[..100]));
        var overlapping = new Perceptron(new() { MaxIterations = 5 }) { OnWarning = null };
        overlapping.Fit(x[50..], y[50..]);
        Assert.Matches("^Perceptron: expected a pass without a mistake within 5 passes, got .* Raise MaxIterations, or take LogisticRegression or LinearSvc.$", Assert.Single(overlapping.Warnings));
    }

    [Fact]
    public void Weights_count_rows()
    {
        var (x, y) = Golden.Table("iris");
        Tensor twice = Tensor.From(Enumerable.Range(0, 150).Concat(Enumerable.Range(0, 50)).Select(i => (long)i).ToArray());
        Tensor weights = Tensor.From(Enumerable.Range(0, 150).Select(i => i < 50 ? 2.0 : 1).ToArray());
        foreach (Func<ProbabilisticClassifier> create in (Func<ProbabilisticClassifier>[])[() => new LogisticRegression(new() { Tolerance = 1e-9, MaxIterations = 5000 }), () => new GaussianNaiveBayes()])
        {
            ProbabilisticClassifier one = create(), other = create();
            ((IWeightedLearner)one).Fit(x, y, weights);
            other.Fit(x[twice], y[twice]);
            double[] a = one.PredictProbability(x).ToArray<double>(), b = other.PredictProbability(x).ToArray<double>();
            for (int i = 0; i < a.Length; i++) Assert.Equal(a[i], b[i], 1e-5);
        }
    }

    [Fact]
    public void A_warm_start_continues()
    {
        var (x, y) = Golden.Table("wine");
        var model = new LogisticRegression(new() { MaxIterations = 30, WarmStart = true }) { OnWarning = null };
        model.Fit(x, y);
        double first = model.Objective;
        Assert.Matches("^LogisticRegression: expected a gradient of at most 0.0001 after 30 iterations, got .* Raise MaxIterations, loosen Tolerance, or standardize the features.$", Assert.Single(model.Warnings));
        model.Fit(x, y);
        Assert.True(model.Objective < first);
    }

    internal static double Accuracy(IPredictor model, Tensor x, Tensor y) =>
        model.Predict(x).ToArray<long>().Zip(y.Contiguous().ToArray<long>(), (a, b) => a == b ? 1.0 : 0).Average();

    // Two features share strong noise, which a model of independent features cannot cancel; eighteen say a little each.
    static (Tensor X, Tensor Y) Correlated(int rows, ulong seed)
    {
        double[] z = Tensor.Normal((rows, 21), new RandomStream(seed), dtype: DType.Float64).ToArray<double>();
        var x = new double[rows, 20];
        long[] y = new long[rows];
        for (int i = 0; i < rows; i++)
        {
            y[i] = i % 2;
            for (int j = 0; j < 20; j++) x[i, j] = z[21 * i + j] + (j < 2 ? 3 * z[21 * i + 20] : 0) + (j == 1 ? -0.5 : 0.5) * y[i];
        }
        return (Tensor.From(x), Tensor.From(y));
    }
}

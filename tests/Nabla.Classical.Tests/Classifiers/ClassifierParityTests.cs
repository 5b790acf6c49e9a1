using Nabla.Classical.Bayes;
using Nabla.Classical.Linear;
using Nabla.Classical.Neighbors;
using Nabla.Classical.SupportVectors;
using Nabla.Estimators;
using Nabla.Tests.Parity;

namespace Nabla.Classical.Tests.Classifiers;

/// <summary>Every classifier against scikit-learn's of the same settings: what it learned, its answers, and itself after saving.</summary>
public class ClassifierParityTests
{
    const string File = "sk_classifiers";

    static readonly Dictionary<string, Func<GoldenCase, Classifier>> Rows = new()
    {
        ["LogisticRegression"] = c => new LogisticRegression(new()
        {
            C = c.Double("C", 1), FitIntercept = c.Bool("fitIntercept", true), L1Ratio = c.Double("l1Ratio", 0), Tolerance = 1e-9, MaxIterations = 5000,
        }),
        ["OneVsRest"] = c => new OneVsRest(_ => new LogisticRegression(new() { Tolerance = 1e-9, MaxIterations = 5000 })),
        ["GaussianNaiveBayes"] = c => new GaussianNaiveBayes(new() { VarianceSmoothing = c.Double("smoothing", 1e-9) }),
        ["MultinomialNaiveBayes"] = c => new MultinomialNaiveBayes(new() { Alpha = c.Double("alpha") }),
        ["BernoulliNaiveBayes"] = c => new BernoulliNaiveBayes(new() { Threshold = c.Double("threshold") }),
        ["LinearDiscriminant"] = c => new LinearDiscriminant(),
        ["QuadraticDiscriminant"] = c => new QuadraticDiscriminant(new() { Shrinkage = c.Double("shrinkage", 0) }),
        ["KNearestClassifier"] = c => new KNearestClassifier(4, new() { Weights = Enum.Parse<NeighborWeights>(c.Text("weights"), true) }),
        ["Perceptron"] = c => new Perceptron(new() { Shuffles = false, MaxIterations = c.Int("passes") }),
        ["LinearSvc"] = c => new LinearSvc(new()
        {
            C = c.Double("C", 1), Loss = c.Text("loss") == "hinge" ? MarginLoss.Hinge : MarginLoss.SquaredHinge, Tolerance = 1e-9, MaxIterations = 100_000,
        }),
        ["Svc"] = c => new Svc(Svm(c)),
    };

    public static TheoryData<string> Cases =>
        [.. GoldenFile.Open(File).Names.Where(n => !n.StartsWith("Svr", StringComparison.Ordinal) && !n.StartsWith("KNearestRegressor", StringComparison.Ordinal))];

    public static TheoryData<string> Regressors =>
        [.. GoldenFile.Open(File).Names.Where(n => n.StartsWith("Svr", StringComparison.Ordinal) || n.StartsWith("KNearestRegressor", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Cases))]
    public void It_is_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        var (x, y) = Golden.Table(c);
        int every = c.Int("every");
        Tensor rows = Tensor.From(Enumerable.Range(0, (x.Shape[0] + every - 1) / every).Select(i => (long)i * every).ToArray());
        (x, y) = (x[rows] * (1 / c.Double("scale", 1)), y[rows]);
        Classifier model = Make(c);
        model.OnWarning = null;
        model.Fit(x, y);
        Assert.Equal([], c.AttributesNotAsked);
        // Solvers end near the minimum, closed forms at it.
        double tolerance = c.Name.Contains("Svc") || c.Name.StartsWith("Logistic", StringComparison.Ordinal) || model is OneVsRest ? 2e-5 : 1e-7;
        foreach ((string result, _) in c.StateAfter)
            Golden.Check(c, result, result switch
            {
                "prediction" => model.Predict(x),
                "probability" => Every7((model as IProbabilisticClassifier)!.PredictProbability(x)),
                "coefficients" => model is LogisticRegression l ? l.Coefficients : ((PlaneClassifier)model).Coefficients,
                "intercept" => model is LogisticRegression l ? l.Intercept : ((PlaneClassifier)model).Intercept,
                "means" => ((GaussianNaiveBayes)model).Means,
                "variances" => ((GaussianNaiveBayes)model).Variances,
                "log" => ((DiscreteNaiveBayes)model).FeatureLogProbability,
                "projection" => Aligned(c, ((LinearDiscriminant)model).Transform(x)),
                "decision" => Every7(((Svc)model).DecisionFunction(x)),
                _ => throw new NotSupportedException(result),
            }, result == "prediction" ? 0 : tolerance);
        Check.SavedIsTheSame(model, Make(c), m => m is IProbabilisticClassifier p ? p.PredictProbability(x) : m.Predict(x));
    }

    [Theory, MemberData(nameof(Regressors))]
    public void A_regressor_is_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        IRegressor model = name.StartsWith("Svr", StringComparison.Ordinal)
            ? new Svr(Svm(c))
            : new KNearestRegressor(3, new() { Weights = Enum.Parse<NeighborWeights>(c.Text("weights"), true) });
        model.Fit(c["x"], c["y"]);
        Golden.Check(c, "prediction", model.Predict(c["z"]), 1e-6);
        Check.SavedIsTheSame((Estimator)model, name.StartsWith("Svr", StringComparison.Ordinal) ? new Svr() : new KNearestRegressor(), m => ((IRegressor)m).Predict(c["z"]));
    }

    [Fact]
    public void Every_classifier_has_a_case() =>
        Assert.Equal(Rows.Keys.Order(), GoldenFile.Open(File).Names.Select(n => n.Split('/')[0]).Distinct().Except(["Svr", "KNearestRegressor"]).Order());

    [Fact]
    public void Order_of_rows_and_columns_does_not_matter()
    {
        var (x, y) = Golden.Table("iris");
        Tensor rows = Tensor.From(new RandomStream(3).Permutation(150).Select(i => (long)i).ToArray()), columns = Tensor.From(new long[] { 2, 0, 3, 1 });
        foreach (Func<ProbabilisticClassifier> create in (Func<ProbabilisticClassifier>[])
            [() => new LogisticRegression(new() { Tolerance = 1e-9, MaxIterations = 5000 }), () => new GaussianNaiveBayes(), () => new LinearDiscriminant(), () => new QuadraticDiscriminant()])
        {
            ProbabilisticClassifier one = create(), other = create();
            one.Fit(x, y);
            other.Fit(x[rows][.., columns], y[rows]);
            double[] expected = one.PredictProbability(x).ToArray<double>(), actual = other.PredictProbability(x[.., columns]).ToArray<double>();
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5);
        }
    }

    [Fact]
    public void Threads_change_nothing()
    {
        Tensor x = Tensor.Normal((9000, 20), new RandomStream(5));
        Tensor y = Tensor.From(x[.., 0].Contiguous().ToArray<float>().Select((v, i) => v > 0.5f ? 2L : i % 2).ToArray());
        foreach (Func<ProbabilisticClassifier> create in (Func<ProbabilisticClassifier>[])
            [() => new LogisticRegression(), () => new GaussianNaiveBayes(), () => new LinearDiscriminant(), () => new KNearestClassifier()])
            Check.ThreadsChangeNothing(() =>
            {
                ProbabilisticClassifier model = create();
                model.Fit(x, y);
                return model.PredictProbability(x[..200]);
            });
    }

    [Fact]
    public void Bad_targets_are_named()
    {
        Tensor x = Tensor.From(new double[,] { { 1, 2 }, { 3, 4 } });
        Check.Refuses<ArgumentException>("GaussianNaiveBayes: expected targets of at least 2 classes, got only class 7 in 2 rows. Check the split, or that the target column is the right one.",
            () => new GaussianNaiveBayes().Fit(x, Tensor.From(new long[] { 7, 7 })));
        Check.Refuses<ArgumentException>("Svc: expected classes as whole numbers, got 0.5 at row 1. To predict numbers take a regressor.",
            () => new Svc().Fit(x, Tensor.From(new[] { 0, 0.5 })));
        Check.Refuses<ArgumentException>("MultinomialNaiveBayes: expected counts of at least 0, got -4 at row 1, column 1. Use GaussianNaiveBayes for measurements.",
            () => new MultinomialNaiveBayes().Fit(Tensor.From(new double[,] { { 1, 2 }, { 3, -4 } }), Tensor.From(new long[] { 0, 1 })));
        Check.Refuses<ArgumentException>("GaussianNaiveBayes: expected finite features, got NaN at row 1, column 0. Fill in or drop missing values first.",
            () => new GaussianNaiveBayes().Fit(Tensor.From(new double[,] { { 1, 2 }, { double.NaN, 4 } }), Tensor.From(new long[] { 0, 1 })));
        Check.Refuses<ArgumentException>("KNearestClassifier: expected at most 2 neighbors for 2 rows, got 5.",
            () => new KNearestClassifier().Fit(x, Tensor.From(new long[] { 0, 1 })));
    }

    [Fact]
    public void A_singular_covariance_is_regularized_and_said()
    {
        var (x, y) = Golden.Table("digits");        // has columns that are always 0
        foreach (GaussianDiscriminant model in (GaussianDiscriminant[])[new LinearDiscriminant(), new QuadraticDiscriminant()])
        {
            model.OnWarning = null;
            model.Fit(x, y);
            Assert.Matches("^(Linear|Quadratic)Discriminant: expected a regular covariance of .*, got a singular one; .* was added to its diagonal. Drop constant or dependent columns, or raise Shrinkage.$",
                model.Warnings[0]);
        }
    }

    static Classifier Make(GoldenCase c) => Rows[c.Name.Split('/')[0]](c);

    static SvmOptions Svm(GoldenCase c) => new()
    {
        Kernel = Enum.Parse<KernelKind>(c.Text("kernel", "rbf"), true), C = c.Double("C", 1), Degree = c.Int("degree", 3), Constant = c.Double("constant", 0),
        Gamma = c.Has("gamma") ? c.Double("gamma") : null, Epsilon = c.Double("epsilon", 0.1), Tolerance = 1e-9,
    };

    static Tensor Every7(Tensor x) => x[Tensor.From(Enumerable.Range(0, (x.Shape[0] + 6) / 7).Select(i => 7L * i).ToArray())];

    /// <summary>Directions are known up to their sign.</summary>
    static Tensor Aligned(GoldenCase c, Tensor actual)
    {
        double[] expected = c.StateAfter.Single(r => r.Name == "projection").Value.Values, values = actual.ToArray<double>();
        int columns = actual.Shape[1];
        for (int j = 0; j < columns; j++)
            if (expected[j] * values[j] < 0)
                for (int i = j; i < values.Length; i += columns) values[i] = -values[i];
        return Tensor.From(values, actual.Shape);
    }
}

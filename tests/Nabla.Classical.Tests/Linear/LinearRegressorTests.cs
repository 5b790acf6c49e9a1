using Nabla.Classical.Linear;
using Nabla.Estimators;
using Nabla.Tests.Parity;

namespace Nabla.Classical.Tests.Linear;

public class LinearRegressorTests
{
    const string File = "sk_linear";

    public static TheoryData<string> Ols => Golden.Names(File, "LinearRegression");
    public static TheoryData<string> Ridges => Golden.Names(File, "Ridge");
    public static TheoryData<string> Lassos => Golden.Names(File, "Lasso");
    public static TheoryData<string> Nets => Golden.Names(File, "ElasticNet");

    [Theory, MemberData(nameof(Ols))]
    public void Least_squares_is_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        Compare(c, new LinearRegression(new() { FitIntercept = c.Bool("fitIntercept", true) }));
    }

    [Theory, MemberData(nameof(Ridges))]
    public void Ridge_is_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        Compare(c, new Ridge(new() { Alpha = c.Double("alpha") }));
    }

    [Theory, MemberData(nameof(Lassos))]
    public void Lasso_is_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        Compare(c, new Lasso(new() { Alpha = c.Double("alpha"), IsPositive = c.Bool("isPositive"), Tolerance = 1e-12, MaxIterations = 100_000 }));
    }

    [Theory, MemberData(nameof(Nets))]
    public void Elastic_net_is_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        Compare(c, new ElasticNet(new()
        {
            Alpha = c.Double("alpha"), L1Ratio = c.Double("l1Ratio"), FitIntercept = c.Bool("fitIntercept", true), Tolerance = 1e-12, MaxIterations = 100_000,
        }));
    }

    [Fact]
    public void Dependent_columns_are_counted()
    {
        GoldenCase c = Golden.Open(File, "LinearRegression/repeated column");
        var model = new LinearRegression();
        model.Fit(c["x"], c["y"]);
        Assert.Equal(5, model.Rank);
    }

    [Fact]
    public void A_constant_column_gets_no_weight()
    {
        Tensor x = Tensor.From(new double[,] { { 1, 7 }, { 2, 7 }, { 3, 7 } }), y = Tensor.From(new double[] { 3, 5, 7 });
        foreach (LinearRegressor model in (LinearRegressor[])[new LinearRegression(), new Lasso(new() { Alpha = 0 })])
        {
            model.Fit(x, y);
            Assert.Equal([2, 0], model.Coefficients.ToArray<double>().Select(v => Math.Round(v, 9)));
            Assert.Equal(1, (double)model.Intercept, 9);
        }
    }

    [Fact]
    public void Order_of_rows_and_columns_does_not_matter()
    {
        GoldenCase c = Golden.Open(File, "Ridge/0.1");
        Tensor rows = Tensor.From(new RandomStream(3).Permutation(40).Select(i => (long)i).ToArray());
        Tensor columns = Tensor.From(new long[] { 3, 0, 4, 1, 2 });
        var one = new Ridge();
        var other = new Ridge();
        one.Fit(c["x"], c["y"]);
        other.Fit(c["x"][rows][.., columns], c["y"][rows]);
        double[] expected = one.Coefficients[columns].ToArray<double>(), actual = other.Coefficients.ToArray<double>();
        for (int i = 0; i < 5; i++) Assert.Equal(expected[i], actual[i], 12);
    }

    [Fact]
    public void Saved_models_predict_the_same_bits()
    {
        GoldenCase c = Golden.Open(File, "Lasso/0.1");
        var model = new Lasso(new() { Alpha = 0.3, WarmStart = true });
        model.Fit(c["x"], c["y"]);
        Check.SavedIsTheSame(model, new Lasso(), m => m.Predict(c["x"]));
    }

    [Fact]
    public void A_warm_start_needs_fewer_passes()
    {
        GoldenCase c = Golden.Open(File, "Lasso/0.1");
        var model = new Lasso(new() { Alpha = 0.1, WarmStart = true, Tolerance = 1e-10 });
        model.Fit(c["x"], c["y"]);
        int cold = model.Iterations;
        model.Fit(c["x"], c["y"]);
        Assert.True(model.Iterations < cold);
    }

    [Fact]
    public void A_singular_ridge_says_so()
    {
        string? heard = null;
        var model = new Ridge(new() { Alpha = 0 }) { OnWarning = text => heard = text };
        model.Fit(Tensor.From(new double[,] { { 1, 1 }, { 2, 2 }, { 4, 4 } }), Tensor.From(new double[] { 1, 2, 4 }));
        Assert.StartsWith("Ridge: expected independent columns or a larger penalty, got a singular system with Alpha = 0", heard, StringComparison.Ordinal);
        Assert.Equal([0.5, 0.5], model.Coefficients.ToArray<double>().Select(v => Math.Round(v, 12)));
    }

    [Fact]
    public void A_solver_that_did_not_finish_says_what_to_change()
    {
        GoldenCase c = Golden.Open(File, "Lasso/0.1");
        var model = new Lasso(new() { Alpha = 1e-6, MaxIterations = 1, Tolerance = 1e-12 }) { OnWarning = null };
        model.Fit(c["x"], c["y"]);
        Assert.Matches("^Lasso: expected a duality gap of at most .* after 1 passes, got .* Raise MaxIterations or Alpha, loosen Tolerance, or standardize the features.$",
            Assert.Single(model.Warnings));
    }

    [Fact]
    public void Bad_input_is_named()
    {
        Tensor x = Tensor.From(new double[,] { { 1, 2 }, { 3, double.NaN } }), good = Tensor.From(new double[,] { { 1, 2 }, { 3, 4 } });
        Tensor y = Tensor.From(new double[] { 1, 2 });
        var model = new Ridge();
        Check.Refuses<InvalidOperationException>("Ridge: expected a fitted model, got one before Fit. Call Fit or Load first.", () => model.Predict(good));
        Check.Refuses<ArgumentException>("Ridge: expected finite features, got NaN at row 1, column 1. Fill in or drop missing values first.", () => model.Fit(x, y));
        Check.Refuses<ShapeException>("Ridge: expected targets for 2 rows, got [3].", () => model.Fit(good, Tensor.From(new double[3])));
        Check.Refuses<ArgumentException>("Ridge: expected finite targets, got Infinity at row 1.", () => model.Fit(good, Tensor.From(new[] { 1, double.PositiveInfinity })));
        Check.Refuses<ArgumentException>("Ridge: expected weights of at least 0, got -1 at row 0.", () => model.Fit(good, y, Tensor.From(new double[] { -1, 1 })));
        model.Fit(good, y);
        Check.Refuses<ShapeException>("Ridge: expected 2 columns as in the table it was fitted on, got 3 ([1, 3]).", () => model.Predict(Tensor.Zeros((1, 3))));
        Check.Refuses<ArgumentOutOfRangeException>("Alpha: expected a finite number of at least 0, got -1.", () => _ = new RidgeOptions { Alpha = -1 });
    }

    static void Compare(GoldenCase c, LinearRegressor model)
    {
        if (c.Optional("weights") is { } weights) ((IWeightedLearner)model).Fit(c["x"], c["y"], weights);
        else model.Fit(c["x"], c["y"]);
        Assert.Empty(model.Warnings);
        Assert.Equal([], c.AttributesNotAsked);
        Golden.Check(c, "coefficients", model.Coefficients);
        Golden.Check(c, "intercept", model.Intercept);
        Golden.Check(c, "prediction", model.Predict(c["x"]));
    }
}

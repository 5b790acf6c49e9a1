using Nabla.Classical.Features;
using Nabla.Classical.Linear;
using Nabla.Classical.SupportVectors;
using Nabla.Classical.Tests.Classifiers;
using Nabla.Estimators;
using Nabla.Tests.Parity;

namespace Nabla.Classical.Tests.Features;

public class FeatureTests
{
    const string File = "sk_features";

    static readonly Dictionary<string, Func<GoldenCase, ITransformer>> Rows = new()
    {
        ["StandardScaler"] = _ => new StandardScaler(),
        ["PolynomialFeatures"] = c => new PolynomialFeatures(new() { Degree = c.Int("degree"), InteractionOnly = c.Bool("interactionOnly"), IncludeBias = c.Bool("includeBias") }),
        ["Bins"] = c => new Bins(new() { Kind = Enum.Parse<BinKind>(c.Text("kind"), true), OneHot = c.Bool("oneHot"), Count = c.Int("count") }),
    };

    public static TheoryData<string> Transformers => [.. GoldenFile.Open(File).Names.Where(n => Rows.ContainsKey(n.Split('/')[0]))];

    [Theory, MemberData(nameof(Transformers))]
    public void A_transformation_is_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        ITransformer Make() => Rows[name.Split('/')[0]](c);
        ITransformer model = Make();
        model.Fit(c["x"]);
        Golden.Check(c, "output", model.Transform(c["x"]), 1e-12);
        Check.SavedIsTheSame((Estimator)model, (Estimator)Make(), m => ((ITransformer)m).Transform(c["x"]));
    }

    [Fact]
    public void Scores_are_sklearns()
    {
        GoldenCase c = Golden.Open(File, "FeatureScores");
        var (digits, t) = Golden.Table("digits");
        Tensor every = Tensor.From(Enumerable.Range(0, 450).Select(i => 4L * i).ToArray());
        (digits, t) = ((digits * 16).Round()[every], t[every]);
        var (wine, u) = Golden.Table("wine");
        double[] chi = FeatureScores.ChiSquared(digits, t).ToArray<double>();
        Golden.Check(c, "chi", Tensor.From(chi[1..].Select(v => double.IsNaN(v) ? 0 : v).ToArray()), 1e-9);
        Golden.Check(c, "f", FeatureScores.AnovaF(wine, u), 1e-8);
        Golden.Check(c, "mutual", FeatureScores.MutualInformation(digits, t), 1e-9);
        Golden.Check(c, "correlation", FeatureScores.Correlation(c["r"], c["s"]), 1e-10);
        Assert.Equal([0, 0.25], FeatureScores.Variance(Tensor.From(new double[,] { { 3, 1 }, { 3, 2 } })).ToArray<double>());
    }

    [Fact]
    public void Elimination_is_sklearns()
    {
        GoldenCase c = Golden.Open(File, "RecursiveElimination/wine");
        var (x, y) = Golden.Table(c);
        var scaler = new StandardScaler();
        scaler.Fit(x);
        RecursiveElimination Make() => new(4, static (a, b) =>
        {
            var model = new LogisticRegression(new() { Tolerance = 1e-8, MaxIterations = 1000 });
            model.Fit(a, b);
            return model.Coefficients;
        }, step: 2);
        RecursiveElimination model = Make();
        model.Fit(scaler.Transform(x), y);
        Golden.Check(c, "ranking", Tensor.From(model.Ranking.Select(r => (long)r).ToArray()), 0);
        Assert.Equal(4, model.Kept.Count);
        Check.SavedIsTheSame(model, Make(), m => m.Transform(x));
    }

    [Fact]
    public void The_l1_penalty_chooses_the_features_that_matter()
    {
        GoldenCase c = Golden.Open("sk_linear", "Lasso/0.1");
        SelectByWeight model = new((x, y) =>
        {
            var lasso = new Lasso(new() { Alpha = 0.2 });
            lasso.Fit(x, y);
            return lasso.Coefficients;
        });
        model.Fit(c["x"], c["y"]);
        Assert.Equal([0, 1, 3, 4], model.Kept);         // the third has no weight in the data
        SelectBest best = new(2, FeatureScores.AnovaF), none = new(1, FeatureScores.MutualInformation);
        var (iris, species) = Golden.Table("iris");
        best.Fit(iris, species);
        Assert.Equal([2, 3], best.Kept);
        none.Fit((iris * 2).Round(), species);
        Assert.True(none.Kept[0] is 2 or 3);
        var constant = new VarianceThreshold();
        constant.Fit(Tensor.From(new double[,] { { 1, 2, 3 }, { 1, 5, 3 } }));
        Assert.Equal([1], constant.Kept);
        var nothing = new VarianceThreshold(100) { OnWarning = null };
        nothing.Fit(iris);
        Assert.Equal("VarianceThreshold: expected to keep a feature, got none of 4. Lower the threshold.", Assert.Single(nothing.Warnings));
    }

    [Fact]
    public void A_polynomial_fits_a_parabola_exactly()
    {
        Tensor x = Tensor.Linspace(-2, 2, 9, DType.Float64).Unsqueeze(1), y = (x * x * 3 - x * 2 + 1).Squeeze(1);
        var powers = new PolynomialFeatures(new() { IncludeBias = false });
        powers.Fit(x);
        var model = new LinearRegression();
        model.Fit(powers.Transform(x), y);
        Assert.Equal([-2, 3], model.Coefficients.ToArray<double>().Select(v => Math.Round(v, 9)));
    }

    [Fact]
    public void Bins_let_a_line_learn_a_curve_and_crosses_let_it_learn_exclusive_or()
    {
        Tensor x = Tensor.Linspace(0, 6, 60, DType.Float64).Unsqueeze(1), y = x.Sin().Squeeze(1);
        double Error(Tensor features)
        {
            var line = new LinearRegression();
            line.Fit(features, y);
            return (double)(line.Predict(features) - y).Square().Mean();
        }
        var bins = new Bins(new() { Count = 12 });
        bins.Fit(x);
        Assert.True(Error(bins.Transform(x)) < 0.1 * Error(x));

        Tensor bits = Tensor.From(new double[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }), differ = Tensor.From(new long[] { 0, 1, 1, 0 });
        var crosses = new CategoryCrosses((0, 1));
        crosses.Fit(bits);
        Assert.Equal(4, crosses.OutputCount);
        var logistic = new LogisticRegression();
        logistic.Fit(crosses.Transform(bits), differ);
        Assert.Equal(1, LearningTests.Accuracy(logistic, crosses.Transform(bits), differ));
        logistic.Fit(bits, differ);
        Assert.NotEqual(1, LearningTests.Accuracy(logistic, bits, differ));
        Assert.Equal(0, (double)crosses.Transform(Tensor.From(new double[,] { { 7, 7 } })).Sum());
        Check.SavedIsTheSame(crosses, new CategoryCrosses((1, 1)), m => m.Transform(bits));
    }

    [Fact]
    public void Kernel_maps_approach_the_kernel()
    {
        Tensor x = Golden.Table("iris").X[..40];
        Matrix<double> table = new(x.ToArray<double>(), 40, 4);
        double[] kernel = new KernelOptions().Evaluate(table, table, 0.3).Values;
        var fourier = new RandomFourierFeatures(4000, new() { Gamma = 0.3 });
        fourier.Fit(x);
        var nystroem = new Nystroem(40, new() { Gamma = 0.3 });
        nystroem.Fit(x);
        double Worst(Tensor z) => z.MatMul(z.T).ToArray<double>().Zip(kernel, (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(Worst(fourier.Transform(x)), 0, 0.08);
        Assert.InRange(Worst(nystroem.Transform(x)), 0, 1e-5);
        Check.SavedIsTheSame(fourier, new RandomFourierFeatures(1), m => m.Transform(x));
        Check.SavedIsTheSame(nystroem, new Nystroem(1), m => m.Transform(x));
    }

    [Fact]
    public void A_constant_column_has_one_bin_and_that_is_said()
    {
        var model = new Bins { OnWarning = null };
        model.Fit(Tensor.From(new double[,] { { 1, 2 }, { 5, 2 }, { 6, 2 } }));
        Assert.Equal("Bins: expected a feature that varies in column 1, got 2 in every row: it has a single bin. Drop the column.", Assert.Single(model.Warnings));
        Check.Refuses<ArgumentException>("CategoryCrosses: expected categories as whole numbers, got 0.5 at row 0, column 1. Make bins first.",
            () => new CategoryCrosses((0, 1)).Fit(Tensor.From(new double[,] { { 1, 0.5 } })));
    }
}

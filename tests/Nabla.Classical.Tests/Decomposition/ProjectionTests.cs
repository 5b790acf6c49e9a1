using Nabla.Classical.Decomposition;
using Nabla.Tests.Parity;

namespace Nabla.Classical.Tests.Decomposition;

public class ProjectionTests
{
    const string File = "sk_decomposition";

    public static TheoryData<string> Pcas => Golden.Names(File, "Pca");

    [Theory, MemberData(nameof(Pcas))]
    public void Principal_components_are_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        var (x, _) = Golden.Table(c);
        foreach (SvdSolver solver in (SvdSolver[])[SvdSolver.Full, SvdSolver.Randomized])
            Compare(c, new Pca(c.Int("components"), new() { Whiten = c.Bool("whiten"), Solver = solver }), x, solver == SvdSolver.Full ? 1e-8 : 1e-5);
        Tensor narrow = x.To(DType.Float32);
        Compare(c, new Pca(c.Int("components"), new() { Whiten = c.Bool("whiten"), Solver = SvdSolver.Randomized }), narrow, 2e-4);
    }

    [Fact]
    public void The_truncated_decomposition_is_sklearns()
    {
        GoldenCase c = Golden.Open(File, "TruncatedSvd/digits");
        var (x, _) = Golden.Table(c);
        foreach (SvdSolver solver in (SvdSolver[])[SvdSolver.Full, SvdSolver.Randomized])
            Compare(c, new TruncatedSvd(c.Int("components"), new() { Solver = solver }), x, solver == SvdSolver.Full ? 1e-8 : 1e-5);
    }

    [Theory]
    [InlineData(300, 40), InlineData(40, 300), InlineData(200, 190)]
    public void The_randomized_solver_finds_the_largest_singular_values_of_any_shape(int rows, int columns)
    {
        // Falling spectrum: what randomized methods are made for.
        Tensor left = Tensor.Normal((rows, 12), new RandomStream(1), dtype: DType.Float64), right = Tensor.Normal((12, columns), new RandomStream(2), dtype: DType.Float64);
        Tensor scale = Tensor.From(Enumerable.Range(0, 12).Select(i => Math.Pow(0.5, i)).ToArray());
        Tensor x = (left * scale).MatMul(right);
        TruncatedSvd exact = new(4, new() { Solver = SvdSolver.Full }), random = new(4, new() { Solver = SvdSolver.Randomized, PowerIterations = 3 });
        exact.Fit(x);
        random.Fit(x);
        double[] a = exact.SingularValues.ToArray<double>(), b = random.SingularValues.ToArray<double>();
        for (int i = 0; i < 4; i++) Assert.Equal(a[i], b[i], 1e-8 * a[0]);
        double[] u = exact.Components.ToArray<double>(), v = random.Components.ToArray<double>();
        for (int i = 0; i < u.Length; i++) Assert.Equal(u[i], v[i], 1e-6);
    }

    [Fact]
    public void Threads_change_nothing()
    {
        Tensor x = Tensor.Normal((2000, 60), new RandomStream(5));
        Check.ThreadsChangeNothing(() =>
        {
            var model = new Pca(5, new() { Solver = SvdSolver.Randomized });
            model.Fit(x);
            return model.Components;
        });
    }

    [Fact]
    public void The_Johnson_Lindenstrauss_bound_is_sklearns()
    {
        GoldenCase c = Golden.Open(File, "JohnsonLindenstrauss");
        int[] rows = c.Ints("rows")!;
        double[] epsilons = c.Doubles("epsilons")!;
        Golden.Check(c, "least", Tensor.From(
            rows.SelectMany(n => epsilons.Select(e => (long)RandomProjection.JohnsonLindenstraussDimension(n, e))).ToArray(), (rows.Length, epsilons.Length)), 0);
        Check.Refuses<ArgumentOutOfRangeException>("epsilon: expected a number in (0, 1), got 1.", () => RandomProjection.JohnsonLindenstraussDimension(5, 1));
    }

    [Theory]
    [InlineData(ProjectionKind.Gaussian), InlineData(ProjectionKind.Sparse)]
    public void Random_directions_keep_distances_within_the_bound(ProjectionKind kind)
    {
        const double Epsilon = 0.5;
        Tensor x = Golden.Table("digits").X[..60];
        int k = RandomProjection.JohnsonLindenstraussDimension(60, Epsilon);
        var model = new RandomProjection(k, new() { Kind = kind });
        model.Fit(x);
        double[] before = x.ToArray<double>(), after = model.Transform(x).ToArray<double>();
        for (int i = 0; i < 60; i++)
            for (int j = 0; j < i; j++)
            {
                double Squared(double[] v, int d) => Enumerable.Range(0, d).Sum(c => Math.Pow(v[i * d + c] - v[j * d + c], 2));
                Assert.InRange(Squared(after, k) / Squared(before, 64), 1 - Epsilon, 1 + Epsilon);
            }
        Check.SavedIsTheSame(model, new RandomProjection(1), m => m.Transform(x));
    }

    [Fact]
    public void A_map_of_irises_is_as_faithful_as_sklearns()
    {
        GoldenCase c = Golden.Open(File, "TSne/iris");
        var (x, _) = Golden.Table(c);
        var model = new TSne(new() { Perplexity = c.Double("perplexity") });
        Tensor y = model.FitTransform(x);
        double Recorded(string name) => c.StateAfter.Single(r => r.Name == name).Value.Values[0];
        Assert.InRange(model.Divergence, 0, 1.1 * Recorded("divergence"));
        Assert.InRange(Trust.Worthiness(x, y, 7), Recorded("trust") - 0.01, 1);
        Check.SavedIsTheSame(model, new TSne(), m => m.Embedding);
        Check.Refuses<ArgumentException>("TSne: expected a Perplexity below the 10 rows, got 30.", () => new TSne().FitTransform(x[..10]));
    }

    [Fact]
    public void A_map_by_neighbors_keeps_the_neighbors_of_digits()
    {
        var (x, _) = Golden.Table("digits");
        x = x[..250];
        var model = new Umap(new() { Epochs = 100 });
        Tensor y = model.FitTransform(x);
        var plane = new Pca(2);
        plane.Fit(x);
        double trust = Trust.Worthiness(x, y, 10);
        Assert.InRange(trust, 0.95, 1);
        Assert.True(trust > Trust.Worthiness(x, plane.Transform(x), 10) + 0.1);
        Check.SavedIsTheSame(model, new Umap(), m => m.Embedding);
        Check.Refuses<ArgumentException>("Umap: expected Neighbors below the 10 rows, got 15.", () => new Umap().FitTransform(x[..10]));
    }

    [Fact]
    public void More_components_than_the_table_has_are_refused() =>
        Check.Refuses<ArgumentException>("Pca: expected at most 2 components for [3, 2], got 3.", () => new Pca(3).Fit(Tensor.Normal((3, 2), new RandomStream(1))));

    static void Compare(GoldenCase c, SvdProjection model, Tensor x, double tolerance)
    {
        model.Fit(x);
        double[] expected = c.StateAfter.Single(r => r.Name == "components").Value.Values;
        Tensor signs = Signs(expected, model.Components);
        Golden.Check(c, "components", model.Components * signs.Unsqueeze(1), tolerance);
        Golden.Check(c, "singular", model.SingularValues, tolerance);
        Golden.Check(c, "variance", model.ExplainedVariance, tolerance);
        Golden.Check(c, "ratio", model.ExplainedVarianceRatio, tolerance);
        Tensor z = model.Transform(x);
        Golden.Check(c, "coordinates", z[Every(z, 20)] * signs, tolerance);
        if (c.StateAfter.Any(r => r.Name == "back")) Golden.Check(c, "back", model.InverseTransform(z)[Every(z, 40)], tolerance);
        Check.SavedIsTheSame(model, model is Pca ? new Pca(1) : (SvdProjection)new TruncatedSvd(1), m => m.Transform(x));
    }

    static Tensor Signs(double[] expected, Tensor components)
    {
        double[] ours = components.ToArray<double>();
        int d = components.Shape[1];
        return Tensor.From(Enumerable.Range(0, components.Shape[0])
            .Select(k => (double)Math.Sign(Enumerable.Range(0, d).Sum(j => expected[k * d + j] * ours[k * d + j]))).ToArray());
    }

    static Tensor Every(Tensor z, int step) => Tensor.From(Enumerable.Range(0, (z.Shape[0] + step - 1) / step).Select(i => (long)i * step).ToArray());
}

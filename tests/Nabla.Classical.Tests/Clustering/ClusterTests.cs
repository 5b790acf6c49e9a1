using Nabla.Classical.Clustering;
using Nabla.Tests.Parity;

namespace Nabla.Classical.Tests.Clustering;

public class ClusterTests
{
    const string File = "sk_clusters";

    public static TheoryData<string> Mixtures => Golden.Names(File, "GaussianMixture");
    public static TheoryData<string> Trees => Golden.Names(File, "Agglomerative");
    public static TheoryData<string> Dense => Golden.Names(File, "Dbscan");

    [Theory, MemberData(nameof(Mixtures))]
    public void A_mixture_is_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        var (x, _) = Golden.Table(c);
        CovarianceKind kind = c.Text("covariance") == "diag" ? CovarianceKind.Diagonal : Enum.Parse<CovarianceKind>(c.Text("covariance"), true);
        var model = new GaussianMixture(3, new() { Covariance = kind, Means = c["start"], MaxIterations = c.Int("rounds"), Tolerance = 0 });
        model.Fit(x);
        Assert.Empty(model.Warnings);
        Tensor rows = Tensor.From(Enumerable.Range(0, 15).Select(i => 10L * i).ToArray());
        Golden.Check(c, "weights", model.Weights, 1e-7);
        Golden.Check(c, "means", model.Means, 1e-7);
        Golden.Check(c, "covariances", model.Covariances, 1e-7);
        Golden.Check(c, "probability", model.PredictProbability(x)[rows], 1e-6);
        Golden.Check(c, "density", model.LogDensity(x)[rows], 1e-7);
        Golden.Check(c, "bic", Tensor.Scalar(model.Bic(x), DType.Float64), 1e-7);
        Check.SavedIsTheSame(model, new GaussianMixture(1), m => m.PredictProbability(x));

        double[] drawn = model.Sample(20_000, new RandomStream(4)).Mean(0).ToArray<double>(), mean = x.Mean(0).ToArray<double>();
        for (int j = 0; j < 4; j++) Assert.Equal(mean[j], drawn[j], 1);
    }

    [Fact]
    public void The_likelihood_of_a_mixture_never_falls()
    {
        var (x, _) = Golden.Table("wine");
        double last = double.NegativeInfinity;
        for (int rounds = 1; rounds < 12; rounds++)
        {
            var model = new GaussianMixture(3, new() { MaxIterations = rounds, Tolerance = 0, Regularization = 0 });
            model.Fit(x);
            Assert.True(model.LowerBound >= last - 1e-9);
            last = model.LowerBound;
        }
    }

    [Fact]
    public void A_mixture_of_single_points_is_regularized_and_says_so()
    {
        Tensor x = Tensor.From(new double[,] { { 0, 0 }, { 0, 0 }, { 5, 5 }, { 5, 5 } });
        var model = new GaussianMixture(2, new() { Regularization = 0 }) { OnWarning = null };
        model.Fit(x);
        Assert.Matches("^GaussianMixture: expected regular covariances, got a singular one; .* was added to its diagonal. Raise Regularization, or take fewer components.$", model.Warnings[0]);
        Check.Refuses<ArgumentException>("GaussianMixture: expected at most 4 components for 4 rows, got 5.", () => new GaussianMixture(5).Fit(x));
        var hasty = new GaussianMixture(2, new() { MaxIterations = 1 }) { OnWarning = null };
        hasty.Fit(Golden.Table("wine").X);
        Assert.Matches("^GaussianMixture: expected a gain below 0.001 after 1 rounds, got .* Raise MaxIterations or Tolerance.$", Assert.Single(hasty.Warnings));
    }

    [Fact]
    public void Threads_change_nothing()
    {
        Tensor x = Tensor.Normal((4000, 6), new RandomStream(5));
        Check.ThreadsChangeNothing(() =>
        {
            var model = new GaussianMixture(3, new() { MaxIterations = 4, Tolerance = 0 });
            model.Fit(x);
            return model.Covariances;
        });
        Check.ThreadsChangeNothing(() =>
        {
            var model = new Dbscan(new() { Epsilon = 1.2 });
            model.Fit(x);
            return model.Labels;
        });
    }

    [Theory, MemberData(nameof(Trees))]
    public void A_tree_of_clusters_is_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        var (x, _) = Golden.Table(c);
        Agglomerative Make() => new(c.Int("clusters"), new() { Linkage = Enum.Parse<Linkage>(c.Text("linkage"), true) });
        Agglomerative model = Make();
        model.Fit(x);
        Assert.True(SamePartition(c.StateAfter.Single(r => r.Name == "labels").Value.Values, model.Labels.ToArray<long>()));
        Golden.Check(c, "distances", Tensor.From(model.Merges.Select(m => m.Distance).ToArray()), 1e-9);
        Assert.Equal(x.Shape[0], model.Merges[^1].Count);
        Check.SavedIsTheSame(model, new Agglomerative(1), m => Tensor.From(m.Merges.Select(g => g.Distance + g.First).ToArray()));
    }

    [Theory, MemberData(nameof(Dense))]
    public void Dense_regions_are_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        var model = new Dbscan(new() { Epsilon = c.Double("epsilon"), MinimumRows = c.Int("rows") });
        model.Fit(Golden.Table(c).X);
        Golden.Check(c, "labels", model.Labels, 0);
        Golden.Check(c, "cores", model.Cores, 0);
        Check.SavedIsTheSame(model, new Dbscan(), m => m.Labels);
    }

    [Fact]
    public void No_dense_region_is_said()
    {
        var model = new Dbscan(new() { Epsilon = 0.01 }) { OnWarning = null };
        model.Fit(Golden.Table("wine").X);
        Assert.Equal("Dbscan: expected at least one core, got none among 178 rows with Epsilon 0.01 and MinimumRows 5. Raise Epsilon, or standardize the features.", Assert.Single(model.Warnings));
    }

    [Fact]
    public void Small_batches_come_close_to_k_means()
    {
        var (x, _) = Golden.Table("digits");
        var whole = new KMeans(10);
        whole.Fit(x);
        MiniBatchKMeans batches = new(10, new() { BatchSize = 256 }), parts = new(10, new() { BatchSize = 300 });
        batches.Fit(x);
        for (int i = 0; i + 300 <= 1797; i += 300) parts.PartialFit(x[i..(i + 300)]);
        double Spread(MiniBatchKMeans m)
        {
            double[] c = m.Centers.ToArray<double>(), rows = x.ToArray<double>();
            long[] labels = m.Predict(x).ToArray<long>();
            return labels.Select((l, i) => Enumerable.Range(0, 64).Sum(j => Math.Pow(rows[64 * i + j] - c[64 * l + j], 2))).Sum();
        }
        Assert.InRange(Spread(batches), whole.Inertia, 1.06 * whole.Inertia);
        Assert.InRange(Spread(parts), whole.Inertia, 1.15 * whole.Inertia);
        Check.SavedIsTheSame(batches, new MiniBatchKMeans(1), m => m.Predict(x));
    }

    static bool SamePartition(double[] a, long[] b)
    {
        Dictionary<double, long> there = [];
        Dictionary<long, double> back = [];
        return a.Zip(b).All(p => (there.TryAdd(p.First, p.Second) || there[p.First] == p.Second) && (back.TryAdd(p.Second, p.First) || back[p.Second] == p.First));
    }
}

using Nabla.Classical.Clustering;
using Nabla.Tests.Parity;

namespace Nabla.Classical.Tests.Clustering;

public class KMeansTests
{
    const string File = "sk_clusters";

    public static TheoryData<string> Cases => Golden.Names(File, "KMeans");

    [Theory, MemberData(nameof(Cases))]
    public void From_the_same_start_it_is_sklearns(string name)
    {
        GoldenCase c = Golden.Open(File, name);
        var (x, _) = Golden.Table(c);
        var model = new KMeans(c.Int("clusters"), new() { Centers = c["start"], Tolerance = 0 });
        model.Fit(x);
        Golden.Check(c, "centers", model.Centers);
        Golden.Check(c, "labels", model.Labels, 0);
        Golden.Check(c, "inertia", Tensor.Scalar(model.Inertia, DType.Float64));
        Golden.Check(c, "distances", model.Transform(x[..5]));
        Check.SameBits(model.Labels, model.Predict(x));
        Check.SavedIsTheSame(model, new KMeans(1), m => m.Transform(x));
    }

    [Fact]
    public void Its_own_starts_find_the_clusters_of_irises()
    {
        var (x, _) = Golden.Table("iris");
        foreach (KMeansStart start in Enum.GetValues<KMeansStart>())
        {
            var model = new KMeans(3, new() { Start = start });
            model.Fit(x);
            Assert.Equal(78.85, model.Inertia, 2);      // the best known
        }
    }

    [Fact]
    public void Threads_change_nothing()
    {
        Tensor x = Tensor.Normal((3000, 7), new RandomStream(5));
        Check.ThreadsChangeNothing(() =>
        {
            var model = new KMeans(9, new() { Runs = 2, MaxIterations = 5, Tolerance = 1 });
            model.Fit(x);
            return model.Centers;
        });
    }

    [Fact]
    public void Single_and_double_precision_agree()
    {
        var (x, _) = Golden.Table("wine");
        KMeans one = new(3, new() { Centers = x[..3] }), two = new(3, new() { Centers = x[..3] });
        one.Fit(x);
        two.Fit(x.To(DType.Float32));
        Assert.Equal(DType.Float32, two.Centers.DType);
        Check.SameBits(one.Labels, two.Labels);
    }

    [Fact]
    public void An_empty_cluster_restarts_at_the_farthest_row()
    {
        Tensor x = Tensor.From(new double[,] { { 0 }, { 1 }, { 10 } }), start = Tensor.From(new double[,] { { 0.5 }, { 100 } });
        var model = new KMeans(2, new() { Centers = start });
        model.Fit(x);
        Assert.Equal([0, 0, 1], model.Labels.ToArray<long>());
    }

    [Fact]
    public void Bad_input_is_named()
    {
        Tensor x = Tensor.From(new double[,] { { 1 }, { 1 }, { 1 } });
        Check.Refuses<ArgumentException>("KMeans: expected at most 3 clusters for 3 rows, got 4.", () => new KMeans(4).Fit(x));
        Check.Refuses<ArgumentOutOfRangeException>("clusters: expected at least 1, got 0.", () => _ = new KMeans(0));
        var model = new KMeans(2) { OnWarning = null };
        model.Fit(x);
        Assert.Equal("KMeans: expected 2 clusters, got 1: the table has no more different rows. Take fewer clusters.", Assert.Single(model.Warnings));
    }
}

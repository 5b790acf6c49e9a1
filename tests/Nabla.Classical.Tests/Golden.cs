using Nabla.Data;
using Nabla.Tests.Parity;

namespace Nabla.Classical.Tests;

/// <summary>Cases that scikit-learn computed (tests/golden/classical), and the tables they are about.</summary>
internal static class Golden
{
    /// <summary>The cases of one learner: their names start with the learner's.</summary>
    public static TheoryData<string> Names(string file, string learner) =>
        [.. GoldenFile.Open(file).Names.Where(name => name.Split('/')[0] == learner)];

    public static GoldenCase Open(string file, string name) => GoldenFile.Open(file).Case(name, DType.Float64);

    /// <summary>Features and classes of the embedded set the case names, as Float64.</summary>
    public static (Tensor X, Tensor Y) Table(GoldenCase c) => Table(c.Text("data"));

    public static (Tensor X, Tensor Y) Table(string name)
    {
        TensorDataset data = Datasets.Load(name).Data;
        Tensor x = data.Features.To(DType.Float64);
        return (x.Rank == 2 ? x : x.Reshape([x.Shape[0], -1]), data.Targets);
    }

    /// <summary>Compares a result with the one recorded under a name, relative to its largest element.</summary>
    public static void Check(GoldenCase c, string name, Tensor actual, double tolerance = 1e-8)
    {
        GoldenTensor expected = c.StateAfter.Single(r => r.Name == name).Value;
        Assert.Equal(expected.Shape, actual.Shape);
        double[] values = actual.To(DType.Float64).ToArray<double>();
        double scale = Math.Max(1, expected.Values.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max());
        for (int i = 0; i < values.Length; i++)
            Assert.True(
                values[i].Equals(expected.Values[i]) || Math.Abs(values[i] - expected.Values[i]) <= tolerance * scale,
                $"{c.Name}: {name}[{i}]: expected {expected.Values[i]}, got {values[i]}.");
    }
}

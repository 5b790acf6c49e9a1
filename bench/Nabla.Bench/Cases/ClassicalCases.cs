using Nabla.Classical.Bayes;
using Nabla.Classical.Clustering;
using Nabla.Classical.Decomposition;
using Nabla.Classical.Linear;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases;

/// <summary>Classical learners of the peer's script of trees: same data, same settings, as many iterations.</summary>
internal static class ClassicalCases
{
    /// <summary>All cases.</summary>
    public static Case[] All { get; } =
    [
        Fit("kmeans lloyd 100kx32 k=100 20 iterations", "kmeans", () =>
        {
            Tensor x = Blobs(10, 100_000, 32, 100);
            return () => new KMeans(100, new() { Centers = x[..100], MaxIterations = 20, Tolerance = 0 }) { OnWarning = null }.Fit(x);
        }),
        Mixture("diag", CovarianceKind.Diagonal),
        Mixture("full", CovarianceKind.Full),
        Fit("logreg lbfgs 100kx100 float64", "logreg", () =>
        {
            var (x, y) = Logistic(DType.Float64);
            return () => new LogisticRegression().Fit(x, y);
        }),
        Fit("logreg lbfgs 100kx100 float32", "logreg", () =>
        {
            var (x, y) = Logistic(DType.Float32);
            return () => new LogisticRegression().Fit(x, y);
        }),
        Fit("pca randomized 20kx500 k=50 float32", "pca", () =>
        {
            Tensor x = Uniform(40, (20_000, 80)).MatMul(Uniform(41, (80, 500))) + Bell(42, (20_000, 500));
            return () => new Pca(50, new() { Solver = SvdSolver.Randomized }).Fit(x);
        }),
        Fit("gaussian nb 1Mx50", "gaussian nb", () =>
        {
            // The peer's labels depend on the features; the time does not depend on the labels.
            Tensor x = Uniform(1, (1_000_000, 50)), y = Ids(2, 2, 1_000_000);
            return () => new GaussianNaiveBayes().Fit(x, y);
        }),
    ];

    static Case Mixture(string name, CovarianceKind kind) => Fit($"gmm {name} 50kx16 k=10 20 iterations", $"gmm {name}", () =>
    {
        Tensor x = Blobs(20, 50_000, 16, 10).To(DType.Float64);
        return () => new GaussianMixture(10, new() { Covariance = kind, Means = x[..10], MaxIterations = 20, Tolerance = 0 }).Fit(x);
    });

    static (Tensor X, Tensor Y) Logistic(DType type)
    {
        const int Rows = 100_000, Columns = 100;
        Tensor x = Uniform(30, (Rows, Columns));
        float[] score = x.MatMul(Uniform(31, Columns)).ToArray<float>();
        double[] unit = Unit(32, Rows).ToArray<double>();
        long[] y = new long[Rows];
        for (int i = 0; i < Rows; i++) y[i] = unit[i] < 1 / (1 + Math.Exp(-2.0 * score[i])) ? 1 : 0;
        return (x.To(type), Tensor.From(y));
    }

    /// <summary>A row is one of the centers, drawn from [−1, 1), and half of a nearly normal number in each column.</summary>
    static Tensor Blobs(ulong stream, int rows, int columns, int centers) =>
        Uniform(stream + 1, (centers, columns))[Ids(stream, centers, rows)] + Bell(stream + 2, (rows, columns)) * 0.5;

    static Case Fit(string name, string group, Func<Action> prepare) => new(name, "s", prepare)
    {
        Group = group, Floor = 0, Script = "bench/peers/classical.py", MeasuresOwnMemory = true,
    };
}

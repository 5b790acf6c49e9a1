using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Decomposition;

/// <summary>Where maps start.</summary>
internal static class EmbeddingStart
{
    /// <summary>Principal components, scaled so that the first has the given deviation; what there are too few of is drawn at random.</summary>
    public static Matrix<double> Principal(Matrix<double> x, int components, double deviation, ulong seed)
    {
        int found = Math.Min(components, Math.Min(x.Rows, x.Columns));
        Tensor table = x.ToTensor();
        var pca = new Pca(found, new() { Seed = seed });
        pca.Fit(table);
        Matrix<double> z = TableInput.Features<double>(pca.Transform(table), "EmbeddingStart"), y = new(x.Rows, components);
        double largest = Math.Sqrt(pca.ExplainedVariance.ToArray<double>()[0]), scale = largest > 0 ? deviation / largest : 0;
        RandomStream random = new RandomStream(seed).Split("embedding");
        for (int i = 0; i < x.Rows; i++)
            for (int k = 0; k < components; k++)
                y[i, k] = k < found && scale > 0 ? scale * z[i, k] : deviation * Draw.Normal(random, (long)i * components + k);
        return y;
    }
}

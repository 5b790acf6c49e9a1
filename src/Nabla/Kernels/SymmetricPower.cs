namespace Nabla.Kernels;

/// <summary>Powers of symmetric matrices by their eigenvalues.</summary>
internal static class SymmetricPower
{
    /// <summary>A ← V·max(Λ, floor)^exponent·Vᵀ of a row-major [n, n], in place. O(n³).</summary>
    public static void Run(double[] a, int n, double exponent, double floor)
    {
        double[] vectors = [.. a], values = SymmetricEigen.Factor(vectors, n);
        Array.Clear(a);
        for (int k = 0; k < n; k++)
        {
            double power = Math.Pow(Math.Max(values[k], floor), exponent);
            ReadOnlySpan<double> vector = vectors.AsSpan(k * n, n);
            for (int i = 0; i < n; i++) Vectors.AddScaled<double>(a.AsSpan(i * n, n), power * vector[i], vector);
        }
    }
}

namespace Nabla.Kernels;

/// <summary>Linear systems with a symmetric positive definite matrix, in double precision.</summary>
internal static class Cholesky
{
    /// <summary>Solves A·x = b in place: <paramref name="b"/> becomes x, the lower half of <paramref name="a"/> its factor.</summary>
    /// <returns>−1, or the place of the first pivot that is not positive.</returns>
    public static int Solve(Span<double> a, Span<double> b)
    {
        int n = b.Length;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = a[i * n + j];
                for (int k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
                if (i != j) a[i * n + j] = sum / a[j * n + j];
                else if (sum > 0) a[i * n + i] = Math.Sqrt(sum);
                else return i;
            }
            for (int k = 0; k < i; k++) b[i] -= a[i * n + k] * b[k];
            b[i] /= a[i * n + i];
        }
        for (int i = n - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < n; k++) b[i] -= a[k * n + i] * b[k];
            b[i] /= a[i * n + i];
        }
        return -1;
    }
}

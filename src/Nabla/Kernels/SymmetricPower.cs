namespace Nabla.Kernels;

/// <summary>Powers of symmetric matrices by their eigenvalues: Jacobi's rotations (1846) in fixed order, in double precision.</summary>
internal static class SymmetricPower
{
    const int MostSweeps = 50;

    /// <summary>A ← V·max(Λ, floor)^exponent·Vᵀ, in place. O(n³) per sweep, some six to ten sweeps.</summary>
    public static void Run(Span<double> a, int n, double exponent, double floor)
    {
        var v = new double[n * n];
        for (int i = 0; i < n; i++) v[i * n + i] = 1;
        for (int sweep = 0; sweep < MostSweeps && Rotate(a, v, n); sweep++) { }
        Span<double> values = new double[n];
        for (int k = 0; k < n; k++) values[k] = Math.Pow(Math.Max(a[k * n + k], floor), exponent);
        for (int i = 0; i < n; i++)
            for (int j = 0; j <= i; j++)
            {
                double sum = 0;
                for (int k = 0; k < n; k++) sum += v[i * n + k] * values[k] * v[j * n + k];
                a[i * n + j] = a[j * n + i] = sum;
            }
    }

    /// <summary>Turns every pair of axes until their element off the diagonal is 0; false if all were small enough.</summary>
    static bool Rotate(Span<double> a, Span<double> v, int n)
    {
        double off = 0, all = 0;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                all += a[i * n + j] * a[i * n + j];
                if (i != j) off += a[i * n + j] * a[i * n + j];
            }
        if (off <= 1e-30 * all) return false;
        for (int p = 0; p < n - 1; p++)
            for (int q = p + 1; q < n; q++)
            {
                double apq = a[p * n + q];
                if (apq == 0) continue;
                double theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
                double t = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1));
                double c = 1 / Math.Sqrt(t * t + 1), s = t * c;
                for (int k = 0; k < n; k++) Turn(ref a[k * n + p], ref a[k * n + q], c, s);
                for (int k = 0; k < n; k++) Turn(ref a[p * n + k], ref a[q * n + k], c, s);
                for (int k = 0; k < n; k++) Turn(ref v[k * n + p], ref v[k * n + q], c, s);
            }
        return true;
    }

    static void Turn(ref double x, ref double y, double c, double s) => (x, y) = (c * x - s * y, s * x + c * y);
}

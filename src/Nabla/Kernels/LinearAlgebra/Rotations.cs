namespace Nabla.Kernels;

/// <summary>Decompositions of one small matrix in row-major doubles by plane rotations (Jacobi, 1846), accurate in small values too.</summary>
internal static class Rotations
{
    const int MaximumSweeps = 60;

    /// <summary>
    /// Eigenvalues in rising order and orthonormal eigenvectors, the columns of v, of a symmetric a, which is destroyed. The largest
    /// component of each vector is positive.
    /// </summary>
    public static void SymmetricEigen(Span<double> a, int n, Span<double> values, Span<double> v)
    {
        v.Clear();
        for (int i = 0; i < n; i++) v[i * n + i] = 1;
        for (int sweep = 0; sweep < MaximumSweeps; sweep++)
        {
            bool rotated = false;
            for (int p = 0; p < n; p++)
                for (int q = p + 1; q < n; q++)
                {
                    double off = a[p * n + q];
                    if (Math.Abs(off) <= 1e-17 * Math.Sqrt(Math.Abs(a[p * n + p] * a[q * n + q])) || off == 0) continue;
                    rotated = true;
                    (double c, double s) = Angle(a[p * n + p], a[q * n + q], off);
                    for (int k = 0; k < n; k++) Turn(ref a[k * n + p], ref a[k * n + q], c, s);
                    for (int k = 0; k < n; k++) Turn(ref a[p * n + k], ref a[q * n + k], c, s);
                    (a[p * n + q], a[q * n + p]) = (0, 0);
                    for (int k = 0; k < n; k++) Turn(ref v[k * n + p], ref v[k * n + q], c, s);
                }
            if (!rotated) break;
        }
        for (int i = 0; i < n; i++) values[i] = a[i * n + i];
        Sort(values, v, n, n, descending: false);
        Orient(v, n, n, default, 0);
    }

    /// <summary>
    /// a = u·diag(values)·vᵀ with falling values for rows ≥ columns, by rotations of the columns (Hestenes, 1958): a becomes u, v is
    /// [columns, columns]. The largest component of each column of u is positive; where a value is 0, that column of u is 0.
    /// </summary>
    public static void SingularValues(Span<double> a, int rows, int columns, Span<double> values, Span<double> v)
    {
        v.Clear();
        for (int i = 0; i < columns; i++) v[i * columns + i] = 1;
        for (int sweep = 0; sweep < MaximumSweeps; sweep++)
        {
            bool rotated = false;
            for (int p = 0; p < columns; p++)
                for (int q = p + 1; q < columns; q++)
                {
                    double pp = 0, qq = 0, pq = 0;
                    for (int k = 0; k < rows; k++)
                    {
                        double x = a[k * columns + p], y = a[k * columns + q];
                        pp += x * x;
                        qq += y * y;
                        pq += x * y;
                    }
                    if (Math.Abs(pq) <= 1e-16 * Math.Sqrt(pp * qq) || pq == 0) continue;
                    rotated = true;
                    (double c, double s) = Angle(pp, qq, pq);
                    for (int k = 0; k < rows; k++) Turn(ref a[k * columns + p], ref a[k * columns + q], c, s);
                    for (int k = 0; k < columns; k++) Turn(ref v[k * columns + p], ref v[k * columns + q], c, s);
                }
            if (!rotated) break;
        }
        for (int j = 0; j < columns; j++)
        {
            double square = 0;
            for (int k = 0; k < rows; k++) square += a[k * columns + j] * a[k * columns + j];
            double length = values[j] = Math.Sqrt(square);
            for (int k = 0; k < rows && length > 0; k++) a[k * columns + j] /= length;
        }
        Sort(values, a, rows, columns, descending: true, v);
        Orient(a, rows, columns, v, columns);
    }

    /// <summary>Cosine and sine of the turn that makes an off-diagonal element 0.</summary>
    static (double Cos, double Sin) Angle(double pp, double qq, double pq)
    {
        double theta = (qq - pp) / (2 * pq);
        double t = double.IsInfinity(theta) ? 0 : Math.CopySign(1, theta) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1));
        double c = 1 / Math.Sqrt(t * t + 1);
        return (c, t * c);
    }

    static void Turn(ref double p, ref double q, double c, double s) => (p, q) = (c * p - s * q, s * p + c * q);

    /// <summary>Selection sort of columns by their values: n is small.</summary>
    static void Sort(Span<double> values, Span<double> vectors, int rows, int columns, bool descending, Span<double> others = default)
    {
        for (int i = 0; i < columns; i++)
        {
            int best = i;
            for (int j = i + 1; j < columns; j++)
                if (descending ? values[j] > values[best] : values[j] < values[best]) best = j;
            if (best == i) continue;
            (values[i], values[best]) = (values[best], values[i]);
            for (int k = 0; k < rows; k++) (vectors[k * columns + i], vectors[k * columns + best]) = (vectors[k * columns + best], vectors[k * columns + i]);
            for (int k = 0; k < others.Length / columns; k++)
                (others[k * columns + i], others[k * columns + best]) = (others[k * columns + best], others[k * columns + i]);
        }
    }

    /// <summary>Turns each column, and with it that of <paramref name="others"/>, so that its largest component is positive.</summary>
    static void Orient(Span<double> vectors, int rows, int columns, Span<double> others, int otherRows)
    {
        for (int j = 0; j < columns; j++)
        {
            double largest = 0;
            for (int k = 0; k < rows; k++)
                if (Math.Abs(vectors[k * columns + j]) > Math.Abs(largest)) largest = vectors[k * columns + j];
            if (largest >= 0) continue;
            for (int k = 0; k < rows; k++) vectors[k * columns + j] = -vectors[k * columns + j];
            for (int k = 0; k < otherRows; k++) others[k * columns + j] = -others[k * columns + j];
        }
    }
}

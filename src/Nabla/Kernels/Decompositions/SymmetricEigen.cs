using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// A = V·diag(λ)·Vᵀ of a symmetric matrix: Householder's tridiagonal form, then the implicit QL iteration (Bowdler, Martin,
/// Reinsch, Wilkinson: The QR and QL algorithms for symmetric matrices, 1968).
/// </summary>
internal static class SymmetricEigen
{
    const int MostIterations = 60;

    /// <summary>a [n, n] row-major becomes eigenvectors as rows; the values come falling.</summary>
    public static double[] Factor(double[] a, int n)
    {
        double[] diagonal = new double[n], beside = new double[n];
        Tridiagonalize(a, n, diagonal, beside);
        // From here vectors are rows, so that a rotation touches two neighbors in memory.
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) (a[i * n + j], a[j * n + i]) = (a[j * n + i], a[i * n + j]);
        Iterate(a, n, diagonal, beside);
        return Sort(a, n, diagonal);
    }

    /// <summary>a becomes the orthogonal matrix Q with QᵀAQ tridiagonal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tridiagonalize(double[] a, int n, double[] d, double[] e)
    {
        for (int i = n - 1; i > 0; i--)
        {
            Span<double> u = a.AsSpan(i * n, i);
            double scale = 0, h = 0;
            foreach (double x in u) scale += Math.Abs(x);
            if (i == 1 || scale == 0)
            {
                e[i] = u[i - 1];
                d[i] = 0;
                continue;
            }
            for (int k = 0; k < i; k++)
            {
                u[k] /= scale;
                h += u[k] * u[k];
            }
            double f = u[i - 1], g = f > 0 ? -Math.Sqrt(h) : Math.Sqrt(h);
            e[i] = scale * g;
            h -= f * g;
            u[i - 1] = f - g;
            // p = A·u / h from the lower triangle, a row at a time.
            Span<double> p = e.AsSpan(0, i);
            p.Clear();
            for (int j = 0; j < i; j++)
            {
                ReadOnlySpan<double> row = a.AsSpan(j * n, j);
                p[j] += Vectors.Dot(row, u[..j]) + a[j * n + j] * u[j];
                Vectors.AddScaled(p[..j], u[j], row);
            }
            double dot = 0;
            for (int j = 0; j < i; j++)
            {
                p[j] /= h;
                dot += p[j] * u[j];
            }
            double half = dot / (h + h);
            for (int j = 0; j < i; j++) p[j] -= half * u[j];
            for (int j = 0; j < i; j++)
            {
                Span<double> row = a.AsSpan(j * n, j + 1);
                Vectors.AddScaled(row, -u[j], p[..(j + 1)]);
                Vectors.AddScaled(row, -p[j], u[..(j + 1)]);
                a[j * n + i] = u[j] / h;
            }
            d[i] = h;
        }
        d[0] = 0;
        e[0] = 0;
        double[] g2 = new double[n];
        for (int i = 0; i < n; i++)
        {
            if (d[i] != 0)
            {
                Span<double> g = g2.AsSpan(0, i);
                g.Clear();
                for (int k = 0; k < i; k++) Vectors.AddScaled(g, a[i * n + k], a.AsSpan(k * n, i));
                for (int k = 0; k < i; k++) Vectors.AddScaled(a.AsSpan(k * n, i), -a[k * n + i], g);
            }
            d[i] = a[i * n + i];
            a[i * n + i] = 1;
            for (int j = 0; j < i; j++) a[j * n + i] = a[i * n + j] = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Iterate(double[] z, int n, double[] d, double[] e)
    {
        for (int i = 1; i < n; i++) e[i - 1] = e[i];
        e[n - 1] = 0;
        for (int l = 0; l < n; l++)
            for (int turn = 0; ; turn++)
            {
                int m = l;
                while (m < n - 1 && Math.Abs(e[m]) > double.Epsilon + 1.1e-16 * (Math.Abs(d[m]) + Math.Abs(d[m + 1]))) m++;
                if (m == l) break;
                if (turn == MostIterations) throw new ArithmeticException("SymmetricEigen: expected to converge, got a matrix with NaN or infinity.");
                double g = (d[l + 1] - d[l]) / (2 * e[l]), r = Hypot(g, 1);
                g = d[m] - d[l] + e[l] / (g + Math.CopySign(r, g));
                double sin = 1, cos = 1, p = 0;
                int i = m - 1;
                for (; i >= l; i--)
                {
                    double f = sin * e[i], b = cos * e[i];
                    e[i + 1] = r = Hypot(f, g);
                    if (r == 0)
                    {
                        d[i + 1] -= p;
                        e[m] = 0;
                        break;
                    }
                    sin = f / r;
                    cos = g / r;
                    g = d[i + 1] - p;
                    r = (d[i] - g) * sin + 2 * cos * b;
                    p = sin * r;
                    d[i + 1] = g + p;
                    g = cos * r - b;
                    Vectors.Rotate(z.AsSpan(i * n, n), z.AsSpan((i + 1) * n, n), cos, sin);
                }
                if (r == 0 && i >= l) continue;
                d[l] -= p;
                e[l] = g;
                e[m] = 0;
            }
    }

    static double Hypot(double x, double y) => Math.Sqrt(x * x + y * y);

    static double[] Sort(double[] z, int n, double[] d)
    {
        int[] order = [.. Enumerable.Range(0, n)];
        Array.Sort(order, (x, y) => d[x] != d[y] ? d[y].CompareTo(d[x]) : x.CompareTo(y));
        double[] vectors = (double[])z.Clone();
        for (int i = 0; i < n; i++) vectors.AsSpan(order[i] * n, n).CopyTo(z.AsSpan(i * n, n));
        return Array.ConvertAll(order, i => d[i]);
    }
}

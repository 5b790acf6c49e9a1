using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// A = Q·R by Householder reflections (Householder, 1958). Works on columns that lie one after another, that is on Aᵀ row-major.
/// </summary>
internal static class Orthogonal
{
    /// <summary>
    /// at [columns, rows], rows ≥ columns: the rows of at become the columns of Q; r [columns, columns] row-major becomes R, upper.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Factor(Span<double> at, int rows, int columns, Span<double> r)
    {
        Span<double> scale = new double[columns];
        r.Clear();
        for (int k = 0; k < columns; k++)
        {
            Span<double> v = at.Slice(k * rows + k, rows - k);
            double norm = Math.Sqrt(Vectors.Dot<double>(v, v));
            double head = v[0] > 0 ? -norm : norm;
            r[k * columns + k] = head;
            if (norm > 0)
            {
                v[0] -= head;
                scale[k] = -1 / (head * v[0]);      // 2 / vᵀv
            }
            for (int j = k + 1; j < columns; j++)
            {
                Span<double> column = at.Slice(j * rows + k, rows - k);
                Vectors.AddScaled(column, -scale[k] * Vectors.Dot<double>(v, column), v);
                r[k * columns + j] = column[0];
            }
        }
        // Q = H₀·H₁·…·[I 0]ᵀ, from the last reflection to the first.
        for (int k = columns - 1; k >= 0; k--)
        {
            Span<double> v = at.Slice(k * rows + k, rows - k);
            for (int j = k + 1; j < columns; j++)
            {
                Span<double> column = at.Slice(j * rows + k, rows - k);
                Vectors.AddScaled(column, -scale[k] * Vectors.Dot<double>(v, column), v);
            }
            double first = v[0];
            for (int i = 0; i < v.Length; i++) v[i] *= -scale[k] * first;
            v[0] += 1;
            at.Slice(k * rows, k).Clear();
        }
    }
}

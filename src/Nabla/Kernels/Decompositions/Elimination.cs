using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// A·P = L·U of square matrices by Gauss's elimination: L holds the pivots, U has ones on its diagonal, and P exchanges columns. In rows that
/// lie one after another every loop then runs along a row; it is what LAPACK does to the columns of Aᵀ (Golub, Van Loan: Matrix
/// Computations, 3.4).
/// </summary>
/// <remarks>
/// The rows of the factors are <see cref="Stride{T}"/> apart. Above the diagonal stands −U, because every use subtracts U. P is a list of
/// exchanges, one after the other: column k with column pivots[k].
/// </remarks>
internal static unsafe class Elimination
{
    const int LineBytes = 64, AliasBytes = 1024;

    /// <summary>Elements between the rows of factors: whole registers of any width, and not a power of two that would crowd the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Stride<T>(int n) where T : unmanaged
    {
        int stride = MatMul.RoundUp(n, LineBytes / sizeof(T));
        return stride * sizeof(T) % AliasBytes == 0 ? stride + LineBytes / sizeof(T) : stride;
    }

    /// <summary>Factors <paramref name="count"/> matrices [n, n] into factors [count, n, stride] and pivots [count, n]. A zero on the diagonal tells that one is singular.</summary>
    public static void Factor<T>(int count, int n, T* matrices, T* factors, int* pivots) where T : unmanaged, IFloatingPointIeee754<T> =>
        MatrixBatch.Run<T, EliminationWork<T>>(count, n, (long)n * n * n, new() { N = n, Matrices = matrices, Factors = factors, Pivots = pivots });

    /// <summary>
    /// Right sides x [count, n, columns] become the solutions of A·x = b or, transposed, of Aᵀ·x = b, from the factors of regular matrices.
    /// </summary>
    public static void Solve<T>(int count, int n, T* factors, int* pivots, bool transposed, int columns, T* x) where T : unmanaged, IFloatingPointIeee754<T> =>
        MatrixBatch.Run<T, EliminationWork<T>>(
            count, n, (long)n * n * columns, new() { N = n, Factors = factors, Pivots = pivots, IsTransposed = transposed, Columns = columns, X = x });

    /// <summary>The inverses [count, n, n] of regular matrices from their factors.</summary>
    public static void Invert<T>(int count, int n, T* factors, int* pivots, T* x) where T : unmanaged, IFloatingPointIeee754<T> =>
        MatrixBatch.Run<T, EliminationWork<T>>(count, n, (long)n * n * n, new() { N = n, Factors = factors, Pivots = pivots, Columns = n, X = x, IsInverse = true });

    /// <summary>The first of the factored matrices with a zero on the diagonal, −1 if all are regular.</summary>
    [MethodImpl(Compiled.Apart)]
    public static int FirstSingular<T>(int count, int n, T* factors) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int stride = Stride<T>(n);
        for (int i = 0; i < count; i++, factors += n * stride)
            for (int k = 0; k < n; k++)
                if (factors[k * stride + k] == T.Zero) return i;
        return -1;
    }

    /// <summary>Sign and logarithm of the magnitude of the determinant of one factored matrix.</summary>
    [MethodImpl(Compiled.Apart)]
    public static (int Sign, double LogMagnitude) LogDeterminant<T>(int n, T* factors, int* pivots) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int sign = 1;
        double log = 0;
        for (int k = 0; k < n; k++)
        {
            double pivot = double.CreateTruncating(factors[k * Stride<T>(n) + k]);
            sign *= (pivots[k] == k ? 1 : -1) * (double.IsNaN(pivot) ? 1 : Math.Sign(pivot));
            log += Math.Log(Math.Abs(pivot));
        }
        return (sign, log);
    }
}

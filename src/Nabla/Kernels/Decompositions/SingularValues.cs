using System.Numerics;

namespace Nabla.Kernels;

/// <summary>
/// A = U·diag(σ)·Vᵀ: a QR factorization of tall matrices, a bidiagonal matrix, and QR iterations on that (Golub, Van Loan: Matrix Computations,
/// 8.6), in doubles; or, if it is large, see <see cref="LargeSingularValues{TSimd, TVector, T}"/>. Errors are a few ulps of the largest singular value.
/// </summary>
internal static unsafe class SingularValues
{
    const int HalvedSize = 128;         // from here on by panels and halves

    /// <summary>
    /// a [rows, columns] row-major, any shape. With m = min(rows, columns): ut [m, rows], σ [m] falling, vt [m, columns].
    /// </summary>
    public static (double[] Ut, double[] Values, double[] Vt) Factor(ReadOnlySpan<double> a, int rows, int columns)
    {
        if (rows < columns)
        {
            var (vt, values, ut) = Factor(Transposed(a, rows, columns), columns, rows);
            return (ut, values, vt);
        }
        double[] factors = new double[(rows + 1 + columns) * columns];
        fixed (double* pa = a, pf = factors) Factor(1, rows, columns, pa, hasVectors: true, pf);
        int above = rows * columns;
        return (Transposed(factors.AsSpan(0, above), rows, columns), factors[above..(above + columns)], Transposed(factors.AsSpan(above + columns), columns, columns));
    }

    /// <summary>
    /// <paramref name="count"/> matrices [rows, columns] with rows ≥ columns. Each becomes U [rows, columns] above σ above V [columns, columns],
    /// or, without vectors, σ [columns].
    /// </summary>
    public static void Factor<T>(int count, int rows, int columns, T* matrices, bool hasVectors, T* factors) where T : unmanaged, IFloatingPointIeee754<T>
    {
        long work = (long)rows * columns * columns;
        if (columns < HalvedSize)
            MatrixBatch.Run<double, Work<T>>(count, columns, 4 * work, new() { Rows = rows, Columns = columns, Matrices = matrices, HasVectors = hasVectors, Factors = factors });
        else
            MatrixBatch.Run<T, LargeWork<T>>(count, columns, 4 * work, new() { Rows = rows, Columns = columns, Matrices = matrices, HasVectors = hasVectors, Factors = factors });
    }

    /// <summary>A row-major matrix the other way round.</summary>
    public static double[] Transposed(ReadOnlySpan<double> a, int rows, int columns)
    {
        var t = new double[a.Length];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) t[j * rows + i] = a[i * columns + j];
        return t;
    }

    struct LargeWork<T> : IMatrixWork<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Rows, Columns;
        public T* Matrices, Factors;
        public bool HasVectors;

        public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, T> where TVector : struct
        {
            byte* memory = Workspace.OfJob(LargeSingularValues<TSimd, TVector, T>.Bytes(Rows, Columns, HasVectors));
            nint size = HasVectors ? (nint)(Rows + 1 + Columns) * Columns : Columns;
            new LargeSingularValues<TSimd, TVector, T>(Rows, Columns, HasVectors, memory).Factor(Matrices + (nint)index * Rows * Columns, Factors + index * size);
        }
    }

    struct Work<T> : IMatrixWork<double> where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Rows, Columns;
        public T* Matrices, Factors;
        public bool HasVectors;

        public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, double> where TVector : struct
        {
            nint size = HasVectors ? (nint)(Rows + 1 + Columns) * Columns : Columns;
            var work = new SingularMemory(Rows, Columns, HasVectors, Workspace.OfJob(SingularMemory.Bytes(Rows, Columns, HasVectors)));
            work.Decompose<TSimd, TVector, T>(Matrices + (nint)index * Rows * Columns);
            work.Write(Factors + index * size);
        }
    }
}

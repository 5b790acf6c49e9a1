using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// A = U·diag(σ)·Vᵀ of one large matrix [rows, columns], rows ≥ columns, in its own type: a QR factorization if it is tall, a bidiagonal matrix by panels, that by
/// halves, and the vectors back, so that most of the work is matrix products.
/// </summary>
internal readonly unsafe struct LargeSingularValues<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    readonly int rows, n;
    readonly bool hasVectors;
    readonly nint stride;
    readonly T* matrix, q;
    readonly double* diagonal, above;
    readonly byte* work;

    public LargeSingularValues(int rows, int columns, bool hasVectors, byte* memory)
    {
        (this.rows, n, this.hasVectors, stride) = (rows, columns, hasVectors, Elimination.Stride<T>(columns));
        matrix = (T*)memory;
        diagonal = (double*)(matrix + Rows(n) * stride);
        above = diagonal + n;
        q = (T*)(above + n);
        work = (byte*)q + Workspace.Align(Tall(rows, n));
    }

    public static nint Bytes(int rows, int columns, bool hasVectors) =>
        sizeof(T) * Rows(columns) * Elimination.Stride<T>(columns) + 2 * sizeof(double) * columns + Workspace.Align(Tall(rows, columns))
        + nint.Max(BidiagonalPanels<TSimd, TVector, T>.Bytes(columns), rows == columns ? 0 : ReflectionBlocks<TSimd, TVector, T>.Bytes(rows, columns, columns));

    static nint Rows(int n) => n + BidiagonalPanels<TSimd, TVector, T>.SpareRows;

    static nint Tall(int rows, int columns) => rows == columns ? 0 : sizeof(T) * (nint)rows * columns;

    /// <summary>The matrix becomes its falling singular values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Factor(T* a, T* factors)
    {
        T largest = Vectors.LargestMagnitude<T>(new(a, rows * n));
        if (!T.IsFinite(largest))
        {
            new Span<T>(factors, n).Fill(T.NaN);
            return;
        }
        int power = largest == T.Zero ? 0 : T.ILogB(largest);
        Read(a, power);
        new BidiagonalPanels<TSimd, TVector, T>(n, matrix, null, work).Reduce(diagonal, above);
        MatrixBatch.Run<double, Values>(1, n, 1, new() { Memory = new(n, diagonal, above) });
        Span<double> values = new(diagonal, n);
        foreach (ref double value in values) value = -Math.Abs(value);
        values.Sort();
        for (int k = 0; k < n; k++) factors[k] = T.CreateTruncating(Math.ScaleB(-diagonal[k], power));
    }

    /// <summary>The matrix, or R of it, divided by 2 to that power.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Read(T* a, int power)
    {
        // In two steps: one factor may lie beyond the type.
        T scale = T.CreateTruncating(Math.ScaleB(1, -power / 2)), rest = T.CreateTruncating(Math.ScaleB(1, power / 2 - power));
        bool isTall = rows > n;
        T* to = isTall ? q : matrix;
        nint step = isTall ? n : stride;
        new Span<byte>(matrix, (int)(sizeof(T) * Rows(n) * stride)).Clear();
        for (int i = 0; i < rows; i++, to += step)
            for (int j = 0; j < n; j++) to[j] = *a++ * scale * rest;
        if (isTall) new ReflectionBlocks<TSimd, TVector, T>(rows, n, n, work).Factor(q, q, matrix, stride);
    }

    struct Values : IMatrixWork<double>
    {
        public BidiagonalMemory Memory;

        public readonly void Run<TWide, TRegister>(int index) where TWide : struct, ISimd<TRegister, double> where TRegister : struct =>
            new BidiagonalIteration<TWide, TRegister>(Memory).Run();
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// A = U·diag(σ)·Vᵀ of one large matrix [rows, columns], rows ≥ columns, in its own type: a QR factorization if it is tall, a bidiagonal matrix by panels, that by
/// halves, and the vectors back, so that most of the work is matrix products. Values alone need no vectors of halves: <see cref="BidiagonalValues"/>.
/// </summary>
internal readonly unsafe struct LargeSingularValues<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    readonly int rows, n;
    readonly nint stride;
    readonly T* matrix, q, reflections, left, right;
    readonly double* diagonal, above;
    readonly int* order;
    readonly byte* work;

    public LargeSingularValues(int rows, int columns, bool hasVectors, byte* memory)
    {
        (this.rows, n, stride) = (rows, columns, Elimination.Stride<T>(columns));
        nint table = n * stride;
        matrix = (T*)memory;
        diagonal = (double*)(matrix + Rows(n) * stride);
        above = diagonal + n;
        order = (int*)(above + n);
        work = (byte*)order + Workspace.Align(n * sizeof(int));
        q = (T*)(work + Work(rows, n, hasVectors));
        if (!hasVectors) return;
        reflections = q + (IsTall ? (nint)rows * n : 0);
        left = reflections + table;
        right = left + table;
    }

    public static nint Bytes(int rows, int columns, bool hasVectors)
    {
        nint stride = Elimination.Stride<T>(columns);
        return sizeof(T) * (Rows(columns) * stride + (rows > columns ? (nint)rows * columns : 0) + (hasVectors ? 3 * columns * stride : 0))
            + 2 * sizeof(double) * (nint)columns + Workspace.Align(columns * sizeof(int)) + Work(rows, columns, hasVectors);
    }

    static nint Rows(int n) => n + BidiagonalPanels<TSimd, TVector, T>.SpareRows;

    static nint Work(int rows, int n, bool hasVectors)
    {
        nint most = nint.Max(BidiagonalPanels<TSimd, TVector, T>.Bytes(n), BidiagonalValues.Bytes(n));
        if (rows > n) most = nint.Max(most, ReflectionBlocks<TSimd, TVector, T>.Bytes(rows, n, n));
        if (hasVectors) most = nint.Max(nint.Max(most, BidiagonalMerge<T>.Bytes(n)), sizeof(T) * n * (Elimination.Stride<T>(n) + rows));
        return Workspace.Align(nint.Max(most, ReflectionRows<TSimd, TVector, T>.Bytes(n)));
    }

    bool IsTall => rows > n;

    /// <summary>The matrix becomes U [rows, n] above σ above V [n, n], or without vectors σ, falling. The largest component of each left vector is positive.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Factor(T* a, T* factors)
    {
        T largest = Vectors.LargestMagnitude<T>(new(a, rows * n));
        if (!T.IsFinite(largest))
        {
            new Span<T>(factors, left == null ? n : (rows + 1 + n) * n).Fill(T.NaN);
            return;
        }
        int power = largest == T.Zero ? 0 : Math.ILogB(double.CreateTruncating(largest));
        Read(a, power);
        if (left != null) new Span<T>(reflections, (int)stride).Clear();
        new BidiagonalPanels<TSimd, TVector, T>(n, matrix, reflections, work).Reduce(diagonal, above);
        if (left == null) Values(power, factors);
        else
        {
            for (nint i = 0; i < 2 * n; i++) new Span<T>(left + i * stride, (int)stride).Clear();
            new BidiagonalMerge<T>(n, left, right, diagonal, above, order, work).Run();
            var back = new ReflectionRows<TSimd, TVector, T>(n, stride, work);
            back.Apply(reflections, left);
            back.Apply(matrix, right);
            Write(power, factors);
        }
    }

    /// <summary>The matrix, or R of it, divided by 2 to that power.</summary>
    [MethodImpl(Compiled.Apart)]
    void Read(T* a, int power)
    {
        // In two steps: one factor may lie beyond the type.
        T scale = T.CreateTruncating(Math.ScaleB(1, -power / 2)), rest = T.CreateTruncating(Math.ScaleB(1, power / 2 - power));
        T* to = IsTall ? q : matrix;
        nint step = IsTall ? n : stride;
        for (nint i = 0; i < Rows(n); i++) new Span<T>(matrix + i * stride, (int)stride).Clear();
        for (int i = 0; i < rows; i++, to += step)
            for (int j = 0; j < n; j++) to[j] = *a++ * scale * rest;
        if (IsTall) new ReflectionBlocks<TSimd, TVector, T>(rows, n, n, work).Factor(q, q, matrix, stride);
    }

    void Values(int power, T* to)
    {
        new BidiagonalValues(n, diagonal, above, work).Run();
        new Span<double>(diagonal, n).Sort();
        for (int k = 0; k < n; k++) to[k] = T.CreateTruncating(Math.ScaleB(diagonal[n - 1 - k], power));
    }

    [MethodImpl(Compiled.Apart)]
    void Write(int power, T* to)
    {
        T* sorted = (T*)work, longer = sorted + n * stride, vectors = IsTall ? longer : sorted, values = to + (nint)rows * n;
        nint step = IsTall ? rows : stride;
        for (nint k = 0; k < n; k++) new ReadOnlySpan<T>(left + Falling(k) * stride, n).CopyTo(new(sorted + k * stride, n));
        if (IsTall) MatMul.Run(n, rows, n, sorted, stride, 1, q, 1, n, longer, rows);
        for (nint k = 0; k < n; k++)
        {
            T* vector = vectors + k * step, other = right + Falling(k) * stride;
            if (vector[Vectors.IndexOfLargest<T>(new(vector, rows))] < T.Zero)
            {
                for (int i = 0; i < rows; i++) vector[i] = -vector[i];
                for (int i = 0; i < n; i++) other[i] = -other[i];
            }
            values[k] = T.CreateTruncating(Math.ScaleB(diagonal[Falling(k)], power));
        }
        Transpose.Run(vectors, step, to, n, rows, n);
        for (nint k = 0; k < n; k++) new ReadOnlySpan<T>(right + Falling(k) * stride, n).CopyTo(new(sorted + k * stride, n));
        Transpose.Run(sorted, stride, values + n, n, n, n);
    }

    int Falling(nint k) => order[n - 1 - k];
}

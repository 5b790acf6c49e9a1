using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// A = V·diag(λ)·Vᵀ of one large symmetric matrix, in its own type: a tridiagonal matrix by panels, that by halves, and the vectors back, so that most of
/// the work is matrix products.
/// </summary>
internal readonly unsafe struct LargeSymmetricEigen<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    readonly int n;
    readonly nint stride;
    readonly T* matrix, vectors, rising;
    readonly double* diagonal, beside;
    readonly int* order;
    readonly byte* work;

    /// <param name="n">Rows and columns.</param>
    /// <param name="memory"><see cref="Bytes"/> bytes.</param>
    public LargeSymmetricEigen(int n, byte* memory)
    {
        (this.n, stride) = (n, Elimination.Stride<T>(n));
        matrix = (T*)memory;
        vectors = matrix + Rows(n) * stride;
        diagonal = (double*)(vectors + n * stride);
        beside = diagonal + n;
        order = (int*)(beside + n);
        work = (byte*)order + Workspace.Align(n * sizeof(int));
        rising = (T*)work;          // when the halves are done
    }

    public static nint Bytes(int n) =>
        sizeof(T) * (Rows(n) + n) * Elimination.Stride<T>(n) + 2 * sizeof(double) * (nint)n + Workspace.Align(n * sizeof(int))
        + nint.Max(nint.Max(TridiagonalMerge<T>.Bytes(n), TridiagonalPanels<TSimd, TVector, T>.Bytes(n)), ReflectionRows<TSimd, TVector, T>.Bytes(n));

    static nint Rows(int n) => n + TridiagonalPanels<TSimd, TVector, T>.SpareRows;

    /// <summary>The matrix a [n, n], of which (A + Aᵀ)/2 is taken, becomes its rising values above its vectors as columns.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Factor(T* a, T* factors)
    {
        int power = SymmetricEigen.PowerOf(a, n);
        Read(a, power);
        new TridiagonalPanels<TSimd, TVector, T>(n, matrix, work).Reduce(diagonal, beside);
        for (nint i = 0; i < n; i++) new Span<T>(vectors + i * stride, n).Clear();
        new TridiagonalMerge<T>(n, vectors, diagonal, beside, order, work).Run();
        new ReflectionRows<TSimd, TVector, T>(n, stride, work).Apply(matrix, vectors);
        Write(power, factors);
    }

    /// <summary>The symmetric part, divided by 2 to that power.</summary>
    [MethodImpl(Compiled.Apart)]
    void Read(T* a, int power)
    {
        // In two steps: one factor may lie beyond the type.
        int first = (power + 1) / 2;
        T scale = T.CreateTruncating(Math.ScaleB(1, -first)), rest = T.CreateTruncating(Math.ScaleB(1, first - power - 1));
        Transpose.Run(a, n, matrix, stride, n, n);
        for (nint i = 0; i < n; i++)
        {
            T* row = matrix + i * stride, mirrored = a + i * n;
            for (int j = 0; j < n; j++) row[j] = row[j] * scale * rest + mirrored[j] * scale * rest;
            new Span<T>(row + n, (int)stride - n).Clear();
        }
        for (nint i = n; i < Rows(n); i++) new Span<T>(matrix + i * stride, (int)stride).Clear();
    }

    [MethodImpl(Compiled.Apart)]
    void Write(int power, T* to)
    {
        for (nint k = 0; k < n; k++)
        {
            ReadOnlySpan<T> vector = new(vectors + order[k] * stride, n);
            T sign = vector[Vectors.IndexOfLargest(vector)] < T.Zero ? -T.One : T.One;
            T* row = rising + k * stride;
            for (int i = 0; i < n; i++) row[i] = vector[i] * sign;
            to[k] = T.CreateTruncating(Math.ScaleB(diagonal[order[k]], power));
        }
        Transpose.Run(rising, stride, to + n, n, n, n);
    }
}

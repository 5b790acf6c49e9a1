using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Factors <see cref="Matrices"/>, or, where there are none, solves for the right sides in <see cref="X"/>, or makes it the inverse.</summary>
internal unsafe struct EliminationWork<T> : IMatrixWork<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public int N, Columns;
    public T* Matrices, Factors, X;
    public int* Pivots;
    public bool IsTransposed, IsInverse;

    public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, T> where TVector : struct
    {
        T* factors = Factors + (nint)index * N * Elimination.Stride<T>(N);
        int* pivots = Pivots + (nint)index * N;
        if (Matrices != null) Factor<TSimd, TVector>(Matrices + (nint)index * N * N, factors, pivots);
        else Solve<TSimd, TVector>(factors, pivots, X + (nint)index * N * Columns);
    }

    [MethodImpl(Compiled.Apart)]
    readonly void Factor<TSimd, TVector>(T* matrix, T* factors, int* pivots) where TSimd : struct, ISimd<TVector, T> where TVector : struct
    {
        int n = N, stride = Elimination.Stride<T>(n);
        for (int row = 0; row < n; row++)
        {
            new ReadOnlySpan<T>(matrix + row * n, n).CopyTo(new(factors + row * stride, n));
            new Span<T>(factors + row * stride + n, stride - n).Clear();        // elimination works on whole registers
        }
        new LowerUpper<TSimd, TVector, T>(factors, n, stride, pivots).Factor();
    }

    [MethodImpl(Compiled.Apart)]
    readonly void Solve<TSimd, TVector>(T* factors, int* pivots, T* x) where TSimd : struct, ISimd<TVector, T> where TVector : struct
    {
        // A = L·U·Pᵀ: solve with L, then with U, then exchange. Aᵀ = P·Uᵀ·Lᵀ: the same the other way round.
        if (IsInverse) Identity(x);
        int columns = Columns, stride = Elimination.Stride<T>(N);
        nint row = IsTransposed ? 1 : stride, column = IsTransposed ? stride : 1;
        if (IsTransposed)
            for (int k = 0; k < N; k++) Exchange(x + k * columns, x + pivots[k] * columns, columns);
        new Triangle<TSimd, TVector, T>(factors, row, column, x, columns, isLower: IsInverse).Solve(0, N, isForward: true, hasUnitDiagonal: IsTransposed);
        new Triangle<TSimd, TVector, T>(factors, row, column, x, columns).Solve(0, N, isForward: false, hasUnitDiagonal: !IsTransposed);
        if (!IsTransposed)
            for (int k = N - 1; k >= 0; k--) Exchange(x + k * columns, x + pivots[k] * columns, columns);
    }

    [MethodImpl(Compiled.Apart)]
    readonly void Identity(T* x)
    {
        new Span<T>(x, N * N).Clear();
        for (int i = 0; i < N; i++) x[i * ((nint)N + 1)] = T.One;
    }

    [MethodImpl(Compiled.Apart)]
    static void Exchange(T* x, T* y, int columns)
    {
        if (x == y) return;
        for (int j = 0; j < columns; j++) (x[j], y[j]) = (y[j], x[j]);
    }
}

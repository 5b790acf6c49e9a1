using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>What to do to a batch: factor <see cref="Matrices"/>, or, where there are none, solve for the right sides in <see cref="X"/>.</summary>
internal unsafe struct EliminationBatch<T> where T : unmanaged
{
    public int Count, N, Columns;
    public T* Matrices, Factors, X;
    public int* Pivots;
    public bool IsTransposed;
}

/// <summary>A batch on the threads: matrices side by side, large ones one after the other with the threads inside.</summary>
internal unsafe struct EliminationJob<TSimd, TVector, T> : IJob
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    const int LargeSize = 384;          // from here on the products inside keep several threads busy
    const long TaskWork = 1 << 18;      // multiply-adds

    EliminationBatch<T> batch;
    int perTask, stride;

    public static void Run(in EliminationBatch<T> batch)
    {
        if (batch.Count == 0) return;
        long work = (long)batch.N * batch.N * (batch.Matrices != null ? batch.N : batch.Columns);
        int perTask = batch.N >= LargeSize ? batch.Count : (int)Math.Clamp(TaskWork / Math.Max(1, work), 1, batch.Count);
        var job = new EliminationJob<TSimd, TVector, T> { batch = batch, perTask = perTask, stride = Elimination.Stride<T>(batch.N) };
        Workers.For((batch.Count + perTask - 1) / perTask, ref job);
    }

    public readonly void Run(int index)
    {
        int first = index * perTask, last = Math.Min(first + perTask, batch.Count);
        for (int i = first; i < last; i++)
        {
            T* factors = batch.Factors + (nint)i * batch.N * stride;
            int* pivots = batch.Pivots + (nint)i * batch.N;
            if (batch.Matrices != null) Factor(batch.Matrices + (nint)i * batch.N * batch.N, factors, pivots);
            else Solve(factors, pivots, batch.X + (nint)i * batch.N * batch.Columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Factor(T* matrix, T* factors, int* pivots)
    {
        int n = batch.N;
        for (int row = 0; row < n; row++)
        {
            new ReadOnlySpan<T>(matrix + row * n, n).CopyTo(new(factors + row * stride, n));
            new Span<T>(factors + row * stride + n, stride - n).Clear();        // elimination works on whole registers
        }
        new LowerUpper<TSimd, TVector, T>(factors, n, stride, pivots).Factor();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void Solve(T* factors, int* pivots, T* x)
    {
        // A = L·U·Pᵀ: solve with L, then with U, then exchange. Aᵀ = P·Uᵀ·Lᵀ: the same the other way round.
        int columns = batch.Columns;
        nint row = batch.IsTransposed ? 1 : stride, column = batch.IsTransposed ? stride : 1;
        if (batch.IsTransposed)
            for (int k = 0; k < batch.N; k++) Exchange(x + k * columns, x + pivots[k] * columns, columns);
        var triangle = new Triangle<TSimd, TVector, T>(factors, row, column, x, columns);
        triangle.Solve(0, batch.N, isForward: true, hasUnitDiagonal: batch.IsTransposed);
        triangle.Solve(0, batch.N, isForward: false, hasUnitDiagonal: !batch.IsTransposed);
        if (!batch.IsTransposed)
            for (int k = batch.N - 1; k >= 0; k--) Exchange(x + k * columns, x + pivots[k] * columns, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Exchange(T* x, T* y, int columns)
    {
        if (x == y) return;
        for (int j = 0; j < columns; j++) (x[j], y[j]) = (y[j], x[j]);
    }
}

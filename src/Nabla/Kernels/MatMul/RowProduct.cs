using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>A row times a matrix with contiguous rows: the rows stream once, eight at a time, into the result, which stays in cache.</summary>
internal unsafe struct RowProduct<TSimd, TVector, T> : IJob
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
{
    const int TaskWork = 1 << 17;       // multiply-adds; about 5 µs, memory being the limit
    const int MinColumns = 1024;         // shorter runs of a row leave the prefetcher behind
    const int MaxColumns = 4096;        // of the result, which stays in the first cache

    Product<T> product;
    int taskColumns;

    public static bool Fits(in Product<T> p) => p.M == 1 && p.BColumn == 1;

    public static void Run(in Product<T> p)
    {
        int columns = Math.Clamp(TaskWork / p.K, MinColumns, MaxColumns);
        var job = new RowProduct<TSimd, TVector, T> { product = p, taskColumns = columns };
        Workers.For((p.N + columns - 1) / columns, ref job);
    }

    [MethodImpl(Compiled.Apart)]
    public readonly void Run(int index)
    {
        int first = index * taskColumns, columns = Math.Min(taskColumns, product.N - first);
        T* y = product.C + first, b = product.B + first, x = product.A;
        nint xStep = product.AColumn, bRow = product.BRow;
        T* bias = product.Bias == null ? null : product.Bias + first;
        bool accumulate = product.Accumulate;
        if (!accumulate && bias == null) new Span<T>(y, columns).Clear();
        else if (!accumulate) new Span<T>(bias, columns).CopyTo(new Span<T>(y, columns));
        else if (bias != null)
            for (int j = 0; j < columns; j++) y[j] += bias[j];

        int k = 0;
        for (; k + 8 <= product.K; k += 8) AddEight(x + k * xStep, xStep, b + k * bRow, bRow, y, columns);
        for (; k < product.K; k++) AddOne(x[k * xStep], b + k * bRow, y, columns);
    }

    [MethodImpl(Compiled.Apart)]
    static void AddEight(T* x, nint xStep, T* b, nint bRow, T* y, int columns)
    {
        TVector x0 = TSimd.Broadcast(x[0]), x1 = TSimd.Broadcast(x[xStep]);
        TVector x2 = TSimd.Broadcast(x[2 * xStep]), x3 = TSimd.Broadcast(x[3 * xStep]);
        TVector x4 = TSimd.Broadcast(x[4 * xStep]), x5 = TSimd.Broadcast(x[5 * xStep]);
        TVector x6 = TSimd.Broadcast(x[6 * xStep]), x7 = TSimd.Broadcast(x[7 * xStep]);
        T* b4 = b + 4 * bRow;
        nint bRow2 = 2 * bRow, bRow3 = 3 * bRow;
        int j = 0;
        for (; j + TSimd.Count <= columns; j += TSimd.Count, b += TSimd.Count, b4 += TSimd.Count)
        {
            TVector sum = TSimd.Load(y + j);
            sum = TSimd.MultiplyAdd(x0, TSimd.Load(b), sum);
            sum = TSimd.MultiplyAdd(x1, TSimd.Load(b + bRow), sum);
            sum = TSimd.MultiplyAdd(x2, TSimd.Load(b + bRow2), sum);
            sum = TSimd.MultiplyAdd(x3, TSimd.Load(b + bRow3), sum);
            sum = TSimd.MultiplyAdd(x4, TSimd.Load(b4), sum);
            sum = TSimd.MultiplyAdd(x5, TSimd.Load(b4 + bRow), sum);
            sum = TSimd.MultiplyAdd(x6, TSimd.Load(b4 + bRow2), sum);
            sum = TSimd.MultiplyAdd(x7, TSimd.Load(b4 + bRow3), sum);
            TSimd.Store(y + j, sum);
        }
        int rest = columns - j;
        if (rest == 0) return;
        TVector last = TSimd.Load(y + j, rest);
        last = TSimd.MultiplyAdd(x0, TSimd.Load(b, rest), last);
        last = TSimd.MultiplyAdd(x1, TSimd.Load(b + bRow, rest), last);
        last = TSimd.MultiplyAdd(x2, TSimd.Load(b + bRow2, rest), last);
        last = TSimd.MultiplyAdd(x3, TSimd.Load(b + bRow3, rest), last);
        last = TSimd.MultiplyAdd(x4, TSimd.Load(b4, rest), last);
        last = TSimd.MultiplyAdd(x5, TSimd.Load(b4 + bRow, rest), last);
        last = TSimd.MultiplyAdd(x6, TSimd.Load(b4 + bRow2, rest), last);
        last = TSimd.MultiplyAdd(x7, TSimd.Load(b4 + bRow3, rest), last);
        TSimd.Store(y + j, last, rest);
    }

    [MethodImpl(Compiled.Apart)]
    static void AddOne(T x, T* b, T* y, int columns)
    {
        TVector scale = TSimd.Broadcast(x);
        int j = 0;
        for (; j + TSimd.Count <= columns; j += TSimd.Count)
            TSimd.Store(y + j, TSimd.MultiplyAdd(scale, TSimd.Load(b + j), TSimd.Load(y + j)));
        int rest = columns - j;
        if (rest > 0) TSimd.Store(y + j, TSimd.MultiplyAdd(scale, TSimd.Load(b + j, rest), TSimd.Load(y + j, rest)), rest);
    }
}

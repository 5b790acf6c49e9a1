using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// A product of few steps, such as the weight gradient of a tiny batch: each row of C is a combination of the rows of B, formed in registers
/// and written once, in one go from left to right. A register tile spends more on its beginning and end than on so short a loop.
/// </summary>
internal unsafe struct FewStepsProduct<TSimd, TVector, T> : IJob
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged
{
    const int MaxSteps = 6;             // a tile shares what it loads of B among its rows, and wins from eight on
    const int TaskWork = 1 << 15;       // elements of C; about 5 µs

    Product<T> product;
    int taskRows;

    public static bool Fits(in Product<T> p) =>
        p.K <= MaxSteps && p.BColumn == 1 && p.M > 1 && p.N >= 2 * TSimd.Count && p.Bias == null && !p.Accumulate;

    public static void Run(in Product<T> p)
    {
        int rows = Math.Clamp(TaskWork / p.N, 1, p.M);
        var job = new FewStepsProduct<TSimd, TVector, T> { product = p, taskRows = rows };
        Workers.For((p.M + rows - 1) / rows, ref job);
    }

    public readonly void Run(int index)
    {
        int first = index * taskRows, last = Math.Min(first + taskRows, product.M);
        switch (product.K)
        {
            case 1: Rows<N1>(first, last); break;
            case 2: Rows<N2>(first, last); break;
            case 3: Rows<N3>(first, last); break;
            case 4: Rows<N4>(first, last); break;
            case 5: Rows<N5>(first, last); break;
            case 6: Rows<N6>(first, last); break;
        }
    }

    [MethodImpl(Compiled.Apart)]
    readonly void Rows<TSteps>(int first, int last) where TSteps : struct, ISize
    {
        int whole = product.N - product.N % TSimd.Count, rest = product.N - whole;
        nint step = product.AColumn, row = product.BRow;
        T* b = product.B;
        for (int i = first; i < last; i++)
        {
            T* a = product.A + i * product.ARow, c = product.C + i * product.CRow;
            TVector x0 = TSimd.Broadcast(a[0]);
            TVector x1 = TSteps.Value > 1 ? TSimd.Broadcast(a[step]) : default;
            TVector x2 = TSteps.Value > 2 ? TSimd.Broadcast(a[2 * step]) : default;
            TVector x3 = TSteps.Value > 3 ? TSimd.Broadcast(a[3 * step]) : default;
            TVector x4 = TSteps.Value > 4 ? TSimd.Broadcast(a[4 * step]) : default;
            TVector x5 = TSteps.Value > 5 ? TSimd.Broadcast(a[5 * step]) : default;
            for (int j = 0; j < whole; j += TSimd.Count)
                TSimd.Store(c + j, Sum<TSteps>(b + j, row, TSimd.Count, x0, x1, x2, x3, x4, x5));
            if (rest > 0) TSimd.Store(c + whole, Sum<TSteps>(b + whole, row, rest, x0, x1, x2, x3, x4, x5), rest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Sum<TSteps>(T* b, nint row, int count, TVector x0, TVector x1, TVector x2, TVector x3, TVector x4, TVector x5)
        where TSteps : struct, ISize
    {
        TVector sum = TSimd.MultiplyAdd(x0, Load(b, count), default);
        if (TSteps.Value > 1) sum = TSimd.MultiplyAdd(x1, Load(b + row, count), sum);
        if (TSteps.Value > 2) sum = TSimd.MultiplyAdd(x2, Load(b + 2 * row, count), sum);
        if (TSteps.Value > 3) sum = TSimd.MultiplyAdd(x3, Load(b + 3 * row, count), sum);
        if (TSteps.Value > 4) sum = TSimd.MultiplyAdd(x4, Load(b + 4 * row, count), sum);
        if (TSteps.Value > 5) sum = TSimd.MultiplyAdd(x5, Load(b + 5 * row, count), sum);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Load(T* source, int count) => count == TSimd.Count ? TSimd.Load(source) : TSimd.Load(source, count);
}

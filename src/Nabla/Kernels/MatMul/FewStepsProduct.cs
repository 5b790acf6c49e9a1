using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>
/// A product of few steps, such as the weight gradient of a small batch: each row of C is a combination of the rows of B, formed in registers
/// and written once, in one go from left to right. A register tile spends more on its beginning and end than on so short a loop, and writes
/// pieces of many rows.
/// </summary>
internal unsafe struct FewStepsProduct<TSimd, TVector, T> : IJob
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged
{
    const int MaxSteps = 12;            // whose factors and four sums fill sixteen registers
    const int Together = 4;             // registers of C: as many chains of additions hide their latency
    const int TaskWork = 1 << 15;       // elements of C; about 5 µs
    const int Cached = 24 << 10;        // bytes of B and of a row of C that stay in the first cache

    const int RowsAhead = 2;            // of C, fetched meanwhile: the processor foresees no writes in pieces of rows
    const int CacheLine = 64;
    const long NearBytes = 1 << 20;     // a result that a second cache may hold is near enough without

    const int MinPairedSteps = 4;       // fewer are bound by writing C, best as one stream
    const int MaxPairedSteps = 11;      // whose factors, twice, eight sums and a register of B fill thirty-two registers

    Product<T> product;
    int taskRows, taskColumns;
    bool fetches;

    static int Group => Together * TSimd.Count;

    public static bool Fits(in Product<T> p) =>
        p.K <= MaxSteps && p.BColumn == 1 && p.M > 1 && p.N >= Group && p.Bias == null && !p.Accumulate;

    public static void Run(in Product<T> p)
    {
        int rows = Math.Clamp(TaskWork / p.N, 1, p.M);
        int limit = Cached / sizeof(T) / (p.K + 1), pieces = (p.N + limit - 1) / limit;
        var job = new FewStepsProduct<TSimd, TVector, T>
        {
            product = p, taskRows = rows, taskColumns = MatMul.RoundUp((p.N + pieces - 1) / pieces, Group),
            fetches = (long)p.M * p.N * sizeof(T) > NearBytes,
        };
        Workers.For((p.M + rows - 1) / rows, ref job);
    }

    public readonly void Run(int index)
    {
        int first = index * taskRows, last = Math.Min(first + taskRows, product.M);
        for (int j = 0; j < product.N; j += taskColumns) Multiply(first, last, j, Math.Min(taskColumns, product.N - j));
    }

    readonly void Multiply(int first, int last, int column, int columns)
    {
        switch (product.K)
        {
            case 1: Rows<N1>(first, last, column, columns); break;
            case 2: Rows<N2>(first, last, column, columns); break;
            case 3: Rows<N3>(first, last, column, columns); break;
            case 4: Rows<N4>(first, last, column, columns); break;
            case 5: Rows<N5>(first, last, column, columns); break;
            case 6: Rows<N6>(first, last, column, columns); break;
            case 7: Rows<N7>(first, last, column, columns); break;
            case 8: Rows<N8>(first, last, column, columns); break;
            case 9: Rows<N9>(first, last, column, columns); break;
            case 10: Rows<N10>(first, last, column, columns); break;
            case 11: Rows<N11>(first, last, column, columns); break;
            case 12: Rows<N12>(first, last, column, columns); break;
        }
    }

    // Beside wide registers there are enough of them for two rows, which share what is loaded of B: loads would be as many as multiplications.
    readonly void Rows<TSteps>(int first, int last, int column, int columns) where TSteps : unmanaged, ISize
    {
        if (TSimd.IsNarrow || sizeof(TSteps) < MinPairedSteps || sizeof(TSteps) > MaxPairedSteps)
        {
            Rows<TSteps, N1>(first, last, column, columns);
            return;
        }
        int whole = last - (last - first) % 2;
        Rows<TSteps, N2>(first, whole, column, columns);
        if (whole < last) Rows<TSteps, N1>(whole, last, column, columns);
    }

    [MethodImpl(Compiled.Apart)]
    readonly void Rows<TSteps, TRows>(int first, int last, int column, int columns) where TSteps : unmanaged, ISize where TRows : unmanaged, ISize
    {
        nint step = product.AColumn, row = product.BRow, cRow = product.CRow;
        for (int i = first; i < last; i += sizeof(TRows))
        {
            T* a = product.A + i * product.ARow, below = a + product.ARow, b = product.B + column, c = product.C + i * cRow + column;
            TVector x0 = TSimd.Broadcast(a[0]);
            TVector x1 = sizeof(TSteps) > 1 ? TSimd.Broadcast(a[1 * step]) : default;
            TVector x2 = sizeof(TSteps) > 2 ? TSimd.Broadcast(a[2 * step]) : default;
            TVector x3 = sizeof(TSteps) > 3 ? TSimd.Broadcast(a[3 * step]) : default;
            TVector x4 = sizeof(TSteps) > 4 ? TSimd.Broadcast(a[4 * step]) : default;
            TVector x5 = sizeof(TSteps) > 5 ? TSimd.Broadcast(a[5 * step]) : default;
            TVector x6 = sizeof(TSteps) > 6 ? TSimd.Broadcast(a[6 * step]) : default;
            TVector x7 = sizeof(TSteps) > 7 ? TSimd.Broadcast(a[7 * step]) : default;
            TVector x8 = sizeof(TSteps) > 8 ? TSimd.Broadcast(a[8 * step]) : default;
            TVector x9 = sizeof(TSteps) > 9 ? TSimd.Broadcast(a[9 * step]) : default;
            TVector x10 = sizeof(TSteps) > 10 ? TSimd.Broadcast(a[10 * step]) : default;
            TVector x11 = sizeof(TSteps) > 11 ? TSimd.Broadcast(a[11 * step]) : default;
            TVector y0 = sizeof(TRows) > 1 ? TSimd.Broadcast(below[0]) : default;
            TVector y1 = sizeof(TRows) > 1 && sizeof(TSteps) > 1 ? TSimd.Broadcast(below[1 * step]) : default;
            TVector y2 = sizeof(TRows) > 1 && sizeof(TSteps) > 2 ? TSimd.Broadcast(below[2 * step]) : default;
            TVector y3 = sizeof(TRows) > 1 && sizeof(TSteps) > 3 ? TSimd.Broadcast(below[3 * step]) : default;
            TVector y4 = sizeof(TRows) > 1 && sizeof(TSteps) > 4 ? TSimd.Broadcast(below[4 * step]) : default;
            TVector y5 = sizeof(TRows) > 1 && sizeof(TSteps) > 5 ? TSimd.Broadcast(below[5 * step]) : default;
            TVector y6 = sizeof(TRows) > 1 && sizeof(TSteps) > 6 ? TSimd.Broadcast(below[6 * step]) : default;
            TVector y7 = sizeof(TRows) > 1 && sizeof(TSteps) > 7 ? TSimd.Broadcast(below[7 * step]) : default;
            TVector y8 = sizeof(TRows) > 1 && sizeof(TSteps) > 8 ? TSimd.Broadcast(below[8 * step]) : default;
            TVector y9 = sizeof(TRows) > 1 && sizeof(TSteps) > 9 ? TSimd.Broadcast(below[9 * step]) : default;
            TVector y10 = sizeof(TRows) > 1 && sizeof(TSteps) > 10 ? TSimd.Broadcast(below[10 * step]) : default;
            TVector y11 = sizeof(TRows) > 1 && sizeof(TSteps) > 11 ? TSimd.Broadcast(below[11 * step]) : default;
            for (int left = columns; left > 0; left -= Group, b += Group, c += Group)
            {
                // The last group ends with the row: what it shares with the one before comes out the same.
                int back = Math.Max(Group - left, 0);
                b -= back;
                c -= back;
                if (Sse.IsSupported && fetches)
                    for (int ahead = 0; ahead < sizeof(TRows); ahead++)
                        for (int line = 0; line < Group; line += CacheLine / sizeof(T)) Sse.Prefetch0(c + (RowsAhead + ahead) * cRow + line);
                T* b4 = b + 4 * row, b8 = b + 8 * row;
                TVector s0 = default, s1 = default, s2 = default, s3 = default;
                TVector t0 = default, t1 = default, t2 = default, t3 = default;
                Step<TRows>(x0, y0, b, ref s0, ref s1, ref s2, ref s3, ref t0, ref t1, ref t2, ref t3);
                if (sizeof(TSteps) > 1) Step<TRows>(x1, y1, b + row, ref s0, ref s1, ref s2, ref s3, ref t0, ref t1, ref t2, ref t3);
                if (sizeof(TSteps) > 2) Step<TRows>(x2, y2, b + 2 * row, ref s0, ref s1, ref s2, ref s3, ref t0, ref t1, ref t2, ref t3);
                if (sizeof(TSteps) > 3) Step<TRows>(x3, y3, b + 3 * row, ref s0, ref s1, ref s2, ref s3, ref t0, ref t1, ref t2, ref t3);
                if (sizeof(TSteps) > 4) Step<TRows>(x4, y4, b4, ref s0, ref s1, ref s2, ref s3, ref t0, ref t1, ref t2, ref t3);
                if (sizeof(TSteps) > 5) Step<TRows>(x5, y5, b4 + row, ref s0, ref s1, ref s2, ref s3, ref t0, ref t1, ref t2, ref t3);
                if (sizeof(TSteps) > 6) Step<TRows>(x6, y6, b4 + 2 * row, ref s0, ref s1, ref s2, ref s3, ref t0, ref t1, ref t2, ref t3);
                if (sizeof(TSteps) > 7) Step<TRows>(x7, y7, b4 + 3 * row, ref s0, ref s1, ref s2, ref s3, ref t0, ref t1, ref t2, ref t3);
                if (sizeof(TSteps) > 8) Step<TRows>(x8, y8, b8, ref s0, ref s1, ref s2, ref s3, ref t0, ref t1, ref t2, ref t3);
                if (sizeof(TSteps) > 9) Step<TRows>(x9, y9, b8 + row, ref s0, ref s1, ref s2, ref s3, ref t0, ref t1, ref t2, ref t3);
                if (sizeof(TSteps) > 10) Step<TRows>(x10, y10, b8 + 2 * row, ref s0, ref s1, ref s2, ref s3, ref t0, ref t1, ref t2, ref t3);
                if (sizeof(TSteps) > 11) Step<TRows>(x11, y11, b8 + 3 * row, ref s0, ref s1, ref s2, ref s3, ref t0, ref t1, ref t2, ref t3);
                Store(c, s0, s1, s2, s3);
                if (sizeof(TRows) > 1) Store(c + cRow, t0, t1, t2, t3);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Step<TRows>(
        TVector x, TVector y, T* b, ref TVector s0, ref TVector s1, ref TVector s2, ref TVector s3, ref TVector t0, ref TVector t1, ref TVector t2, ref TVector t3)
        where TRows : unmanaged, ISize
    {
        Step<TRows>(x, y, TSimd.Load(b), ref s0, ref t0);
        Step<TRows>(x, y, TSimd.Load(b + TSimd.Count), ref s1, ref t1);
        Step<TRows>(x, y, TSimd.Load(b + 2 * TSimd.Count), ref s2, ref t2);
        Step<TRows>(x, y, TSimd.Load(b + 3 * TSimd.Count), ref s3, ref t3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Step<TRows>(TVector x, TVector y, TVector b, ref TVector s, ref TVector t) where TRows : unmanaged, ISize
    {
        s = TSimd.MultiplyAdd(x, b, s);
        if (sizeof(TRows) > 1) t = TSimd.MultiplyAdd(y, b, t);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(T* c, TVector s0, TVector s1, TVector s2, TVector s3)
    {
        TSimd.Store(c, s0);
        TSimd.Store(c + TSimd.Count, s1);
        TSimd.Store(c + 2 * TSimd.Count, s2);
        TSimd.Store(c + 3 * TSimd.Count, s3);
    }
}

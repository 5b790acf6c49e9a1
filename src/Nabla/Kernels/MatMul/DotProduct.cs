using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Both operands contiguous along k and one of them short: dot products in place, without packing.</summary>
internal unsafe struct DotProduct<TSimd, TVector, T> : IJob
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
{
    const int Columns = 4;
    const int TaskWork = 1 << 18;       // multiply-adds; about 5 µs

    Product<T> product;
    int k0, k1;
    int taskRows, taskColumns, columnTasks;

    // A transposed B that is read more often repays its packing.
    static int MaxRows => TSimd.IsNarrow ? 48 : 128;

    // Narrower results leave too much of an outer-product tile empty.
    static int MaxColumns => OuterTile<TSimd, TVector, T>.Width * 7 / 8;

    static int BlockK => 4096 / sizeof(T);      // 4 + 4 strips of this many bytes fit the first cache

    /// <summary>A's rows are contiguous, and so are B's columns unless they are so few that copying them is nothing.</summary>
    public static bool Fits(in Product<T> p)
    {
        int registers = p.K / TSimd.Count;      // along k: summing a tile's accumulators costs as much as about two
        if (p.AColumn != 1 || registers < 2) return false;
        return p.BRow == 1 ? p.M <= Math.Min(MaxRows, 4 * registers) || p.N <= MaxColumns : p.N <= MaxColumns && p.M > p.N;
    }

    public static void Run(in Product<T> p)
    {
        if (p.BRow != 1)
        {
            T* columns = (T*)Scratch.Get((nuint)p.N * (nuint)p.K * (nuint)sizeof(T));
            Packing<T>.Panel(p.B, p.BRow, p.BColumn, p.K, p.N, columns, p.K);
            Multiply(p with { B = columns, BRow = 1, BColumn = p.K });
        }
        else Multiply(p);
    }

    static void Multiply(in Product<T> p)
    {
        var job = new DotProduct<TSimd, TVector, T> { product = p };
        int rows = p.M, columns = p.N;
        while ((long)rows * columns * p.K > TaskWork)       // only the longer side is split: each strip of it is read once
        {
            if (p.N > p.M && columns > Columns) columns = MatMul.RoundUp(columns / 2, Columns);
            else if (p.N <= p.M && rows > TSimd.DotRows) rows = MatMul.RoundUp(rows / 2, TSimd.DotRows);
            else break;
        }
        (job.taskRows, job.taskColumns) = (rows, columns);
        job.columnTasks = (p.N + columns - 1) / columns;
        int tasks = (p.M + rows - 1) / rows * job.columnTasks;

        bool reused = p.M > TSimd.DotRows && p.N > Columns;     // otherwise every strip is read once, best in one go
        int pieces = reused ? (p.K + BlockK - 1) / BlockK : 1;
        int blockK = MatMul.RoundUp((p.K + pieces - 1) / pieces, TSimd.Count);
        for (job.k0 = 0; job.k0 < p.K; job.k0 = job.k1)
        {
            job.k1 = Math.Min(job.k0 + blockK, p.K);
            Workers.For(tasks, ref job);
        }
    }

    [MethodImpl(Compiled.Apart)]
    public readonly void Run(int index)
    {
        int row0 = index / columnTasks * taskRows, row1 = Math.Min(row0 + taskRows, product.M);
        int column0 = index % columnTasks * taskColumns, column1 = Math.Min(column0 + taskColumns, product.N);
        var tile = new DotOperands<T>
        {
            K = k1 - k0,
            ARow = product.ARow,
            BColumn = product.BColumn,
            CRow = product.CRow,
            Accumulate = product.Accumulate || k0 > 0,
        };
        T* bias = k1 == product.K ? product.Bias : null;
        for (int j = column0; j < column1; j += Columns)
        {
            tile.Columns = Math.Min(Columns, column1 - j);
            tile.B = product.B + j * product.BColumn + k0;
            tile.Bias = bias == null ? null : bias + j;
            for (int i = row0; i < row1; i += TSimd.DotRows)
            {
                tile.A = product.A + i * product.ARow + k0;
                tile.C = product.C + i * product.CRow + j;
                DotTile<TSimd, TVector, T>.Run(Math.Min(TSimd.DotRows, row1 - i), tile);
            }
        }
    }
}

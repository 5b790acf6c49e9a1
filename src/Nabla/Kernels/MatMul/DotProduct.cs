using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Both operands contiguous along k and one of them short: dot products in place, without packing.</summary>
internal unsafe struct DotProduct<TSimd, TVector, T> : IJob
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
{
    const int Columns = 4;
    const int MaxRows = 128;
    const int MaxColumns = 32;
    const int MinRegisters = 6;         // along k; below, summing the accumulators costs more than it saves
    const int TaskWork = 1 << 18;       // multiply-adds; about 5 µs

    Product<T> product;
    int k0, k1;
    int taskRows, taskColumns, columnTasks;

    static int BlockK => 4096 / sizeof(T);      // 4 + 4 strips of this many bytes stay in the first cache

    public static bool Fits(in Product<T> p) =>
        p.AColumn == 1 && p.BRow == 1 && p.K >= MinRegisters * TSimd.Count && (p.M <= MaxRows || p.N <= MaxColumns);

    public static void Run(in Product<T> p)
    {
        var job = new DotProduct<TSimd, TVector, T> { product = p };
        int rows = p.M, columns = p.N;
        while ((long)rows * columns * p.K > TaskWork && rows * columns > TSimd.DotRows * Columns)
        {
            if (columns > Columns && (columns > 16 || rows <= TSimd.DotRows)) columns = RoundUp(columns / 2, Columns);
            else rows = RoundUp(rows / 2, TSimd.DotRows);
        }
        (job.taskRows, job.taskColumns) = (rows, columns);
        job.columnTasks = (p.N + columns - 1) / columns;
        int tasks = (p.M + rows - 1) / rows * job.columnTasks;

        int pieces = (p.K + BlockK - 1) / BlockK;
        int blockK = RoundUp((p.K + pieces - 1) / pieces, TSimd.Count);
        for (job.k0 = 0; job.k0 < p.K; job.k0 = job.k1)
        {
            job.k1 = Math.Min(job.k0 + blockK, p.K);
            Workers.For(tasks, ref job);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int index)
    {
        int row0 = index / columnTasks * taskRows, row1 = Math.Min(row0 + taskRows, product.M);
        int column0 = index % columnTasks * taskColumns, column1 = Math.Min(column0 + taskColumns, product.N);
        bool accumulate = product.Accumulate || k0 > 0;
        bool last = k1 == product.K;
        for (int j = column0; j < column1; j += Columns)
            for (int i = row0; i < row1; i += TSimd.DotRows)
                DotTile<TSimd, TVector, T>.Run(Math.Min(TSimd.DotRows, row1 - i), Math.Min(Columns, column1 - j), k1 - k0,
                    product.A + i * product.ARow + k0, product.ARow, product.B + j * product.BColumn + k0, product.BColumn,
                    product.C + i * product.CRow + j, product.CRow, accumulate,
                    last && product.Bias != null ? product.Bias + j : null);
    }

    static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static Nabla.Kernels.WinogradTile;

namespace Nabla.Kernels;

/// <summary>Where sixteen tiles of results go, for registers of 512 bits. A register holds a row of four tiles; those of them that are neighbors in the image are
/// a run, and go there with one masked store.</summary>
internal readonly unsafe struct ResultRuns
{
    /// <summary>The largest dilation.</summary>
    public const int MostDilation = 2;

    const int Together = Lanes / Side;      // tiles whose row fills a register

    readonly Run* runs;
    readonly int count, step, pitch;

    /// <summary>Describes the tiles from <paramref name="first"/> on; those beyond the last go nowhere.</summary>
    [MethodImpl(Compiled.Apart)]
    public ResultRuns(in TileGrid grid, int first, nint imageStride, byte* memory)
    {
        runs = (Run*)memory;
        step = grid.Dilation;
        pitch = step * grid.Width;
        for (int tile = 0, mine; tile < Lanes && first + tile < grid.Count; tile += mine)
        {
            var (image, row, column) = grid[first + tile];
            int lane = tile % Together * Side;
            mine = Math.Min(Math.Min(Together - tile % Together, grid.LeftInRow(column)), grid.Count - first - tile);
            Run* run = runs + count++;
            run->Offset = image * imageStride + (nint)row * grid.Width + column - lane * step;
            run->Rows = Math.Min(Side, grid.Steps(grid.Height - row));
            run->Values = tile / Together * Lanes;
            Vector512<int> lanes = Vector512<int>.Indices;
            Vector512<int> mask = Vector512.GreaterThanOrEqual(lanes, Vector512.Create(lane))
                & Vector512.LessThan(lanes, Vector512.Create(lane + Math.Min(mine * Side, grid.Steps(grid.Width - column))));
            (run->Mask, run->Low, run->High) = (mask.AsSingle(), Spread(mask, LowTwice) & EvenLanes, Spread(mask, HighTwice) & EvenLanes);
        }
    }

    /// <summary>Bytes of the description.</summary>
    public static nint Bytes => Lanes * sizeof(Run);

    /// <summary>Stores 4 × 4 values of each lane, which are overwritten, in a channel whose first image is <paramref name="target"/>. The lines that the next channel
    /// goes to are fetched: its stores would wait for them.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Write(float* values, float* target, nint toNext)
    {
        for (int row = 0; row < Side; row++) Interleave(values + row * Side * Lanes);
        for (Run* run = runs; run < runs + count; run++)
        {
            float* to = target + run->Offset, from = values + run->Values;
            for (int row = run->Rows; row > 0; row--, to += pitch, from += Side * Lanes)
            {
                Vector512<float> four = Vector512.Load(from);
                Sse.Prefetch0(to + toNext);
                if (step == 1)
                {
                    Avx512F.MaskStore(to, run->Mask, four);
                    continue;
                }
                Sse.Prefetch0(to + toNext + Lanes);
                Avx512F.MaskStore(to, run->Low, Spread(four.AsInt32(), LowTwice));
                Avx512F.MaskStore(to + Lanes, run->High, Spread(four.AsInt32(), HighTwice));
            }
        }
    }

    /// <summary>A row of results: from columns of sixteen tiles to four tiles a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Interleave(float* row)
    {
        Vector512<int> lowPairs = Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23), highPairs = lowPairs + Vector512.Create(8);
        Vector512<long> lowQuads = Vector512.Create(0L, 8, 1, 9, 2, 10, 3, 11), highQuads = lowQuads + Vector512.Create(4L);
        Vector512<float> y0 = Vector512.Load(row), y1 = Vector512.Load(row + Lanes), y2 = Vector512.Load(row + 2 * Lanes), y3 = Vector512.Load(row + 3 * Lanes);
        Vector512<double> low01 = Avx512F.PermuteVar16x32x2(y0, lowPairs, y1).AsDouble(), high01 = Avx512F.PermuteVar16x32x2(y0, highPairs, y1).AsDouble();
        Vector512<double> low23 = Avx512F.PermuteVar16x32x2(y2, lowPairs, y3).AsDouble(), high23 = Avx512F.PermuteVar16x32x2(y2, highPairs, y3).AsDouble();
        Avx512F.PermuteVar8x64x2(low01, lowQuads, low23).AsSingle().Store(row);
        Avx512F.PermuteVar8x64x2(low01, highQuads, low23).AsSingle().Store(row + Lanes);
        Avx512F.PermuteVar8x64x2(high01, lowQuads, high23).AsSingle().Store(row + 2 * Lanes);
        Avx512F.PermuteVar8x64x2(high01, highQuads, high23).AsSingle().Store(row + 3 * Lanes);
    }

    static Vector512<int> LowTwice => Vector512<int>.Indices >> 1;

    static Vector512<int> HighTwice => LowTwice + Vector512.Create(Lanes / MostDilation);

    static Vector512<float> EvenLanes => Vector512.Equals(Vector512<int>.Indices & Vector512<int>.One, default).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Spread(Vector512<int> lanes, Vector512<int> places) => Avx512F.PermuteVar16x32(lanes, places).AsSingle();

    // The mask is for neighbors, its halves are for every other element. The size keeps vectors aligned.
    [StructLayout(LayoutKind.Sequential, Size = 4 * 64)]
    struct Run
    {
        public Vector512<float> Mask, Low, High;
        public nint Offset;
        public int Rows, Values;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>Which two elements of A a <see cref="PairTile{T}"/> multiplies at once: those adjacent in memory.</summary>
internal enum PairsOf
{
    /// <summary>None: another tile takes these columns.</summary>
    None,

    /// <summary>Of two rows, in the same step of k.</summary>
    Rows,

    /// <summary>Of two steps, in the same row.</summary>
    Steps,
}

/// <summary>
/// The register tile for columns of C that fill no more than half a register: each lane has a neighbor for a second row of A, or a second step
/// of k, so that no multiply-add is wasted. For wide registers, of which half is worth it.
/// </summary>
internal static unsafe class PairTile<T> where T : unmanaged
{
    const int Slots = 12, HalfSlots = Slots / 2;        // pairs of A, so many sums: enough to hide the latency of each

    /// <summary>Columns that fit.</summary>
    public static int Width => Vector512<T>.Count / 2;

    /// <summary>Rows of the full tile.</summary>
    public static int RowsOf(PairsOf pairs) => pairs == PairsOf.Rows ? 2 * Slots : Slots;

    /// <summary>
    /// Packs B[steps, columns]: of each step every element twice, beside two rows of A; or of each two steps, an even number, their elements in turn.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public static void Pack(PairsOf pairs, T* b, nint bRow, nint bColumn, int columns, int steps, T* panel)
    {
        int turn = pairs == PairsOf.Steps ? 2 : 1;
        nint second = pairs == PairsOf.Steps ? bRow : 0;
        for (int p = 0; p < steps; p += turn, b += turn * bRow, panel += Vector512<T>.Count)
            if (bColumn == 1)
                InTurn(Simd512<T>.Load(b, columns).GetLower(), Simd512<T>.Load(b + second, columns).GetLower()).Store(panel);
            else
                for (int j = 0; j < Width; j++)
                {
                    bool isColumn = j < columns;
                    panel[2 * j] = isColumn ? b[j * bColumn] : default;
                    panel[2 * j + 1] = isColumn ? b[j * bColumn + second] : default;
                }
    }

    /// <summary>
    /// Writes <paramref name="rows"/> rows of C: the lower half of the slots those before <paramref name="upperRow"/>, the upper half the others, which
    /// lie <paramref name="upper"/> behind A; or the lower half all of them if that is 0.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public static void Run(PairsOf pairs, int rows, int upperRow, nint upper, in TileOperands<T> tile)
    {
        int rowsInSlot = pairs == PairsOf.Rows ? 2 : 1;
        int last = Math.Min(HalfSlots, (rows + rowsInSlot - 1) / rowsInSlot) - 1;      // slots beyond repeat it
        T* sums = stackalloc T[Slots * Vector512<T>.Count];
        if (pairs == PairsOf.Rows) Sum(tile.K, tile.A, upper, 2, last, tile.AColumn, tile.B, sums);
        else Sum(tile.K / 2, tile.A, upper, tile.ARow, last, 2, tile.B, sums);

        Vector512<T> bias = tile.Bias == null ? default : Simd512<T>.Load(tile.Bias, tile.Columns);
        WriteHalf(pairs, tile, 0, upperRow == 0 ? rows : upperRow, sums, bias);
        if (upperRow > 0) WriteHalf(pairs, tile, upperRow, rows, sums + HalfSlots * Vector512<T>.Count, bias);
    }

    [MethodImpl(Compiled.Apart)]
    static void WriteHalf(PairsOf pairs, in TileOperands<T> tile, int row, int end, T* sums, Vector512<T> bias)
    {
        for (; row < end; row += pairs == PairsOf.Rows ? 2 : 1, sums += Vector512<T>.Count)
        {
            Vector512<T> sum = EvenThenOdd(Vector512.Load(sums));
            Vector256<T> first = sum.GetLower(), second = sum.GetUpper();
            if (pairs == PairsOf.Steps) first += second;
            Write(tile, row, first, bias);
            if (pairs == PairsOf.Rows && row + 1 < end) Write(tile, row + 1, second, bias);
        }
    }

    [MethodImpl(Compiled.Apart)]
    static void Sum(int turns, T* a, nint upper, nint slot, int last, nint step, T* b, T* sums)
    {
        Vector512<T> l0 = default, l1 = default, l2 = default, l3 = default, l4 = default, l5 = default;
        Vector512<T> u0 = default, u1 = default, u2 = default, u3 = default, u4 = default, u5 = default;
        nint s1 = slot * Math.Min(1, last), s2 = slot * Math.Min(2, last), s3 = slot * Math.Min(3, last);
        nint s4 = slot * Math.Min(4, last), s5 = slot * Math.Min(5, last);
        for (; turns > 0; turns--, a += step, b += Vector512<T>.Count)
        {
            Vector512<T> y = Vector512.Load(b);
            l0 = Simd512<T>.MultiplyAdd(Pair(a), y, l0);
            l1 = Simd512<T>.MultiplyAdd(Pair(a + s1), y, l1);
            l2 = Simd512<T>.MultiplyAdd(Pair(a + s2), y, l2);
            l3 = Simd512<T>.MultiplyAdd(Pair(a + s3), y, l3);
            l4 = Simd512<T>.MultiplyAdd(Pair(a + s4), y, l4);
            l5 = Simd512<T>.MultiplyAdd(Pair(a + s5), y, l5);
            T* x = a + upper;
            u0 = Simd512<T>.MultiplyAdd(Pair(x), y, u0);
            u1 = Simd512<T>.MultiplyAdd(Pair(x + s1), y, u1);
            u2 = Simd512<T>.MultiplyAdd(Pair(x + s2), y, u2);
            u3 = Simd512<T>.MultiplyAdd(Pair(x + s3), y, u3);
            u4 = Simd512<T>.MultiplyAdd(Pair(x + s4), y, u4);
            u5 = Simd512<T>.MultiplyAdd(Pair(x + s5), y, u5);
        }
        int width = Vector512<T>.Count;
        l0.Store(sums);
        l1.Store(sums + width);
        l2.Store(sums + 2 * width);
        l3.Store(sums + 3 * width);
        l4.Store(sums + 4 * width);
        l5.Store(sums + 5 * width);
        u0.Store(sums + 6 * width);
        u1.Store(sums + 7 * width);
        u2.Store(sums + 8 * width);
        u3.Store(sums + 9 * width);
        u4.Store(sums + 10 * width);
        u5.Store(sums + 11 * width);
    }

    // Two adjacent elements, in turn through all lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<T> Pair(T* a) => typeof(T) == typeof(float)
        ? Vector512.Create(*(double*)a).As<double, T>()
        : Avx512F.BroadcastVector128ToVector512((float*)a).As<float, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<T> InTurn(Vector256<T> even, Vector256<T> odd) => typeof(T) == typeof(float)
        ? Avx512F.PermuteVar16x32(Vector512.Create(even, odd).AsSingle(), Vector512.Create(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15)).As<float, T>()
        : Avx512F.PermuteVar8x64(Vector512.Create(even, odd).AsDouble(), Vector512.Create(0L, 4, 1, 5, 2, 6, 3, 7)).As<double, T>();

    // The even lanes below the odd ones.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<T> EvenThenOdd(Vector512<T> x) => typeof(T) == typeof(float)
        ? Avx512F.PermuteVar16x32(x.AsSingle(), Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15)).As<float, T>()
        : Avx512F.PermuteVar8x64(x.AsDouble(), Vector512.Create(0L, 2, 4, 6, 1, 3, 5, 7)).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Write(in TileOperands<T> tile, int row, Vector256<T> half, Vector512<T> bias)
    {
        T* c = tile.C + row * tile.CRow;
        Vector512<T> sum = half.ToVector512() + bias;
        if (tile.Accumulate) sum += Simd512<T>.Load(c, tile.Columns);
        Simd512<T>.Store(c, sum, tile.Columns);
    }
}

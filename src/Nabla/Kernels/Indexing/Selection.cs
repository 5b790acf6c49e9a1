using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>
/// Reads and writes by position along the middle axis of a contiguous [outer, size, inner] block. Positions were checked by the
/// caller, or are checked where they are read: a pass over them less. Writes to one place happen in the order of the positions, whatever the
/// number of threads. Large results of reading go past the caches.
/// </summary>
internal static unsafe class Selection
{
    const int Columns = 256;
    const int Ahead = 16;       // rows between a prefetch and its use: rows are anywhere
    const int Piece = 1024;     // positions checked at a time, and still in the first cache when they are used

    /// <summary>y[o, j, :] = x[o, at[j], :].</summary>
    public static void Select<T>(T* x, int outer, int size, int inner, long* at, int count, T* y) where T : unmanaged =>
        Ranges.For(outer * count, inner, new SelectRange<T>(x, size, inner, at, count, y, Streaming.SuitsCopy((long)outer * count * inner, sizeof(T))));

    /// <summary>y[o, at[j], :] += x[o, j, :].</summary>
    public static void SelectAdd<T>(T* x, int outer, int count, int inner, long* at, T* y, int size)
        where T : unmanaged, INumber<T>
    {
        int blocks = (inner + Columns - 1) / Columns;
        Ranges.For(outer * blocks, (long)count * Math.Min(inner, Columns), new SelectAddRange<T>(x, blocks, count, inner, at, y, size));
    }

    /// <summary>y[o, j, i] = x[o, at[o, j, i], i]. False, and y is not finished, if a position is outside of the axis.</summary>
    public static bool Gather<T>(T* x, int outer, int size, int inner, long* at, int count, T* y) where T : unmanaged
    {
        bool isOutside = false;
        bool streams = Streaming.SuitsCopy((long)outer * count * inner, sizeof(T));
        Ranges.For(outer, (long)count * inner, new GatherRange<T>(x, size, inner, at, (nint)count * inner, y, streams, &isOutside));
        return !isOutside;
    }

    /// <summary>y[o, at[o, j, i], i] = x[o, j, i].</summary>
    public static void Scatter<T>(T* x, int outer, int count, int inner, long* at, T* y, int size) where T : unmanaged =>
        Ranges.For(outer, (long)count * inner, new ScatterRange<T>(x, count, inner, at, y, size));

    /// <summary>
    /// y[o, at[o, j, i], i] = z[o, …, i] + the x[o, j, i] of that position; z is 0 if null. False, and y is not finished, if a position is outside of the axis.
    /// </summary>
    public static bool ScatterAdd<T>(T* x, int outer, int count, int inner, long* at, T* z, T* y, int size)
        where T : unmanaged, INumber<T>
    {
        bool isOutside = false;
        Ranges.For(outer, ((long)count + size) * inner, new ScatterAddRange<T>(x, (nint)count * inner, inner, at, z, y, size, &isOutside));
        return !isOutside;
    }

    /// <summary>Whether all of n positions are in [0, size).</summary>
    [MethodImpl(Compiled.Apart)]
    public static bool AreWithin(long* at, nint n, int size)
    {
        nint i = 0;
        bool areWithin;
        if (LaneChoice.IsWide)
        {
            // Without a sign, what is below 0 is above all sizes. Only 512 bits come with such a maximum.
            Vector512<ulong> most = Vector512<ulong>.Zero;
            for (; i <= n - Vector512<ulong>.Count; i += Vector512<ulong>.Count) most = Vector512.Max(most, Vector512.Load((ulong*)at + i));
            areWithin = i == 0 || Vector512.LessThanAll(most, Vector512.Create((ulong)size));
        }
        else
        {
            // Neither they nor their distances to the last one have a sign.
            Vector<long> last = new(size - 1L), signs = Vector<long>.Zero;
            for (; i <= n - Vector<long>.Count; i += Vector<long>.Count)
            {
                Vector<long> next = Vector.Load(at + i);
                signs |= next | (last - next);
            }
            areWithin = Vector.GreaterThanOrEqualAll(signs, Vector<long>.Zero);
        }
        long sign = 0;
        for (; i < n; i++) sign |= at[i] | (size - 1L - at[i]);
        return sign >= 0 && areWithin;
    }

    readonly struct SelectRange<T>(T* x, int size, int inner, long* at, int count, T* y, bool streams) : IRange where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run(int first, int end)
        {
            for (int row = first, last; row < end; row = last)
            {
                int start = row % count;
                last = Math.Min(end, row - start + count);
                T* block = x + (nint)(row / count) * size * inner, to = y + (nint)row * inner;
                if (inner == 1) Pick(block, block, at + start, to, last - row);
                else Copy(block, at + start, to, last - row);
            }
            if (streams) Streaming.Fence();
        }

        [MethodImpl(Compiled.Apart)]
        void Copy(T* block, long* positions, T* to, nint n)
        {
            for (nint j = 0; j < n; j++, to += inner)
            {
                if (j + Ahead < n) Prefetch(block + (nint)positions[j + Ahead] * inner);
                T* from = block + (nint)positions[j] * inner;
                if (streams) Streaming.Copy(from, to, (nint)inner * sizeof(T));
                else new ReadOnlySpan<T>(from, inner).CopyTo(new Span<T>(to, inner));
            }
        }
    }

    /// <summary>The first lines of a row; what follows the processor foresees.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Prefetch(void* row)
    {
        const int Line = 64;
        Streaming.Prefetch(row);
        Streaming.Prefetch((byte*)row + Line);
    }

    readonly struct SelectAddRange<T>(T* x, int blocks, int count, int inner, long* at, T* y, int size) : IRange
        where T : unmanaged, INumber<T>
    {
        [MethodImpl(Compiled.Apart)]
        public void Run(int first, int end)
        {
            for (int unit = first; unit < end; unit++)
            {
                int o = unit / blocks, column = unit % blocks * Columns, width = Math.Min(Columns, inner - column);
                for (int j = 0; j < count; j++)
                    Accumulate.Add(x + ((nint)o * count + j) * inner + column, y + ((nint)o * size + (nint)at[j]) * inner + column, width);
            }
        }
    }

    readonly struct GatherRange<T>(T* x, int size, int inner, long* at, nint row, T* y, bool streams, bool* isOutside) : IRange where T : unmanaged
    {
        [SkipLocalsInit]
        [MethodImpl(Compiled.Apart)]
        public void Run(int first, int end)
        {
            T* room = stackalloc T[Piece];
            long* position = at + first * row, last = at + end * row, within = position;
            T* to = y + first * row;
            for (int o = first; o < end; o++)
                for (nint start = 0, n; start < row; start += n, position += n, to += n)
                {
                    n = Math.Min(Piece, row - start);
                    if (position + n > within)
                    {
                        nint next = (nint)Math.Min(Piece, last - within);
                        if (!AreWithin(within, next, size))
                        {
                            *isOutside = true;
                            return;
                        }
                        within += next;
                    }
                    Pick(x + (nint)o * size * inner, start, position, streams ? room : to, n);
                    if (streams) Streaming.Copy(room, to, n * sizeof(T));
                }
            if (streams) Streaming.Fence();
        }

        [MethodImpl(Compiled.Apart)]
        void Pick(T* from, nint start, long* position, T* to, nint n)
        {
            if (inner == 1)
            {
                Selection.Pick(from, from + size + start, position, to, n);
                return;
            }
            nint i = start % inner;
            for (nint k = 0; k < n; k++)
            {
                to[k] = from[(nint)position[k] * inner + i];
                if (++i == inner) i = 0;
            }
        }
    }

    /// <summary>
    /// y[k] = x[at[k]]. Meanwhile the positions of the next piece arrive, and what lies as far on in the next block: its lines, asked for in the order of
    /// the positions, would arrive as if each were far from the others.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    static void Pick<T>(T* x, T* next, long* at, T* y, nint n) where T : unmanaged
    {
        const int Turn = 8;
        nint k = 0;
        for (; k <= n - Turn; k += Turn)
        {
            Streaming.Prefetch(at + k + n);
            Streaming.Prefetch(next + k);
            y[k] = x[at[k]];
            y[k + 1] = x[at[k + 1]];
            y[k + 2] = x[at[k + 2]];
            y[k + 3] = x[at[k + 3]];
            y[k + 4] = x[at[k + 4]];
            y[k + 5] = x[at[k + 5]];
            y[k + 6] = x[at[k + 6]];
            y[k + 7] = x[at[k + 7]];
        }
        for (; k < n; k++) y[k] = x[at[k]];
    }

    readonly struct ScatterRange<T>(T* x, int count, int inner, long* at, T* y, int size) : IRange where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run(int first, int end)
        {
            for (int o = first; o < end; o++)
            {
                T* from = x + (nint)o * count * inner, to = y + (nint)o * size * inner;
                long* position = at + (nint)o * count * inner;
                for (int j = 0; j < count; j++)
                    for (int i = 0; i < inner; i++) to[(nint)(*position++) * inner + i] = *from++;
            }
        }
    }

    readonly struct ScatterAddRange<T>(T* x, nint row, int inner, long* at, T* z, T* y, int size, bool* isOutside) : IRange
        where T : unmanaged, INumber<T>
    {
        [MethodImpl(Compiled.Apart)]
        public void Run(int first, int end)
        {
            nint block = (nint)size * inner;
            for (int o = first; o < end; o++)
            {
                T* to = y + o * block;
                if (z is null) new Span<T>(to, (int)block).Clear();
                else new ReadOnlySpan<T>(z + o * block, (int)block).CopyTo(new Span<T>(to, (int)block));
                for (nint start = 0, n; start < row; start += n)
                {
                    n = Math.Min(Piece, row - start);
                    long* position = at + o * row + start;
                    if (!AreWithin(position, n, size))
                    {
                        *isOutside = true;
                        return;
                    }
                    Add(x + o * row + start, start, position, to, n, (z is null ? y : z) + (o + 1) * block);
                }
            }
        }

        /// <summary>
        /// y[at[k]] += x[k]. Meanwhile what the next piece reads arrives: its positions and numbers, and what lies as far on in the next block of z and y.
        /// </summary>
        [MethodImpl(Compiled.Apart)]
        static void AddAlong(T* x, long* at, T* to, nint n, T* nextZ, T* nextY)
        {
            const int Turn = 8;
            nint k = 0;
            for (; k <= n - Turn; k += Turn)
            {
                Streaming.Prefetch(at + k + n);
                Streaming.Prefetch(x + k + n);
                Streaming.Prefetch(nextZ + k);
                Streaming.Prefetch(nextY + k);
                to[at[k]] += x[k];
                to[at[k + 1]] += x[k + 1];
                to[at[k + 2]] += x[k + 2];
                to[at[k + 3]] += x[k + 3];
                to[at[k + 4]] += x[k + 4];
                to[at[k + 5]] += x[k + 5];
                to[at[k + 6]] += x[k + 6];
                to[at[k + 7]] += x[k + 7];
            }
            for (; k < n; k++) to[at[k]] += x[k];
        }

        [MethodImpl(Compiled.Apart)]
        void Add(T* from, nint start, long* position, T* to, nint n, T* nextZ)
        {
            if (inner == 1)
            {
                AddAlong(from, position, to, n, nextZ + start, to + size + start);
                return;
            }
            nint i = start % inner;
            for (nint k = 0; k < n; k++)
            {
                to[(nint)position[k] * inner + i] += from[k];
                if (++i == inner) i = 0;
            }
        }
    }
}

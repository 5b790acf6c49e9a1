using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Reads and writes by position along the middle axis of a contiguous [outer, size, inner] block. Positions were checked by the
/// caller. Writes to one place happen in the order of the positions, whatever the number of threads.
/// </summary>
internal static unsafe class Selection
{
    const int Columns = 256;
    const int Ahead = 16;       // rows between a prefetch and its use: rows are anywhere

    /// <summary>y[o, j, :] = x[o, at[j], :].</summary>
    public static void Select<T>(T* x, int outer, int size, int inner, long* at, int count, T* y) where T : unmanaged =>
        Ranges.For(outer * count, inner, new SelectRange<T>(x, size, inner, at, count, y));

    /// <summary>y[o, at[j], :] += x[o, j, :].</summary>
    public static void SelectAdd<T>(T* x, int outer, int count, int inner, long* at, T* y, int size)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        int blocks = (inner + Columns - 1) / Columns;
        Ranges.For(outer * blocks, (long)count * Math.Min(inner, Columns), new SelectAddRange<T>(x, blocks, count, inner, at, y, size));
    }

    /// <summary>y[o, j, i] = x[o, at[o, j, i], i].</summary>
    public static void Gather<T>(T* x, int outer, int size, int inner, long* at, int count, T* y) where T : unmanaged =>
        Ranges.For(outer, (long)count * inner, new GatherRange<T>(x, size, inner, at, count, y));

    /// <summary>y[o, at[o, j, i], i] = x[o, j, i].</summary>
    public static void Scatter<T>(T* x, int outer, int count, int inner, long* at, T* y, int size) where T : unmanaged =>
        Ranges.For(outer, (long)count * inner, new ScatterRange<T>(x, count, inner, at, y, size));

    /// <summary>y[o, at[o, j, i], i] += x[o, j, i].</summary>
    public static void ScatterAdd<T>(T* x, int outer, int count, int inner, long* at, T* y, int size)
        where T : unmanaged, System.Numerics.INumber<T> =>
        Ranges.For(outer, (long)count * inner, new ScatterAddRange<T>(x, count, inner, at, y, size));

    readonly struct SelectRange<T>(T* x, int size, int inner, long* at, int count, T* y) : IRange where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run(int first, int end)
        {
            for (int row = first, last; row < end; row = last)
            {
                int start = row % count;
                last = Math.Min(end, row - start + count);
                T* block = x + (nint)(row / count) * size * inner, to = y + (nint)row * inner;
                if (inner == 1) Pick(block, at + start, to, last - row);
                else Copy(block, at + start, to, last - row);
            }
        }

        [MethodImpl(Compiled.Apart)]
        static void Pick(T* block, long* positions, T* to, nint n)
        {
            for (nint j = 0; j < n; j++) to[j] = block[positions[j]];
        }

        [MethodImpl(Compiled.Apart)]
        void Copy(T* block, long* positions, T* to, nint n)
        {
            for (nint j = 0; j < n; j++, to += inner)
            {
                if (j + Ahead < n) Prefetch(block + (nint)positions[j + Ahead] * inner);
                new ReadOnlySpan<T>(block + (nint)positions[j] * inner, inner).CopyTo(new Span<T>(to, inner));
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
        where T : unmanaged, System.Numerics.INumber<T>
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

    readonly struct GatherRange<T>(T* x, int size, int inner, long* at, int count, T* y) : IRange where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run(int first, int end)
        {
            for (int o = first; o < end; o++)
            {
                T* from = x + (nint)o * size * inner, to = y + (nint)o * count * inner;
                long* position = at + (nint)o * count * inner;
                if (inner == 1)
                    for (nint j = 0; j < count; j++) to[j] = from[position[j]];
                else
                    for (int j = 0; j < count; j++)
                        for (int i = 0; i < inner; i++) *to++ = from[(nint)(*position++) * inner + i];
            }
        }
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

    readonly struct ScatterAddRange<T>(T* x, int count, int inner, long* at, T* y, int size) : IRange
        where T : unmanaged, System.Numerics.INumber<T>
    {
        [MethodImpl(Compiled.Apart)]
        public void Run(int first, int end)
        {
            for (int o = first; o < end; o++)
            {
                T* from = x + (nint)o * count * inner, to = y + (nint)o * size * inner;
                long* position = at + (nint)o * count * inner;
                for (int j = 0; j < count; j++)
                    for (int i = 0; i < inner; i++) to[(nint)(*position++) * inner + i] += *from++;
            }
        }
    }
}

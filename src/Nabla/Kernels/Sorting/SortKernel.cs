using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Stable order along the middle axis of a contiguous [outer, size, inner] block, NaN last in both directions. Short rows by
/// insertion, long ones by counting bytes from the lowest (Knuth, The Art of Computer Programming 3, 5.2.5).
/// </summary>
internal static unsafe class SortKernel
{
    const int Short = 48;

    /// <summary>y[o, j, i] = where the element is that comes j-th, for the first <paramref name="count"/> of them.</summary>
    public static void Run<T>(T* x, int outer, int size, int inner, bool descending, int count, long* y) where T : unmanaged, INumber<T>
    {
        if (sizeof(T) == 8) Rows<WideEntry, T>(x, outer, size, inner, descending, count, y);
        else Rows<NarrowEntry, T>(x, outer, size, inner, descending, count, y);
    }

    static void Rows<TEntry, T>(T* x, int outer, int size, int inner, bool descending, int count, long* y)
        where TEntry : unmanaged, IEntry<TEntry> where T : unmanaged, INumber<T> =>
        Ranges.For(outer * inner, 8L * size, new RowRange<TEntry, T>(x, size, inner, descending, count, y));

    /// <summary>Sorts n entries; <paramref name="spare"/> has room for as many.</summary>
    static void Sort<TEntry>(TEntry* entries, TEntry* spare, int n) where TEntry : unmanaged, IEntry<TEntry>
    {
        if (n <= Short) Insert(entries, n);
        else Count(entries, spare, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Insert<TEntry>(TEntry* entries, int n) where TEntry : unmanaged, IEntry<TEntry>
    {
        for (int i = 1; i < n; i++) Insert(entries, i, entries[i]);
    }

    /// <summary>Puts an entry to its place among <paramref name="before"/> that are in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Insert<TEntry>(TEntry* entries, int before, TEntry entry) where TEntry : unmanaged, IEntry<TEntry>
    {
        int at = before;
        for (; at > 0 && entry.Precedes(entries[at - 1]); at--) entries[at] = entries[at - 1];
        entries[at] = entry;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Count<TEntry>(TEntry* entries, TEntry* spare, int n) where TEntry : unmanaged, IEntry<TEntry>
    {
        int passes = TEntry.Passes;
        int* counts = stackalloc int[8 * 256];
        new Span<int>(counts, passes * 256).Clear();
        for (int i = 0; i < n; i++)
            for (int pass = 0; pass < passes; pass++) counts[pass * 256 + entries[i].Digit(pass)]++;

        TEntry* from = entries, to = spare;
        for (int pass = 0; pass < passes; pass++)
        {
            int* starts = counts + pass * 256;
            if (starts[from[0].Digit(pass)] == n) continue;                             // one bucket holds all
            for (int digit = 0, start = 0; digit < 256; digit++) (starts[digit], start) = (start, start + starts[digit]);
            for (int i = 0; i < n; i++) to[starts[from[i].Digit(pass)]++] = from[i];
            TEntry* sorted = to;
            to = from;
            from = sorted;
        }
        if (from != entries) Buffer.MemoryCopy(from, entries, (long)n * sizeof(TEntry), (long)n * sizeof(TEntry));
    }

    readonly struct RowRange<TEntry, T>(T* x, int size, int inner, bool descending, int count, long* y) : IRange
        where TEntry : unmanaged, IEntry<TEntry> where T : unmanaged, INumber<T>
    {
        public void Run(int first, int end)
        {
            bool isPart = count <= size / 4;
            int room = !isPart ? size : count <= Short ? count : 2 * count;
            var entries = (TEntry*)Scratch.Get((nuint)(2L * room * sizeof(TEntry)));
            TEntry* spare = entries + room;
            for (int row = first; row < end; row++)
            {
                T* from = x + (nint)(row / inner) * size * inner + row % inner;
                if (isPart) Best(from, entries, spare, room);
                else All(from, entries, spare);
                long* to = y + (nint)(row / inner) * count * inner + row % inner;
                for (int j = 0; j < count; j++) to[(nint)j * inner] = entries[j].Index;
            }
        }

        [MethodImpl(Compiled.Apart)]
        void All(T* from, TEntry* entries, TEntry* spare)
        {
            for (int i = 0; i < size; i++) entries[i] = TEntry.Create(from[(nint)i * inner], i, descending);
            Sort(entries, spare, size);
        }

        /// <summary>
        /// The first ones: those that come before the count-th so far go to their places, or of many into room for as many again, which is
        /// sorted when it is full.
        /// </summary>
        [MethodImpl(Compiled.Apart)]
        void Best(T* from, TEntry* entries, TEntry* spare, int room)
        {
            int kept = 0;
            bool isBounded = false;
            TEntry bound = default;
            for (int i = 0; i < size; i++)
            {
                if (isBounded && inner == 1) i = Next(from, i, from[bound.Index]);
                if (i == size) break;
                TEntry entry = TEntry.Create(from[(nint)i * inner], i, descending);
                if (isBounded && !entry.Precedes(bound)) continue;
                if (room == count) Insert(entries, Math.Min(kept, count - 1), entry);
                else entries[kept] = entry;
                if (++kept < room) continue;
                if (room > count) Sort(entries, spare, kept);
                kept = count;
                isBounded = true;
                bound = entries[count - 1];
            }
            if (room > count) Sort(entries, spare, kept);
        }

        /// <summary>In a row without gaps the next element, from one on, that may come before the bound.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        int Next(T* from, int first, T bound)
        {
            if (T.IsNaN(bound)) return first;       // any number does
            var best = new Vector<T>(bound);
            int at = first;
            for (; at + Vector<T>.Count <= size; at += Vector<T>.Count)
            {
                Vector<T> next = Vector.Load(from + at), precedes = descending ? Vector.GreaterThan(next, best) : Vector.LessThan(next, best);
                if (precedes != Vector<T>.Zero) return at + Vector.IndexOfWhereAllBitsSet(precedes);
            }
            return at;
        }
    }
}

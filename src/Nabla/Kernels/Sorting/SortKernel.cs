using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Stable order along the middle axis of a contiguous [outer, size, inner] block, NaN last in both directions. Short rows by
/// insertion, long ones by counting bytes from the lowest (Knuth, The Art of Computer Programming 3, 5.2.5), but for those that all have in common.
/// </summary>
internal static unsafe class SortKernel
{
    const int Short = 48;

    /// <summary>y[o, j, i] = where the element is that comes j-th, for the first <paramref name="count"/> of them.</summary>
    public static void Run<T>(T* x, int outer, int size, int inner, bool descending, int count, long* y) where T : unmanaged, INumber<T>
    {
        if (IsWide(x, (nint)outer * size * inner)) Rows<WideEntry, T>(x, outer, size, inner, descending, count, y);
        else Rows<NarrowEntry, T>(x, outer, size, inner, descending, count, y);
    }

    /// <summary>
    /// The different elements of x [n] in rising order, each by the place of its first: NaN differs from everything, and comes last. Which of them each
    /// element is goes to <paramref name="inverse"/>, how often each occurs to <paramref name="counts"/>, which like <paramref name="firsts"/> has room for n.
    /// </summary>
    /// <returns>Their number.</returns>
    public static int Distinct<T>(T* x, int n, long* firsts, long* inverse, long* counts) where T : unmanaged, INumber<T> =>
        IsWide(x, n) ? Distinct<WideEntry, T>(x, n, firsts, inverse, counts) : Distinct<NarrowEntry, T>(x, n, firsts, inverse, counts);

    /// <summary>Whether keys take 64 bits. Positions, labels and other numbers of things rarely do, whatever their type.</summary>
    [MethodImpl(Compiled.Apart)]
    static bool IsWide<T>(T* x, nint n) where T : unmanaged, INumber<T>
    {
        if (typeof(T) != typeof(long)) return sizeof(T) == 8;
        long* values = (long*)x;
        nint i = 0;
        while (i < n && (int)values[i] == values[i]) i++;
        return i < n;
    }

    [MethodImpl(Compiled.Apart)]
    static int Distinct<TEntry, T>(T* x, int n, long* firsts, long* inverse, long* counts) where TEntry : unmanaged, IEntry<TEntry> where T : unmanaged, INumber<T>
    {
        if (n == 0) return 0;
        var entries = (TEntry*)Scratch.Get((nuint)(2L * n * sizeof(TEntry)));
        for (int i = 0; i < n; i++) entries[i] = TEntry.Create(x[i], i, descending: false);
        Sort(entries, entries + n, n);
        int numbers = n, last = -1, start = 0;
        while (numbers > 0 && T.IsNaN(x[entries[numbers - 1].Index])) numbers--;
        for (int i = 0; i < n; i++)
        {
            int at = entries[i].Index;
            if (i == 0 || i >= numbers || entries[i - 1].Precedes(entries[i]))
            {
                if (i > 0) counts[last] = i - start;
                firsts[++last] = at;
                start = i;
            }
            inverse[at] = last;
        }
        counts[last] = n - start;
        return last + 1;
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

    [MethodImpl(Compiled.Apart)]
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

    [MethodImpl(Compiled.Apart)]
    static void Count<TEntry>(TEntry* entries, TEntry* spare, int n) where TEntry : unmanaged, IEntry<TEntry>
    {
        ulong first = entries[0].Key, varying = 0;
        for (int i = 0; i < n; i++) varying |= entries[i].Key ^ first;
        int* digits = stackalloc int[8], counts = stackalloc int[8 * 256];
        int passes = 0;
        for (int digit = 0; digit < TEntry.Passes; digit++)
            if ((varying >> (8 * digit) & 255) != 0) digits[passes++] = digit;
        new Span<int>(counts, passes * 256).Clear();
        for (int i = 0; i < n; i++)
            for (int pass = 0; pass < passes; pass++) counts[pass * 256 + entries[i].Digit(digits[pass])]++;

        TEntry* from = entries, to = spare;
        for (int pass = 0; pass < passes; pass++)
        {
            int* starts = counts + pass * 256;
            for (int bucket = 0, start = 0; bucket < 256; bucket++) (starts[bucket], start) = (start, start + starts[bucket]);
            for (int i = 0, digit = digits[pass]; i < n; i++) to[starts[from[i].Digit(digit)]++] = from[i];
            TEntry* sorted = to;
            to = from;
            from = sorted;
        }
        if (from != entries) Buffer.MemoryCopy(from, entries, (long)n * sizeof(TEntry), (long)n * sizeof(TEntry));
    }

    readonly struct RowRange<TEntry, T>(T* x, int size, int inner, bool descending, int count, long* y) : IRange
        where TEntry : unmanaged, IEntry<TEntry> where T : unmanaged, INumber<T>
    {
        [MethodImpl(Compiled.Apart)]
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

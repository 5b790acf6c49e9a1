using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>
/// Updates of a table from gradients of some of its rows, which are ascending and distinct and whose gradients follow each other. Elements do not depend on each other, so neither threads nor the way change a bit.
/// </summary>
/// <param name="Seen">Rows with a gradient.</param>
/// <param name="Count">How many.</param>
/// <param name="Rows">Rows of the table.</param>
/// <param name="Columns">Elements of a row.</param>
internal readonly unsafe record struct SeenRows(nint Seen, int Count, int Rows, int Columns)
{
    int* Row => (int*)Seen;

    /// <summary>Updates the rows with a gradient and leaves all others as they are.</summary>
    public void UpdateSeen<R, T>(R rule, T* w, T* g, T* s, T* r, T* q) where R : struct, IUpdate where T : unmanaged =>
        RowRanges.Run(Count, Columns, new Single<R, T>(rule, this, w, g, s, r, q));

    /// <summary>Updates all rows; those without a gradient with one of 0.</summary>
    public void UpdateAll<R, T>(R rule, T* w, T* g, T* s, T* r, T* q) where R : struct, IUpdate where T : unmanaged =>
        RowRanges.Run(Rows, Columns, new Whole<R, T>(rule, this, w, g, s, r, q));

    /// <summary>Row by row; wide rows in place, many narrow ones side by side in a buffer, where they fill vectors.</summary>
    readonly struct Single<R, T>(R rule, SeenRows rows, T* w, T* g, T* s, T* r, T* q) : IRows where R : struct, IUpdate where T : unmanaged
    {
        const int Wide = 16, Buffer = 512, Ahead = 12;

        [SkipLocalsInit]
        [MethodImpl(Compiled.Apart)]
        public void Run(int first, int end)
        {
            int columns = rows.Columns, states = rule.States;
            int* seen = rows.Row;
            if (columns >= Wide)
            {
                for (int i = first; i < end; i++)
                {
                    if (Sse.IsSupported && i + Ahead < end)
                    {
                        nint soon = (nint)seen[i + Ahead] * columns;
                        Sse.Prefetch0(w + soon);
                        if (states > 0) Sse.Prefetch0(s + soon);
                        if (states > 1) Sse.Prefetch0(r + soon);
                    }
                    nint at = (nint)seen[i] * columns;
                    UpdateLoop.Chunk(rule, w + at, g + (nint)i * columns, s + at, r + at, q + at, columns);
                }
                return;
            }
            T* buffer = stackalloc T[4 * Buffer];
            T* bw = buffer, bs = bw + Buffer, br = bs + Buffer, bq = br + Buffer;
            int perTurn = Buffer / columns;
            for (int i = first; i < end; i += perTurn)
            {
                int count = Math.Min(perTurn, end - i);
                Gather(w, seen + i, count, bw);
                if (states > 0) Gather(s, seen + i, count, bs);
                if (states > 1) Gather(r, seen + i, count, br);
                if (states > 2) Gather(q, seen + i, count, bq);
                UpdateLoop.Chunk(rule, bw, g + (nint)i * columns, bs, br, bq, (nint)count * columns);
                Scatter(bw, seen + i, count, w);
                if (states > 0) Scatter(bs, seen + i, count, s);
                if (states > 1) Scatter(br, seen + i, count, r);
                if (states > 2) Scatter(bq, seen + i, count, q);
            }
        }

        void Gather(T* from, int* seen, int count, T* to)
        {
            for (int i = 0; i < count; i++)
                for (int c = 0; c < rows.Columns; c++) *to++ = from[(nint)seen[i] * rows.Columns + c];
        }

        void Scatter(T* from, int* seen, int count, T* to)
        {
            for (int i = 0; i < count; i++)
                for (int c = 0; c < rows.Columns; c++) to[(nint)seen[i] * rows.Columns + c] = *from++;
        }
    }

    /// <summary>A few rows at a time, with their gradients laid out among zeros in a buffer of the first-level cache.</summary>
    readonly struct Whole<R, T>(R rule, SeenRows rows, T* w, T* g, T* s, T* r, T* q) : IRows where R : struct, IUpdate where T : unmanaged
    {
        const int Buffer = 2048;

        [SkipLocalsInit]
        [MethodImpl(Compiled.Apart)]
        public void Run(int first, int end)
        {
            int columns = rows.Columns, next = new ReadOnlySpan<int>(rows.Row, rows.Count).BinarySearch(first);
            if (next < 0) next = ~next;
            T* buffer = stackalloc T[Buffer];
            new Span<T>(buffer, Buffer).Clear();
            int perTurn = Math.Max(1, Buffer / columns);
            for (int row = first; row < end; row += perTurn)
            {
                int stop = Math.Min(row + perTurn, end);
                nint at = (nint)row * columns, n = (nint)(stop - row) * columns;
                if (n > Buffer) WideRow(row, ref next);
                else
                {
                    int seen = next;
                    for (; next < rows.Count && rows.Row[next] < stop; next++)
                        for (int c = 0; c < columns; c++) buffer[(nint)(rows.Row[next] - row) * columns + c] = g[(nint)next * columns + c];
                    UpdateLoop.Chunk(rule, w + at, buffer, s + at, r + at, q + at, n);
                    for (; seen < next; seen++) new Span<T>(buffer + (nint)(rows.Row[seen] - row) * columns, columns).Clear();
                }
            }
        }

        /// <summary>A row that exceeds the buffer: with its own gradient, or in parts with zeros.</summary>
        void WideRow(int row, ref int next)
        {
            nint at = (nint)row * rows.Columns;
            if (next < rows.Count && rows.Row[next] == row)
            {
                UpdateLoop.Chunk(rule, w + at, g + (nint)next++ * rows.Columns, s + at, r + at, q + at, rows.Columns);
                return;
            }
            T* zeros = stackalloc T[Buffer];
            new Span<T>(zeros, Buffer).Clear();
            for (nint c = 0; c < rows.Columns; c += Buffer)
                UpdateLoop.Chunk(rule, w + at + c, zeros, s + at + c, r + at + c, q + at + c, Math.Min(Buffer, rows.Columns - c));
        }
    }
}

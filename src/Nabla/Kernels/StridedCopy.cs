using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Copies between any two stridings of one shape. Large ones are split along their outermost axis.</summary>
internal static unsafe class StridedCopy
{
    /// <summary>Elements below which a copy is not worth a second thread.</summary>
    const int Grain = 64 * 1024;

    const int ShortRun = 16;

    /// <summary>Bytes of a run from which on its whole lines outweigh the parts of lines at its ends.</summary>
    const int StreamedRun = 256;

    /// <summary>y[i…] = x[i…] for every index of <paramref name="sizes"/>; strides in elements, 0 allowed in x.</summary>
    public static void Run<T>(ReadOnlySpan<int> sizes, T* x, ReadOnlySpan<int> xStrides, T* y, ReadOnlySpan<int> yStrides) where T : unmanaged
    {
        long length = 1;
        foreach (int size in sizes) length *= size;
        if (length == 0) return;
        var walk = Walk.Create(sizes, xStrides, yStrides);
        walk.Length = (nint)length;
        walk.Streams = walk.Y[0] == 1 && (long)walk.Sizes[0] * sizeof(T) >= StreamedRun && Streaming.SuitsCopy(length, sizeof(T));
        int outer = walk.Sizes[walk.Axes - 1];
        long perChunk = Math.Max(1, Grain / Math.Max(length / outer, 1));
        if (walk.Axes == 2 && walk.IsTranspose) perChunk = Math.Max(perChunk, Transpose.Square);
        if (length <= Grain || perChunk >= outer) Visit(walk, walk.Axes - 1, x, y);
        else
        {
            var job = new Job<T>(walk, x, y, (int)perChunk);
            Workers.For((int)((outer + perChunk - 1) / perChunk), ref job);
        }
        if (walk.Streams) Streaming.Fence();
    }

    readonly struct Job<T>(Walk walk, T* x, T* y, int perChunk) : IJob where T : unmanaged
    {
        public void Run(int index)
        {
            Walk part = walk;
            int axis = walk.Axes - 1, first = index * perChunk;
            part.Sizes[axis] = Math.Min(perChunk, walk.Sizes[axis] - first);
            Visit(part, axis, x + (nint)first * walk.X[axis], y + (nint)first * walk.Y[axis]);
        }
    }

    static void Visit<T>(in Walk walk, int axis, T* x, T* y) where T : unmanaged
    {
        if (axis <= 0) CopyRun(x, walk.X[0], y, walk.Y[0], walk.Sizes[0], walk.Streams);
        else if (axis == 1 && walk.IsTranspose)
            Transpose.Run(x, walk.X[0], y, walk.Y[1], walk.Sizes[1], walk.Sizes[0], walk.Length);
        else if (axis == 1 && walk.Sizes[0] <= ShortRun)
            CopyShort(x, walk.X[1], walk.X[0], y, walk.Y[1], walk.Y[0], walk.Sizes[1], walk.Sizes[0]);
        else if (axis == 1 && walk.X[0] == 1 && walk.Y[0] == 1)
            CopyRows(x, walk.X[1], y, walk.Y[1], walk.Sizes[1], walk.Sizes[0], walk.Streams);
        else
            for (int i = 0; i < walk.Sizes[axis]; i++)
                Visit(walk, axis - 1, x + (nint)i * walk.X[axis], y + (nint)i * walk.Y[axis]);
    }

    /// <summary>Runs so short that calls would be the whole cost.</summary>
    [MethodImpl(Compiled.Apart)]
    static void CopyShort<T>(T* x, nint xRow, nint xStride, T* y, nint yRow, nint yStride, nint rows, nint n) where T : unmanaged
    {
        for (nint r = 0; r < rows; r++, x += xRow, y += yRow)
            for (nint i = 0; i < n; i++) y[i * yStride] = x[i * xStride];
    }

    /// <summary>Rows that lie apart. The next ones are asked for: where a row ends, the processor goes on fetching what follows it.</summary>
    [MethodImpl(Compiled.Apart)]
    static void CopyRows<T>(T* x, nint xRow, T* y, nint yRow, nint rows, nint n, bool streams) where T : unmanaged
    {
        const int Ahead = 2, Line = 64, Longest = 4096;
        nint bytes = n * sizeof(T), fetched = Math.Min(bytes, Longest);
        for (nint r = 0; r < rows; r++, x += xRow, y += yRow)
        {
            if (r + Ahead < rows)
                for (nint at = 0; at < fetched; at += Line) Streaming.Prefetch((byte*)(x + Ahead * xRow) + at);
            if (streams) Streaming.Copy(x, y, bytes);
            else Buffer.MemoryCopy(x, y, bytes, bytes);
        }
    }

    [MethodImpl(Compiled.Apart)]
    static void CopyRun<T>(T* x, nint xStride, T* y, nint yStride, nint n, bool streams) where T : unmanaged
    {
        if (streams && xStride == 1) Streaming.Copy(x, y, n * sizeof(T));
        else if (streams && xStride == 0) Streaming.Fill(*x, y, n);
        else if (xStride == 1 && yStride == 1) Buffer.MemoryCopy(x, y, n * sizeof(T), n * sizeof(T));
        else if (xStride == 0 && yStride == 1) new Span<T>(y, (int)n).Fill(*x);
        else
            for (nint i = 0; i < n; i++) y[i * yStride] = x[i * xStride];
    }

    /// <summary>Axes innermost first, neighbors merged where both sides allow it.</summary>
    struct Walk
    {
        public fixed int Sizes[Shape.MaximumRank];
        public fixed int X[Shape.MaximumRank];
        public fixed int Y[Shape.MaximumRank];
        public int Axes;

        /// <summary>Elements of the whole copy.</summary>
        public nint Length;

        /// <summary>Runs go past the caches.</summary>
        public bool Streams;

        /// <summary>The two innermost axes change places.</summary>
        public readonly bool IsTranspose => X[1] == 1 && Y[0] == 1 && X[0] > 1;

        public static Walk Create(ReadOnlySpan<int> sizes, ReadOnlySpan<int> x, ReadOnlySpan<int> y)
        {
            var walk = new Walk { Axes = 0 };
            for (int axis = sizes.Length - 1; axis >= 0; axis--)
            {
                if (sizes[axis] == 1) continue;
                int last = walk.Axes - 1;
                if (last >= 0 && x[axis] == walk.X[last] * walk.Sizes[last] && y[axis] == walk.Y[last] * walk.Sizes[last])
                {
                    walk.Sizes[last] *= sizes[axis];
                    continue;
                }
                (walk.Sizes[walk.Axes], walk.X[walk.Axes], walk.Y[walk.Axes]) = (sizes[axis], x[axis], y[axis]);
                walk.Axes++;
            }
            if (walk.Axes > 0) return walk;
            walk.Sizes[0] = walk.X[0] = walk.Y[0] = walk.Axes = 1;
            return walk;
        }
    }
}

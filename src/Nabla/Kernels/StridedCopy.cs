using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Copies between any two stridings of one shape, and fills.</summary>
internal static unsafe class StridedCopy
{
    const int Tile = 16;

    /// <summary>y[i…] = x[i…] for every index of <paramref name="sizes"/>; strides in elements, 0 allowed in x.</summary>
    public static void Run<T>(ReadOnlySpan<int> sizes, T* x, ReadOnlySpan<int> xStrides, T* y, ReadOnlySpan<int> yStrides) where T : unmanaged
    {
        foreach (int size in sizes)
            if (size == 0) return;
        var walk = Walk.Create(sizes, xStrides, yStrides);
        Visit(walk, walk.Axes - 1, x, y);
    }

    static void Visit<T>(in Walk walk, int axis, T* x, T* y) where T : unmanaged
    {
        if (axis <= 0)
        {
            CopyRun(x, walk.X[0], y, walk.Y[0], walk.Sizes[0]);
            return;
        }
        if (axis == 1 && walk.X[1] == 1 && walk.Y[0] == 1 && walk.X[0] != 1)
        {
            Transpose(x, walk.X[0], y, walk.Y[1], walk.Sizes[1], walk.Sizes[0]);
            return;
        }
        for (int i = 0; i < walk.Sizes[axis]; i++)
            Visit(walk, axis - 1, x + (nint)i * walk.X[axis], y + (nint)i * walk.Y[axis]);
    }

    static void CopyRun<T>(T* x, nint xStride, T* y, nint yStride, nint n) where T : unmanaged
    {
        if (xStride == 1 && yStride == 1) Buffer.MemoryCopy(x, y, n * sizeof(T), n * sizeof(T));
        else if (xStride == 0 && yStride == 1) new Span<T>(y, (int)n).Fill(*x);
        else
            for (nint i = 0; i < n; i++) y[i * yStride] = x[i * xStride];
    }

    /// <summary>y[r, c] = x[c, r] in square tiles, so that both sides stay in cache lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Transpose<T>(T* x, nint xStride, T* y, nint yStride, nint rows, nint columns) where T : unmanaged
    {
        for (nint r0 = 0; r0 < rows; r0 += Tile)
            for (nint c0 = 0; c0 < columns; c0 += Tile)
            {
                nint rEnd = Math.Min(r0 + Tile, rows), cEnd = Math.Min(c0 + Tile, columns);
                for (nint r = r0; r < rEnd; r++)
                    for (nint c = c0; c < cEnd; c++)
                        y[r * yStride + c] = x[c * xStride + r];
            }
    }

    /// <summary>Axes innermost first, neighbors merged where both sides allow it.</summary>
    struct Walk
    {
        public fixed int Sizes[Shape.MaximumRank];
        public fixed int X[Shape.MaximumRank];
        public fixed int Y[Shape.MaximumRank];
        public int Axes;

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

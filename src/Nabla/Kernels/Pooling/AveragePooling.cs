using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Mean over windows, sliding or adaptive; float and double.</summary>
internal static unsafe class AveragePooling
{
    /// <summary>y[o] = sum of x over window o, divided by its length: with <paramref name="countPadding"/> the part of the window over
    /// padded input, else the elements it covers.</summary>
    public static void Forward<T>(in PoolingGeometry g, T* x, T* y, bool countPadding) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var job = new ForwardJob<T> { Geometry = g, X = x, Y = y, CountPadding = countPadding };
        Workers.For(g.Jobs, ref job);
    }

    /// <summary>dx[i] = sum over the windows that cover i of dy[o] divided by the window's length. Overwrites dx.</summary>
    public static void Backward<T>(in PoolingGeometry g, T* dy, T* dx, bool countPadding) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var job = new BackwardJob<T> { Geometry = g, Dy = dy, Dx = dx, CountPadding = countPadding };
        Workers.For(g.Jobs, ref job);
    }

    /// <summary>Multiplies each of a row of sums (or slopes) by one over the length of its window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Divide<T>(T* values, T* quotients, in PoolingAxis width, in PoolingWindow depth, in PoolingWindow height, bool countPadding)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T scale = T.Zero;
        long area = countPadding ? (long)depth.Padded * height.Padded : (long)depth.Count * height.Count;
        for (int w = 0, before = 0; w < width.Output; w++)
        {
            PoolingWindow columns = width[w];
            int length = countPadding ? columns.Padded : columns.Count;
            if (length != before) scale = T.One / T.CreateTruncating(area * length);
            quotients[w] = values[w] * scale;
            before = length;
        }
    }

    struct ForwardJob<T> : IJob where T : unmanaged, IFloatingPointIeee754<T>
    {
        public PoolingGeometry Geometry;
        public T* X, Y;
        public bool CountPadding;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            int end = Math.Min(Geometry.Planes, (index + 1) * Geometry.PlanesPerJob), outputs = Geometry.OutputPlane;
            bool pairs = Geometry.IsPairs;
            for (int plane = index * Geometry.PlanesPerJob; plane < end; plane++)
            {
                T* x = X + (nint)plane * Geometry.InputPlane, y = Y + (nint)plane * outputs;
                if (typeof(T) == typeof(float) && pairs)
                {
                    PairPooling.Average((float*)x, (float*)y, Geometry.Height.Input, Geometry.Width.Input);
                    continue;
                }
                for (int d = 0; d < Geometry.Depth.Output; d++)
                    for (int h = 0; h < Geometry.Height.Output; h++)
                    {
                        T* row = y + (d * Geometry.Height.Output + h) * Geometry.Width.Output;
                        if (Geometry.Width.Bins > 0) Bins(x, row, Geometry.Depth[d], Geometry.Height[h]);
                        else Windows(x, row, Geometry.Depth[d], Geometry.Height[h]);
                        Divide(row, row, Geometry.Width, Geometry.Depth[d], Geometry.Height[h], CountPadding);
                    }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Windows(T* x, T* y, in PoolingWindow depth, in PoolingWindow height)
        {
            int width = Geometry.Width.Output;
            new Span<T>(y, width).Clear();
            for (int i = depth.First; i < depth.End; i += depth.Step)
                for (int j = height.First; j < height.End; j += height.Step)
                    for (int t = 0; t < Geometry.Width.Window.Kernel; t++)
                    {
                        AxisMap tap = Geometry.Width.Tap(t);
                        int first = tap.First;
                        T* from = x + (i * Geometry.Height.Input + j) * Geometry.Width.Input + first * tap.Step + tap.Origin;
                        PoolingRows.Gather(from, tap.Step, y + first, Math.Min(tap.End, width) - first);
                    }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Bins(T* x, T* y, in PoolingWindow depth, in PoolingWindow height)
        {
            for (int w = 0; w < Geometry.Width.Output; w++)
            {
                PoolingWindow columns = Geometry.Width[w];
                // Whole rows are one run: global pooling is a plain sum.
                bool whole = columns.Count == Geometry.Width.Input;
                int runs = whole ? 1 : height.Count, length = whole ? height.Count * columns.Count : columns.Count;
                y[w] = T.Zero;
                for (int i = depth.First; i < depth.End; i++)
                    for (int j = 0; j < runs; j++)
                        y[w] += PoolingRows.Sum(x + (i * Geometry.Height.Input + height.First + j) * Geometry.Width.Input + columns.First, length);
            }
        }
    }

    struct BackwardJob<T> : IJob where T : unmanaged, IFloatingPointIeee754<T>
    {
        public PoolingGeometry Geometry;
        public T* Dy, Dx;
        public bool CountPadding;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            int end = Math.Min(Geometry.Planes, (index + 1) * Geometry.PlanesPerJob), outputs = Geometry.OutputPlane;
            bool pairs = Geometry.IsPairs;
            T* shares = (T*)Workspace.OfJob((nint)Geometry.Width.Output * sizeof(T));
            for (int plane = index * Geometry.PlanesPerJob; plane < end; plane++)
            {
                T* dx = Dx + (nint)plane * Geometry.InputPlane, dy = Dy + (nint)plane * outputs;
                if (typeof(T) == typeof(float) && pairs)
                {
                    PairPooling.AverageGradient((float*)dy, (float*)dx, Geometry.Height.Input, Geometry.Width.Input);
                    continue;
                }
                new Span<T>(dx, Geometry.InputPlane).Clear();
                for (int d = 0; d < Geometry.Depth.Output; d++)
                    for (int h = 0; h < Geometry.Height.Output; h++)
                    {
                        PoolingWindow depth = Geometry.Depth[d], height = Geometry.Height[h];
                        Divide(dy + (d * Geometry.Height.Output + h) * Geometry.Width.Output, shares, Geometry.Width, depth, height, CountPadding);
                        for (int i = depth.First; i < depth.End; i += depth.Step)
                            for (int j = height.First; j < height.End; j += height.Step)
                                Row(shares, dx + (i * Geometry.Height.Input + j) * Geometry.Width.Input);
                    }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Row(T* shares, T* dx)
        {
            int width = Geometry.Width.Output;
            if (Geometry.Width.Bins > 0)
            {
                for (int w = 0; w < width; w++)
                {
                    PoolingWindow columns = Geometry.Width[w];
                    for (int k = columns.First; k < columns.End; k++) dx[k] += shares[w];
                }
                return;
            }
            for (int t = 0; t < Geometry.Width.Window.Kernel; t++)
            {
                AxisMap tap = Geometry.Width.Tap(t);
                int first = tap.First;
                PoolingRows.Scatter(shares + first, tap.Step, dx + first * tap.Step + tap.Origin, Math.Min(tap.End, width) - first);
            }
        }
    }
}

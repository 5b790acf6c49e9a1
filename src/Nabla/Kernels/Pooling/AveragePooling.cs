using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>What the sum of a window is divided by.</summary>
internal enum WindowDivisor
{
    /// <summary>The part of the window over padded input.</summary>
    Padded,

    /// <summary>The elements it covers.</summary>
    Covered,

    /// <summary>Nothing: the sum itself.</summary>
    One,
}

/// <summary>Mean or sum over windows, sliding or adaptive; float and double.</summary>
internal static unsafe class AveragePooling
{
    /// <summary>y[o] = sum of x over window o, over its divisor.</summary>
    public static void Forward<T>(in PoolingGeometry g, T* x, T* y, WindowDivisor divisor) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var job = new ForwardJob<T> { Geometry = g, X = x, Y = y, Divisor = divisor };
        Workers.For(g.Jobs, ref job);
    }

    /// <summary>dx[i] = sum over the windows that cover i of dy[o] over the window's divisor. Overwrites dx.</summary>
    public static void Backward<T>(in PoolingGeometry g, T* dy, T* dx, WindowDivisor divisor) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var job = new BackwardJob<T> { Geometry = g, Dy = dy, Dx = dx, Divisor = divisor };
        Workers.For(g.Jobs, ref job);
    }

    /// <summary>Multiplies each of a row of sums (or slopes) by one over its window's divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Divide<T>(T* values, T* quotients, in PoolingAxis width, in PoolingWindow depth, in PoolingWindow height, WindowDivisor divisor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T scale = T.Zero;
        long area = divisor == WindowDivisor.Padded ? (long)depth.Padded * height.Padded : (long)depth.Count * height.Count;
        for (int w = 0, before = 0; w < width.Output; w++)
        {
            PoolingWindow columns = width[w];
            int length = divisor == WindowDivisor.Padded ? columns.Padded : columns.Count;
            if (length != before) scale = divisor == WindowDivisor.One ? T.One : T.One / T.CreateTruncating(area * length);
            quotients[w] = values[w] * scale;
            before = length;
        }
    }

    struct ForwardJob<T> : IJob where T : unmanaged, IFloatingPointIeee754<T>
    {
        public PoolingGeometry Geometry;
        public T* X, Y;
        public WindowDivisor Divisor;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            int end = Math.Min(Geometry.Planes, (index + 1) * Geometry.PlanesPerJob), outputs = Geometry.OutputPlane;
            bool pairs = Geometry.IsPairs && Divisor != WindowDivisor.One;
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
                        Divide(row, row, Geometry.Width, Geometry.Depth[d], Geometry.Height[h], Divisor);
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
        public WindowDivisor Divisor;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            int end = Math.Min(Geometry.Planes, (index + 1) * Geometry.PlanesPerJob), outputs = Geometry.OutputPlane;
            bool pairs = Geometry.IsPairs && Divisor != WindowDivisor.One;
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
                        Divide(dy + (d * Geometry.Height.Output + h) * Geometry.Width.Output, shares, Geometry.Width, depth, height, Divisor);
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

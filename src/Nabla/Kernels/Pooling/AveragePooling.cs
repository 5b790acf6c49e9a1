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

    static T Scale<T>(in PoolingWindow depth, in PoolingWindow height, in PoolingWindow width, bool countPadding) where T : IFloatingPointIeee754<T> =>
        T.One / T.CreateTruncating(countPadding
            ? (long)depth.Padded * height.Padded * width.Padded
            : (long)depth.Count * height.Count * width.Count);

    struct ForwardJob<T> : IJob where T : unmanaged, IFloatingPointIeee754<T>
    {
        public PoolingGeometry Geometry;
        public T* X, Y;
        public bool CountPadding;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            int end = Math.Min(Geometry.Planes, (index + 1) * Geometry.PlanesPerJob);
            for (int plane = index * Geometry.PlanesPerJob; plane < end; plane++)
            {
                T* x = X + (nint)plane * Geometry.InputPlane, y = Y + (nint)plane * Geometry.OutputPlane;
                int rows = typeof(T) == typeof(float) && Geometry.IsPairs
                    ? PairPooling.Average((float*)x, (float*)y, Geometry.Height.Input, Geometry.Width.Input) : 0;
                for (int d = 0; d < Geometry.Depth.Output; d++)
                    for (int h = rows; h < Geometry.Height.Output; h++)
                        Row(x, y, d, h);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Row(T* x, T* y, int d, int h)
        {
            int width = Geometry.Width.Output, o = (d * Geometry.Height.Output + h) * width;
            PoolingWindow depth = Geometry.Depth[d], height = Geometry.Height[h];
            for (int w = 0; w < width; w++, o++)
            {
                PoolingWindow columns = Geometry.Width[w];
                T sum = T.Zero;
                for (int i = depth.First; i < depth.End; i += depth.Step)
                    for (int j = height.First; j < height.End; j += height.Step)
                        sum += Sum(x + (i * Geometry.Height.Input + j) * Geometry.Width.Input, columns);
                y[o] = sum * Scale<T>(depth, height, columns, CountPadding);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static T Sum(T* row, in PoolingWindow columns)
        {
            int k = columns.First;
            T sum = T.Zero;
            if (columns.Step == 1 && columns.End - k >= 2 * Vector<T>.Count)
            {
                Vector<T> lanes = Vector<T>.Zero;
                for (; k <= columns.End - Vector<T>.Count; k += Vector<T>.Count) lanes += Vector.Load(row + k);
                sum = Vector.Sum(lanes);
            }
            for (; k < columns.End; k += columns.Step) sum += row[k];
            return sum;
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
            int end = Math.Min(Geometry.Planes, (index + 1) * Geometry.PlanesPerJob);
            for (int plane = index * Geometry.PlanesPerJob; plane < end; plane++)
            {
                T* dx = Dx + (nint)plane * Geometry.InputPlane, dy = Dy + (nint)plane * Geometry.OutputPlane;
                int rows = typeof(T) == typeof(float) && Geometry.IsPairs
                    ? PairPooling.AverageGradient((float*)dy, (float*)dx, Geometry.Height.Input, Geometry.Width.Input) : 0;
                int written = 2 * rows * Geometry.Width.Input;
                new Span<T>(dx + written, Geometry.InputPlane - written).Clear();
                for (int d = 0; d < Geometry.Depth.Output; d++)
                    for (int h = rows; h < Geometry.Height.Output; h++)
                        Row(dy, dx, d, h);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Row(T* dy, T* dx, int d, int h)
        {
            int width = Geometry.Width.Output, o = (d * Geometry.Height.Output + h) * width;
            PoolingWindow depth = Geometry.Depth[d], height = Geometry.Height[h];
            for (int w = 0; w < width; w++, o++)
            {
                PoolingWindow columns = Geometry.Width[w];
                T share = dy[o] * Scale<T>(depth, height, columns, CountPadding);
                for (int i = depth.First; i < depth.End; i += depth.Step)
                    for (int j = height.First; j < height.End; j += height.Step)
                    {
                        T* row = dx + (i * Geometry.Height.Input + j) * Geometry.Width.Input;
                        for (int k = columns.First; k < columns.End; k += columns.Step) row[k] += share;
                    }
            }
        }
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Maximum over windows, sliding or adaptive; float and double. Padding counts as −∞, the first maximum wins, NaN beats every number.</summary>
internal static unsafe class MaxPooling
{
    /// <summary>y[o] = max of x over window o. <paramref name="winners"/>, if not null, gets the position of each maximum in its input plane,
    /// −1 where dilated taps all fall into the padding.</summary>
    public static void Forward<T>(in PoolingGeometry g, T* x, T* y, int* winners) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var job = new ForwardJob<T> { Geometry = g, X = x, Y = y, Winners = winners };
        Workers.For(g.Jobs, ref job);
    }

    /// <summary>dx = dy at the winners, 0 elsewhere; sums where windows share one. Overwrites dx.</summary>
    public static void Backward<T>(in PoolingGeometry g, T* dy, int* winners, T* dx) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var job = new BackwardJob<T> { Geometry = g, Dy = dy, Winners = winners, Dx = dx };
        Workers.For(g.Jobs, ref job);
    }

    struct ForwardJob<T> : IJob where T : unmanaged, IFloatingPointIeee754<T>
    {
        public PoolingGeometry Geometry;
        public T* X, Y;
        public int* Winners;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            int end = Math.Min(Geometry.Planes, (index + 1) * Geometry.PlanesPerJob);
            for (int plane = index * Geometry.PlanesPerJob; plane < end; plane++)
            {
                nint output = (nint)plane * Geometry.OutputPlane;
                T* x = X + (nint)plane * Geometry.InputPlane, y = Y + output;
                int* winners = Winners == null ? null : Winners + output;
                int rows = typeof(T) == typeof(float) && Geometry.IsPairs
                    ? PairPooling.Maximum((float*)x, (float*)y, winners, Geometry.Height.Input, Geometry.Width.Input) : 0;
                for (int d = 0; d < Geometry.Depth.Output; d++)
                    for (int h = rows; h < Geometry.Height.Output; h++)
                        Row(x, y, winners, d, h);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Row(T* x, T* y, int* winners, int d, int h)
        {
            int width = Geometry.Width.Output, o = (d * Geometry.Height.Output + h) * width;
            PoolingWindow depth = Geometry.Depth[d], height = Geometry.Height[h];
            for (int w = 0; w < width; w++, o++)
            {
                PoolingWindow columns = Geometry.Width[w];
                T best = T.NegativeInfinity;
                int winner = -1;
                for (int i = depth.First; i < depth.End; i += depth.Step)
                    for (int j = height.First; j < height.End; j += height.Step)
                    {
                        int row = (i * Geometry.Height.Input + j) * Geometry.Width.Input;
                        for (int k = columns.First; k < columns.End; k += columns.Step)
                        {
                            T value = x[row + k];
                            if (winner >= 0 && !(value > best) && !(T.IsNaN(value) && !T.IsNaN(best))) continue;
                            best = value;
                            winner = row + k;
                        }
                    }
                y[o] = best;
                if (winners != null) winners[o] = winner;
            }
        }
    }

    struct BackwardJob<T> : IJob where T : unmanaged, IFloatingPointIeee754<T>
    {
        public PoolingGeometry Geometry;
        public T* Dy, Dx;
        public int* Winners;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int index)
        {
            int end = Math.Min(Geometry.Planes, (index + 1) * Geometry.PlanesPerJob);
            for (int plane = index * Geometry.PlanesPerJob; plane < end; plane++)
            {
                nint output = (nint)plane * Geometry.OutputPlane;
                T* dx = Dx + (nint)plane * Geometry.InputPlane, dy = Dy + output;
                int* winners = Winners + output;
                int rows = typeof(T) == typeof(float) && Geometry.IsPairs
                    ? PairPooling.MaximumGradient((float*)dy, winners, (float*)dx, Geometry.Height.Input, Geometry.Width.Input) : 0;
                int written = 2 * rows * Geometry.Width.Input;
                new Span<T>(dx + written, Geometry.InputPlane - written).Clear();
                for (int o = rows * Geometry.Width.Output; o < Geometry.OutputPlane; o++)
                    if (winners[o] >= 0) dx[winners[o]] += dy[o];
            }
        }
    }
}

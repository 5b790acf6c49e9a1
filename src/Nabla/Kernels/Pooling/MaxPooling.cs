using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Maximum over windows, sliding or adaptive; float and double.
/// Padding counts as −∞, the first maximum wins, NaN beats every number.</summary>
internal static unsafe class MaxPooling
{
    /// <summary>y[o] = max of x over window o; <paramref name="winners"/>, if not null, gets the position of each maximum in its
    /// input plane, −1 where dilated taps all fall into the padding.</summary>
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
            int end = Math.Min(Geometry.Planes, (index + 1) * Geometry.PlanesPerJob), outputs = Geometry.OutputPlane;
            bool pairs = Geometry.IsPairs;
            int* unwanted = Winners == null ? (int*)Workspace.OfJob((nint)outputs * sizeof(int)) : null;
            for (int plane = index * Geometry.PlanesPerJob; plane < end; plane++)
            {
                nint output = (nint)plane * outputs;
                T* x = X + (nint)plane * Geometry.InputPlane, y = Y + output;
                int* winners = Winners == null ? unwanted : Winners + output;
                if (typeof(T) == typeof(float) && pairs)
                {
                    PairPooling.Maximum((float*)x, (float*)y, winners, Geometry.Height.Input, Geometry.Width.Input);
                    continue;
                }
                for (int d = 0; d < Geometry.Depth.Output; d++)
                    for (int h = 0; h < Geometry.Height.Output; h++)
                    {
                        int o = (d * Geometry.Height.Output + h) * Geometry.Width.Output;
                        if (Geometry.Width.Bins > 0) Bins(x, y + o, winners + o, Geometry.Depth[d], Geometry.Height[h]);
                        else Windows(x, y + o, winners + o, Geometry.Depth[d], Geometry.Height[h]);
                    }
            }
        }

        // Tap by tap over the whole row; each output still meets its elements in their order in the plane.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Windows(T* x, T* y, int* winners, in PoolingWindow depth, in PoolingWindow height)
        {
            int width = Geometry.Width.Output;
            new Span<T>(y, width).Fill(T.NegativeInfinity);
            new Span<int>(winners, width).Fill(-1);
            for (int i = depth.First; i < depth.End; i += depth.Step)
                for (int j = height.First; j < height.End; j += height.Step)
                    for (int t = 0; t < Geometry.Width.Window.Kernel; t++)
                    {
                        AxisMap tap = Geometry.Width.Tap(t);
                        int first = tap.First, position = (i * Geometry.Height.Input + j) * Geometry.Width.Input + first * tap.Step + tap.Origin;
                        PoolingRows.Challenge(x + position, tap.Step, position, y + first, winners + first, Math.Min(tap.End, width) - first);
                    }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Bins(T* x, T* y, int* winners, in PoolingWindow depth, in PoolingWindow height)
        {
            for (int w = 0; w < Geometry.Width.Output; w++)
            {
                PoolingWindow columns = Geometry.Width[w];
                int start = (depth.First * Geometry.Height.Input + height.First) * Geometry.Width.Input + columns.First, winner = start;
                T best = x[start];
                for (int i = depth.First; i < depth.End; i++)
                    for (int j = height.First; j < height.End; j++)
                    {
                        int row = (i * Geometry.Height.Input + j) * Geometry.Width.Input;
                        for (int position = row + columns.First; position < row + columns.End; position++)
                        {
                            T value = x[position];
                            if (!(value > best) && !(T.IsNaN(value) && !T.IsNaN(best))) continue;
                            best = value;
                            winner = position;
                        }
                    }
                (y[w], winners[w]) = (best, winner);
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
            int end = Math.Min(Geometry.Planes, (index + 1) * Geometry.PlanesPerJob), outputs = Geometry.OutputPlane;
            bool pairs = Geometry.IsPairs;
            for (int plane = index * Geometry.PlanesPerJob; plane < end; plane++)
            {
                nint output = (nint)plane * outputs;
                T* dx = Dx + (nint)plane * Geometry.InputPlane, dy = Dy + output;
                int* winners = Winners + output;
                if (typeof(T) == typeof(float) && pairs)
                {
                    PairPooling.MaximumGradient((float*)dy, winners, (float*)dx, Geometry.Height.Input, Geometry.Width.Input);
                    continue;
                }
                new Span<T>(dx, Geometry.InputPlane).Clear();
                for (int o = 0; o < outputs; o++)
                    if (winners[o] >= 0) dx[winners[o]] += dy[o];
            }
        }
    }
}

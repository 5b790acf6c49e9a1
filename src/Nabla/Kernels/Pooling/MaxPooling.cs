using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>Maximum over windows, sliding or adaptive; float and double.
/// Padding counts as −∞, the first maximum wins, NaN beats every number.</summary>
internal static unsafe class MaxPooling
{
    /// <summary>y[o] = max of x over window o; <paramref name="winners"/>, if not null, gets the position of each maximum in its
    /// input plane, −1 where dilated taps all fall into the padding.</summary>
    public static void Forward<T>(in PoolingGeometry g, T* x, T* y, int* winners) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (winners == null && g.Width.Bins == 0 && !g.IsPairs)
        {
            var values = new ValueJob<T> { Geometry = g, X = x, Y = y };
            Workers.For(g.Jobs, ref values);
            return;
        }
        var job = new ForwardJob<T> { Geometry = g, Rows = new WindowRows<T>(g), X = x, Y = y, Winners = winners };
        Workers.For(g.Jobs, ref job);
    }

    /// <summary>dx = dy at the winners, 0 elsewhere; sums where windows share one. Overwrites dx.</summary>
    public static void Backward<T>(in PoolingGeometry g, T* dy, int* winners, T* dx) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var job = new BackwardJob<T> { Geometry = g, Dy = dy, Winners = winners, Dx = dx };
        Workers.For(g.Jobs, ref job);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool Wins<T>(T value, T best) where T : unmanaged, IFloatingPointIeee754<T> => value > best || T.IsNaN(value) && !T.IsNaN(best);

    struct ForwardJob<T> : IJob where T : unmanaged, IFloatingPointIeee754<T>
    {
        public PoolingGeometry Geometry;
        public WindowRows<T> Rows;
        public T* X, Y;
        public int* Winners;

        [MethodImpl(Compiled.Apart)]
        public readonly void Run(int index)
        {
            int end = Math.Min(Geometry.Planes, (index + 1) * Geometry.PlanesPerJob), outputs = Geometry.OutputPlane;
            bool pairs = typeof(T) == typeof(float) && Geometry.IsPairs, bins = Geometry.Width.Bins > 0;
            WindowRows<T> rows = Rows;
            nint columns = Workspace.Align((nint)Geometry.Width.Output * sizeof(int)), copies = pairs || bins ? 0 : columns + rows.Size;
            byte* memory = Workspace.OfJob(copies + (Winners == null ? (nint)outputs * sizeof(int) : 0));
            int* firsts = (int*)memory, unwanted = (int*)(memory + copies);
            if (copies > 0)
            {
                rows.Place(memory + columns, T.NegativeInfinity);
                for (int w = 0; w < Geometry.Width.Output; w++) firsts[w] = Geometry.Width[w].Count > 0 ? Geometry.Width[w].First : -1;
            }
            for (int plane = index * Geometry.PlanesPerJob; plane < end; plane++)
            {
                nint output = (nint)plane * outputs;
                T* x = X + (nint)plane * Geometry.InputPlane, y = Y + output;
                int* winners = Winners == null ? unwanted : Winners + output;
                if (pairs)
                {
                    PairPooling.Maximum((float*)x, (float*)y, winners, Geometry.Height.Input, Geometry.Width.Input);
                    continue;
                }
                for (int d = 0; d < Geometry.Depth.Output; d++)
                    for (int h = 0; h < Geometry.Height.Output; h++)
                    {
                        int o = (d * Geometry.Height.Output + h) * Geometry.Width.Output;
                        if (bins)
                        {
                            Bins(x, y + o, winners + o, Geometry.Depth[d], Geometry.Height[h]);
                            continue;
                        }
                        int row = h % rows.OutputRows;
                        if (row == 0) rows.Fill(x, d, h, Math.Min(rows.OutputRows, Geometry.Height.Output - h), T.NegativeInfinity);
                        Windows(rows, rows.Row(row), firsts, d, h, y + o, winners + o);
                    }
            }
        }

        // The border's −∞ never wins: a window begins with its first element inside as the winner, and only more than −∞ takes its place.
        [MethodImpl(Compiled.Apart)]
        readonly void Windows(in WindowRows<T> rows, T* row, int* firsts, int d, int h, T* y, int* winners)
        {
            PoolingWindow depth = Geometry.Depth[d], height = Geometry.Height[h];
            int width = Geometry.Width.Output, stride = Geometry.Width.Window.Stride, taps = rows.Count, o = 0;
            int corner = Place(depth.First, height.First, 0), origin = Place(Origin(Geometry.Depth, d), Origin(Geometry.Height, h), Origin(Geometry.Width, 0));
            bool isEmpty = depth.Count == 0 || height.Count == 0;
            int* offsets = rows.Offsets, positions = rows.Positions;
            if (typeof(T) == typeof(float) && width >= Vector256<float>.Count && InstructionSets.Active >= InstructionSet.Avx2)
            {
                Vector256<int> origins = Vector256<int>.Indices * stride + Vector256.Create(origin), empty = isEmpty ? Vector256<int>.AllBitsSet : default;
                for (; o < width; o += Vector256<float>.Count)
                {
                    // The last vector overlaps the one before. Winners are distances from what the first tap reads, until the end.
                    int at = Math.Min(o, width - Vector256<float>.Count);
                    Vector256<float> best = Vector256.Create(float.NegativeInfinity);
                    Vector256<int> first = Vector256.Load(firsts + at), start = origins + Vector256.Create(at * stride);
                    Vector256<int> winner = (first + Vector256.Create(corner) | Vector256.LessThan(first, default) | empty) - start;
                    float* from = (float*)row + at;
                    for (int t = 0; t < taps; t++)
                        PairPooling.Challenge(ref best, ref winner, Vector256.Load(from + offsets[t]), Vector256.Create(positions[t]));
                    best.Store((float*)y + at);
                    (winner + start).Store(winners + at);
                }
            }
            for (; o < width; o++)
            {
                T best = T.NegativeInfinity;
                int start = origin + o * stride, winner = (isEmpty || firsts[o] < 0 ? -1 : firsts[o] + corner) - start;
                for (int t = 0; t < taps; t++)
                    if (Wins(row[o + offsets[t]], best)) (best, winner) = (row[o + offsets[t]], positions[t]);
                (y[o], winners[o]) = (best, winner + start);
            }
        }

        static int Origin(in PoolingAxis axis, int o) => o * axis.Window.Stride - axis.Window.PadBefore;

        readonly int Place(int d, int h, int w) => (d * Geometry.Height.Input + h) * Geometry.Width.Input + w;

        [MethodImpl(Compiled.Apart)]
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
                            if (Wins(value, best)) (best, winner) = (value, position);
                        }
                    }
                (y[w], winners[w]) = (best, winner);
            }
        }
    }

    /// <summary>Maxima without their positions: of a window's rows first, then along the row of those.</summary>
    struct ValueJob<T> : IJob where T : unmanaged, IFloatingPointIeee754<T>
    {
        public PoolingGeometry Geometry;
        public T* X, Y;

        [MethodImpl(Compiled.Apart)]
        public readonly void Run(int index)
        {
            int end = Math.Min(Geometry.Planes, (index + 1) * Geometry.PlanesPerJob);
            WindowAxis width = Geometry.Width.Window;
            nint needed = Math.Max(width.PadBefore + width.Input, (nint)(width.Output - 1) * width.Stride + width.Extent);
            T* row = (T*)Workspace.OfJob(needed * sizeof(T)), inside = row + width.PadBefore, y = Y + (nint)index * Geometry.PlanesPerJob * Geometry.OutputPlane;
            new Span<T>(row, checked((int)needed)).Fill(T.NegativeInfinity);
            nint pitch = (nint)Geometry.Height.Window.Dilation * width.Input;
            for (int plane = index * Geometry.PlanesPerJob; plane < end; plane++)
                for (int d = 0; d < Geometry.Depth.Output; d++)
                    for (int h = 0; h < Geometry.Height.Output; h++, y += width.Output)
                    {
                        PoolingWindow depth = Geometry.Depth[d], height = Geometry.Height[h];
                        T* x = X + (nint)plane * Geometry.InputPlane + ((nint)depth.First * Geometry.Height.Input + height.First) * width.Input;
                        if (depth.Count == 0 || height.Count == 0) PoolingRows.Fill(inside, width.Input, T.NegativeInfinity);
                        else PoolingRows.Maxima(x, x + pitch, height.Count - 1, pitch, inside, width.Input);
                        for (int i = 1; i < depth.Count; i++)
                            PoolingRows.Maxima(inside, x + (nint)i * depth.Step * Geometry.Height.Input * width.Input, height.Count, pitch, inside, width.Input);
                        Along(row, width, y);
                    }
        }

        [MethodImpl(Compiled.Apart)]
        static void Along(T* row, in WindowAxis width, T* y)
        {
            int lanes = Vector<T>.Count, o = 0, last = width.Output - lanes, stride = width.Stride, dilation = width.Dilation, taps = width.Kernel;
            bool halves = typeof(T) == typeof(float) && stride == 2 && lanes == Vector256<float>.Count && InstructionSets.Active >= InstructionSet.Avx2;
            if (last >= 0 && (halves || stride == 1))
                for (; o < width.Output; o += lanes)
                {
                    // The last vector overlaps the one before.
                    T* from = row + Math.Min(o, last) * stride;
                    Vector<T> best = Load(from, halves);
                    for (int t = 1; t < taps; t++) best = PoolingRows.Larger(best, Load(from + t * dilation, halves));
                    best.Store(y + Math.Min(o, last));
                }
            for (; o < width.Output; o++)
            {
                T best = row[o * stride];
                for (int t = 1; t < taps; t++) best = T.Max(best, row[o * stride + t * dilation]);
                y[o] = best;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector<T> Load(T* from, bool halves) => halves ? RowCopy.Even((float*)from).AsVector().As<float, T>() : Vector.Load(from);
    }

    struct BackwardJob<T> : IJob where T : unmanaged, IFloatingPointIeee754<T>
    {
        public PoolingGeometry Geometry;
        public T* Dy, Dx;
        public int* Winners;

        [MethodImpl(Compiled.Apart)]
        public readonly void Run(int index)
        {
            int end = Math.Min(Geometry.Planes, (index + 1) * Geometry.PlanesPerJob), outputs = Geometry.OutputPlane;
            bool pairs = typeof(T) == typeof(float) && Geometry.IsPairs, streams = !pairs && Streaming.Suits<T>(Geometry.InputLength);
            T* sums = streams ? (T*)Workspace.OfJob((nint)Geometry.InputPlane * sizeof(T)) : null;
            for (int plane = index * Geometry.PlanesPerJob; plane < end; plane++)
            {
                nint output = (nint)plane * outputs;
                T* dx = Dx + (nint)plane * Geometry.InputPlane, dy = Dy + output;
                int* winners = Winners + output;
                if (pairs)
                {
                    PairPooling.MaximumGradient((float*)dy, winners, (float*)dx, Geometry.Height.Input, Geometry.Width.Input);
                    continue;
                }
                if (!streams) sums = dx;
                new Span<T>(sums, Geometry.InputPlane).Clear();
                for (int o = 0; o < outputs; o++)
                    if (winners[o] >= 0) sums[winners[o]] += dy[o];
                if (streams) RowCopy.Stream(sums, dx, Geometry.InputPlane);
            }
            if (streams) Streaming.Fence();
        }
    }
}

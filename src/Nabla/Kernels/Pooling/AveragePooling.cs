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
    const int ShortBin = 16;

    /// <summary>y[o] = sum of x over window o, over its divisor.</summary>
    public static void Forward<T>(in PoolingGeometry g, T* x, T* y, WindowDivisor divisor) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var job = new ForwardJob<T> { Geometry = g, Shares = new Shares<T>(g, divisor), Rows = new WindowRows<T>(g), X = x, Y = y };
        Workers.For(g.Jobs, ref job);
    }

    /// <summary>dx[i] = sum over the windows that cover i of dy[o] over the window's divisor. Overwrites dx.</summary>
    public static void Backward<T>(in PoolingGeometry g, T* dy, T* dx, WindowDivisor divisor) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var job = new BackwardJob<T> { Geometry = g, Shares = new Shares<T>(g, divisor), Dy = dy, Dx = dx };
        Workers.For(g.Jobs, ref job);
    }

    /// <summary>The windows of a row of outputs, and one over the divisor of each.</summary>
    struct Shares<T>(in PoolingGeometry g, WindowDivisor divisor) where T : unmanaged, IFloatingPointIeee754<T>
    {
        readonly PoolingAxis width = g.Width;
        T* factors;
        long area;

        public PoolingWindow* Columns { get; private set; }

        public readonly nint Size => Workspace.Align((nint)width.Output * sizeof(PoolingWindow)) + Workspace.Align((nint)width.Output * sizeof(T));

        /// <summary>True where the mean of windows of 2 × 2 side by side is wanted.</summary>
        public readonly bool IsMean => divisor != WindowDivisor.One;

        /// <summary>Takes <see cref="Size"/> bytes to work in.</summary>
        public void Place(byte* memory)
        {
            Columns = (PoolingWindow*)memory;
            factors = (T*)(memory + Workspace.Align((nint)width.Output * sizeof(PoolingWindow)));
            for (int w = 0; w < width.Output; w++) Columns[w] = width[w];
        }

        /// <summary>Multiplies each of a row of sums (or slopes) by one over its window's divisor.</summary>
        [MethodImpl(Compiled.Apart)]
        public void Divide(T* values, T* quotients, in PoolingWindow depth, in PoolingWindow height)
        {
            long rows = divisor switch
            {
                WindowDivisor.Padded => (long)depth.Padded * height.Padded,
                WindowDivisor.Covered => (long)depth.Count * height.Count,
                _ => 1,
            };
            if (rows != area)
                for (int w = 0; w < width.Output; w++)
                    factors[w] = divisor == WindowDivisor.One ? T.One
                        : T.One / T.CreateTruncating(rows * (divisor == WindowDivisor.Padded ? Columns[w].Padded : Columns[w].Count));
            area = rows;
            PoolingRows.Multiply(values, factors, quotients, width.Output);
        }
    }

    struct ForwardJob<T> : IJob where T : unmanaged, IFloatingPointIeee754<T>
    {
        public PoolingGeometry Geometry;
        public Shares<T> Shares;
        public WindowRows<T> Rows;
        public T* X, Y;

        [MethodImpl(Compiled.Apart)]
        public readonly void Run(int index)
        {
            int end = Math.Min(Geometry.Planes, (index + 1) * Geometry.PlanesPerJob), outputs = Geometry.OutputPlane, width = Geometry.Width.Output;
            bool pairs = typeof(T) == typeof(float) && Geometry.IsPairs && Shares.IsMean, bins = Geometry.Width.Bins > 0;
            Shares<T> shares = Shares;
            WindowRows<T> rows = Rows;
            byte* memory = Workspace.OfJob(shares.Size + (bins ? (nint)Geometry.Width.Input * sizeof(T) : rows.Size));
            T* sums = (T*)(memory + shares.Size);
            shares.Place(memory);
            if (!bins) rows.Place(memory + shares.Size, T.Zero);
            for (int plane = index * Geometry.PlanesPerJob; plane < end; plane++)
            {
                T* x = X + (nint)plane * Geometry.InputPlane, y = Y + (nint)plane * outputs;
                if (pairs)
                {
                    PairPooling.Average((float*)x, (float*)y, Geometry.Height.Input, Geometry.Width.Input);
                    continue;
                }
                for (int d = 0; d < Geometry.Depth.Output; d++)
                    for (int h = 0; h < Geometry.Height.Output; h++, y += width)
                    {
                        PoolingWindow depth = Geometry.Depth[d], height = Geometry.Height[h];
                        if (!bins)
                        {
                            int row = h % rows.OutputRows;
                            if (row == 0) rows.Fill(x, d, h, Math.Min(rows.OutputRows, Geometry.Height.Output - h), T.Zero);
                            Windows(rows, rows.Row(row), y);
                        }
                        else if (width == 1) *y = Whole(x, depth, height);
                        else Bins(x, sums, shares.Columns, y, depth, height);
                        shares.Divide(y, y, depth, height);
                    }
            }
        }

        [MethodImpl(Compiled.Apart)]
        readonly void Windows(in WindowRows<T> rows, T* row, T* y)
        {
            int width = Geometry.Width.Output, taps = rows.Count, o = 0;
            int* offsets = rows.Offsets;
            if (width >= Vector<T>.Count)
                for (; o < width; o += Vector<T>.Count)
                {
                    // The last vector overlaps the one before.
                    int at = Math.Min(o, width - Vector<T>.Count);
                    Vector<T> sum = Vector<T>.Zero;
                    for (int t = 0; t < taps; t++) sum += Vector.Load(row + at + offsets[t]);
                    sum.Store(y + at);
                }
            for (; o < width; o++)
            {
                T sum = T.Zero;
                for (int t = 0; t < taps; t++) sum += row[o + offsets[t]];
                y[o] = sum;
            }
        }

        /// <summary>Sums over rows first, then over the columns of each bin.</summary>
        [MethodImpl(Compiled.Apart)]
        readonly void Bins(T* x, T* sums, PoolingWindow* columns, T* y, in PoolingWindow depth, in PoolingWindow height)
        {
            int length = Geometry.Width.Input;
            new Span<T>(sums, length).Clear();
            for (int i = depth.First; i < depth.End; i++)
            {
                T* rows = x + (i * Geometry.Height.Input + height.First) * length;
                PoolingRows.Fetch(rows + Geometry.InputPlane, height.Count * length);
                PoolingRows.Add(rows, height.Count, sums, length);
            }
            for (int w = 0, bins = Geometry.Width.Bins; w < bins; w++) y[w] = Bin(sums + columns[w].First, columns[w].Count);
        }

        /// <summary>The sum of a bin: mostly of so few numbers that a call would take longer than to add them up.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static T Bin(T* x, int count)
        {
            if (count > ShortBin) return PoolingRows.Sum(x, count);
            T sum = x[0];
            for (int i = 1; i < count; i++) sum += x[i];
            return sum;
        }

        /// <summary>Whole rows are one run: global pooling is a plain sum.</summary>
        [MethodImpl(Compiled.Apart)]
        readonly T Whole(T* x, in PoolingWindow depth, in PoolingWindow height)
        {
            T sum = T.Zero;
            for (int i = depth.First; i < depth.End; i++)
                sum += PoolingRows.Sum(x + (i * Geometry.Height.Input + height.First) * Geometry.Width.Input, height.Count * Geometry.Width.Input);
            return sum;
        }
    }

    struct BackwardJob<T> : IJob where T : unmanaged, IFloatingPointIeee754<T>
    {
        public PoolingGeometry Geometry;
        public Shares<T> Shares;
        public T* Dy, Dx;

        [MethodImpl(Compiled.Apart)]
        public readonly void Run(int index)
        {
            int end = Math.Min(Geometry.Planes, (index + 1) * Geometry.PlanesPerJob), outputs = Geometry.OutputPlane, width = Geometry.Width.Output;
            bool pairs = typeof(T) == typeof(float) && Geometry.IsPairs && Shares.IsMean, bins = Geometry.Width.Bins > 0;
            bool streams = bins && Streaming.Suits<T>(Geometry.InputLength);
            Shares<T> shares = Shares;
            byte* memory = Workspace.OfJob(shares.Size + Workspace.Align((nint)width * sizeof(T)) + (nint)Geometry.Width.Input * sizeof(T));
            T* slopes = (T*)(memory + shares.Size), row = (T*)(memory + shares.Size + Workspace.Align((nint)width * sizeof(T)));
            shares.Place(memory);
            for (int plane = index * Geometry.PlanesPerJob; plane < end; plane++)
            {
                T* dx = Dx + (nint)plane * Geometry.InputPlane, dy = Dy + (nint)plane * outputs;
                if (pairs)
                {
                    PairPooling.AverageGradient((float*)dy, (float*)dx, Geometry.Height.Input, Geometry.Width.Input);
                    continue;
                }
                if (!bins) new Span<T>(dx, Geometry.InputPlane).Clear();    // bins cover all
                for (int d = 0, slices = 0; d < Geometry.Depth.Output; slices = Geometry.Depth[d++].End)
                    for (int h = 0, rows = 0; h < Geometry.Height.Output; rows = Geometry.Height[h++].End, dy += width)
                    {
                        PoolingWindow depth = Geometry.Depth[d], height = Geometry.Height[h];
                        shares.Divide(dy, slopes, depth, height);
                        Spread(slopes, shares.Columns, row);
                        for (int i = depth.First; i < depth.End; i += depth.Step)
                            for (int j = height.First; j < height.End; j += height.Step)
                            {
                                // Where no window before has been.
                                T* to = dx + (i * Geometry.Height.Input + j) * Geometry.Width.Input;
                                if (i < slices || j < rows) PoolingRows.Add(row, 1, to, Geometry.Width.Input);
                                else if (streams) RowCopy.Stream(row, to, Geometry.Width.Input);
                                else RowCopy.Run(row, to, Geometry.Width.Input);
                            }
                    }
            }
            if (streams) Streaming.Fence();
        }

        /// <summary>The row that all rows of a window get.</summary>
        [MethodImpl(Compiled.Apart)]
        readonly void Spread(T* slopes, PoolingWindow* columns, T* row)
        {
            int width = Geometry.Width.Output;
            new Span<T>(row, Geometry.Width.Input).Clear();
            if (Geometry.Width.Bins > 0)
            {
                for (int w = 0; w < width; w++)
                    for (int k = columns[w].First; k < columns[w].End; k++) row[k] += slopes[w];
                return;
            }
            for (int t = 0; t < Geometry.Width.Window.Kernel; t++)
            {
                AxisMap tap = Geometry.Width.Tap(t);
                int first = tap.First;
                PoolingRows.Scatter(slopes + first, tap.Step, row + first * tap.Step + tap.Origin, Math.Min(tap.End, width) - first);
            }
        }
    }
}

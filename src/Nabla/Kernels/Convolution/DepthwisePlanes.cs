using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Depth-wise convolution with 3 × 3 kernels: each channel is filtered by a kernel of its own. A plane is copied with its border into the first cache, where two
/// rows of results at a time share the loads of four rows; the limit is reading and writing each plane once. A stride computes all places and keeps some.
/// </summary>
internal static unsafe class DepthwisePlanes<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    const int Taps = 9, Border = 2, MostElements = 1 << 20;
    const int Together = 8;     // rows of a large result that go past the caches in one piece, where whole vectors do not fit it

    /// <summary>True for one 3 × 3 kernel per channel, and planes that are neither huge nor mostly border.</summary>
    public static bool Fits(in ConvolutionGeometry g) =>
        g.Groups == g.InChannels && g.Groups == g.OutChannels && g.Depth == WindowAxis.Absent && IsThree(g.Height) && IsThree(g.Width)
        && (g.Height.Input + 2L * Border) * (g.Width.Input + 2L * Border) <= MostElements;

    /// <summary>As <see cref="Convolution.Forward"/>.</summary>
    public static void Forward(in ConvolutionGeometry g, T* x, T* w, T* bias, T* y) =>
        Ranges.For(g.Batch * g.InChannels, g.InputPlane, new Planes
        {
            Channels = g.InChannels, Source = new(g.Height.Input, g.Width.Input), SourceStep = new(1, 1), Before = new(g.Height.PadBefore, g.Width.PadBefore),
            Target = new(g.Height.Output, g.Width.Output), TargetStep = new(g.Height.Stride, g.Width.Stride), From = x, Kernels = w, Bias = bias, To = y,
            IsLarge = Streaming.Suits<T>((nint)g.Batch * g.InChannels * g.OutputPlane),
        });

    /// <summary>As <see cref="Convolution.BackwardInput"/>: dy spread by the stride, under the turned kernel.</summary>
    public static void BackwardInput(in ConvolutionGeometry g, T* dy, T* w, T* dx) =>
        Ranges.For(g.Batch * g.InChannels, g.InputPlane, new Planes
        {
            Channels = g.InChannels, Source = new(g.Height.Output, g.Width.Output), SourceStep = new(g.Height.Stride, g.Width.Stride),
            Before = new(Border - g.Height.PadBefore, Border - g.Width.PadBefore), Target = new(g.Height.Input, g.Width.Input), TargetStep = new(1, 1),
            From = dy, Kernels = w, IsTurned = true, To = dx, IsLarge = Streaming.Suits<T>((nint)g.Batch * g.InChannels * g.InputPlane),
        });

    /// <summary>As <see cref="Convolution.BackwardWeight"/>; images are added in order, in double.</summary>
    public static void BackwardWeight(in ConvolutionGeometry g, T* x, T* dy, T* dw) =>
        Ranges.For(g.InChannels, g.Batch * g.InputPlane, new Slopes { Geometry = g, X = x, Dy = dy, Dw = dw });

    static bool IsThree(in WindowAxis axis) => axis is { Kernel: 3, Dilation: 1, PadBefore: <= Border, PadAfter: <= Border };

    static int RoundUp(int value) => (value + TSimd.Count - 1) / TSimd.Count * TSimd.Count;

    readonly record struct Extent(int Height, int Width);

    /// <summary>Copies a plane into zeros: element (i, j) goes to (i·step + before, j·step + before).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Spread(T* plane, Extent size, Extent step, Extent before, T* to, int pitch)
    {
        to += before.Height * pitch + before.Width;
        for (int i = 0; i < size.Height; i++, plane += size.Width, to += step.Height * pitch)
            if (step.Width == 1) RowCopy.Run(plane, to, size.Width);
            else
                for (int j = 0; j < size.Width; j++) to[j * step.Width] = plane[j];
    }

    struct Planes : IRange
    {
        public int Channels;
        public Extent Source, SourceStep, Before, Target, TargetStep;
        public T* From, Kernels, Bias, To;
        public bool IsTurned, IsLarge;

        [MethodImpl(Compiled.Apart)]
        public readonly void Run(int first, int end)
        {
            // Places of stride 1 that hold all results; one row and vector more than is read of them.
            int rows = (Target.Height - 1) * TargetStep.Height + 1, columns = (Target.Width - 1) * TargetStep.Width + 1;
            int pitch = RoundUp(Math.Max(columns, (Source.Width - 1) * SourceStep.Width + 1) + Border + Border) + TSimd.Count;
            int high = Math.Max(rows, (Source.Height - 1) * SourceStep.Height + 1) + Border + Border + 1;
            bool isWhole = TargetStep == new Extent(1, 1);
            nint padded = (nint)high * pitch, all = (nint)(isWhole ? Together : rows) * columns;
            T* memory = (T*)Workspace.OfJob((padded + all + columns + TSimd.Count) * sizeof(T)), results = memory + padded, spare = results + all;
            new Span<T>(memory, (int)padded).Clear();
            T* kernel = stackalloc T[Taps];
            for (int plane = first; plane < end; plane++)
            {
                int channel = plane % Channels;
                for (int tap = 0; tap < Taps; tap++) kernel[tap] = Kernels[channel * Taps + (IsTurned ? Taps - 1 - tap : tap)];
                Spread(From + (nint)plane * Source.Height * Source.Width, Source, SourceStep, Before, memory, pitch);
                T* to = To + (nint)plane * Target.Height * Target.Width, next = From + (nint)(plane + 1) * Source.Height * Source.Width;
                T start = Bias == null ? T.Zero : Bias[channel];
                bool streams = IsLarge && isWhole && columns % TSimd.Count == 0 && Streaming.Takes<TVector>(to), gathers = IsLarge && isWhole && !streams;
                int held = gathers ? Together : rows;
                for (int from = 0; from < rows; from += held)
                {
                    int until = Math.Min(from + held, rows);
                    T* y = isWhole && !gathers ? to : results;
                    for (int row = from; row < until; row += 2, y += 2 * columns)
                    {
                        bool isPair = row + 1 < rows;
                        TwoRows(memory + row * pitch, pitch, kernel, start, columns, y, isPair ? y + columns : spare, next + row * columns, streams && isPair);
                    }
                    if (gathers) Streaming.Copy(results, to + (nint)from * columns, (nint)(until - from) * columns * sizeof(T));
                }
                if (isWhole) continue;
                for (int i = 0; i < Target.Height; i++)
                    for (int j = 0; j < Target.Width; j++) *to++ = results[i * TargetStep.Height * columns + j * TargetStep.Width];
            }
            if (IsLarge) Streaming.Fence();
        }

        /// <summary>
        /// Two rows of results from four; the last vector overlaps the one before. As much of the next plane is fetched meanwhile, and results go
        /// past the caches if <paramref name="streams"/>.
        /// </summary>
        [MethodImpl(Compiled.Apart)]
        static void TwoRows(T* x, int pitch, T* kernel, T start, int columns, T* y0, T* y1, T* next, bool streams)
        {
            TVector w0 = TSimd.Broadcast(kernel[0]), w1 = TSimd.Broadcast(kernel[1]), w2 = TSimd.Broadcast(kernel[2]);
            TVector w3 = TSimd.Broadcast(kernel[3]), w4 = TSimd.Broadcast(kernel[4]), w5 = TSimd.Broadcast(kernel[5]);
            TVector w6 = TSimd.Broadcast(kernel[6]), w7 = TSimd.Broadcast(kernel[7]), w8 = TSimd.Broadcast(kernel[8]);
            for (int p = 0; p < columns; p += TSimd.Count)
            {
                int at = columns >= TSimd.Count ? Math.Min(p, columns - TSimd.Count) : 0;
                TVector s0 = TSimd.Broadcast(start), s1 = s0;
                Streaming.Prefetch(next + 2 * at);
                T* row = x + at;
                TVector a = TSimd.Load(row), b = TSimd.Load(row + 1), c = TSimd.Load(row + 2);
                s0 = TSimd.MultiplyAdd(w0, a, s0);
                s0 = TSimd.MultiplyAdd(w1, b, s0);
                s0 = TSimd.MultiplyAdd(w2, c, s0);
                row += pitch;
                (a, b, c) = (TSimd.Load(row), TSimd.Load(row + 1), TSimd.Load(row + 2));
                s0 = TSimd.MultiplyAdd(w3, a, s0);
                s1 = TSimd.MultiplyAdd(w0, a, s1);
                s0 = TSimd.MultiplyAdd(w4, b, s0);
                s1 = TSimd.MultiplyAdd(w1, b, s1);
                s0 = TSimd.MultiplyAdd(w5, c, s0);
                s1 = TSimd.MultiplyAdd(w2, c, s1);
                row += pitch;
                (a, b, c) = (TSimd.Load(row), TSimd.Load(row + 1), TSimd.Load(row + 2));
                s0 = TSimd.MultiplyAdd(w6, a, s0);
                s1 = TSimd.MultiplyAdd(w3, a, s1);
                s0 = TSimd.MultiplyAdd(w7, b, s0);
                s1 = TSimd.MultiplyAdd(w4, b, s1);
                s0 = TSimd.MultiplyAdd(w8, c, s0);
                s1 = TSimd.MultiplyAdd(w5, c, s1);
                row += pitch;
                s1 = TSimd.MultiplyAdd(w6, TSimd.Load(row), s1);
                s1 = TSimd.MultiplyAdd(w7, TSimd.Load(row + 1), s1);
                s1 = TSimd.MultiplyAdd(w8, TSimd.Load(row + 2), s1);
                if (streams)
                {
                    Streaming.Store(y0 + at, s0);
                    Streaming.Store(y1 + at, s1);
                }
                else if (columns >= TSimd.Count)
                {
                    TSimd.Store(y0 + at, s0);
                    TSimd.Store(y1 + at, s1);
                }
                else
                {
                    TSimd.Store(y0, s0, columns);
                    TSimd.Store(y1, s1, columns);
                }
            }
        }
    }

    struct Slopes : IRange
    {
        public ConvolutionGeometry Geometry;
        public T* X, Dy, Dw;

        [MethodImpl(Compiled.Apart)]
        public readonly void Run(int first, int end)
        {
            Extent input = new(Geometry.Height.Input, Geometry.Width.Input), output = new(Geometry.Height.Output, Geometry.Width.Output);
            Extent step = new(Geometry.Height.Stride, Geometry.Width.Stride), before = new(Geometry.Height.PadBefore, Geometry.Width.PadBefore);
            bool isDirect = step == new Extent(1, 1);       // then slopes are read in place
            int rows = (output.Height - 1) * step.Height + 1, columns = (output.Width - 1) * step.Width + 1, width = isDirect ? columns : RoundUp(columns);
            int pitch = RoundUp(Math.Max(RoundUp(columns), input.Width + Border) + Border) + TSimd.Count, high = Math.Max(rows, input.Height + Border) + Border;
            nint padded = (nint)high * pitch, slopes = isDirect ? 0 : (nint)rows * width;
            T* x = (T*)Workspace.OfJob((padded + slopes) * sizeof(T)), spread = x + padded;
            new Span<T>(x, (int)(padded + slopes)).Clear();
            T* sums = stackalloc T[Taps + 3];
            double* all = stackalloc double[Taps];
            for (int channel = first; channel < end; channel++)
            {
                new Span<double>(all, Taps).Clear();
                for (int n = 0; n < Geometry.Batch; n++)
                {
                    nint plane = (nint)n * Geometry.InChannels + channel;
                    Spread(X + plane * Geometry.InputPlane, input, new(1, 1), before, x, pitch);
                    T* dy = Dy + plane * Geometry.OutputPlane;
                    if (!isDirect) Spread(dy, output, step, default, spread, width);
                    nint ahead = (nint)Geometry.InChannels;
                    Dots(
                        x, pitch, isDirect ? dy : spread, rows, width, step.Height, sums,
                        X + (plane + ahead) * Geometry.InputPlane, Dy + (plane + ahead) * Geometry.OutputPlane);
                    for (int tap = 0; tap < Taps; tap++) all[tap] += double.CreateTruncating(sums[tap]);
                }
                for (int tap = 0; tap < Taps; tap++) Dw[channel * Taps + tap] = T.CreateTruncating(all[tap]);
            }
        }

        /// <summary>The products of a plane of slopes with the nine shifted planes; only every <paramref name="step"/>-th row has slopes. The planes of the next image are fetched meanwhile.</summary>
        [MethodImpl(Compiled.Apart)]
        static void Dots(T* x, int pitch, T* dy, int rows, int width, int step, T* sums, T* nextX, T* nextDy)
        {
            TVector s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default, s8 = default;
            for (int row = 0; row < rows; row += step)
                for (int p = 0; p < width; p += TSimd.Count)
                {
                    Streaming.Prefetch(nextX + row * width + p);
                    Streaming.Prefetch(nextDy + row * width + p);
                    int left = width - p;
                    TVector slope = left >= TSimd.Count ? TSimd.Load(dy + row * width + p) : TSimd.Load(dy + row * width + p, left);
                    T* from = x + row * pitch + p;
                    s0 = TSimd.MultiplyAdd(slope, TSimd.Load(from), s0);
                    s1 = TSimd.MultiplyAdd(slope, TSimd.Load(from + 1), s1);
                    s2 = TSimd.MultiplyAdd(slope, TSimd.Load(from + 2), s2);
                    from += pitch;
                    s3 = TSimd.MultiplyAdd(slope, TSimd.Load(from), s3);
                    s4 = TSimd.MultiplyAdd(slope, TSimd.Load(from + 1), s4);
                    s5 = TSimd.MultiplyAdd(slope, TSimd.Load(from + 2), s5);
                    from += pitch;
                    s6 = TSimd.MultiplyAdd(slope, TSimd.Load(from), s6);
                    s7 = TSimd.MultiplyAdd(slope, TSimd.Load(from + 1), s7);
                    s8 = TSimd.MultiplyAdd(slope, TSimd.Load(from + 2), s8);
                }
            TVector none = default;
            TSimd.Sums(s0, s1, s2, s3, sums);
            TSimd.Sums(s4, s5, s6, s7, sums + 4);
            TSimd.Sums(s8, none, none, none, sums + 8);
        }
    }
}

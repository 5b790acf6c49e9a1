using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

[Collection(KernelSettings.Name)]
public unsafe class PoolingTests
{
    static IEnumerable<PoolingGeometry> Sliding()
    {
        foreach (int kernel in (int[])[1, 2, 3, 5])
            foreach (int stride in (int[])[1, 2, 3])
                foreach (int dilation in (int[])[1, 2])
                    foreach (int size in (int[])[1, 2, 5, 8, 17])
                        foreach (bool ceil in (bool[])[false, true])
                        {
                            int extent = (kernel - 1) * dilation + 1, before = size % 2 * (extent / 2), after = size % 3 % 2 * (extent / 2);
                            int height = Math.Max(size, extent), width = Math.Max(34 - size, extent);
                            yield return PoolingGeometry.Create("Pool", [1, 2, height, width], [kernel, kernel], [stride, stride],
                                [before, before], [after, before], [dilation, dilation], ceil);
                        }
        foreach (int size in (int[])[2, 3, 4, 5, 6, 7, 9, 14, 15, 16, 17, 28, 31, 32, 33, 34])
            foreach (int height in (int[])[2, 3, 6, 7, 18])
                yield return PoolingGeometry.Create("Pool", [1, 2, height, size], [2, 2], [2, 2], [0, 0], [0, 0], [1, 1]);
        yield return PoolingGeometry.Create("Pool", [2, 3, 19], [4], [3], [2], [1], [1], true);
        yield return PoolingGeometry.Create("Pool", [2, 3, 5, 6, 7], [2, 3, 2], [1, 2, 2], [1, 0, 1], [0, 1, 1], [1, 1, 2], true);
        // More rows than are copied at once: with stride, alone, and in each of several slices.
        yield return PoolingGeometry.Create("Pool", [1, 1, 150, 300], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1]);
        yield return PoolingGeometry.Create("Pool", [1, 1, 3, 15000], [3, 3], [1, 2], [1, 1], [1, 1], [1, 1]);
        yield return PoolingGeometry.Create("Pool", [1, 1, 4, 40, 500], [3, 2, 2], [1, 3, 2], [1, 1, 0], [0, 1, 1], [1, 1, 1], true);
    }

    static IEnumerable<PoolingGeometry> Adaptive()
    {
        foreach (int size in (int[])[1, 2, 3, 7, 10, 33])
            foreach (int bins in (int[])[1, 2, 3, 5, 7, 12])
                yield return PoolingGeometry.CreateAdaptive("Pool", [2, 3, size, 40 - size], [bins, 13 - bins]);
        yield return PoolingGeometry.CreateAdaptive("Pool", [1, 2, 5], [3]);
        yield return PoolingGeometry.CreateAdaptive("Pool", [1, 2, 4, 70], [2, 3]);      // bins of more than a few columns
        yield return PoolingGeometry.CreateAdaptive("Pool", [1, 2, 5, 6, 7], [2, 6, 1]);
    }

    [Fact]
    public void Maximum_equals_the_plain_loops_for_every_instruction_set() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (PoolingGeometry g in Sliding().Concat(Adaptive()))
        {
            CheckMaximum<float>(g, Apart);
            CheckMaximum<double>(g, Apart);
        }
    });

    [Fact]
    public void The_first_of_equal_maxima_wins_and_the_first_NaN_for_every_instruction_set() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (PoolingGeometry g in Sliding().Concat(Adaptive()))
        {
            CheckMaximum<float>(g, Alike);
            CheckMaximum<double>(g, Alike);
        }
    });

    static double Apart(double x) => x;

    /// <summary>A few values, among them NaN and both infinities.</summary>
    static double Alike(double x) => Math.Abs(x) > 0.45 ? double.NaN : Math.Abs(x) < 0.1 ? double.PositiveInfinity : x < -0.1 ? double.NegativeInfinity : Math.Round(3 * x);

    [Fact]
    public void Average_equals_the_plain_loops_for_every_instruction_set() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (PoolingGeometry g in Sliding().Concat(Adaptive()).Where(g => g.Width.Window.Dilation == 1))
            foreach (WindowDivisor divisor in Enum.GetValues<WindowDivisor>())
            {
                CheckAverage<float>(g, divisor, 1.2e-7);
                CheckAverage<double>(g, divisor, 2.3e-16);
            }
    });

    [Theory]
    [InlineData(8, 3)]
    [InlineData(20, 20)]
    public void The_first_maximum_wins_and_NaN_beats_every_number(int height, int width)
    {
        PoolingGeometry g = PoolingGeometry.Create("Pool", [1, 1, height, width], [2, 2], [2, 2], [0, 0], [0, 0], [1, 1]);
        using Native<float> x = new(g.InputLength, 1), y = new(g.OutputLength);
        int[] winners = new int[g.OutputLength];
        foreach (float fill in (float[])[0, float.NegativeInfinity, float.NaN])
        {
            x.Span.Fill(fill);
            fixed (int* pointer = winners) MaxPooling.Forward(g, x.Pointer, y.Pointer, pointer);
            for (int o = 0; o < winners.Length; o++)
            {
                Assert.Equal(fill, y.Span[o]);
                Assert.Equal(2 * (o / (width / 2)) * width + 2 * (o % (width / 2)), winners[o]);
            }
        }

        x.Span.Fill(1);
        x.Span[1] = float.NaN;
        x.Span[width] = float.PositiveInfinity;
        fixed (int* pointer = winners) MaxPooling.Forward(g, x.Pointer, y.Pointer, pointer);
        Assert.Equal(float.NaN, y.Span[0]);
        Assert.Equal(1, winners[0]);
    }

    [Fact]
    public void Ceil_mode_drops_a_window_that_would_start_in_the_padding_after_the_input()
    {
        // PyTorch's rule: 4 wide, windows of 2 every 3 with padding 1 would start at -1, 2 and 5, but 5 is beyond the input.
        Assert.Equal(2, new WindowAxis(4, 2, 3, 1, 1, 1, CeilMode: true).Output);
        Assert.Equal(3, new WindowAxis(5, 2, 2, CeilMode: true).Output);
        Assert.Equal(2, new WindowAxis(5, 2, 2).Output);
    }

    [Fact]
    public void Results_are_the_same_bits_for_any_number_of_threads()
    {
        PoolingGeometry g = PoolingGeometry.Create("Pool", [3, 50, 30, 31], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1]);
        float[]? one = null;
        foreach (int threads in (int[])[1, 2, 7])
        {
            using var setting = KernelSettings.Threads(threads);
            Assert.Equal(one ??= Run(), Run());
        }

        float[] Run()
        {
            using Native<float> x = new(g.InputLength, 1), y = new(g.OutputLength), dx = new(g.InputLength), average = new(g.OutputLength);
            int[] winners = new int[g.OutputLength];
            fixed (int* pointer = winners)
            {
                MaxPooling.Forward(g, x.Pointer, y.Pointer, pointer);
                MaxPooling.Backward(g, y.Pointer, pointer, dx.Pointer);
            }
            AveragePooling.Forward(g, x.Pointer, average.Pointer, WindowDivisor.Padded);
            return [.. y.Span, .. dx.Span, .. average.Span];
        }
    }

    [Theory]
    [InlineData(520, 64)]
    [InlineData(600, 61)]
    public void Gradients_stored_past_the_caches_equal_those_of_each_plane_by_itself(int planes, int size)
    {
        PoolingGeometry sliding = Sliding(planes), bins = Adaptive(planes);
        Assert.True(Streaming.Suits<float>(sliding.InputLength));
        using Native<float> x = new(sliding.InputLength, 1), y = new(sliding.OutputLength), dx = new(sliding.InputLength + 16), shares = new(sliding.InputLength + 16);
        using Native<float> one = new(sliding.InputPlane);
        float* slopes = Aligned(dx), means = Aligned(shares);
        int[] winners = new int[sliding.OutputLength];
        fixed (int* pointer = winners)
        {
            MaxPooling.Forward(sliding, x.Pointer, y.Pointer, pointer);
            MaxPooling.Backward(sliding, y.Pointer, pointer, slopes);
            AveragePooling.Backward(bins, x.Pointer, means, WindowDivisor.Covered);
            for (int plane = 0; plane < planes; plane++)
            {
                nint output = (nint)plane * sliding.OutputPlane;
                MaxPooling.Backward(Sliding(1), y.Pointer + output, pointer + output, one.Pointer);
                Assert.True(one.Span.SequenceEqual(Plane(slopes, plane)));
                AveragePooling.Backward(Adaptive(1), x.Pointer + (nint)plane * bins.OutputPlane, one.Pointer, WindowDivisor.Covered);
                Assert.True(one.Span.SequenceEqual(Plane(means, plane)));
            }
        }

        static float* Aligned(Native<float> memory) => (float*)(((nint)memory.Pointer + 63) & -64);
        ReadOnlySpan<float> Plane(float* all, int plane) => new(all + (nint)plane * sliding.InputPlane, sliding.InputPlane);
        PoolingGeometry Sliding(int planes) => PoolingGeometry.Create("Pool", [1, planes, size, size], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1]);
        PoolingGeometry Adaptive(int planes) => PoolingGeometry.CreateAdaptive("Pool", [1, planes, size, size], [7, 7]);
    }

    [Fact]
    public void Bad_geometry_is_refused_with_the_reason()
    {
        Assert.Equal("MaxPool: expected a kernel no larger than the padded input, got a kernel of 5 over 3 + 0 + 1 on spatial axis 1. " +
            "Use a smaller kernel or more padding.",
            Assert.Throws<ShapeException>(() => PoolingGeometry.Create("MaxPool", [1, 1, 9, 3], [5, 5], [1, 1], [0, 0], [0, 1], [1, 1])).Message);
        Assert.StartsWith("MaxPool: expected a padding of at most half the window, 1, got 2 on spatial axis 0. A window of padding only would have no value.",
            Assert.Throws<ArgumentOutOfRangeException>(() => PoolingGeometry.Create("MaxPool", [1, 1, 9], [2], [1], [2], [0], [1])).Message, StringComparison.Ordinal);
        Assert.Equal("AveragePool: expected an input [batch, channels, 2 spatial axes], got [3, 9, 9]. A single image needs a batch axis of 1.",
            Assert.Throws<ShapeException>(() => PoolingGeometry.Create("AveragePool", [3, 9, 9], [2, 2], [1, 1], [0, 0], [0, 0], [1, 1])).Message);
        Assert.StartsWith("AdaptivePool: expected output sizes of at least 1, got 0 on spatial axis 1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => PoolingGeometry.CreateAdaptive("AdaptivePool", [1, 1, 4, 4], [2, 0])).Message, StringComparison.Ordinal);
        Assert.Equal("AdaptivePool: expected at least one element on spatial axis 0, got 0. Is the batch empty?",
            Assert.Throws<ShapeException>(() => PoolingGeometry.CreateAdaptive("AdaptivePool", [1, 1, 0], [2])).Message);
    }

    static void CheckMaximum<T>(in PoolingGeometry g, Func<double, double> value) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using Native<T> x = new(g.InputLength, 1), dy = new(g.OutputLength, 2), y = new(g.OutputLength), dx = new(g.InputLength);
        for (int i = 0; i < x.Span.Length; i++) x.Span[i] = T.CreateTruncating(value(double.CreateTruncating(x.Span[i])));
        int[] winners = new int[g.OutputLength];
        fixed (int* pointer = winners)
        {
            MaxPooling.Forward(g, x.Pointer, y.Pointer, pointer);
            MaxPooling.Backward(g, dy.Pointer, pointer, dx.Pointer);
        }
        using Native<T> alone = new(g.OutputLength);
        MaxPooling.Forward(g, x.Pointer, alone.Pointer, null);
        Assert.Equal(y.Span, alone.Span);
        T[] slopes = new T[g.InputLength];
        for (int o = 0; o < g.OutputLength; o++)
        {
            int plane = o / g.OutputPlane * g.InputPlane;
            List<int> taps = Taps(g, o % g.OutputPlane);
            int winner = taps.Count == 0 ? -1 : taps.OrderByDescending(i => T.IsNaN(x.Span[plane + i])).ThenByDescending(i => x.Span[plane + i]).First();
            Assert.Equal(winner, winners[o]);
            Assert.Equal(winner < 0 ? T.NegativeInfinity : x.Span[plane + winner], y.Span[o]);
            if (winner >= 0) slopes[plane + winner] += dy.Span[o];
        }
        Assert.Equal(slopes, dx.Span.ToArray());
    }

    static void CheckAverage<T>(in PoolingGeometry g, WindowDivisor divisor, double epsilon) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using Native<T> x = new(g.InputLength, 1), dy = new(g.OutputLength, 2), y = new(g.OutputLength), dx = new(g.InputLength);
        AveragePooling.Forward(g, x.Pointer, y.Pointer, divisor);
        AveragePooling.Backward(g, dy.Pointer, dx.Pointer, divisor);
        double[] slopes = new double[g.InputLength];
        double most = 1;
        for (int o = 0; o < g.OutputLength; o++)
        {
            int plane = o / g.OutputPlane * g.InputPlane;
            List<int> taps = Taps(g, o % g.OutputPlane);
            double sum = 0, length = divisor switch
            {
                WindowDivisor.Padded => PaddedLength(g, o % g.OutputPlane),
                WindowDivisor.Covered => taps.Count,
                _ => 1,
            };
            most = Math.Max(most, taps.Count);
            foreach (int i in taps)
            {
                sum += double.CreateTruncating(x.Span[plane + i]);
                slopes[plane + i] += double.CreateTruncating(dy.Span[o]) / length;
            }
            Assert.Equal(sum / length, double.CreateTruncating(y.Span[o]), epsilon * (taps.Count + 2));
        }
        // An input is covered by at most 25 sliding windows or 16 bins.
        for (int i = 0; i < slopes.Length; i++) Assert.Equal(slopes[i], double.CreateTruncating(dx.Span[i]), epsilon * 30);
    }

    /// <summary>Positions in the plane that output o reads, found by trying every input position.</summary>
    static List<int> Taps(PoolingGeometry g, int o)
    {
        int w = o % g.Width.Output, h = o / g.Width.Output % g.Height.Output, d = o / g.Width.Output / g.Height.Output;
        List<int> depths = Positions(g.Depth, d), rows = Positions(g.Height, h), columns = Positions(g.Width, w);
        return [.. from i in depths from j in rows from k in columns select (i * g.Height.Input + j) * g.Width.Input + k];

        static List<int> Positions(PoolingAxis axis, int o) => [.. Enumerable.Range(0, axis.Input).Where(i => Reads(axis, o, i))];
    }

    static bool Reads(in PoolingAxis axis, int o, int i)
    {
        if (axis.Bins > 0) return i >= Math.Floor((double)o * axis.Input / axis.Bins) && i < Math.Ceiling((o + 1.0) * axis.Input / axis.Bins);
        int offset = i - (o * axis.Window.Stride - axis.Window.PadBefore);
        return offset >= 0 && offset % axis.Window.Dilation == 0 && offset / axis.Window.Dilation < axis.Window.Kernel;
    }

    static double PaddedLength(in PoolingGeometry g, int o)
    {
        return Length(g.Width, o % g.Width.Output) * Length(g.Height, o / g.Width.Output % g.Height.Output) *
            Length(g.Depth, o / g.Width.Output / g.Height.Output);

        static double Length(PoolingAxis axis, int o) => Enumerable.Range(-axis.Window.PadBefore, axis.Window.PadBefore + axis.Input + axis.Window.PadAfter)
            .Count(i => Reads(axis, o, i) && (axis.Bins == 0 || i >= 0 && i < axis.Input));
    }
}

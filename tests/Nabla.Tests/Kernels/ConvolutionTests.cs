using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

[Collection(KernelSettings.Name)]
public unsafe class ConvolutionTests
{
    [Fact]
    public void Forward_and_gradients_equal_the_plain_loops_in_single_precision()
    {
        foreach (ConvolutionGeometry g in ConvolutionCases.Grid().Concat(ConvolutionCases.Special())) Check<float>(g, 1.2e-7);
    }

    [Fact]
    public void Forward_and_gradients_equal_the_plain_loops_in_double_precision()
    {
        foreach (ConvolutionGeometry g in ConvolutionCases.Grid().Where((_, i) => i % 4 == 0).Concat(ConvolutionCases.Special()))
            Check<double>(g, 2.3e-16);
    }

    [Fact]
    public void Narrower_instruction_sets_give_the_same_results() => KernelSettings.ForEachInstructionSet(() =>
    {
        if (InstructionSets.Active == InstructionSets.Best) return;
        foreach (ConvolutionGeometry g in ConvolutionCases.Grid().Where((_, i) => i % 5 == 0).Concat(ConvolutionCases.Special().Take(10)))
        {
            Check<float>(g, 1.2e-7);
            Check<double>(g, 2.3e-16);
        }
    });

    [Fact]
    public void Results_are_the_same_bits_for_any_number_of_threads()
    {
        foreach (ConvolutionGeometry g in ConvolutionCases.Special().Append(ConvolutionCases.TwoD(33, 9, 70, 1, 9, 9, 3, 1, 1, 1)))
        {
            float[][]? one = null;
            foreach (int threads in (int[])[1, 2, 7])
        {
            using var setting = KernelSettings.Threads(threads);
            Assert.Equal(one ??= Run(), Run());
        }

            float[][] Run()
            {
                using Native<float> x = new(g.InputLength, 1), w = new(g.WeightLength, 2), y = new(g.OutputLength), dy = new(g.OutputLength, 3),
                    dx = new(g.InputLength), dw = new(g.WeightLength);
                Convolution.Forward(g, x.Pointer, w.Pointer, null, y.Pointer);
                Convolution.BackwardInput(g, dy.Pointer, w.Pointer, dx.Pointer);
                Convolution.BackwardWeight(g, x.Pointer, dy.Pointer, dw.Pointer);
                return [y.Span.ToArray(), dx.Span.ToArray(), dw.Span.ToArray()];
            }
        }
    }

    [Fact]
    public void Backward_input_is_the_adjoint_of_forward()
    {
        foreach (ConvolutionGeometry g in ConvolutionCases.Special())
        {
            using Native<double> x = new(g.InputLength, 1), w = new(g.WeightLength, 2), y = new(g.OutputLength), dy = new(g.OutputLength, 3),
                dx = new(g.InputLength);
            Convolution.Forward(g, x.Pointer, w.Pointer, null, y.Pointer);
            Convolution.BackwardInput(g, dy.Pointer, w.Pointer, dx.Pointer);
            double left = Dot(y.Span, dy.Span), right = Dot(x.Span, dx.Span);
            Assert.Equal(left, right, 1e-14 * Math.Sqrt(g.OutputLength) * g.InPerGroup * g.Taps + 1e-13);
        }
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        ConvolutionGeometry g = ConvolutionCases.TwoD(3, 8, 17, 1, 9, 9, 3, 1, 1, 1);
        using Native<float> x = new(g.InputLength, 1), w = new(g.WeightLength, 2), y = new(g.OutputLength, 3), dx = new(g.InputLength),
            dw = new(g.WeightLength);
        long before = 0;
        for (int i = 0; i < 3; i++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            Convolution.Forward(g, x.Pointer, w.Pointer, null, y.Pointer);
            Convolution.BackwardInput(g, y.Pointer, w.Pointer, dx.Pointer);
            Convolution.BackwardWeight(g, x.Pointer, y.Pointer, dw.Pointer);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Bad_geometry_is_refused_with_the_reason()
    {
        Refused<ShapeException>("Conv2d: expected a kernel no larger than the padded input, got a kernel of 3 with dilation 2 (covers 5) over 4 + 0 + 0 " +
            "on spatial axis 0. Use a smaller kernel or more padding.", [1, 1, 4, 9], [1, 1, 3, 3], dilation: 2);
        Refused<ShapeException>("Conv2d: expected input channels divisible by groups, got 3 channels and 2 groups.", [1, 3, 4, 4], [4, 1, 1, 1], groups: 2);
        Refused<ShapeException>("Conv2d: expected output channels divisible by groups, got 3 channels and 2 groups.", [1, 4, 4, 4], [3, 2, 1, 1], groups: 2);
        Refused<ShapeException>("Conv2d: expected an input with 3 channels (3 per group × 1) for the weight [8, 3, 5, 5], got 4 in [2, 4, 32, 32].",
            [2, 4, 32, 32], [8, 3, 5, 5]);
        Refused<ShapeException>("Conv2d: expected an input [batch, channels, 2 spatial axes] for the weight [8, 3, 5, 5], got [3, 32, 32]. " +
            "A single image needs a batch axis of 1.", [3, 32, 32], [8, 3, 5, 5]);
        Refused<ShapeException>("Conv2d: expected at least one image and channel, got input [0, 3, 8, 8] and weight [8, 3, 5, 5].", [0, 3, 8, 8], [8, 3, 5, 5]);
        Refused<ShapeException>("Conv2d: expected at least one element on spatial axis 1, got 0. Is the batch empty?", [1, 3, 8, 0], [8, 3, 1, 1]);
        Refused<ArgumentOutOfRangeException>("Conv2d: expected stride at least 1, got 0 on spatial axis 0.", [1, 3, 8, 8], [8, 3, 1, 1], stride: 0);
        Refused<ArgumentOutOfRangeException>("Conv2d: expected dilation at least 1, got -1 on spatial axis 0.", [1, 3, 8, 8], [8, 3, 1, 1], dilation: -1);
        Refused<ArgumentOutOfRangeException>("Conv2d: expected padding at least 0, got -2 on spatial axis 0.", [1, 3, 8, 8], [8, 3, 1, 1], padding: -2);
        Refused<ArgumentOutOfRangeException>("Conv2d: expected groups of at least 1, got 0.", [1, 3, 8, 8], [8, 3, 1, 1], groups: 0);
        Refused<ArgumentOutOfRangeException>("Conv2d: expected padding small enough for the padded input to have fewer than 2³¹ positions, got 2147483647 " +
            "on spatial axis 0.", [1, 3, 8, 8], [8, 3, 1, 1], padding: int.MaxValue);

        static void Refused<TException>(string message, int[] input, int[] weight, int stride = 1, int padding = 0, int dilation = 1, int groups = 1)
            where TException : Exception =>
            Assert.StartsWith(message, Assert.Throws<TException>(() => ConvolutionGeometry.Create("Conv2d", input, weight, [stride, stride],
                [padding, padding], [padding, padding], [dilation, dilation], groups)).Message, StringComparison.Ordinal);
    }

    static void Check<T>(in ConvolutionGeometry g, double epsilon) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using Native<T> x = new(g.InputLength, 1), w = new(g.WeightLength, 2), bias = new(g.OutChannels, 3), dy = new(g.OutputLength, 4);
        using Native<T> y = new(g.OutputLength), dx = new(g.InputLength), dw = new(g.WeightLength);
        using Native<T> yNaive = new(g.OutputLength), dxNaive = new(g.InputLength), dwNaive = new(g.WeightLength);
        T* start = g.Batch == 1 ? null : bias.Pointer;

        Convolution.Forward(g, x.Pointer, w.Pointer, start, y.Pointer);
        NaiveConvolution.Forward(g, x.Pointer, w.Pointer, start, yNaive.Pointer);
        Near("forward", g, yNaive.Span, y.Span, epsilon, g.InPerGroup * g.Taps + 1);

        Convolution.BackwardInput(g, dy.Pointer, w.Pointer, dx.Pointer);
        NaiveConvolution.BackwardInput(g, dy.Pointer, w.Pointer, dxNaive.Pointer);
        Near("gradient of the input", g, dxNaive.Span, dx.Span, epsilon, g.OutPerGroup * g.Taps);

        Convolution.BackwardWeight(g, x.Pointer, dy.Pointer, dw.Pointer);
        NaiveConvolution.BackwardWeight(g, x.Pointer, dy.Pointer, dwNaive.Pointer);
        Near("gradient of the weight", g, dwNaive.Span, dw.Span, epsilon, (int)(g.Batch * g.OutputPlane));
    }

    // Partial sums of n products of random sign grow like √n, and so do their accumulated rounding errors: together n·ε, less than a quarter of it typically.
    internal static void Near<T>(string what, in ConvolutionGeometry g, Span<T> expected, Span<T> actual, double epsilon, int terms) where T : unmanaged, INumber<T>
    {
        double tolerance = epsilon * (terms + 4);
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs(double.CreateTruncating(expected[i]) - double.CreateTruncating(actual[i]));
            if (!(difference <= tolerance)) Assert.Fail($"{what}[{i}] is {actual[i]}, expected {expected[i]} ± {tolerance} for {g}");
        }
    }

    static double Dot(Span<double> a, Span<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}

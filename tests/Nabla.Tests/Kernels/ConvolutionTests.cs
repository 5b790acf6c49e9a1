using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

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
    public void Results_are_the_same_bits_for_any_number_of_threads()
    {
        int threads = Workers.Count;
        try
        {
            foreach (ConvolutionGeometry g in ConvolutionCases.Special().Append(ConvolutionCases.TwoD(33, 9, 70, 1, 9, 9, 3, 1, 1, 1)))
            {
                Workers.Count = 1;
                float[][] one = Run(g);
                foreach (int count in (int[])[2, 7])
                {
                    Workers.Count = count;
                    float[][] many = Run(g);
                    for (int i = 0; i < one.Length; i++) Assert.Equal(one[i], many[i]);
                }
            }
        }
        finally
        {
            Workers.Count = threads;
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

    static float[][] Run(in ConvolutionGeometry g)
    {
        using Native<float> x = new(g.InputLength, 1), w = new(g.WeightLength, 2), y = new(g.OutputLength), dy = new(g.OutputLength, 3),
            dx = new(g.InputLength), dw = new(g.WeightLength);
        Convolution.Forward(g, x.Pointer, w.Pointer, null, y.Pointer);
        Convolution.BackwardInput(g, dy.Pointer, w.Pointer, dx.Pointer);
        Convolution.BackwardWeight(g, x.Pointer, dy.Pointer, dw.Pointer);
        return [y.Span.ToArray(), dx.Span.ToArray(), dw.Span.ToArray()];
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
    static void Near<T>(string what, in ConvolutionGeometry g, Span<T> expected, Span<T> actual, double epsilon, int terms) where T : unmanaged, INumber<T>
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

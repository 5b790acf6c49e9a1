using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

[Collection(KernelSettings.Name)]
public unsafe class WinogradTests
{
    /// <summary>Tiles that hang over, panels and blocks that are not full, groups, chunks of rows, lone blocks, unequal and excess padding.</summary>
    static IEnumerable<ConvolutionGeometry> Cases()
    {
        yield return ConvolutionCases.TwoD(1, 16, 16, 1, 16, 16, 3, 1, 1, 1);
        yield return ConvolutionCases.TwoD(3, 17, 25, 1, 13, 14, 3, 1, 1, 1);
        yield return ConvolutionCases.TwoD(4, 12, 13, 1, 11, 9, 3);
        yield return ConvolutionCases.TwoD(3, 36, 42, 3, 9, 14, 3, 1, 1, 1);
        yield return ConvolutionCases.TwoD(5, 50, 25, 1, 7, 7, 3, 1, 1, 1);
        yield return ConvolutionCases.TwoD(17, 20, 70, 1, 3, 3, 3, 1, 1, 1);
        yield return ConvolutionCases.TwoD(2, 33, 12, 1, 10, 70, 3, 1, 2, 2);
        yield return ConvolutionCases.TwoD(2, 14, 15, 1, 6, 12, 3, 1, 5, 4);
        yield return ConvolutionCases.TwoD(5, 130, 110, 1, 9, 8, 3, 1, 1, 0);
        yield return ConvolutionCases.TwoD(16, 30, 160, 1, 4, 4, 3, 1, 1, 1);
        yield return ConvolutionCases.TwoD(3, 180, 20, 1, 16, 15, 3, 1, 0, 1);
    }

    [Fact]
    public void Forward_and_gradients_are_close_to_the_plain_loops() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (ConvolutionGeometry g in Cases().Where((_, i) => i < 6 || InstructionSets.Active == InstructionSets.Best)) Check(g);
    });

    static void Check(in ConvolutionGeometry g)
    {
        Assert.True(Winograd.Fits(g), $"{g}");
        using Native<float> x = new(g.InputLength, 1), w = new(g.WeightLength, 2), bias = new(g.OutChannels, 3), dy = new(g.OutputLength, 4);
        using Native<float> y = new(g.OutputLength), dx = new(g.InputLength), dw = new(g.WeightLength);
        using Native<float> yPlain = new(g.OutputLength), dxPlain = new(g.InputLength), dwPlain = new(g.WeightLength);
        Assert.True(Winograd.Forward(g, x.Pointer, w.Pointer, bias.Pointer, y.Pointer));
        NaiveConvolution.Forward(g, x.Pointer, w.Pointer, bias.Pointer, yPlain.Pointer);
        Near("forward", g, yPlain.Span, y.Span);
        Assert.True(Winograd.BackwardInput(g, dy.Pointer, w.Pointer, dx.Pointer));
        NaiveConvolution.BackwardInput(g, dy.Pointer, w.Pointer, dxPlain.Pointer);
        Near("gradient of the input", g, dxPlain.Span, dx.Span);
        Assert.True(Winograd.BackwardWeight(g, x.Pointer, dy.Pointer, dw.Pointer));
        NaiveConvolution.BackwardWeight(g, x.Pointer, dy.Pointer, dwPlain.Pointer);
        Near("gradient of the weight", g, dwPlain.Span, dw.Span);
    }

    [Fact]
    public void Results_are_the_same_bits_for_any_number_of_threads()
    {
        foreach (ConvolutionGeometry g in Cases())
        {
            float[][]? one = null;
            foreach (int threads in (int[])[1, 2, 7])
            {
                using var setting = KernelSettings.Threads(threads);
                Assert.Equal(one ??= Run(g), Run(g));
            }
        }

        static float[][] Run(ConvolutionGeometry g)
        {
            using Native<float> x = new(g.InputLength, 1), w = new(g.WeightLength, 2), dy = new(g.OutputLength, 3);
            using Native<float> y = new(g.OutputLength), dx = new(g.InputLength), dw = new(g.WeightLength);
            Convolution.Forward(g, x.Pointer, w.Pointer, null, y.Pointer);
            Convolution.BackwardInput(g, dy.Pointer, w.Pointer, dx.Pointer);
            Convolution.BackwardWeight(g, x.Pointer, dy.Pointer, dw.Pointer);
            return [y.Span.ToArray(), dx.Span.ToArray(), dw.Span.ToArray()];
        }
    }

    /// <summary>Both remainders of rows and columns, of which the second may have fewer; patches that begin before the border or end beyond it, runs cut by panels.</summary>
    [Fact]
    public void Dilated_kernels_are_close_to_the_plain_loops_where_there_are_wide_registers() => KernelSettings.ForEachInstructionSet(() =>
    {
        ConvolutionGeometry[] cases =
        [
            ConvolutionCases.TwoD(2, 13, 14, 1, 13, 22, 3, 1, 2, 2, 2), ConvolutionCases.TwoD(3, 28, 26, 2, 9, 31, 3, 1, 1, 4, 2),
            ConvolutionCases.TwoD(5, 12, 12, 1, 16, 7, 3, 1, 0, 2, 2), ConvolutionCases.TwoD(17, 12, 15, 1, 2, 3, 3, 1, 2, 2, 2),
        ];
        foreach (ConvolutionGeometry g in cases)
            if (InstructionSets.Active == InstructionSet.Avx512) Check(g);
            else Assert.False(Winograd.Fits(g));
    });

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(3e38f)]
    public void What_is_not_finite_stays_where_it_is(float value)
    {
        ConvolutionGeometry g = ConvolutionCases.TwoD(2, 16, 16, 1, 13, 14, 3, 1, 1, 1);
        using Native<float> x = new(g.InputLength, 1), w = new(g.WeightLength, 2), dy = new(g.OutputLength, 3);
        using Native<float> y = new(g.OutputLength), dx = new(g.InputLength), dw = new(g.WeightLength);
        using Native<float> yExact = new(g.OutputLength), dxExact = new(g.InputLength), dwExact = new(g.WeightLength);
        x.Pointer[14 * 13 + 20] = dy.Pointer[5] = value;
        Assert.False(Winograd.Forward(g, x.Pointer, w.Pointer, null, y.Pointer));
        Convolution.Forward(g, x.Pointer, w.Pointer, null, y.Pointer);
        Convolution.Forward(g, x.Pointer, w.Pointer, null, yExact.Pointer, exact: true);
        Assert.Equal(yExact.Span.ToArray(), y.Span.ToArray());
        Convolution.BackwardInput(g, dy.Pointer, w.Pointer, dx.Pointer);
        Convolution.BackwardInput(g, dy.Pointer, w.Pointer, dxExact.Pointer, exact: true);
        Assert.Equal(dxExact.Span.ToArray(), dx.Span.ToArray());
        Convolution.BackwardWeight(g, x.Pointer, dy.Pointer, dw.Pointer);
        Convolution.BackwardWeight(g, x.Pointer, dy.Pointer, dwExact.Pointer, exact: true);
        Assert.Equal(dwExact.Span.ToArray(), dw.Span.ToArray());
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        ConvolutionGeometry g = ConvolutionCases.TwoD(4, 16, 16, 1, 13, 14, 3, 1, 1, 1);
        using Native<float> x = new(g.InputLength, 1), w = new(g.WeightLength, 2), y = new(g.OutputLength, 3), dx = new(g.InputLength), dw = new(g.WeightLength);
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
    public void The_caller_can_have_it_exact()
    {
        Tensor x = Tensor.Uniform((2, 16, 12, 12), new RandomStream(1), -1, 1), w = Tensor.Uniform((16, 16, 3, 3), new RandomStream(2), -1, 1);
        float[] fast = x.Conv2d(w, padding: 1).ToArray<float>(), exact = x.Conv2d(w, padding: 1, exact: true).ToArray<float>();
        Assert.NotEqual(exact, fast);
        Machine.ExactConvolutions = true;
        try
        {
            Assert.Equal(exact, x.Conv2d(w, padding: 1).ToArray<float>());
        }
        finally
        {
            Machine.ExactConvolutions = false;
        }
    }

    // The transforms amplify rounding: errors are some 1e-6 of the results' size where plain sums have 1e-7, ten times that at worst.
    static void Near(string what, in ConvolutionGeometry g, Span<float> expected, Span<float> actual)
    {
        double size = 0, errors = 0, worst = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double error = (double)expected[i] - actual[i];
            size += (double)expected[i] * expected[i];
            errors += error * error;
            worst = Math.Max(worst, Math.Abs(error));
        }
        (size, errors) = (Math.Sqrt(size / expected.Length), Math.Sqrt(errors / expected.Length));
        Assert.True(errors < 4e-6 * size && worst < 3e-5 * size, $"{what}: errors {errors / size:G3}, at most {worst / size:G3} of the results' size for {g}");
    }
}

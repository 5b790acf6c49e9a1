using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

/// <summary>Gathered patches on every geometry, whether or not they would be chosen for it.</summary>
[Collection(KernelSettings.Name)]
public unsafe class PatchConvolutionTests
{
    static IEnumerable<ConvolutionGeometry> Cases => ConvolutionCases.Grid().Where((_, i) => i % 5 == 0).Concat(ConvolutionCases.Special());

    [Fact]
    public void Forward_and_gradients_equal_the_plain_loops() => KernelSettings.ForEachInstructionSet(() =>
    {
        int step = InstructionSets.Active == InstructionSets.Best ? 1 : 5;
        foreach (ConvolutionGeometry g in Cases.Where((_, i) => i % step == 0))
        {
            Check<float>(g, 1.2e-7);
            Check<double>(g, 2.3e-16);
        }
    });

    [Fact]
    public void Results_are_the_same_bits_for_any_number_of_threads()
    {
        foreach (ConvolutionGeometry g in Cases.Where(static g => g.InPerGroup * g.Taps > 100))
        {
            float[][]? one = null;
            foreach (int threads in (int[])[1, 2, 7])
            {
                using var setting = KernelSettings.Threads(threads);
                using Native<float> x = new(g.InputLength, 1), w = new(g.WeightLength, 2), dy = new(g.OutputLength, 4);
                float[][] results = Results(g, x, w, null, dy)!;
                Assert.Equal(one ??= results, results);
            }
        }
    }

    [Fact]
    public void Taps_absurdly_far_apart_are_left_to_others()
    {
        ConvolutionGeometry g = ConvolutionCases.TwoD(1, 2, 2, 1, 3, 3, 2, 1, 50_000, 50_000, 100_000);
        using Native<float> x = new(g.InputLength, 1), w = new(g.WeightLength, 2), dy = new(g.OutputLength, 4);
        Assert.Null(Results(g, x, w, null, dy));
    }

    static T[][]? Results<T>(in ConvolutionGeometry g, Native<T> x, Native<T> w, T* bias, Native<T> dy) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using Native<T> y = new(g.OutputLength, 5), dx = new(g.InputLength, 6), dw = new(g.WeightLength, 7);
        bool fits = PatchConvolution<T>.Forward(g, x.Pointer, w.Pointer, bias, y.Pointer);
        Assert.Equal(fits, PatchConvolution<T>.BackwardInput(g, dy.Pointer, w.Pointer, dx.Pointer));
        Assert.Equal(fits, PatchConvolution<T>.BackwardWeight(g, x.Pointer, dy.Pointer, dw.Pointer));
        return fits ? [y.Span.ToArray(), dx.Span.ToArray(), dw.Span.ToArray()] : null;
    }

    static void Check<T>(in ConvolutionGeometry g, double epsilon) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using Native<T> x = new(g.InputLength, 1), w = new(g.WeightLength, 2), bias = new(g.OutChannels, 3), dy = new(g.OutputLength, 4);
        using Native<T> y = new(g.OutputLength), dx = new(g.InputLength), dw = new(g.WeightLength);
        T* start = g.Batch == 1 ? null : bias.Pointer;
        if (Results(g, x, w, start, dy) is not { } actual) return;

        NaiveConvolution.Forward(g, x.Pointer, w.Pointer, start, y.Pointer);
        NaiveConvolution.BackwardInput(g, dy.Pointer, w.Pointer, dx.Pointer);
        NaiveConvolution.BackwardWeight(g, x.Pointer, dy.Pointer, dw.Pointer);
        ConvolutionTests.Near("forward", g, y.Span, actual[0], epsilon, g.InPerGroup * g.Taps + 1);
        ConvolutionTests.Near("gradient of the input", g, dx.Span, actual[1], epsilon, g.OutPerGroup * g.Taps);
        ConvolutionTests.Near("gradient of the weight", g, dw.Span, actual[2], epsilon, (int)(g.Batch * g.OutputPlane));
    }
}

using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>Chooses where Winograd's algorithm is worth its transforms, and for which vectors.</summary>
internal static unsafe class Winograd
{
    const int FewestChannels = 12, FewestTiles = 16;

    /// <summary>True for kernels of 3 × 3 and stride 1 with enough channels and results; with a dilation of 2 for registers of 512 bits.</summary>
    public static bool Fits(in ConvolutionGeometry g) =>
        g.InPerGroup >= FewestChannels && g.OutPerGroup >= FewestChannels && g.Depth == WindowAxis.Absent
        && IsThree(g.Height) && IsThree(g.Width) && g.Height.Dilation == g.Width.Dilation
        && g.Height.Dilation <= (InstructionSets.Active == InstructionSet.Avx512 ? ResultRuns.MostDilation : 1)
        && new TileGrid(g.Batch, g.Height.Output, g.Width.Output, g.Height.Dilation).Count >= FewestTiles;

    /// <summary>As <see cref="Convolution.Forward"/>; false if a result is not finite.</summary>
    public static bool Forward(in ConvolutionGeometry g, float* x, float* w, float* bias, float* y) => InstructionSets.Active switch
    {
        InstructionSet.Avx512 => WinogradProduct<Simd512<float>, Vector512<float>>.Forward(g, x, w, bias, y),
        InstructionSet.Avx2 => WinogradProduct<Simd256<float>, Vector256<float>>.Forward(g, x, w, bias, y),
        InstructionSet.Vector128 => WinogradProduct<Simd128<float>, Vector128<float>>.Forward(g, x, w, bias, y),
        _ => WinogradProduct<SimdScalar<float>, float>.Forward(g, x, w, bias, y),
    };

    /// <summary>As <see cref="Convolution.BackwardInput"/>; false if a result is not finite.</summary>
    public static bool BackwardInput(in ConvolutionGeometry g, float* dy, float* w, float* dx) => InstructionSets.Active switch
    {
        InstructionSet.Avx512 => WinogradProduct<Simd512<float>, Vector512<float>>.BackwardInput(g, dy, w, dx),
        InstructionSet.Avx2 => WinogradProduct<Simd256<float>, Vector256<float>>.BackwardInput(g, dy, w, dx),
        InstructionSet.Vector128 => WinogradProduct<Simd128<float>, Vector128<float>>.BackwardInput(g, dy, w, dx),
        _ => WinogradProduct<SimdScalar<float>, float>.BackwardInput(g, dy, w, dx),
    };

    /// <summary>As <see cref="Convolution.BackwardWeight"/>; false if a result is not finite.</summary>
    public static bool BackwardWeight(in ConvolutionGeometry g, float* x, float* dy, float* dw) => InstructionSets.Active switch
    {
        InstructionSet.Avx512 => WinogradWeightGradient<Simd512<float>, Vector512<float>>.Compute(g, x, dy, dw),
        InstructionSet.Avx2 => WinogradWeightGradient<Simd256<float>, Vector256<float>>.Compute(g, x, dy, dw),
        InstructionSet.Vector128 => WinogradWeightGradient<Simd128<float>, Vector128<float>>.Compute(g, x, dy, dw),
        _ => WinogradWeightGradient<SimdScalar<float>, float>.Compute(g, x, dy, dw),
    };

    static bool IsThree(in WindowAxis axis) => axis is { Kernel: 3, Stride: 1 };
}

using System.Numerics;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>
/// Depth-wise convolution with 3 × 3 kernels: chooses the vectors. Those of 512 bits are not among them: of three loads that follow each other by one element, two
/// would touch two cache lines instead of every other one of them, and rows are seldom whole vectors, which is worth more here than the arithmetic.
/// </summary>
internal static unsafe class DepthwiseConvolution
{
    /// <summary>True for one 3 × 3 kernel per channel, and planes that are neither huge nor mostly border.</summary>
    public static bool Fits<T>(in ConvolutionGeometry g) where T : unmanaged, IFloatingPointIeee754<T> => DepthwisePlanes<SimdScalar<T>, T, T>.Fits(g);

    /// <summary>As <see cref="Convolution.Forward"/>.</summary>
    public static void Forward<T>(in ConvolutionGeometry g, T* x, T* w, T* bias, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (InstructionSets.Active)
        {
            case InstructionSet.Scalar: DepthwisePlanes<SimdScalar<T>, T, T>.Forward(g, x, w, bias, y); break;
            case InstructionSet.Vector128: DepthwisePlanes<Simd128<T>, Vector128<T>, T>.Forward(g, x, w, bias, y); break;
            default: DepthwisePlanes<Simd256<T>, Vector256<T>, T>.Forward(g, x, w, bias, y); break;
        }
    }

    /// <summary>As <see cref="Convolution.BackwardInput"/>.</summary>
    public static void BackwardInput<T>(in ConvolutionGeometry g, T* dy, T* w, T* dx) where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (InstructionSets.Active)
        {
            case InstructionSet.Scalar: DepthwisePlanes<SimdScalar<T>, T, T>.BackwardInput(g, dy, w, dx); break;
            case InstructionSet.Vector128: DepthwisePlanes<Simd128<T>, Vector128<T>, T>.BackwardInput(g, dy, w, dx); break;
            default: DepthwisePlanes<Simd256<T>, Vector256<T>, T>.BackwardInput(g, dy, w, dx); break;
        }
    }

    /// <summary>As <see cref="Convolution.BackwardWeight"/>.</summary>
    public static void BackwardWeight<T>(in ConvolutionGeometry g, T* x, T* dy, T* dw) where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (InstructionSets.Active)
        {
            case InstructionSet.Scalar: DepthwisePlanes<SimdScalar<T>, T, T>.BackwardWeight(g, x, dy, dw); break;
            case InstructionSet.Vector128: DepthwisePlanes<Simd128<T>, Vector128<T>, T>.BackwardWeight(g, x, dy, dw); break;
            default: DepthwisePlanes<Simd256<T>, Vector256<T>, T>.BackwardWeight(g, x, dy, dw); break;
        }
    }
}

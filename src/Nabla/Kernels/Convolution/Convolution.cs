using System.Numerics;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>Convolution (cross-correlation) and its two gradients over contiguous tensors; float and double.
/// Results do not depend on the number of threads.</summary>
internal static unsafe class Convolution
{
    /// <summary>y = w ⋆ x + bias; <paramref name="bias"/> may be null.</summary>
    public static void Forward<T>(in ConvolutionGeometry g, T* x, T* w, T* bias, T* y, bool exact = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float) && !exact && Winograd.Fits(g) && Winograd.Forward(g, (float*)x, (float*)w, (float*)bias, (float*)y)) return;
        if (PointwiseConvolution.Fits(g))
        {
            PointwiseConvolution.Forward(g, x, w, bias, y);
            return;
        }
        bool done = InstructionSets.Active switch
        {
            InstructionSet.Avx512 => FlatProduct<Simd512<T>, Vector512<T>, T>.Forward(g, x, w, bias, y),
            InstructionSet.Avx2 => FlatProduct<Simd256<T>, Vector256<T>, T>.Forward(g, x, w, bias, y),
            InstructionSet.Vector128 => FlatProduct<Simd128<T>, Vector128<T>, T>.Forward(g, x, w, bias, y),
            _ => FlatProduct<SimdScalar<T>, T, T>.Forward(g, x, w, bias, y),
        };
        if (!done) NaiveConvolution.Forward(g, x, w, bias, y);
    }

    /// <summary>dx, the gradient of the input, from dy; also the transposed convolution of dy. Overwrites dx.</summary>
    public static void BackwardInput<T>(in ConvolutionGeometry g, T* dy, T* w, T* dx, bool exact = false) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float) && !exact && Winograd.Fits(g) && Winograd.BackwardInput(g, (float*)dy, (float*)w, (float*)dx)) return;
        if (PointwiseConvolution.Fits(g))
        {
            PointwiseConvolution.BackwardInput(g, dy, w, dx);
            return;
        }
        bool done = InstructionSets.Active switch
        {
            InstructionSet.Avx512 => FlatProduct<Simd512<T>, Vector512<T>, T>.BackwardInput(g, dy, w, dx),
            InstructionSet.Avx2 => FlatProduct<Simd256<T>, Vector256<T>, T>.BackwardInput(g, dy, w, dx),
            InstructionSet.Vector128 => FlatProduct<Simd128<T>, Vector128<T>, T>.BackwardInput(g, dy, w, dx),
            _ => FlatProduct<SimdScalar<T>, T, T>.BackwardInput(g, dy, w, dx),
        };
        if (!done) NaiveConvolution.BackwardInput(g, dy, w, dx);
    }

    /// <summary>dw, the gradient of the weight, from x and dy. Overwrites dw.</summary>
    public static void BackwardWeight<T>(in ConvolutionGeometry g, T* x, T* dy, T* dw, bool exact = false) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float) && !exact && Winograd.Fits(g) && Winograd.BackwardWeight(g, (float*)x, (float*)dy, (float*)dw)) return;
        if (PointwiseConvolution.Fits(g))
        {
            PointwiseConvolution.BackwardWeight(g, x, dy, dw);
            return;
        }
        bool done = InstructionSets.Active switch
        {
            InstructionSet.Avx512 => FlatWeightGradient<Simd512<T>, Vector512<T>, T>.Compute(g, x, dy, dw),
            InstructionSet.Avx2 => FlatWeightGradient<Simd256<T>, Vector256<T>, T>.Compute(g, x, dy, dw),
            InstructionSet.Vector128 => FlatWeightGradient<Simd128<T>, Vector128<T>, T>.Compute(g, x, dy, dw),
            _ => FlatWeightGradient<SimdScalar<T>, T, T>.Compute(g, x, dy, dw),
        };
        if (!done) NaiveConvolution.BackwardWeight(g, x, dy, dw);
    }
}

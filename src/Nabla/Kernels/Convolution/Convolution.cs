using System.Numerics;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>Convolution (cross-correlation) and its two gradients over contiguous tensors; float and double.
/// Results do not depend on the number of threads.</summary>
internal static unsafe class Convolution
{
    /// <summary>y = w ⋆ x + bias; <paramref name="bias"/> may be null. Unless <paramref name="exact"/>, Winograd's algorithm is used where it is faster.</summary>
    public static void Forward<T>(in ConvolutionGeometry g, T* x, T* w, T* bias, T* y, bool exact = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float) && !exact && Winograd.Fits(g) && Winograd.Forward(g, (float*)x, (float*)w, (float*)bias, (float*)y)) return;
        if (PointwiseConvolution.Fits(g))
        {
            PointwiseConvolution.Forward(g, x, w, bias, y);
            return;
        }
        if (DepthwiseConvolution.Fits<T>(g))
        {
            DepthwiseConvolution.Forward(g, x, w, bias, y);
            return;
        }
        switch (InstructionSets.Active)
        {
            case InstructionSet.Avx512: Direct<Simd512<T>, Vector512<T>, T>(g, x, w, bias, y); break;
            case InstructionSet.Avx2: Direct<Simd256<T>, Vector256<T>, T>(g, x, w, bias, y); break;
            case InstructionSet.Vector128: Direct<Simd128<T>, Vector128<T>, T>(g, x, w, bias, y); break;
            default: Direct<SimdScalar<T>, T, T>(g, x, w, bias, y); break;
        }
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
        if (DepthwiseConvolution.Fits<T>(g))
        {
            DepthwiseConvolution.BackwardInput(g, dy, w, dx);
            return;
        }
        switch (InstructionSets.Active)
        {
            case InstructionSet.Avx512: DirectInput<Simd512<T>, Vector512<T>, T>(g, dy, w, dx); break;
            case InstructionSet.Avx2: DirectInput<Simd256<T>, Vector256<T>, T>(g, dy, w, dx); break;
            case InstructionSet.Vector128: DirectInput<Simd128<T>, Vector128<T>, T>(g, dy, w, dx); break;
            default: DirectInput<SimdScalar<T>, T, T>(g, dy, w, dx); break;
        }
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
        if (DepthwiseConvolution.Fits<T>(g))
        {
            DepthwiseConvolution.BackwardWeight(g, x, dy, dw);
            return;
        }
        if (PatchConvolution<T>.Fits(g, gradient: true) && PatchConvolution<T>.BackwardWeight(g, x, dy, dw)) return;
        switch (InstructionSets.Active)
        {
            case InstructionSet.Avx512: DirectWeight<Simd512<T>, Vector512<T>, T>(g, x, dy, dw); break;
            case InstructionSet.Avx2: DirectWeight<Simd256<T>, Vector256<T>, T>(g, x, dy, dw); break;
            case InstructionSet.Vector128: DirectWeight<Simd128<T>, Vector128<T>, T>(g, x, dy, dw); break;
            default: DirectWeight<SimdScalar<T>, T, T>(g, x, dy, dw); break;
        }
    }

    static void Direct<TSimd, TVector, T>(in ConvolutionGeometry g, T* x, T* w, T* bias, T* y)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!ChannelProduct<TSimd, TVector, T>.Forward(g, x, w, bias, y)
            && !(PatchConvolution<T>.Fits(g, gradient: false) && PatchConvolution<T>.Forward(g, x, w, bias, y))
            && !FlatProduct<TSimd, TVector, T>.Forward(g, x, w, bias, y)) NaiveConvolution.Forward(g, x, w, bias, y);
    }

    static void DirectInput<TSimd, TVector, T>(in ConvolutionGeometry g, T* dy, T* w, T* dx)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!ChannelProduct<TSimd, TVector, T>.BackwardInput(g, dy, w, dx)
            && !(PatchConvolution<T>.Fits(g, gradient: true) && PatchConvolution<T>.BackwardInput(g, dy, w, dx))
            && !FlatProduct<TSimd, TVector, T>.BackwardInput(g, dy, w, dx)) NaiveConvolution.BackwardInput(g, dy, w, dx);
    }

    static void DirectWeight<TSimd, TVector, T>(in ConvolutionGeometry g, T* x, T* dy, T* dw)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!FlatWeightGradient<TSimd, TVector, T>.Compute(g, x, dy, dw)) NaiveConvolution.BackwardWeight(g, x, dy, dw);
    }
}

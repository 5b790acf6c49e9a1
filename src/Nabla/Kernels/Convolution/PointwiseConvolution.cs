using System.Numerics;

namespace Nabla.Kernels;

/// <summary>Convolution with one tap over every position: per image a matrix product of w [outChannels, inChannels] and
/// x [inChannels, plane].</summary>
internal static unsafe class PointwiseConvolution
{
    /// <summary>True for one group of kernels of one tap whose planes are long enough for the matrix kernels.</summary>
    public static bool Fits(in ConvolutionGeometry g) =>
        g.Groups == 1 && IsTap(g.Depth) && IsTap(g.Height) && IsTap(g.Width)
        && g.OutputPlane >= 256 && g.InChannels >= 16 && g.OutChannels >= 16;

    public static void Forward<T>(in ConvolutionGeometry g, T* x, T* w, T* bias, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int plane = (int)g.OutputPlane, ins = g.InChannels, outs = g.OutChannels;
        if (bias != null)
            for (int channel = 0; channel < g.Batch * outs; channel++)
                new Span<T>(y + (nint)channel * plane, plane).Fill(bias[channel % outs]);
        MatMul.RunBatch(g.Batch, outs, plane, ins, w, 0, ins, 1, x, (nint)ins * plane, plane, 1, y, (nint)outs * plane, plane,
            accumulate: bias != null);
    }

    public static void BackwardInput<T>(in ConvolutionGeometry g, T* dy, T* w, T* dx) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int plane = (int)g.OutputPlane, ins = g.InChannels, outs = g.OutChannels;
        MatMul.RunBatch(g.Batch, ins, plane, outs, w, 0, 1, ins, dy, (nint)outs * plane, plane, 1, dx, (nint)ins * plane, plane);
    }

    public static void BackwardWeight<T>(in ConvolutionGeometry g, T* x, T* dy, T* dw) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int plane = (int)g.OutputPlane, ins = g.InChannels, outs = g.OutChannels;
        for (int n = 0; n < g.Batch; n++)
            MatMul.Run(outs, ins, plane, dy + (nint)n * outs * plane, plane, 1, x + (nint)n * ins * plane, 1, plane,
                dw, ins, accumulate: n > 0);
    }

    static bool IsTap(in WindowAxis axis) => axis is { Kernel: 1, Stride: 1, PadBefore: 0, PadAfter: 0 };
}

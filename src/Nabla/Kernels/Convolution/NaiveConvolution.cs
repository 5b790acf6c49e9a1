using System.Numerics;

namespace Nabla.Kernels;

/// <summary>The three convolution products as plain loops with sums in double: what the fast kernels must equal.</summary>
internal static unsafe class NaiveConvolution
{
    /// <summary>y[n, o, p] = bias[o] + Σ over c, t of w[o, c, t] · x[n, c, p·stride + t·dilation − pad].</summary>
    public static void Forward<T>(in ConvolutionGeometry g, T* x, T* w, T* bias, T* y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        nint index = 0;
        for (int n = 0; n < g.Batch; n++)
            for (int o = 0; o < g.OutChannels; o++)
                for (int d = 0; d < g.Depth.Output; d++)
                    for (int h = 0; h < g.Height.Output; h++)
                        for (int v = 0; v < g.Width.Output; v++)
                        {
                            double sum = bias == null ? 0 : double.CreateTruncating(bias[o]);
                            for (int c = 0; c < g.InPerGroup; c++)
                                for (int t = 0; t < g.Taps; t++)
                                    if (Reads(g, n, o, c, d, h, v, t, out nint from))
                                        sum += double.CreateTruncating(w[WeightIndex(g, o, c, t)]) * double.CreateTruncating(x[from]);
                            y[index++] = T.CreateTruncating(sum);
                        }
    }

    /// <summary>dx = the transpose of <see cref="Forward"/> with respect to x, applied to dy; also the transposed convolution.</summary>
    public static void BackwardInput<T>(in ConvolutionGeometry g, T* dy, T* w, T* dx) where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] sums = new double[g.InputLength];
        nint index = 0;
        for (int n = 0; n < g.Batch; n++)
            for (int o = 0; o < g.OutChannels; o++)
                for (int d = 0; d < g.Depth.Output; d++)
                    for (int h = 0; h < g.Height.Output; h++)
                        for (int v = 0; v < g.Width.Output; v++)
                        {
                            double slope = double.CreateTruncating(dy[index++]);
                            for (int c = 0; c < g.InPerGroup; c++)
                                for (int t = 0; t < g.Taps; t++)
                                    if (Reads(g, n, o, c, d, h, v, t, out nint from))
                                        sums[from] += slope * double.CreateTruncating(w[WeightIndex(g, o, c, t)]);
                        }
        for (nint i = 0; i < g.InputLength; i++) dx[i] = T.CreateTruncating(sums[i]);
    }

    /// <summary>dw[o, c, t] = Σ over n, p of dy[n, o, p] · x[n, c, p·stride + t·dilation − pad].</summary>
    public static void BackwardWeight<T>(in ConvolutionGeometry g, T* x, T* dy, T* dw) where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] sums = new double[g.WeightLength];
        nint index = 0;
        for (int n = 0; n < g.Batch; n++)
            for (int o = 0; o < g.OutChannels; o++)
                for (int d = 0; d < g.Depth.Output; d++)
                    for (int h = 0; h < g.Height.Output; h++)
                        for (int v = 0; v < g.Width.Output; v++)
                        {
                            double slope = double.CreateTruncating(dy[index++]);
                            for (int c = 0; c < g.InPerGroup; c++)
                                for (int t = 0; t < g.Taps; t++)
                                    if (Reads(g, n, o, c, d, h, v, t, out nint from))
                                        sums[WeightIndex(g, o, c, t)] += slope * double.CreateTruncating(x[from]);
                        }
        for (nint i = 0; i < g.WeightLength; i++) dw[i] = T.CreateTruncating(sums[i]);
    }

    static nint WeightIndex(in ConvolutionGeometry g, int o, int c, int t) => ((nint)o * g.InPerGroup + c) * g.Taps + t;

    static bool Reads(in ConvolutionGeometry g, int n, int o, int c, int d, int h, int v, int t, out nint index)
    {
        int id = d * g.Depth.Stride + t / (g.Height.Kernel * g.Width.Kernel) * g.Depth.Dilation - g.Depth.PadBefore;
        int ih = h * g.Height.Stride + t / g.Width.Kernel % g.Height.Kernel * g.Height.Dilation - g.Height.PadBefore;
        int iw = v * g.Width.Stride + t % g.Width.Kernel * g.Width.Dilation - g.Width.PadBefore;
        nint channel = (nint)n * g.InChannels + o / g.OutPerGroup * g.InPerGroup + c;
        index = ((channel * g.Depth.Input + id) * g.Height.Input + ih) * g.Width.Input + iw;
        return (uint)id < (uint)g.Depth.Input && (uint)ih < (uint)g.Height.Input && (uint)iw < (uint)g.Width.Input;
    }
}

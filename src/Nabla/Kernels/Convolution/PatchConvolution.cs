using System.Numerics;

namespace Nabla.Kernels;

/// <summary>Convolution as matrix products, block by block of results. With P for the <see cref="PatchLayout{T}"/> of a block, y = w · P; dP = wᵀ · dy is
/// added to where P came from; dwᵀ = Σ P · dyᵀ.</summary>
internal static unsafe class PatchConvolution<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    const int RowsPerPart = 160;        // too many for the kernels of short products, so that parts do not change a bit
    const int FewestOutputs = 24;       // that repay gathering a number
    const int FewInputs = 8;            // of which tiles of flat runs would be too low
    const int SmallPlane = 256;         // flat runs would spend much on borders
    const int ManyWeights = 256 * 1024; // bytes that do not stay in the second cache beside flat runs
    const int MostTerms = 1 << 17;

    /// <summary>True where it is faster than flat runs: for many weights on small planes, and for gradients with few input channels.</summary>
    public static bool Fits(in ConvolutionGeometry g, bool gradient)
    {
        if (g.OutPerGroup < FewestOutputs || (long)g.InPerGroup * g.Taps > MostTerms || g.OutputPlane > int.MaxValue / 2) return false;
        return gradient && g.InPerGroup < FewInputs || g.OutputPlane <= SmallPlane && g.WeightLength / g.Groups * sizeof(T) >= ManyWeights;
    }

    /// <summary>y = w ⋆ x + bias; <paramref name="bias"/> may be null.</summary>
    public static bool Forward(in ConvolutionGeometry g, T* x, T* w, T* bias, T* y)
    {
        var job = new ForwardJob { G = g, Layout = new(g), X = x, W = w, Bias = bias, Y = y };
        if (!job.Layout.Fits) return false;
        Workers.For(job.Layout.Parts * job.Layout.BlocksPerPart, ref job);
        return true;
    }

    /// <summary>dx, the transpose of the forward pass applied to dy. Overwrites dx.</summary>
    public static bool BackwardInput(in ConvolutionGeometry g, T* dy, T* w, T* dx)
    {
        var job = new InputJob { G = g, Layout = new(g), Dy = dy, W = w, Dx = dx };
        if (!job.Layout.Fits) return false;
        Workers.For(job.Layout.Parts, ref job);
        return true;
    }

    /// <summary>dw, the sum over images and positions of dy · x. Overwrites dw.</summary>
    public static bool BackwardWeight(in ConvolutionGeometry g, T* x, T* dy, T* dw)
    {
        var job = new WeightJob { G = g, Layout = new(g), X = x, Dy = dy };
        if (!job.Layout.Fits) return false;
        job.Sums = (T*)Workspace.OfCall(g.WeightLength * sizeof(T));
        int terms = job.Layout.Terms;
        job.Parts = Math.Clamp(terms / RowsPerPart, 1, Math.Min(Workers.Count, g.InPerGroup));
        Workers.For(g.Groups * job.Parts, ref job);
        nint length = (nint)g.OutPerGroup * terms;
        for (int group = 0; group < g.Groups; group++)
            Transpose.Run(job.Sums + group * length, g.OutPerGroup, dw + group * length, terms, g.OutPerGroup, terms);
        return true;
    }

    struct ForwardJob : IJob
    {
        public ConvolutionGeometry G;
        public PatchLayout<T> Layout;
        public T* X, W, Bias, Y;

        public readonly void Run(int index)
        {
            FlatBlock block = Layout.Block(index / Layout.BlocksPerPart, index % Layout.BlocksPerPart);
            byte* memory = Workspace.OfJob(Layout.Bytes);
            int outs = G.OutPerGroup, terms = Layout.Terms, columns = PatchLayout<T>.Columns(block);
            for (int group = 0; group < G.Groups; group++)
            {
                T* y = Layout.Results(block, Y, group, memory, out nint pitch);
                if (Bias != null)
                    for (int r = 0; r < outs; r++) PoolingRows.Fill(y + r * pitch, columns, Bias[group * outs + r]);
                for (int c = 0; c < G.InPerGroup; c += Layout.Channels)
                {
                    int channels = Math.Min(Layout.Channels, G.InPerGroup - c);
                    Layout.Gather(block, X, group * G.InPerGroup + c, channels, memory);
                    MatMul.Run(outs, columns, channels * G.Taps, W + (nint)group * outs * terms + c * G.Taps, terms, 1,
                        Layout.Matrix(memory), Layout.Pitch, 1, y, pitch, accumulate: Bias != null || c > 0);
                }
                Layout.Deliver(block, y, Y, group);
            }
        }
    }

    struct InputJob : IJob
    {
        public ConvolutionGeometry G;
        public PatchLayout<T> Layout;
        public T* Dy, W, Dx;

        public readonly void Run(int index)
        {
            byte* memory = Workspace.OfJob(Layout.Bytes);
            int outs = G.OutPerGroup, terms = Layout.Terms;
            FlatBlock all = Layout.Block(index, 0);
            new Span<T>(Dx + all.Image * G.InChannels * G.InputPlane, checked((int)(all.Images * G.InChannels * G.InputPlane))).Clear();
            for (int group = 0; group < G.Groups; group++)
                for (int b = 0; b < Layout.BlocksPerPart; b++)
                {
                    FlatBlock block = Layout.Block(index, b);
                    T* dy = Layout.Results(block, Dy, group, memory, out nint pitch);
                    Layout.Collect(block, Dy, group, dy);
                    for (int c = 0; c < G.InPerGroup; c += Layout.Channels)
                    {
                        int channels = Math.Min(Layout.Channels, G.InPerGroup - c);
                        MatMul.Run(channels * G.Taps, PatchLayout<T>.Columns(block), outs, W + (nint)group * outs * terms + c * G.Taps, 1, terms,
                            dy, pitch, 1, Layout.Matrix(memory), Layout.Pitch);
                        Layout.Scatter(block, memory, group * G.InPerGroup + c, channels, Dx);
                    }
                }
        }
    }

    struct WeightJob : IJob
    {
        public ConvolutionGeometry G;
        public PatchLayout<T> Layout;
        public int Parts;
        public T* X, Dy, Sums;

        public readonly void Run(int index)
        {
            int group = index / Parts, part = index % Parts, outs = G.OutPerGroup;
            int first = (int)((long)G.InPerGroup * part / Parts), end = (int)((long)G.InPerGroup * (part + 1) / Parts);
            byte* memory = Workspace.OfJob(Layout.Bytes);
            for (int images = 0; images < Layout.Parts; images++)
                for (int b = 0; b < Layout.BlocksPerPart; b++)
                {
                    FlatBlock block = Layout.Block(images, b);
                    T* dy = Layout.Results(block, Dy, group, memory, out nint pitch);
                    Layout.Collect(block, Dy, group, dy);
                    for (int c = first; c < end; c += Layout.Channels)
                    {
                        int channels = Math.Min(Layout.Channels, end - c);
                        Layout.Gather(block, X, group * G.InPerGroup + c, channels, memory);
                        MatMul.Run(channels * G.Taps, outs, PatchLayout<T>.Columns(block), Layout.Matrix(memory), Layout.Pitch, 1, dy, 1, pitch,
                            Sums + ((nint)group * Layout.Terms + (nint)c * G.Taps) * outs, outs, accumulate: images + b > 0);
                    }
                }
        }
    }
}

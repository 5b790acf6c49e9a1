namespace Nabla.Layers;

/// <summary>
/// Convolutions of several widths over a sequence, each followed by ReLU and the maximum over time: which patterns occur anywhere
/// in a text, wherever they stand (Kim, 2014). Input [N, length, features] → output [N, widths · channels].
/// </summary>
public sealed class ConvolutionOverTime : Module
{
    readonly ModuleList<Conv1d> convolutions;
    readonly int[] widths;

    /// <summary>Creates a convolution per width.</summary>
    /// <param name="features">Size of the last axis of the input.</param>
    /// <param name="channels">Patterns per width.</param>
    /// <param name="widths">Places that a pattern spans, such as 3, 4, 5.</param>
    /// <exception cref="ArgumentException">There is no width.</exception>
    public ConvolutionOverTime(int features, int channels, params ReadOnlySpan<int> widths)
    {
        if (widths.Length == 0) throw new ArgumentException("ConvolutionOverTime: expected at least one width, got none.", nameof(widths));
        this.widths = widths.ToArray();
        Features = features;
        Children(out convolutions, this.widths.Select(width => new Conv1d(features, channels, width)));
    }

    /// <summary>Size of the last axis of the input.</summary>
    public int Features { get; }

    /// <inheritdoc/>
    protected override string Notation => $"{Features} → {convolutions.Sum(static c => c.OutChannels)}, widths {string.Join(", ", widths)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank != 3 || x.Shape[2] != Features) throw new ShapeException($"expected [batch, length, {Features}], got {x.Shape}.");
        if (x.Shape[1] < widths.Max())
            throw new ShapeException($"expected sequences of at least {widths.Max()} places, the widest pattern, got {x.Shape}. Pad them.");
        Tensor overTime = x.Permute(0, 2, 1);       // [N, features, length]
        return Tensor.Concatenate([.. convolutions.Select(convolution => convolution.Forward(overTime, pass).Relu().Max(2))], 1);
    }
}

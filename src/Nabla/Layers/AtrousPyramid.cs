namespace Nabla.Layers;

/// <summary>
/// Atrous spatial pyramid pooling: a 1 × 1 convolution, 3 × 3 convolutions of several dilations and the average of the whole image, side by side, brought together by
/// a 1 × 1 convolution; batch norm and ReLU after each. [N, inChannels, H, W] → [N, outChannels, H, W]. Chen, Papandreou, Schroff, Adam, 2017.
/// </summary>
public sealed class AtrousPyramid : Module
{
    readonly ModuleList<Sequential> branches;
    readonly Sequential image, project;
    readonly string notation;

    /// <summary>Creates the layer.</summary>
    /// <param name="inChannels">Size of axis 1 of the input; positive.</param>
    /// <param name="outChannels">Size of axis 1 of each branch and of the output; positive.</param>
    /// <param name="rates">Dilations of the 3 × 3 convolutions, such as 6, 12, 18; at least one, positive.</param>
    public AtrousPyramid(int inChannels, int outChannels, params ReadOnlySpan<int> rates)
    {
        if (rates.Length == 0) throw new ArgumentException("AtrousPyramid: expected at least one rate, got none. The paper has 6, 12, 18.", nameof(rates));
        notation = $"{inChannels} → {outChannels}, rates {string.Join(", ", rates.ToArray())}";
        List<Sequential> units = [Unit(inChannels, 1, 1)];
        foreach (int rate in rates)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate, nameof(rates));
            units.Add(Unit(inChannels, 3, rate));
        }
        Children(out branches, units);
        Child(out image, Unit(inChannels, 1, 1));
        Child(out project, Unit(outChannels * (units.Count + 1), 1, 1));

        Sequential Unit(int channels, int kernel, int rate) => new(
            new Conv2d(channels, outChannels, kernel, new ConvolutionOptions { Padding = rate * (kernel / 2), Dilation = rate, HasBias = false }),
            new BatchNorm(outChannels), Activation.Relu());
    }

    /// <inheritdoc/>
    protected override string Notation => notation;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Tensor whole = image.Forward(x.GlobalAveragePool().Unsqueeze(-1).Unsqueeze(-1), pass);
        Tensor[] parts = [.. branches.Select(branch => branch.Forward(x, pass)), whole.Expand((x.Shape[0], whole.Shape[1], x.Shape[2], x.Shape[3]))];
        return project.Forward(Tensor.Concatenate(parts, 1), pass);
    }
}

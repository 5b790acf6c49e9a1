using Nabla.Layers;

namespace Nabla.Tests.Parity;

/// <summary>Transposed, flipped, separable and atrous convolution layers and all pooling layers against PyTorch.</summary>
public class ConvolutionLayerParityTests
{
    internal static readonly LayerTable Table = new("convolution_layers")
    {
        { "ConvTranspose1d", c => new ConvTranspose1d(4, 6, 3, Options(c)) },
        { "ConvTranspose2d", c => new ConvTranspose2d(3, 4, 3, Options(c)) },
        { "ConvTranspose3d", c => new ConvTranspose3d(2, 3, 3, Options(c)) },
        { "Conv2d", c => new Conv2d(3, 2, 3, Options(c)) },
        { "SeparableConv1d", c => new SeparableConv1d(3, 5, 3) },
        { "SeparableConv2d", c => new SeparableConv2d(3, 4, 3, Options(c), c.Int("multiplier")) },
        { "SeparableConv3d", c => new SeparableConv3d(2, 3, 2) },
        { "AtrousPyramid", _ => new AtrousPyramid(3, 4, 2, 3) },
        { "MaxPool2d", c => new MaxPool2d(c.PerAxis("kernel"), Windows(c)) },
        { "MaxPool3d", c => new MaxPool3d(c.PerAxis("kernel"), Windows(c)) },
        { "AveragePool2d", c => new AveragePool2d(c.PerAxis("kernel"), Windows(c)) },
        { "AveragePool3d", c => new AveragePool3d(c.PerAxis("kernel"), Windows(c)) },
        { "PowerPool1d", c => new PowerPool1d(c.Double("exponent"), c.PerAxis("kernel"), c.PerAxis("stride")) },
        { "PowerPool2d", c => new PowerPool2d(2, c.PerAxis("kernel"), c.PerAxis("stride")) },
        { "PowerPool3d", c => new PowerPool3d(2, c.PerAxis("kernel")) },
        { "GlobalPowerPool", _ => new GlobalPowerPool() },
        { "AdaptiveAveragePool3d", c => new AdaptiveAveragePool3d(c.PerAxis("size")) },
        { "AdaptiveMaxPool3d", c => new AdaptiveMaxPool3d(c.PerAxis("size")) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_gradients_and_buffers_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static ConvolutionOptions Options(GoldenCase c) => new()
    {
        Stride = c.PerAxis("stride"), Padding = c.Padding("padding"), OutputPadding = c.PerAxis("outputPadding"), Dilation = c.PerAxis("dilation"),
        Groups = c.Int("groups", 1), HasBias = c.Bool("bias", true), IsFlipped = c.Bool("flipped"),
    };

    static PoolingOptions Windows(GoldenCase c) => new()
    {
        Stride = c.PerAxis("stride"), Padding = c.Padding("padding"), Dilation = c.PerAxis("dilation"), CeilMode = c.Bool("ceiling"),
        CountPadding = !c.Bool("uncounted"),
    };
}

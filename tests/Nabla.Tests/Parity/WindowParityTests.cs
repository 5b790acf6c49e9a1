namespace Nabla.Tests.Parity;

/// <summary>Convolutions, poolings and normalizations against PyTorch.</summary>
public class WindowParityTests
{
    internal static readonly ParityTable Table = new("windows")
    {
        { "Conv1d", c => c["x"].Conv1d(
            c["weight"], c.Optional("bias"), c.PerAxis("stride"), c.Padding("padding"), c.PerAxis("dilation"), c.Int("groups", 1)) },
        { "Conv2d", c => c["x"].Conv2d(
            c["weight"], c.Optional("bias"), c.PerAxis("stride"), c.Padding("padding"), c.PerAxis("dilation"), c.Int("groups", 1)) },
        { "Conv3d", c => c["x"].Conv3d(
            c["weight"], c.Optional("bias"), c.PerAxis("stride"), c.Padding("padding"), c.PerAxis("dilation"), c.Int("groups", 1)) },
        { "ConvTranspose1d", c => c["x"].ConvTranspose1d(
            c["weight"], c["bias"], c.PerAxis("stride"), c.Padding("padding"), c.PerAxis("outputPadding"), c.PerAxis("dilation"), c.Int("groups", 1)) },
        { "ConvTranspose2d", c => c["x"].ConvTranspose2d(
            c["weight"], c["bias"], c.PerAxis("stride"), c.Padding("padding"), c.PerAxis("outputPadding"), c.PerAxis("dilation"), c.Int("groups", 1)) },
        { "ConvTranspose3d", c => c["x"].ConvTranspose3d(
            c["weight"], c["bias"], c.PerAxis("stride"), c.Padding("padding"), c.PerAxis("outputPadding"), c.PerAxis("dilation"), c.Int("groups", 1)) },
        { "MaxPool1d", c => c["x"].MaxPool1d(
            c.PerAxis("kernel"), c.PerAxis("stride"), c.Padding("padding"), c.PerAxis("dilation"), c.Bool("ceiling")) },
        { "MaxPool2d", c => c["x"].MaxPool2d(
            c.PerAxis("kernel"), c.PerAxis("stride"), c.Padding("padding"), c.PerAxis("dilation"), c.Bool("ceiling")) },
        { "MaxPool3d", c => c["x"].MaxPool3d(
            c.PerAxis("kernel"), c.PerAxis("stride"), c.Padding("padding"), c.PerAxis("dilation"), c.Bool("ceiling")) },
        { "AveragePool1d", c => c["x"].AveragePool1d(
            c.PerAxis("kernel"), c.PerAxis("stride"), c.Padding("padding"), c.Bool("ceiling"), c.Bool("countPadding", true)) },
        { "AveragePool2d", c => c["x"].AveragePool2d(
            c.PerAxis("kernel"), c.PerAxis("stride"), c.Padding("padding"), c.Bool("ceiling"), c.Bool("countPadding", true)) },
        { "AveragePool3d", c => c["x"].AveragePool3d(
            c.PerAxis("kernel"), c.PerAxis("stride"), c.Padding("padding"), c.Bool("ceiling"), c.Bool("countPadding", true)) },
        { "AdaptiveAveragePool1d", c => c["x"].AdaptiveAveragePool1d(c.PerAxis("size")) },
        { "AdaptiveAveragePool2d", c => c["x"].AdaptiveAveragePool2d(c.PerAxis("size")) },
        { "AdaptiveMaxPool1d", c => c["x"].AdaptiveMaxPool1d(c.PerAxis("size")) },
        { "AdaptiveMaxPool2d", c => c["x"].AdaptiveMaxPool2d(c.PerAxis("size")) },
        { "GlobalAveragePool", c => c["x"].GlobalAveragePool() },
        { "GlobalMaxPool", c => c["x"].GlobalMaxPool() },
        { "LayerNorm", LayerNorm },
        { "BatchNorm", c => c["x"].BatchNorm(c.Optional("weight"), c.Optional("bias"), c.Double("epsilon"), out _, out _) },
        { "Normalize", c => c["x"].Normalize(
            c["mean"].Detach(), c["variance"].Detach(), c.Optional("weight"), c.Optional("bias"), c.Double("epsilon")) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    /// <summary>Without a weight the layer normalizes the last axis; two axes are one after flattening.</summary>
    static Tensor LayerNorm(GoldenCase c)
    {
        Tensor x = c["x"];
        return c.Int("axes") == 1 || c.Optional("weight") is not null
            ? x.LayerNorm(c.Optional("weight"), c.Optional("bias"), c.Double("epsilon"))
            : x.Flatten(1).LayerNorm(epsilon: c.Double("epsilon")).Reshape(x.Shape);
    }
}

using Nabla.Layers;

namespace Nabla.Tests.Parity;

/// <summary>Layers against PyTorch.</summary>
public class LayerParityTests
{
    static readonly Dictionary<string, Module> Activations = new()
    {
        ["Relu"] = Activation.Relu(),
        ["Relu6"] = Activation.Relu6(),
        ["LeakyRelu"] = Activation.LeakyRelu(),
        ["Elu"] = Activation.Elu(),
        ["Selu"] = Activation.Selu(),
        ["Gelu"] = Activation.Gelu(),
        ["GeluTanh"] = Activation.GeluTanh(),
        ["Silu"] = Activation.Silu(),
        ["Mish"] = Activation.Mish(),
        ["Sigmoid"] = Activation.Sigmoid(),
        ["LogSigmoid"] = Activation.LogSigmoid(),
        ["Tanh"] = Activation.Tanh(),
        ["Softplus"] = Activation.Softplus(),
        ["Softsign"] = Activation.Softsign(),
        ["HardTanh"] = Activation.HardTanh(),
        ["Celu"] = Activation.Celu(),
        ["SoftShrink"] = Activation.SoftShrink(),
        ["HardShrink"] = Activation.HardShrink(),
        ["TanhShrink"] = Activation.TanhShrink(),
        ["Softmax"] = Activation.Softmax(),
        ["LogSoftmax"] = Activation.LogSoftmax(),
    };

    internal static readonly LayerTable Table = new("layers")
    {
        { "Linear", c => new Linear(5, 3, c.Bool("bias", true)) },
        { "Conv1d", c => new Conv1d(4, 6, 3, Options(c)) },
        { "Conv2d", c => new Conv2d(3, 4, c.Has("kernel") ? c.PerAxis("kernel") : 3, Options(c)) },
        { "Conv3d", c => new Conv3d(2, 3, c.PerAxis("kernel"), Options(c)) },
        { "MaxPool1d", c => new MaxPool1d(c.PerAxis("kernel"), c.PerAxis("stride"), c.Padding("padding")) },
        { "MaxPool2d", c => new MaxPool2d(c.PerAxis("kernel"), c.PerAxis("stride"), c.Padding("padding")) },
        { "AveragePool1d", c => new AveragePool1d(c.PerAxis("kernel"), c.PerAxis("stride"), c.Padding("padding")) },
        { "AveragePool2d", c => new AveragePool2d(c.PerAxis("kernel"), c.PerAxis("stride"), c.Padding("padding")) },
        { "AdaptiveAveragePool1d", c => new AdaptiveAveragePool1d(c.PerAxis("size")) },
        { "AdaptiveAveragePool2d", c => new AdaptiveAveragePool2d(c.PerAxis("size")) },
        { "AdaptiveMaxPool1d", c => new AdaptiveMaxPool1d(c.PerAxis("size")) },
        { "AdaptiveMaxPool2d", c => new AdaptiveMaxPool2d(c.PerAxis("size")) },
        { "Checkpointed", _ => new Checkpointed(new Sequential(new Linear(4, 6), Activation.Tanh(), new Linear(6, 2))) },
        { "ConvolutionOverTime", _ => new ConvolutionOverTime(3, 2, 2, 3) },
        { "GlobalAveragePool", _ => new GlobalAveragePool() },
        { "GlobalMaxPool", _ => new GlobalMaxPool() },
        { "BatchNorm", c => new BatchNorm(3, c.Double("momentum", 0.1), isAffine: c.Bool("affine", true)) },
        { "LayerNorm", c => new LayerNorm(c.Ints("sizes")!, c.Double("epsilon", 1e-5)) },
        { "Embedding", c => new Embedding(7, 4, c.Has("padding") ? c.Int("padding") : null) },
        { "Flatten", _ => new Flatten() },
        { "Identity", _ => new Identity() },
        { "Prelu", c => new Prelu(c.Int("channels")) },
        { "Activation", c => Activations[c.Text("name")] },
        { "Dropout", _ => new Dropout(0.5) },
        { "Sequential", _ => new Sequential(new Linear(4, 6), Activation.Relu(), new Linear(6, 2)) },
        { "Residual", _ => new Residual(new Sequential(new Linear(4, 4), Activation.Tanh())) },
        { "ConvolutionalNetwork", _ => new Sequential(
            new Conv2d(1, 4, 3), new BatchNorm(4), Activation.Relu(), new MaxPool2d(2), new Flatten(), new Linear(36, 10)) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_gradients_and_buffers_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static ConvolutionOptions Options(GoldenCase c) => new()
    {
        Stride = c.PerAxis("stride"),
        Padding = c.Bool("same") ? Padding.Same : c.Padding("padding"),
        Dilation = c.PerAxis("dilation"),
        Groups = c.Int("groups", 1),
        HasBias = c.Bool("bias", true),
    };
}

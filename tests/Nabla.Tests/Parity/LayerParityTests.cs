using Nabla.Layers;

namespace Nabla.Tests.Parity;

/// <summary>
/// Layers against PyTorch: its state dictionary goes in, the same values come out, with the same gradients of the input and of every
/// parameter, and buffers that end in the same state.
/// </summary>
public class LayerParityTests
{
    static readonly GoldenFile Golden = GoldenFile.Open("layers");

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
        ["Softmax"] = Activation.Softmax(),
        ["LogSoftmax"] = Activation.LogSoftmax(),
    };

    static readonly Dictionary<string, Func<GoldenCase, Module>> Layers = new()
    {
        ["Linear"] = c => new Linear(5, 3, c.Bool("bias", true)),
        ["Conv1d"] = c => new Conv1d(4, 6, 3, Options(c)),
        ["Conv2d"] = c => new Conv2d(3, 4, c.Has("kernel") ? c.PerAxis("kernel") : 3, Options(c)),
        ["Conv3d"] = c => new Conv3d(2, 3, c.PerAxis("kernel"), Options(c)),
        ["MaxPool1d"] = c => new MaxPool1d(c.PerAxis("kernel"), c.PerAxis("stride"), c.Padding("padding")),
        ["MaxPool2d"] = c => new MaxPool2d(c.PerAxis("kernel"), c.PerAxis("stride"), c.Padding("padding")),
        ["AveragePool1d"] = c => new AveragePool1d(c.PerAxis("kernel"), c.PerAxis("stride"), c.Padding("padding")),
        ["AveragePool2d"] = c => new AveragePool2d(c.PerAxis("kernel"), c.PerAxis("stride"), c.Padding("padding")),
        ["AdaptiveAveragePool1d"] = c => new AdaptiveAveragePool1d(c.PerAxis("size")),
        ["AdaptiveAveragePool2d"] = c => new AdaptiveAveragePool2d(c.PerAxis("size")),
        ["AdaptiveMaxPool1d"] = c => new AdaptiveMaxPool1d(c.PerAxis("size")),
        ["AdaptiveMaxPool2d"] = c => new AdaptiveMaxPool2d(c.PerAxis("size")),
        ["GlobalAveragePool"] = _ => new GlobalAveragePool(),
        ["GlobalMaxPool"] = _ => new GlobalMaxPool(),
        ["BatchNorm"] = c => new BatchNorm(3, c.Double("momentum", 0.1), isAffine: c.Bool("affine", true)),
        ["LayerNorm"] = c => new LayerNorm(c.Ints("sizes")!, c.Double("epsilon", 1e-5)),
        ["Embedding"] = c => new Embedding(7, 4, c.Has("padding") ? c.Int("padding") : null),
        ["Flatten"] = _ => new Flatten(),
        ["Identity"] = _ => new Identity(),
        ["Prelu"] = c => new Prelu(c.Int("channels")),
        ["Activation"] = c => Activations[c.Text("name")],
        ["Dropout"] = _ => new Dropout(0.5),
        ["Sequential"] = _ => new Sequential(new Linear(4, 6), Activation.Relu(), new Linear(6, 2)),
        ["Residual"] = _ => new Residual(new Sequential(new Linear(4, 4), Activation.Tanh())),
        ["ConvolutionalNetwork"] = _ => new Sequential(
            new Conv2d(1, 4, 3), new BatchNorm(4), Activation.Relu(), new MaxPool2d(2), new Flatten(), new Linear(36, 10)),
    };

    internal static IEnumerable<string> Rows => Layers.Keys;

    public static TheoryData<string> Cases => [.. Golden.Names];

    [Theory, MemberData(nameof(Cases))]
    public void Values_gradients_and_buffers_equal_those_of_PyTorch(string name)
    {
        Check(Golden.Case(name, DType.Float64));
        Check(Golden.Case(name, DType.Float32));
    }

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case()
    {
        var recorded = Golden.Names.Select(ParityTable.Operation).ToHashSet();
        Assert.Equal([], recorded.Except(Layers.Keys));
        Assert.Equal([], Layers.Keys.Except(recorded));
    }

    static void Check(GoldenCase c)
    {
        Module layer = Layers[ParityTable.Operation(c.Name)](c).To(c.DType);
        layer.LoadStateDictionary(c.State.ToDictionary(entry => Ours(entry.Name), entry => entry.Value.ToTensor(c.DType)));
        Pass pass = c.Bool("evaluation") ? Pass.Evaluation : Pass.Training(new RandomStream(1));
        Tensor x = c["x"], y = x;
        for (int call = 0; call < c.Int("calls", 1); call++) y = layer.Forward(x, pass);
        Assert.Equal([], c.AttributesNotAsked);
        Closeness.Check($"{c.Name}: output", c.Outputs.Single(), y, c.DType);

        Weighting.Backward([y]);
        OrderedDictionary<string, Tensor> state = layer.StateDictionary();
        foreach ((string key, GoldenTensor gradient) in c.Gradients)
            Closeness.Check($"{c.Name}: gradient of {key}", gradient, (key == "x" ? x : state[Ours(key)]).Gradient, c.DType);
        foreach ((string key, GoldenTensor buffer) in c.StateAfter)
            Closeness.Check($"{c.Name}: {key} afterwards", buffer, state[Ours(key)], c.DType);
    }

    static ConvolutionOptions Options(GoldenCase c) => new()
    {
        Stride = c.PerAxis("stride"),
        Padding = c.Bool("same") ? Padding.Same : c.Padding("padding"),
        Dilation = c.PerAxis("dilation"),
        Groups = c.Int("groups", 1),
        HasBias = c.Bool("bias", true),
    };

    /// <summary>PyTorch's name of a parameter or buffer as our fields spell it.</summary>
    static string Ours(string name) => name
        .Replace("running_mean", "runningMean", StringComparison.Ordinal).Replace("running_var", "runningVariance", StringComparison.Ordinal);
}

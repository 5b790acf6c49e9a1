using Nabla.Layers;

namespace Nabla.Tests.Layers;

/// <summary>What a user reads for a wrong shape, type or option of each layer.</summary>
public class LayerErrorTests
{
    static Sequential Net(Module layer) => new(("layer", layer));

    static readonly Dictionary<string, (Module Layer, Tensor Input, string Message)> Cases = new()
    {
        ["linear"] = (new Linear(784, 512), Tensor.Zeros((32, 783)),
            "Sequential.layer (Linear 784 → 512): expected last axis 784, got [32, 783]. Did the data lose or gain a column?"),
        ["linear on images"] = (new Linear(784, 512), Tensor.Zeros((32, 1, 28, 28)),
            "Sequential.layer (Linear 784 → 512): expected last axis 784, got [32, 1, 28, 28]. Put a Flatten() before it."),
        ["linear transposed"] = (new Linear(4, 2), Tensor.Zeros((4, 32)),
            "Sequential.layer (Linear 4 → 2): expected last axis 4, got [4, 32]. Are rows and columns exchanged? Samples come first."),
        ["convolution without batch"] = (new Conv2d(3, 8, 3), Tensor.Zeros((3, 8, 8)),
            "Sequential.layer (Conv2d 3 → 8, 3): expected [N, 3, H, W], got [3, 8, 8]. Add the missing axis with Unsqueeze(0)."),
        ["convolution without channels"] = (new Conv2d(1, 8, 3), Tensor.Zeros((5, 8, 8)),
            "Sequential.layer (Conv2d 1 → 8, 3): expected [N, 1, H, W], got [5, 8, 8]. Add the missing axis with Unsqueeze(1)."),
        ["convolution channels last"] = (new Conv2d(3, 8, 3), Tensor.Zeros((2, 8, 8, 3)),
            "Sequential.layer (Conv2d 3 → 8, 3): expected [N, 3, H, W], got [2, 8, 8, 3]. Channels come before the spatial axes: use Permute."),
        ["batch norm"] = (new BatchNorm(8), Tensor.Zeros((2, 4, 3, 3)),
            "Sequential.layer (BatchNorm 8): expected [N, 8] or [N, 8, d…], got [2, 4, 3, 3]. Channels are axis 1."),
        ["batch of one"] = (new BatchNorm(8), Tensor.Zeros((1, 8)),
            "Sequential.layer (BatchNorm 8): BatchNorm: expected more than one value per channel in training, got [1, 8]. Use a larger batch, or evaluation."),
        ["prelu"] = (new Prelu(4), Tensor.Zeros((2, 3)), "Sequential.layer (Prelu 4): expected 4 channels on axis 1, got [2, 3]."),
        ["residual"] = (new Residual(new Linear(4, 3)), Tensor.Zeros((2, 4)),
            "Sequential.layer (Residual): expected block and shortcut to agree, got [2, 3] and [2, 4]. " +
            "Give a shortcut that changes the shape, such as a convolution with window 1."),
        ["global pool"] = (new GlobalAveragePool(), Tensor.Zeros((2, 3)),
            "Sequential.layer (GlobalAveragePool): GlobalAveragePool: expected [N, C, d…] with spatial axes, got [2, 3]."),
        ["layer norm"] = (new LayerNorm(6), Tensor.Zeros((2, 5)),
            "Sequential.layer (LayerNorm 6): LayerNorm: expected an input that ends with the axes of the weight [6], got [2, 5]."),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_wrong_shape_names_layer_sizes_and_remedy(string name)
    {
        var (layer, input, message) = Cases[name];
        var error = Assert.Throws<ShapeException>(() => Net(layer).Forward(input, Pass.Training(default)));
        Assert.Equal(message, error.Message);
        Assert.Equal(message.Split(": ")[0], error.Layer);
    }

    [Fact]
    public void A_wrong_type_names_the_layer()
    {
        var error = Assert.Throws<DTypeException>(() => Net(new Embedding(10, 4)).Predict(Tensor.Zeros((2, 3))));
        Assert.Equal(
            "Sequential.layer (Embedding 10 → 4): Embedding: expected indices of type Int64, Int32 or UInt8, got Float32. Convert with To(DType.Int64).",
            error.Message);
    }

    [Fact]
    public void Errors_of_plain_operations_inside_a_module_carry_its_path()
    {
        var layer = Activation.From("Broken", x => x.MatMul(Tensor.Zeros((3, 3))));
        var error = Assert.Throws<ShapeException>(() => Net(layer).Predict(Tensor.Zeros((2, 4))));
        Assert.Equal("Sequential.layer (Broken): MatMul: inner dimensions differ: [2, 4] × [3, 3] (4 and 3).", error.Message);
    }

    [Fact]
    public void A_layer_used_alone_is_named_by_its_notation()
    {
        var error = Assert.Throws<ShapeException>(() => new Linear(3, 2).Predict(Tensor.Zeros((2, 9))));
        Assert.Equal("Linear(3 → 2): expected last axis 3, got [2, 9]. Check the layer before it.", error.Message);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Linear(0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Conv2d(3, 0, 3));
        Assert.Contains("Conv2d: expected a kernel of at least 1", Assert.Throws<ArgumentOutOfRangeException>(() => new Conv2d(3, 4, (3, 0))).Message, StringComparison.Ordinal);
        Assert.Contains("expected groups that divide 3 and 4 channels, got 2",
            Assert.Throws<ArgumentException>(() => new Conv2d(3, 4, 3, new ConvolutionOptions { Groups = 2 })).Message, StringComparison.Ordinal);
        Assert.Contains("Dropout: expected a probability in [0, 1), got 1", Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout(1)).Message, StringComparison.Ordinal);
        Assert.Contains("BatchNorm: expected a momentum in [0, 1], got 2", Assert.Throws<ArgumentOutOfRangeException>(() => new BatchNorm(3, momentum: 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Embedding(10, 4, paddingIndex: 10));
        Assert.Throws<InvalidOperationException>(() => Pass.Evaluation.NextStream());
    }
}

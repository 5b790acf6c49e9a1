using Nabla.Layers;
using static Nabla.Tests.Layers.Numbers;

namespace Nabla.Tests.Layers;

public class LayerTests
{
    static readonly Pass Training = Pass.Training(new RandomStream(11));

    [Fact]
    public void Linear_is_x_times_w_transposed_plus_b()
    {
        var layer = new Linear(3, 2);
        Tensor x = Draw((5, 3));
        Near(x.MatMul(layer.Weight.Detach().T) + layer.Bias!.Detach(), layer.Predict(x));
    }

    [Fact]
    public void Convolution_with_window_1_is_a_linear_layer_over_channels()
    {
        var layer = new Conv2d(3, 5, 1);
        Tensor x = Draw((2, 3, 4, 6));
        Tensor expected = x.Permute(0, 2, 3, 1).Linear(layer.Weight.Detach().Reshape(5, 3), layer.Bias!.Detach()).Permute(0, 3, 1, 2);
        Near(expected, layer.Predict(x));
    }

    [Fact]
    public void Grouped_convolution_is_one_convolution_a_group()
    {
        var layer = new Conv1d(4, 6, 3, new ConvolutionOptions { Groups = 2, Padding = Padding.Same });
        Tensor x = Draw((2, 4, 9)), weight = layer.Weight.Detach(), bias = layer.Bias!.Detach();
        Tensor Half(int group) => x.Narrow(1, 2 * group, 2).Conv1d(weight.Narrow(0, 3 * group, 3), bias.Narrow(0, 3 * group, 3), padding: 1);
        Near(Tensor.Concatenate([Half(0), Half(1)], 1), layer.Predict(x));
    }

    [Fact]
    public void Same_padding_keeps_the_size_and_strides_divide_it()
    {
        Assert.Equal(Shape.Create(1, 2, 7, 9), new Conv2d(1, 2, (3, 5), padding: Padding.Same).Predict(Draw((1, 1, 7, 9))).Shape);
        Assert.Equal(Shape.Create(1, 2, 4, 5), new Conv2d(1, 2, 3, stride: 2, padding: Padding.Same).Predict(Draw((1, 1, 7, 9))).Shape);
        Assert.Equal(Shape.Create(1, 2, 3, 3, 3), new Conv3d(1, 2, 2).Predict(Draw([1, 1, 4, 4, 4])).Shape);
    }

    [Fact]
    public void Batch_norm_gives_each_channel_mean_0_and_variance_1()
    {
        Tensor y = new BatchNorm(3).Forward(3 * Draw((16, 3, 4)) + 5, Training).Detach();
        Near(Tensor.Zeros(3), y.Mean([0, 2]));
        Near(Tensor.Ones(3), y.Square().Mean([0, 2]), 1e-4);
    }

    [Fact]
    public void Batch_norm_keeps_running_statistics_with_the_unbiased_variance()
    {
        var layer = new BatchNorm(2, momentum: 0.25);
        Tensor x = Tensor.From(new float[,] { { 1, 10 }, { 3, 30 } });
        layer.Forward(x, Training);
        Near(Tensor.From([0.5f, 5f]), layer.StateDictionary()["runningMean"]);
        Near(Tensor.From([0.75f + 0.25f * 2, 0.75f + 0.25f * 200]), layer.StateDictionary()["runningVariance"], 1e-5);
    }

    [Fact]
    public void Batch_norm_in_evaluation_uses_running_statistics_and_changes_nothing()
    {
        var layer = new BatchNorm(3);
        layer.Forward(Draw((8, 3)) + 2, Training);
        float[] mean = layer.StateDictionary()["runningMean"].ToArray<float>();
        Tensor x = Draw((1, 3)), variance = layer.StateDictionary()["runningVariance"];
        Near((x - Tensor.From(mean)) / (variance + 1e-5).Sqrt(), layer.Predict(x), 1e-5);
        Assert.Equal(mean, layer.StateDictionary()["runningMean"].ToArray<float>());
    }

    [Fact]
    public void Layer_norm_gives_each_row_mean_0_and_variance_1()
    {
        Tensor y = new LayerNorm(16).Predict(3 * Draw((4, 5, 16)) + 2);
        Near(Tensor.Zeros((4, 5)), y.Mean(-1));
        Near(Tensor.Ones((4, 5)), y.Square().Mean(-1), 1e-4);
    }

    [Fact]
    public void Dropout_scales_what_it_keeps_and_only_in_training()
    {
        var layer = new Dropout(0.25);
        Tensor x = Tensor.Ones(4000);
        Assert.Same(x, layer.Forward(x, Pass.Evaluation));
        float[] y = layer.Forward(x, Pass.Training(new RandomStream(3))).ToArray<float>();
        Assert.All(y, value => Assert.True(value is 0 or 1 / 0.75f));
        Assert.Equal(0.25, y.Count(value => value == 0) / 4000.0, 4 * Math.Sqrt(0.25 * 0.75 / 4000));
        Assert.Equal(y, layer.Forward(x, Pass.Training(new RandomStream(3))).ToArray<float>());
    }

    [Fact]
    public void Two_dropouts_of_one_pass_draw_different_masks()
    {
        var model = new Sequential([new Dropout(), new Dropout()]);
        float[] y = model.Forward(Tensor.Ones(1000), Training).ToArray<float>();
        Assert.Equal(0.25, y.Count(value => value == 4) / 1000.0, 4 * Math.Sqrt(0.25 * 0.75 / 1000));
    }

    [Fact]
    public void Embedding_looks_rows_up_and_leaves_the_padding_alone()
    {
        var layer = new Embedding(5, 3, paddingIndex: 1);
        Tensor y = layer.Forward(Tensor.From(new long[,] { { 4, 1 }, { 4, 0 } }), Pass.Evaluation);
        float[] table = layer.Weight.ToArray<float>();
        Assert.Equal([.. table[12..15], 0, 0, 0, .. table[12..15], .. table[..3]], y.ToArray<float>());
        y.Sum().Backward();
        Assert.Equal([1f, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2], layer.Weight.Gradient!.ToArray<float>());
    }

    [Fact]
    public void Residual_adds_the_input_or_a_shortcut()
    {
        var block = new Linear(3, 3);
        Tensor x = Draw((2, 3));
        Near(x + block.Predict(x), new Residual(block).Predict(x));
        var wide = new Residual(new Linear(3, 4), new Linear(3, 4, hasBias: false));
        Assert.Equal(["block.weight", "block.bias", "shortcut.weight"], wide.StateDictionary().Keys);
        Assert.Equal(Shape.Create(2, 4), wide.Predict(x).Shape);
    }

    [Fact]
    public void Sequential_names_are_numbers_or_those_given()
    {
        Sequential plain = [new Linear(2, 3), new Linear(3, 1)];
        Assert.Equal(["0", "1"], plain.Modules.Select(child => child.Name));
        var named = new Sequential(("encoder", new Linear(2, 3)), ("decoder", new Linear(3, 2)));
        Assert.Equal(["encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias"], named.StateDictionary().Keys);
        Assert.Equal("Sequential(Linear(2 → 3) → Linear(3 → 1))", plain.ToString());
    }

    [Fact]
    public void Notations_are_what_one_would_write()
    {
        Module[] layers =
        [
            new Linear(784, 512), new Linear(3, 2, hasBias: false), new Conv2d(3, 8, (3, 5), stride: 2, padding: Padding.Same),
            new Conv1d(4, 4, 3, new ConvolutionOptions { Groups = 4, Dilation = 2, HasBias = false }), new MaxPool2d(3, 2, 1), new AveragePool1d(2),
            new AdaptiveAveragePool2d((2, 3)), new GlobalAveragePool(), new BatchNorm(8), new LayerNorm((4, 5)), new Dropout(0.1),
            new Embedding(100, 8, 0), new Flatten(), new Identity(), Activation.Relu(), Activation.LeakyRelu(0.2), new Prelu(4),
        ];
        Assert.Equal(
            ["Linear(784 → 512)", "Linear(3 → 2, no bias)", "Conv2d(3 → 8, 3×5, stride 2, padding same)",
             "Conv1d(4 → 4, 3, dilation 2, groups 4, no bias)", "MaxPool2d(3, stride 2, padding 1)", "AveragePool1d(2)",
             "AdaptiveAveragePool2d((2, 3))", "GlobalAveragePool()", "BatchNorm(8)", "LayerNorm(4, 5)", "Dropout(0.1)",
             "Embedding(100 → 8, padding 0)", "Flatten()", "Identity()", "Relu()", "LeakyRelu(0.2)", "Prelu(4)"],
            layers.Select(layer => layer.ToString()));
    }
}

/// <summary>Tensors for layer tests and how close they must be.</summary>
internal static class Numbers
{
    public static Tensor Draw(Shape shape) => Tensor.Uniform(shape, new RandomStream(77), -1, 1);

    /// <summary>Equal shapes, and elements within a tolerance that covers sums of a few dozen floats.</summary>
    public static void Near(Tensor expected, Tensor actual, double tolerance = 2e-6)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double[] wanted = expected.To(DType.Float64).ToArray<double>(), got = actual.To(DType.Float64).ToArray<double>();
        for (int i = 0; i < wanted.Length; i++)
            Assert.True(Math.Abs(wanted[i] - got[i]) <= tolerance * Math.Max(1, Math.Abs(wanted[i])), $"Element {i}: expected {wanted[i]}, got {got[i]}.");
    }
}

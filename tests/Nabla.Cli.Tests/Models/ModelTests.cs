using Nabla.Cli.Models;
using Nabla.Cli.Recipes;
using Nabla.Cli.Runs;
using Nabla.Data;

namespace Nabla.Cli.Tests.Models;

public class ModelTests
{
    static LayerRecipe Layer(string item) => RecipeFiles.Parse($"name: a\ndata: digits\nmodel: [{item}]", "a", []).Model[0];

    [Theory]
    [InlineData("conv2d: 5")]
    [InlineData("conv2d: { channels: 4, kernel: 2, stride: 3 }")]
    [InlineData("conv2d: { channels: 4, kernel: 4, stride: 2, padding: same }")]
    [InlineData("maxPool2d: 3")]
    [InlineData("maxPool2d: { kernel: 3, stride: 2 }")]
    [InlineData("averagePool2d: { kernel: 2, stride: 1 }")]
    [InlineData("globalAveragePool")]
    [InlineData("batchNorm")]
    [InlineData("layerNorm")]
    [InlineData("dropout: 0.5")]
    [InlineData("flatten")]
    [InlineData("gelu")]
    [InlineData("leakyRelu: 0.2")]
    [InlineData("prelu")]
    [InlineData("groupNorm: 2")]
    [InlineData("instanceNorm")]
    [InlineData("rmsNorm")]
    [InlineData("ghostBatchNorm: 4")]
    [InlineData("localResponseNorm: { size: 2, k: 2 }")]
    [InlineData("spatialDropout")]
    [InlineData("alphaDropout: 0.2")]
    [InlineData("gaussianNoise")]
    [InlineData("squeezeExcitation: 2")]
    [InlineData("cbam: { reduction: 2, kernel: 3 }")]
    [InlineData("rrelu: { lower: 0.1, upper: 0.2 }")]
    [InlineData("dice")]
    [InlineData("glu")]
    [InlineData("swiglu")]
    [InlineData("geglu")]
    [InlineData("conv2d: { channels: 4, weights: he }")]
    [InlineData("conv2d: { channels: 4, form: weightNorm }")]
    [InlineData("conv2d: { channels: 4, form: spectralNorm }")]
    [InlineData("residualBlock: 2")]
    [InlineData("residualBlock: { channels: 4, stride: 2, dropPath: 0.2 }")]
    [InlineData("localContrastNorm: 3")]
    public void The_inferred_shape_is_the_one_that_comes_out(string item)
    {
        var (layer, output) = Layer(item).Build([2, 7, 9]);
        Assert.Equal(output.Insert(0, 3), layer.Predict(Tensor.Ones([3, 2, 7, 9])).Shape);
    }

    [Theory]
    [InlineData("[relu]", "model: expected the last layer to return [10], one number per class, got [1, 8, 8]. End with '- linear: 10'.")]
    [InlineData("[linear: 10]", "model[0].linear: expected features in one row, got [1, 8, 8]. Put '- flatten' or '- globalAveragePool' before it.")]
    [InlineData("[flatten, conv2d: 3]", "model[1].conv2d: expected pictures [channels, height, width], got [64]. Put it before '- flatten'; tables have no pictures.")]
    [InlineData("[conv2d: { channels: 3, kernel: 9 }]",
        "model[0].conv2d: expected pictures of at least 9 × 9, got 8 along an axis. Use a smaller kernel or less pooling before it.")]
    [InlineData("[groupNorm: 3]", "model[0].groupNorm: expected channels that 3 groups divide, got [1, 8, 8]. Change groups or channels.")]
    [InlineData("[flatten, spatialDropout]", "model[1].spatialDropout: expected channels with places, got [64]. Use '- dropout' for features in one row.")]
    [InlineData("[glu]", "model[0].glu: expected an even number of channels to halve, got [1, 8, 8]. Let the layer before it return twice as many as wanted.")]
    [InlineData("[maxout: 10]", "model[0].maxout: expected features in one row, got [1, 8, 8]. Put '- flatten' or '- globalAveragePool' before it.")]
    public void Layers_that_do_not_fit_are_named(string model, string message)
    {
        Recipe recipe = RecipeFiles.Parse($"name: a\ndata: digits\nmodel: {model}", "a", []);
        Assert.Equal(message, Assert.Throws<FailureException>(() => ModelBuilder.Build(recipe, new ModelFacts([1, 8, 8], 10, [], []), null)).Message);
    }

    [Fact]
    public void First_weights_can_be_chosen()
    {
        Shape input = Shape.Create(50);
        double Largest(string item) => Layer(item).Build(input).Layer.Parameters().First().ToArray<float>().Select(Math.Abs).Max();
        Assert.InRange(Largest("linear: { features: 40, weights: uniform }"), 0.069, 0.07);
        Assert.Equal(0, Largest("linear: { features: 40, weights: zeros }"));
        Assert.InRange(Largest("linear: 40"), 0.14, Math.Sqrt(1.0 / 50));
    }

    [Fact]
    public void Standardized_columns_have_mean_0_and_deviation_1_and_constant_ones_stay_finite()
    {
        Tensor x = Tensor.From(new float[] { 1, 5, 10, 3, 5, 30 }, (2, 3));
        var layer = Preprocessing.Fit(new PreprocessRecipe { Kind = PreprocessRecipe.Standardize }, x);
        Assert.Equal([-1, 0, -1, 1, 0, 1], layer.Predict(x).ToArray<float>());
    }

    [Fact]
    public void MinMax_columns_go_from_0_to_1()
    {
        Tensor x = Tensor.From(new float[] { 1, 10, 3, 30, 2, 20 }, (3, 2));
        Assert.Equal([0, 0, 1, 1, 0.5f, 0.5f], Preprocessing.Fit(new PreprocessRecipe { Kind = PreprocessRecipe.MinMax }, x).Predict(x).ToArray<float>());
    }

    [Fact]
    public void About_half_of_the_pictures_are_mirrored()
    {
        var batch = new Batch(Tensor.Arange(0, 64 * 6).To(DType.Float32).Reshape(64, 1, 2, 3), Tensor.Zeros(Shape.Create(64)));
        float[] x = batch.Features.ToArray<float>(), y = new Augmentation(new AugmentationRecipe { Mirror = true }).Apply(batch, new RandomStream(1)).Features.ToArray<float>();
        int mirrored = 0;
        for (int row = 0; row < 128; row++)
        {
            float[] before = x[(3 * row)..(3 * row + 3)], after = y[(3 * row)..(3 * row + 3)];
            if (after[0] != before[0]) mirrored++;
            Assert.Equal(after[0] == before[0] ? before : [.. before.Reverse()], after);
        }
        Assert.InRange(mirrored, 40, 88);
    }

    [Fact]
    public void Augmentation_without_amounts_changes_nothing()
    {
        Batch batch = Digits();
        Assert.Equal(batch.Features.ToArray<float>(), new Augmentation(new AugmentationRecipe()).Apply(batch, new RandomStream(1)).Features.ToArray<float>());
    }

    [Fact]
    public void Augmented_pictures_depend_on_the_stream_alone_and_keep_their_range()
    {
        Batch batch = Digits();
        var augmentation = new Augmentation(new AugmentationRecipe { Shift = 1, Rotate = 10, Zoom = 0.1 });
        float[] once = augmentation.Apply(batch, new RandomStream(1)).Features.ToArray<float>();
        Assert.Equal(once, augmentation.Apply(batch, new RandomStream(1)).Features.ToArray<float>());
        Assert.NotEqual(once, augmentation.Apply(batch, new RandomStream(2)).Features.ToArray<float>());
        Assert.All(once, static value => Assert.InRange(value, -1e-6f, 1 + 1e-6f));
    }

    static Batch Digits() => Datasets.Digits().Data.Gather([0, 1, 2]);
}

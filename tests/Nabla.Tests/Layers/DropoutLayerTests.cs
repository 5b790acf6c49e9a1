using Nabla.Layers;

namespace Nabla.Tests.Layers;

/// <summary>Layers that remove or disturb in training: what they remove, that the expectation stays, that evaluation is exact.</summary>
public class DropoutLayerTests
{
    const int Many = 40000;

    /// <summary>Mean over many elements of 3 in training against evaluation, within five standard errors.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Training_and_serving_agree_in_expectation(bool scaledWhenServing)
    {
        var layer = new Dropout(0.3, scaledWhenServing);
        Tensor x = Tensor.Full((Many, 1), 3, DType.Float64), y = Train(layer, x);
        double kept = scaledWhenServing ? 1 : 1 / 0.7, deviation = 3 * kept * Math.Sqrt(0.3 * 0.7);
        Assert.Equal((double)layer.Predict(x).Mean(), (double)y.Mean(), 5 * deviation / Math.Sqrt(Many));
        Assert.Equal(scaledWhenServing ? 2.1 : 3, (double)layer.Predict(x).Mean(), 1e-9);
        Assert.Equal(3 * kept, (double)y.Max(), 1e-12);
    }

    [Fact]
    public void Each_layer_has_its_own_rate()
    {
        var model = new Sequential([new Dropout(0.1), Activation.From("Keep", x => x), new Dropout(0.6)]);
        Tensor y = Train(model, Tensor.Ones((Many, 1)));
        Assert.Equal(0.9 * 0.4, (double)y.NotEqualTo(0).To(DType.Float64).Mean(), 0.015);
    }

    [Fact]
    public void Spatial_dropout_removes_whole_channels()
    {
        double[] y = Train(new SpatialDropout(0.25), Tensor.Ones((100, 40, 3, 2), DType.Float64)).ToArray<double>();
        double[][] channels = [.. y.Chunk(6)];
        Assert.All(channels, channel => Assert.Single(channel.Distinct()));
        Assert.Equal(1, y.Average(), 5 * Math.Sqrt(0.25 / 0.75 / channels.Length));
    }

    [Fact]
    public void Drop_path_removes_whole_samples()
    {
        double[] y = Train(new DropPath(0.2), Tensor.Ones((4000, 3, 2), DType.Float64)).ToArray<double>();
        double[][] samples = [.. y.Chunk(6)];
        Assert.All(samples, sample => Assert.Single(sample.Distinct()));
        Assert.Equal(1, y.Average(), 5 * Math.Sqrt(0.2 / 0.8 / samples.Length));
        var block = new Residual(new Sequential([new Linear(3, 3), new DropPath(0.5)]));
        Tensor x = Tensor.Normal((200, 3), new RandomStream(1));
        Assert.InRange((double)(Train(block, x) - x).Abs().Sum(1).EqualTo(0).To(DType.Float64).Mean(), 0.3, 0.7);
    }

    [Fact]
    public void Alpha_dropout_keeps_mean_and_variance()
    {
        Tensor y = Train(new AlphaDropout(0.2), Tensor.Normal(Many, new RandomStream(8), dtype: DType.Float64));
        Assert.Equal(0, (double)y.Mean(), 0.03);
        Assert.Equal(1, (double)y.Variance(), 0.05);
    }

    [Fact]
    public void Noise_has_its_deviation()
    {
        Tensor y = Train(new GaussianNoise(0.5), Tensor.Full(Many, 3, DType.Float64));
        Assert.Equal(3, (double)y.Mean(), 5 * 0.5 / Math.Sqrt(Many));
        Assert.Equal(0.5, (double)y.StandardDeviation(), 5 * 0.5 / Math.Sqrt(2.0 * Many));
    }

    [Fact]
    public void Bagged_features_are_a_fixed_choice_of_the_seed()
    {
        var layer = new FeatureBagging(40, 0.25);
        layer.Initialize(1);
        Tensor x = Tensor.Ones((2, 40));
        float[] first = layer.Predict(x).ToArray<float>();
        Assert.Equal(20, first.Count(v => v == 1));
        Assert.Equal(first, Train(layer, x).ToArray<float>());
        layer.Initialize(2);
        Assert.NotEqual(first, layer.Predict(x).ToArray<float>());
        layer.Initialize(1);
        Assert.Equal(first, layer.Predict(x).ToArray<float>());
        Assert.Equal("FeatureBagging(10 of 40)", layer.ToString());
        Assert.Equal("FeatureBagging(1 of 3)", new FeatureBagging(3, 0.01).ToString());
    }

    [Fact]
    public void Evaluation_and_rate_0_change_nothing()
    {
        Tensor x = Tensor.Normal((3, 2, 4), new RandomStream(2));
        foreach (Module layer in (Module[])[new SpatialDropout(), new DropPath(), new AlphaDropout(), new GaussianNoise()]) Assert.Same(x, layer.Forward(x, Pass.Evaluation));
        foreach (Module layer in (Module[])[new Dropout(0, true), new SpatialDropout(0), new DropPath(0), new AlphaDropout(0), new GaussianNoise(0)]) Assert.Same(x, Train(layer, x));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Refused("SpatialDropout: expected a probability in [0, 1), got 1. It is the share to remove.", () => new SpatialDropout(1));
        Refused("DropPath: expected a probability in [0, 1), got -0.1. It is the share to remove.", () => new DropPath(-0.1));
        Refused("AlphaDropout: expected a probability in [0, 1), got NaN. It is the share to remove.", () => new AlphaDropout(double.NaN));
        Refused("GaussianNoise: expected a finite deviation of at least 0, got -1.", () => new GaussianNoise(-1));
        Refused("FeatureBagging: expected a share in (0, 1], got 0.", () => new FeatureBagging(3, 0));
        Assert.Equal("SpatialDropout(0.5): expected [N, C, d…], got [2, 3]. Use Dropout for rows of features.",
            Assert.Throws<ShapeException>(() => Train(new SpatialDropout(), Tensor.Ones((2, 3)))).Message);
        Assert.Equal("FeatureBagging(2 of 4): expected last axis 4, got [2, 3].", Assert.Throws<ShapeException>(() => new FeatureBagging(4).Predict(Tensor.Ones((2, 3)))).Message);
    }

    static Tensor Train(Module layer, Tensor x) => layer.Forward(x, Pass.Training(new RandomStream(11)));

    static void Refused(string message, Func<object> action) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(action).Message, StringComparison.Ordinal);
}

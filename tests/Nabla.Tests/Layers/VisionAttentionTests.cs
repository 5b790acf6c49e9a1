using Nabla.Layers;

namespace Nabla.Tests.Layers;

/// <summary>Attention over channels and places, and the spatial transformer.</summary>
public class VisionAttentionTests
{
    static readonly Tensor Image = Tensor.Normal((2, 3, 5, 6), new RandomStream(1), dtype: DType.Float64);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_identity_map_reads_every_pixel_where_it_is(bool alignCorners)
    {
        Tensor map = Tensor.From([1.0, 0, 0, 0, 1, 0], (1, 2, 3)).Expand(2, 2, 3);
        Tensor y = Image.GridSample(map.AffineGrid(5, 6, alignCorners), alignCorners: alignCorners);
        Assert.InRange((double)(y - Image).Abs().Max(), 0, 1e-12);
    }

    [Fact]
    public void Places_outside_are_0_or_the_border()
    {
        Tensor far = Tensor.From([-5.0, -5], (1, 1, 1, 2)).Expand(2, 1, 1, 2);
        Assert.All(Image.GridSample(far).ToArray<double>(), value => Assert.Equal(0, value));
        Assert.Equal(Image[.., .., 0, 0].ToArray<double>(), Image.GridSample(far, GridPadding.Border).ToArray<double>());
    }

    [Fact]
    public void A_new_spatial_transformer_changes_nothing_and_learns()
    {
        var layer = new SpatialTransformer(new Sequential([new Flatten(), new Linear(90, 8), Activation.Tanh()]), 8);
        layer.To(DType.Float64);
        Assert.InRange((double)(layer.Predict(Image) - Image).Abs().Max(), 0, 1e-12);
        layer.Forward(Image, Pass.Training(default)).Square().Sum().Backward();
        Assert.NotEqual(0, (double)layer.Parameters().Last().Gradient!.Abs().Sum());
    }

    [Fact]
    public void Weights_of_channels_and_places_lie_between_0_and_1()
    {
        foreach (Module layer in (Module[])[new SqueezeExcitation(3, 1), new ChannelAttention(3, 1), new SpatialAttention(3), new Cbam(3, 1, 3)])
        {
            double[] ratio = (layer.To(DType.Float64).Predict(Image) / Image).ToArray<double>();
            Assert.All(ratio, weight => Assert.InRange(weight, 1e-6, 1));
        }
    }

    [Fact]
    public void Errors_say_what_was_expected()
    {
        Assert.StartsWith("SqueezeExcitation: expected a reduction in [1, 4], got 16.", Assert.Throws<ArgumentOutOfRangeException>(() => new SqueezeExcitation(4)).Message, StringComparison.Ordinal);
        Assert.StartsWith("SpatialAttention: expected an odd window, got 4.", Assert.Throws<ArgumentOutOfRangeException>(() => new SpatialAttention(4)).Message, StringComparison.Ordinal);
        Assert.StartsWith("SpatialTransformer: expected an output of at least 1 × 1, got 0 × 3.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new SpatialTransformer(new Flatten(), 3, 0, 3)).Message, StringComparison.Ordinal);
        Misfit("SqueezeExcitation(4, middle 2): expected [N, 4] or [N, 4, d…], got [2, 3, 5, 6]. Channels are axis 1.", () => new SqueezeExcitation(4, 2).Predict(Image));
        Misfit("AffineGrid: expected maps [N, 2, 3], got [2, 3].", () => Tensor.Zeros((2, 3)).AffineGrid(2, 2));
        Misfit("GridSample: expected places [2, H, W, 2] for pictures [2, 3, 5, 6], got [1, 2, 2, 2].", () => Image.GridSample(Tensor.Zeros((1, 2, 2, 2))));
        Misfit("GridSample: expected pictures [N, C, H, W], got [2, 3].", () => Tensor.Zeros((2, 3)).GridSample(Tensor.Zeros((1, 2, 2, 2))));
    }

    static void Misfit(string message, Func<object> action) => Assert.Equal(message, Assert.Throws<ShapeException>(action).Message);
}

using Nabla.Layers;

namespace Nabla.Tests.Parity;

/// <summary>Layers built from smaller ones against PyTorch, or a transcription of their paper.</summary>
public class ToolboxLayerParityTests
{
    internal static readonly LayerTable Table = new("toolbox_layers")
    {
        { "RmsNorm", _ => new RmsNorm(6) },
        { "GroupNorm", c => new GroupNorm(2, 6, isAffine: c.Bool("affine", true)) },
        { "InstanceNorm", c => new InstanceNorm(4, isAffine: c.Bool("affine")) },
        { "LocalResponseNorm", c => new LocalResponseNorm(c.Int("size"), c.Double("alpha")) },
        { "LocalContrastNorm", _ => new LocalContrastNorm(5) },
        { "GhostBatchNorm", _ => new GhostBatchNorm(3, 4) },
        { "WeightNorm", c => new WeightNorm(c.Bool("linear") ? new Linear(5, 3) : new Conv2d(2, 3, 3)) },
        { "SpectralNorm", c => new SpectralNorm(c.Bool("linear") ? new Linear(5, 3) : new Conv2d(2, 3, 3)) },
        { "Bilinear", c => new Bilinear(3, 4, 2, c.Bool("bias", true)) },
        { "SqueezeExcitation", _ => new SqueezeExcitation(6, 2) },
        { "ChannelAttention", _ => new ChannelAttention(6, 2) },
        { "SpatialAttention", _ => new SpatialAttention(3) },
        { "Cbam", _ => new Cbam(6, 2, 3) },
        { "SpatialTransformer", c => new SpatialTransformer(
            new Sequential(new Flatten(), new Linear(20, 3), Activation.Tanh()), 3, 3, 4, alignCorners: c.Bool("corners")) },
        { "FeatureBagging", _ => new FeatureBagging(5) },
        { "SpatialDropout", _ => new SpatialDropout() },
        { "DropPath", _ => new DropPath() },
        { "AlphaDropout", _ => new AlphaDropout() },
        { "GaussianNoise", _ => new GaussianNoise() },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_gradients_and_buffers_equal_those_of_the_formula(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();
}

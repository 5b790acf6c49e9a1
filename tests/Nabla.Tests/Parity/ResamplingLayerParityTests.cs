using Nabla.Layers;

namespace Nabla.Tests.Parity;

/// <summary>Layers that change the resolution, against PyTorch.</summary>
public class ResamplingLayerParityTests
{
    internal static readonly LayerTable Table = new("resampling_layers")
    {
        { "Upsample", c => new Upsample(c.PerAxis("factor"), Enum.Parse<InterpolationMode>(c.Text("mode")), c.Bool("corners")) },
        { "PixelShuffle", _ => new PixelShuffle(2) },
        { "PixelUnshuffle", _ => new PixelUnshuffle(2) },
        { "ChannelShuffle", _ => new ChannelShuffle(2) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();
}

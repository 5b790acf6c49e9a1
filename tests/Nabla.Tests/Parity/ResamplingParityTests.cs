namespace Nabla.Tests.Parity;

/// <summary>Other resolutions, and channels that become places, against PyTorch.</summary>
public class ResamplingParityTests
{
    internal static readonly ParityTable Table = new("resampling")
    {
        { "Interpolate", c => c["x"].Interpolate(c.PerAxis("size"), Enum.Parse<InterpolationMode>(c.Text("mode")), c.Bool("corners")) },
        { "PixelShuffle", c => c["x"].PixelShuffle(c.Int("factor")) },
        { "PixelUnshuffle", c => c["x"].PixelUnshuffle(c.Int("factor")) },
        { "ChannelShuffle", c => c["x"].ChannelShuffle(c.Int("groups")) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();
}

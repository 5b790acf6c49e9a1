namespace Nabla.Tests.Parity;

/// <summary>Normalizations of samples, affine grids and bilinear reading against PyTorch and the papers' formulas.</summary>
public class NormalizationParityTests
{
    internal static readonly ParityTable Table = new("normalizations")
    {
        { "GroupNorm", c => c["x"].GroupNorm(c.Int("groups"), c.Optional("weight"), c.Optional("bias"), c.Double("epsilon", 1e-5)) },
        { "InstanceNorm", c => c["x"].InstanceNorm(c.Optional("weight"), c.Optional("bias"), c.Double("epsilon", 1e-5)) },
        { "RmsNorm", c => c["x"].RmsNorm(c.Optional("weight"), c.Double("epsilon", 1e-6)) },
        { "LocalResponseNorm", c => c["x"].LocalResponseNorm(c.Int("size"), c.Double("alpha"), c.Double("beta", 0.75), c.Double("k", 1)) },
        { "AffineGrid", c => c["map"].AffineGrid(c.Int("height"), c.Int("width"), c.Bool("corners")) },
        { "GridSample", c => c["x"].GridSample(c["grid"], Enum.Parse<GridPadding>(c.Text("padding"), ignoreCase: true), c.Bool("corners")) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();
}

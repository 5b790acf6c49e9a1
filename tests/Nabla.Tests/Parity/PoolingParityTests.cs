namespace Nabla.Tests.Parity;

/// <summary>Power, global, adaptive and region pooling, unpooling and flipped kernels against PyTorch.</summary>
public class PoolingParityTests
{
    static readonly Tensor Regions = Tensor.From(new double[,] { { 0, 0, 0, 7, 5 }, { 1, 2, 1, 6, 4 }, { 1, 3, 3, 3, 3 }, { 0, -4, 2, 3, 9 } });

    internal static readonly ParityTable Table = new("pooling")
    {
        { "PowerPool1d", c => c["x"].PowerPool1d(c.Double("exponent"), c.PerAxis("kernel"), c.PerAxis("stride")) },
        { "PowerPool2d", c => c["x"].PowerPool2d(c.Double("exponent"), c.PerAxis("kernel"), c.PerAxis("stride")) },
        { "PowerPool3d", c => c["x"].PowerPool3d(c.Double("exponent"), c.PerAxis("kernel"), c.PerAxis("stride")) },
        { "GlobalPowerPool", c => c["x"].GlobalPowerPool() },
        { "MaxPoolWithIndices", c =>
        {
            var (values, indices) = c["x"].MaxPoolWithIndices(c.PerAxis("kernel"), c.PerAxis("stride"), c.Padding("padding"));
            return [values, indices.To(DType.Int64)];
        } },
        { "MaxUnpool", c => c["x"].MaxUnpool(c["indices"], Shape.Create(c.Ints("size")!)) },
        { "AdaptiveAveragePool3d", c => c["x"].AdaptiveAveragePool3d(c.PerAxis("size")) },
        { "AdaptiveMaxPool3d", c => c["x"].AdaptiveMaxPool3d(c.PerAxis("size")) },
        { "RoiPool", c => c["x"].RoiPool(Regions, c.PerAxis("size"), c.Double("scale")) },
        { "Conv1d", c => c["x"].Conv1d(c["weight"], padding: c.Padding("padding"), flip: c.Bool("flip")) },
        { "Conv2d", c => c["x"].Conv2d(c["weight"], padding: c.Padding("padding"), flip: c.Bool("flip")) },
        { "Conv3d", c => c["x"].Conv3d(c["weight"], padding: c.Padding("padding"), flip: c.Bool("flip")) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();
}

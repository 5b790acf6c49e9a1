namespace Nabla.Tests.Parity;

/// <summary>Thresholds, gates, sparsemax and temperatures against PyTorch and the papers' formulas.</summary>
public class ActivationParityTests
{
    internal static readonly ParityTable Table = new("activations")
    {
        { "Threshold", c => c["x"].Threshold() },
        { "BipolarThreshold", c => c["x"].BipolarThreshold() },
        { "HardSwish", c => c["x"].HardSwish() },
        { "Swish", c => c["x"].Swish(c.Double("beta")) },
        { "LeakyReluByDivisor", c => c["x"].LeakyReluByDivisor(c.Double("divisor")) },
        { "Celu", c => c["x"].Celu(c.Double("alpha")) },
        { "SoftShrink", c => c["x"].SoftShrink(c.Double("size")) },
        { "HardShrink", c => c["x"].HardShrink(c.Double("size")) },
        { "TanhShrink", c => c["x"].TanhShrink() },
        { "Glu", c => c["x"].Glu(c.Int("axis")) },
        { "Swiglu", c => c["x"].Swiglu(c.Int("axis")) },
        { "Geglu", c => c["x"].Geglu(c.Int("axis")) },
        { "Maxout", c => c["x"].Maxout(c.Int("pieces"), c.Int("axis", -1)) },
        { "Sparsemax", c => c["x"].Sparsemax(c.Int("axis")) },
        { "Softmax", c => c["x"].Softmax(c.Int("axis"), c.Double("temperature")) },
        { "LogSoftmax", c => c["x"].LogSoftmax(c.Int("axis"), c.Double("temperature")) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_the_formula(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();
}

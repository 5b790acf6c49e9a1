using Nabla.Layers;

namespace Nabla.Tests.Parity;

/// <summary>Activations with parameters or noise against PyTorch and the papers' formulas.</summary>
public class ActivationLayerParityTests
{
    internal static readonly LayerTable Table = new("activation_layers")
    {
        { "Dice", _ => new Dice(3) },
        { "Maxout", c => c.Int("pieces") == 2 ? new Maxout(5, 3) : new Maxout(5, 2, 3) },
        { "Rrelu", c => c.Bool("divisor") ? Rrelu.ByDivisor() : new Rrelu(c.Double("lower", 0.125), c.Double("upper", 1.0 / 3)) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_gradients_and_buffers_equal_those_of_the_formula(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();
}

using Nabla.Layers;

namespace Nabla.Tests.Parity;

/// <summary>Layers of sequences against PyTorch: several inputs and outputs; recurrent layers have PyTorch's own names.</summary>
public class SequenceLayerParityTests
{
    internal static readonly LayerTable Table = new("sequences", static name => name)
    {
        { "Lstm", c => new Lstm(4, 6, Options(c)), Unroll },
        { "Gru", c => new Gru(4, 6, Options(c)), Unroll },
        { "Rnn", c => new Rnn(4, 6, Options(c), c.Bool("relu")), Unroll },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static RecurrentOptions Options(GoldenCase c) => new()
    {
        Layers = c.Int("layers", 1), IsBidirectional = c.Bool("bidirectional"), HasBias = c.Bool("bias", true), IsTimeFirst = c.Bool("timeFirst"),
    };

    static Tensor[] Unroll(GoldenCase c, Recurrent layer, Pass pass)
    {
        RecurrentState? state = c.Optional("hidden") is { } hidden ? new(hidden, c.Optional("cell")) : null;
        var (output, after) = layer.Forward(c["x"], pass, state, c.Ints("lengths"));
        return after.Cell is { } cell ? [output, after.Hidden, cell] : [output, after.Hidden];
    }
}

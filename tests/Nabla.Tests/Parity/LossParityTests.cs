using Nabla.Losses;

namespace Nabla.Tests.Parity;

/// <summary>Losses with every option and reduction against PyTorch.</summary>
public class LossParityTests
{
    internal static readonly ParityTable Table = new("losses")
    {
        { "Mse", c => Of(c, new Mse(Reduction(c))) },
        { "Mae", c => Of(c, new Mae(Reduction(c))) },
        { "Huber", c => Of(c, new Huber(c.Double("delta"), Reduction(c))) },
        { "SmoothL1", c => Of(c, new SmoothL1(c.Double("beta"), Reduction(c))) },
        { "CrossEntropy", c => Of(c, new CrossEntropy(
            c.Optional("weight")?.Detach(), c.Int("ignoreIndex", -100), c.Double("labelSmoothing", 0), Reduction(c))) },
        { "Nll", c => Of(c, new Nll(c.Optional("weight")?.Detach(), c.Int("ignoreIndex", -100), Reduction(c))) },
        { "BinaryCrossEntropyWithLogits", c => Of(c, new BinaryCrossEntropyWithLogits(c.Optional("positiveWeight")?.Detach(), Reduction(c))) },
        { "BinaryCrossEntropy", c => Of(c, new BinaryCrossEntropy(Reduction(c))) },
        { "KlDivergence", c => Of(c, new KlDivergence(
            Enum.Parse<DivergenceReduction>(c.Text("reduction"), ignoreCase: true), c.Bool("logTarget"))) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static Reduction Reduction(GoldenCase c) => Enum.Parse<Reduction>(c.Text("reduction"), ignoreCase: true);

    static Tensor Of(GoldenCase c, Loss loss) => loss.Forward(c["prediction"], c["target"].Detach());
}

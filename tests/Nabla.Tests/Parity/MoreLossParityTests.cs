using Nabla.Losses;

namespace Nabla.Tests.Parity;

/// <summary>Margins, ranking, contrast, sequences, large softmaxes and surrogates against PyTorch or their formula.</summary>
public class MoreLossParityTests
{
    static readonly Tensor Classes = Tensor.From([0L, 6, 2, 2]), Sampled = Tensor.From([1L, 2, 5]);

    internal static readonly ParityTable Table = new("more_losses")
    {
        { "Hinge", c => Of(c, new Hinge(c.Double("margin"), c.Int("power"), Reduction(c))) },
        { "MultiMargin", c => Of(c, new MultiMargin(c.Double("margin"), c.Int("power"), Reduction(c))) },
        { "MarginRanking", c => Both(c, new MarginRanking(c.Double("margin"), Reduction(c))) },
        { "PairwiseLogistic", c => Both(c, new PairwiseLogistic(Reduction(c))) },
        { "Triplet", c => Both(c, new Triplet(c.Double("margin"), c.Bool("swap"), Reduction(c))) },
        { "PoissonNll", c => Of(c, new PoissonNll(c.Bool("logarithm"), c.Bool("full"), reduction: Reduction(c))) },
        { "GaussianNll", c => new GaussianNll(isFull: c.Bool("full"), reduction: Reduction(c)).Forward(c["mean"], c["variance"], c["target"]) },
        { "CosineEmbedding", c => new CosineEmbedding(c.Double("margin"), Reduction(c)).Forward(c["a"], c["b"], c["signs"]) },
        { "Focal", c => Of(c, new Focal(c.Double("gamma"), c.Has("alpha") ? c.Double("alpha") : null, c.Optional("weight")?.Detach(), Reduction(c))) },
        { "ListNet", c => Of(c, new ListNet(Reduction(c))) },
        { "LambdaRank", c => Of(c, new LambdaRank(c.Double("sigma"), Reduction(c))) },
        { "InfoNce", c => Both(c, new InfoNce(c.Double("temperature"), c.Bool("symmetric"), Reduction(c))) },
        { "NtXent", c => Both(c, new NtXent(c.Double("temperature"), Reduction(c))) },
        { "Ctc", c => new Ctc(c.Int("blank"), Reduction(c)).Forward(c["prediction"], c["target"], c.Ints("frames")!) },
        { "CrossEntropy", c => Of(c, new CrossEntropy(
            c.Optional("weight")?.Detach(), labelSmoothing: c.Double("labelSmoothing"), smoothingTowards: c["towards"].Detach())) },
        { "LogRmse", c => Of(c, new LogRmse(c.Double("offset"))) },
        { "SoftAccuracy", c => Of(c, new SoftAccuracy(c.Double("sharpness"))) },
        { "SoftF1", c => Of(c, new SoftF1()) },
        { "ExpectedBleu", c => Of(c, new ExpectedBleu(c.Int("longest"))) },
        { "Distillation", c => new Distillation(c.Double("temperature"), c.Double("alpha"), c.Bool("keepsScale"))
            .Forward(c["prediction"], c["target"], Tensor.From([0L, 2, 1, 1])) },
        { "AdversarialLoss", Game },
        { "SampledSoftmax", c => LargeSoftmax.Sampled(c["hidden"], c["weights"], c["bias"], Classes, Sampled, c["frequencies"].Detach()) },
        { "NegativeSampling", c => LargeSoftmax.NegativeSampling(c["hidden"], c["weights"], Classes, Sampled) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_recorded(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static Reduction Reduction(GoldenCase c) => Enum.Parse<Reduction>(c.Text("reduction"), ignoreCase: true);

    static Tensor Of(GoldenCase c, Loss loss) => loss.Forward(c["prediction"], c["target"].Detach());

    /// <summary>Both sides get gradients.</summary>
    static Tensor Both(GoldenCase c, Loss loss) => loss.Forward(c["prediction"], c["target"]);

    static Tensor[] Game(GoldenCase c)
    {
        var loss = new AdversarialLoss(Enum.Parse<AdversarialGame>(c.Text("game")));
        return [loss.Critic(c["prediction"], c["target"]), loss.Generator(c["target"])];
    }
}

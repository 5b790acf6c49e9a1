using Nabla.Optimizers;

namespace Nabla.Tests.Parity;

/// <summary>
/// Twenty steps of optimizers on the rows that were looked up, on the problem of tests/golden/sparse.py. The learning rate halves at
/// step 12.
/// </summary>
public class SparseOptimizerParityTests
{
    const int HalvedAt = 12;

    internal static readonly ParityTable Table = new("sparse")
    {
        { "SparseAdam", c => Run(c, (group, rate) => new SparseAdam(group, rate, Moments(c))) },
        { "SparseAdaGrad", c => Run(c, (group, rate) => new AdaGrad(group, rate, Squares(c))) },
        { "RowWiseAdaGrad", c => Run(c, (group, rate) =>
            new RowWiseAdaGrad(group, rate, new RowWiseAdaGradOptions { InitialAccumulator = c.Double("initialAccumulator", 0) })) },
        { "SparseSgd", c => Run(c, (group, rate) => new Sgd(group, rate)) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Trajectories_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static Tensor Run(GoldenCase c, Func<ParameterGroup[], double, Optimizer> make)
    {
        Tensor table = c["table"].Clone(), indices = c["indices"];
        table.RequiresGradient = true;
        double rate = c.Double("learningRate");
        Optimizer optimizer = make([new ParameterGroup([("table", table)])], rate);
        var path = new List<Tensor>();
        for (int step = 0; step < indices.Shape[0]; step++)
        {
            if (step == HalvedAt) optimizer.LearningRate = rate / 2;
            optimizer.ClearGradients();
            Tensor x = table.Embedding(indices[step]);
            ((x + 0.1 * step).Sin() + 0.5 * x * x).Sum().Backward();
            Assert.NotNull(table.RowGradient);
            optimizer.Step();
            path.Add(table.Detach().Clone());
        }
        return Tensor.Stack([.. path], 0);
    }

    static AdamOptions Moments(GoldenCase c) => new()
    {
        Beta1 = c.Doubles("betas")?[0] ?? 0.9,
        Beta2 = c.Doubles("betas")?[1] ?? 0.999,
        Epsilon = c.Double("epsilon", 1e-8),
    };

    static AdaGradOptions Squares(GoldenCase c) => new()
    {
        RateDecay = c.Double("rateDecay", 0),
        InitialAccumulator = c.Double("initialAccumulator", 0),
    };
}

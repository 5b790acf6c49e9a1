using Nabla.Optimizers;
using Nabla.Schedules;

namespace Nabla.Tests.Parity;

/// <summary>Learning rates of fifty steps of every schedule against PyTorch.</summary>
public class ScheduleParityTests
{
    const int Steps = 50;
    const double Rate = 0.8;

    internal static readonly ParityTable Table = new("schedules")
    {
        { "Constant", c => Rates(c, new Constant()) },
        { "Step", c => Rates(c, new Step(c.Int("interval"), c.Double("factor"))) },
        { "MultiStep", c => Rates(c, new MultiStep(c.Doubles("milestones")!, c.Double("factor"))) },
        { "Exponential", c => Rates(c, new Exponential(c.Double("factor"))) },
        { "Cosine", c => Rates(c, new Cosine(c.Int("steps"), c.Double("minimum", 0) / Rate)) },
        { "Polynomial", c => Rates(c, new Polynomial(c.Int("steps"), c.Double("power"))) },
        { "WarmUp", c => Rates(c, new Constant().WarmUp(c.Int("steps"), c.Double("start"))) },
        { "WarmUpCosine", c => Rates(c, new Cosine(c.Int("steps")).WarmUp(c.Int("warmUp"), c.Double("start"))) },
        { "CosineRestarts", c => Rates(c, new CosineRestarts(c.Int("steps"), c.Int("growth", 1), c.Double("minimum", 0) / Rate)) },
        { "Cyclical", c => Rates(c, new Cyclical(
            c.Int("up"), c.Has("down") ? c.Int("down") : null, c.Double("minimum") / Rate,
            c.Text("mode") switch { "triangular2" => CycleDecay.Halving, "exp_range" => CycleDecay.Exponential, _ => CycleDecay.None }, c.Double("gamma", 1))) },
        { "OneCycle", Cycle },
        { "InverseSquareRoot", c => Rates(c, new InverseSquareRoot(c.Int("start"))) },
        { "Hold", c => Rates(c, new Cosine(c.Int("steps")).Hold(c.Int("hold"))) },
        { "BatchGrowth", c => Rates(c, new BatchGrowth(new Exponential(c.Double("factor")), c.Int("batch"), c.Int("maximum"))) },
        { "ScheduleOfParts", OfParts },
        { "ReduceOnPlateau", Plateau },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Rates_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static Tensor Rates(GoldenCase c, Schedule schedule)
    {
        Sgd optimizer = Optimizer();
        return Collect(c, step =>
        {
            schedule.Apply(optimizer, step);
            return optimizer.LearningRate;
        });
    }

    /// <summary>PyTorch's phases end one step before their share of the steps.</summary>
    static Tensor Cycle(GoldenCase c)
    {
        double rise = c.Double("rise", 0.3) * (Steps + 1) - 1, start = 1 / c.Double("divisor", 25);
        return Rates(c, new OneCycle(
            Steps, rise / Steps, start, start / c.Double("finalDivisor", 1e4), c.Text("shape") == "linear", c.Bool("threePhase")));
    }

    static Tensor OfParts(GoldenCase c)
    {
        Sgd part = Optimizer();
        var schedule = new ScheduleOfParts((part, new Cosine(c.Int("steps"))), (Optimizer(), new Constant()));
        return Collect(c, step =>
        {
            schedule.Apply(part, step);
            return part.LearningRate;
        });
    }

    static Tensor Plateau(GoldenCase c)
    {
        var schedule = new ReduceOnPlateau(
            c.Double("factor", 0.1), c.Int("patience", 10), c.Text("mode") == "max", c.Double("threshold", 1e-4), c.Double("minimum", 0) / Rate,
            c.Int("cooldown", 0), c.Text("thresholdMode") == "abs");
        Sgd optimizer = Optimizer();
        double[] metrics = c["metrics"].To(DType.Float64).ToArray<double>();
        return Collect(c, step =>
        {
            double rate = optimizer.LearningRate;
            schedule.Check(metrics[step], optimizer);
            return rate;
        });
    }

    static Tensor Collect(GoldenCase c, Func<int, double> rate) =>
        Tensor.From([.. Enumerable.Range(0, Steps).Select(rate)]).To(c.DType);

    static Sgd Optimizer()
    {
        Tensor parameter = Tensor.Zeros(1);
        parameter.RequiresGradient = true;
        return new Sgd([new ParameterGroup([("parameter", parameter)])], Rate);
    }
}

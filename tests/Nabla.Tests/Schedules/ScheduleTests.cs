using Nabla.Layers;
using Nabla.Optimizers;
using Nabla.Schedules;

namespace Nabla.Tests.Schedules;

public class ScheduleTests
{
    static Sgd Optimizer(double rate = 0.5) => new(new Linear(1, 1), rate);

    public static TheoryData<string, double, double> Factors => new()
    {
        { "constant", 7, 1 }, { "step", 9.5, 1 }, { "step", 10, 0.5 }, { "step", 20, 0.25 }, { "multi-step", 4.9, 1 }, { "multi-step", 5, 0.1 },
        { "multi-step", 21, 0.001 }, { "exponential", 2, 0.81 }, { "cosine", 0, 1 }, { "cosine", 5, 0.55 }, { "cosine", 10, 0.1 },
        { "cosine", 99, 0.1 }, { "linear", 2.5, 0.75 }, { "linear", 10, 0 }, { "square", 5, 0.25 }, { "warm", 0, 0.2 }, { "warm", 2, 0.6 },
        { "warm", 4, 1 }, { "warm", 9, 0.55 }, { "warm", 14, 0.1 },
    };

    [Theory]
    [MemberData(nameof(Factors))]
    public void The_factor_is_that_of_the_formula(string name, double epoch, double factor)
    {
        Schedule schedule = name switch
        {
            "constant" => new Constant(),
            "step" => new Step(10, 0.5),
            "multi-step" => new MultiStep([5, 20, 21]),
            "exponential" => new Exponential(0.9),
            "cosine" => new Cosine(10, 0.1),
            "linear" => new Polynomial(10),
            "square" => new Polynomial(10, 2),
            _ => new Cosine(10, 0.1).WarmUp(4, 0.2),
        };
        Assert.Equal(factor, schedule.Factor(epoch), 1e-12);
    }

    [Fact]
    public void Groups_keep_the_ratio_of_their_rates()
    {
        var model = new Sequential([new Linear(1, 1), new Linear(1, 1)]);
        var optimizer = new Sgd([new ParameterGroup(model[0], 0.1), new ParameterGroup(model[1])], 0.4);
        new Cosine(10).Apply(optimizer, 5);
        Assert.Equal([0.05, 0.2], optimizer.Groups.Select(group => Math.Round(group.LearningRate, 12)));
        new Constant().Apply(optimizer, 6);
        Assert.Equal([0.1, 0.4], optimizer.Groups.Select(group => group.LearningRate));
    }

    [Fact]
    public void A_plateau_lowers_the_rate_after_its_patience()
    {
        var plateau = new ReduceOnPlateau(0.5, patience: 2);
        Sgd optimizer = Optimizer();
        double[] losses = [1, 0.9, 0.9, 0.95, 0.91, 0.5, 0.6, 0.6, 0.6, double.NaN];
        double[] rates = [0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.125, 0.125];
        Assert.Equal(rates, losses.Select(loss =>
        {
            plateau.Check(loss, optimizer);
            return optimizer.LearningRate;
        }));
        Assert.Equal(0.5, plateau.Best);
    }

    [Fact]
    public void A_cooldown_delays_the_next_drop()
    {
        var plateau = new ReduceOnPlateau(0.5, patience: 0, cooldown: 2);
        Sgd optimizer = Optimizer();
        Assert.Equal([false, true, false, false, true], Enumerable.Range(0, 5).Select(_ => plateau.Check(1, optimizer)));
    }

    [Fact]
    public void A_gain_must_exceed_the_threshold()
    {
        ReduceOnPlateau relative = new(patience: 0, threshold: 0.1), absolute = new(patience: 0, threshold: 0.1, isAbsolute: true);
        ReduceOnPlateau accuracy = new(patience: 0, threshold: 0.1, higherIsBetter: true);
        Assert.Equal([false, false, true], Checks(relative, 10, 8.9, 8.1));
        Assert.Equal([false, false, true], Checks(absolute, 10, 9.8, 9.75));
        Assert.Equal([false, false, true], Checks(accuracy, 0.5, 0.6, 0.65));
    }

    static List<bool> Checks(ReduceOnPlateau plateau, params ReadOnlySpan<double> values)
    {
        var drops = new List<bool>();
        foreach (double value in values) drops.Add(plateau.Check(value, Optimizer()));
        return drops;
    }

    [Fact]
    public void A_restored_plateau_continues()
    {
        Sgd optimizer = Optimizer();
        ReduceOnPlateau first = new(0.5, 1), second = new(0.5, 1);
        first.Check(1, optimizer);
        first.Check(2, optimizer);
        second.Restore(first.Factor, first.Best, first.ChecksWithoutGain);
        Assert.True(second.Check(2, optimizer));
    }

    [Fact]
    public void Settings_out_of_range_are_refused_by_name()
    {
        Assert.Contains("Step: expected more than 0 epochs between drops", Assert.Throws<ArgumentOutOfRangeException>(() => new Step(0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Cosine(10, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Polynomial(10, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Constant().WarmUp(-1));
        Assert.Throws<ArgumentException>(() => new MultiStep([5, 5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReduceOnPlateau(1));
    }
}

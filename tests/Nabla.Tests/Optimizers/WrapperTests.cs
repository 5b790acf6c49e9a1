using Nabla.Layers;
using Nabla.Optimizers;
using Nabla.Schedules;

namespace Nabla.Tests.Optimizers;

/// <summary>Optimizers round others and beside others: state, schedules, safe zeros, refusals (OPT-07, OPT-08, OPT-14).</summary>
public class WrapperTests
{
    static Tensor Values(Shape shape, ulong seed) => Tensor.Uniform(shape, new RandomStream(seed), -1, 1);

    [Fact]
    public void A_zero_parameter_or_a_zero_step_stays_safe()
    {
        Tensor zero = Tensor.Zeros(3), still = Tensor.Ones(3);
        foreach (Func<Module, Optimizer> make in new Func<Module, Optimizer>[] { m => new Lamb(new Sgd(m, 0.1)), m => new Lars(new Sgd(m, 0.1), 1) })
        {
            zero.RequiresGradient = still.RequiresGradient = true;
            zero.Detach().Fill(0);
            Optimizer optimizer = make(new Bag(("zero", zero), ("still", still)));
            (zero.Gradient, still.Gradient) = (Tensor.Ones(3), Tensor.Zeros(3));
            optimizer.Step();
            Assert.Equal([-0.1f, -0.1f, -0.1f], zero.Detach().ToArray<float>());
            Assert.Equal([1f, 1, 1], still.Detach().ToArray<float>());
        }
    }

    [Fact]
    public void Lamb_moves_every_layer_by_its_own_length()
    {
        Tensor w = Values(40, 1);
        double length = Math.Sqrt(w.ToArray<float>().Sum(x => (double)x * x));
        float[] before = w.ToArray<float>();
        var optimizer = new Lamb(new Adam(new Bag(("w", w)), 0.01));
        w.Gradient = Values(40, 2);
        optimizer.Step();
        Assert.Equal(0.01 * length, Math.Sqrt(w.Detach().ToArray<float>().Zip(before, (a, b) => Math.Pow((double)a - b, 2)).Sum()), 1e-6);
    }

    [Fact]
    public void A_state_of_nested_wrappers_lists_what_each_remembers()
    {
        Tensor w = Values(3, 1);
        var optimizer = new Lookahead(new WeightAverage(new Lamb(new Sgd(new Bag(("w", w)), 0.1, new SgdOptions { Momentum = 0.9 }))));
        w.Gradient = Values(3, 2);
        optimizer.Step();
        Assert.Equal(
            ["optimizer.steps", "groups.0.learningRate", "groups.0.initialLearningRate", "groups.0.weightDecay", "groups.0.l1Decay", "w.steps", "w.velocity",
             "lamb.optimizer.steps", "weightAverage.optimizer.steps", "weightAverage.w.steps", "weightAverage.w.average",
             "lookahead.optimizer.steps", "lookahead.w.steps", "lookahead.w.slow"],
            optimizer.StateDictionary().Keys);
    }

    [Fact]
    public void Two_optimizers_train_one_model_with_schedules_and_a_state_of_their_own()
    {
        float[] straight = Run(stopAt: int.MaxValue), resumed = Run(stopAt: 4);
        Assert.Equal(straight, resumed);

        static float[] Run(int stopAt)
        {
            var (optimizer, schedule, table, dense) = Make();
            for (int t = 0; t < 8; t++)
            {
                if (t == stopAt)
                {
                    var state = optimizer.StateDictionary();
                    (float[] a, float[] b) = (table.Detach().ToArray<float>(), dense.Detach().ToArray<float>());
                    (optimizer, schedule, table, dense) = Make();
                    table.CopyFrom<float>(a);
                    dense.CopyFrom<float>(b);
                    optimizer.LoadStateDictionary(state);
                }
                schedule.Apply(optimizer, t);
                table.Gradient = t % 3 == 0 ? null : Values((4, 2), (ulong)t + 10);       // a part may rest
                dense.Gradient = Values(5, (ulong)t + 20);
                optimizer.Step();
            }
            Assert.Equal(0.1 * Math.Pow(0.5, 7), optimizer.Parts.First().Part.LearningRate, 1e-12);
            Assert.Equal(1e-3, optimizer.Parts.Last().Part.LearningRate);
            return [.. table.Detach().ToArray<float>(), .. dense.Detach().ToArray<float>()];
        }

        static (CombinedOptimizer, Schedule, Tensor Table, Tensor Dense) Make()
        {
            Tensor table = Values((4, 2), 1), dense = Values(5, 2);
            Optimizer sparse = new Ftrl(new Bag(("table", table)), 0.1, new FtrlOptions { RowDecay = 0.01 }), rest = new Adam(new Bag(("dense", dense)));
            return (new CombinedOptimizer(("sparse", sparse), ("dense", rest)),
                new ScheduleOfParts((sparse, new Exponential(0.5)), (rest, new Constant())), table, dense);
        }
    }

    [Fact]
    public void Averages_are_in_the_model_only_while_exchanged()
    {
        Tensor w = Tensor.From([1f, 2]);
        var optimizer = new WeightAverage(new Sgd(new Bag(("w", w)), 1));
        for (int t = 0; t < 2; t++)
        {
            w.Gradient = Tensor.Ones(2);
            optimizer.Step();
        }
        using (optimizer.Exchange()) Assert.Equal([-0.5f, 0.5f], w.Detach().ToArray<float>());
        Assert.Equal([-1f, 0], w.Detach().ToArray<float>());
    }

    [Fact]
    public void Sharpness_aware_steps_leave_the_climb_without_a_trace()
    {
        Tensor w = Values(50, 1);
        w.RequiresGradient = true;
        float[] before = w.Detach().ToArray<float>();
        new Sam(new Sgd([new ParameterGroup([("w", w)])], 0), 0.5).Step(() => w.Square().Sum());
        Assert.Equal(before, w.Detach().ToArray<float>());
    }

    [Fact]
    public void A_wrapper_passes_the_loss_to_an_inner_optimizer_that_needs_it()
    {
        Tensor w = Tensor.From([3.0]);
        w.RequiresGradient = true;
        var optimizer = new Lookahead(new Newton([new ParameterGroup([("w", w)])]), 2, 0.5);
        Assert.Equal(9, optimizer.Step(() => w.Square().Sum()), 1e-12);
        Assert.Equal(0, w.Item<double>(), 1e-12);
        optimizer.Step(() => w.Square().Sum());
        Assert.Equal(1.5, w.Item<double>(), 1e-12);         // half of the way from 3 to 0
    }

    public static TheoryData<string, Action<Module>> Mistakes => new()
    {
        { "Sam: expected Step(loss), got Step(): it looks at the loss more than once. Pass the function that computes it.",
            m => new Sam(new Sgd(m)).Step() },
        { "Lars: expected an optimizer that steps from given gradients, got Sam, which computes its own. Wrap the other way round.",
            m => _ = new Lars(new Sam(new Sgd(m))) },
        { "CombinedOptimizer: expected different names, got 'a', 'a'. (Parameter 'parts')",
            m => _ = new CombinedOptimizer(("a", new Sgd(m)), ("a", new Sgd(new Bag(("other", Tensor.Ones(1)))))) },
        { "CombinedOptimizer: expected each parameter once, got 'w' twice.", m => _ = new CombinedOptimizer(("a", new Sgd(m)), ("b", new Adam(m))) },
        { "Newton: expected at most 2 numbers in all parameters, got 3. Use Lbfgs, or raise MaximumSize. (Parameter 'groups')",
            m => _ = new Newton(m, 1, new NewtonOptions { MaximumSize = 2 }) },
        { "Saga: expected Step(term), got Step(loss): it must know which term it sees.",
            m => new Saga([new ParameterGroup(m)], 3, _ => Tensor.Ones(1)).Step(() => Tensor.Ones(1)) },
    };

    [Theory, MemberData(nameof(Mistakes))]
    public void A_mistake_is_explained(string message, Action<Module> mistake) =>
        Assert.Equal(message, Assert.ThrowsAny<Exception>(() => mistake(new Bag(("w", Tensor.Ones(3))))).Message);

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        var inner = new Sgd(new Bag(("w", Tensor.Ones(3))));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Lookahead(inner, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Lookahead(inner, 5, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Lamb(inner, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Lars(inner, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sam(inner, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GradientAccumulation(inner, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WeightAverageOptions { Decay = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdaXOptions { Beta2 = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdaDeltaOptions { Epsilon = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ShampooOptions { Every = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Ftrl(new Bag(("w", Tensor.Ones(3))), 0));
    }
}

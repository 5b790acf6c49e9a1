using Nabla.Layers;
using Nabla.Optimizers;
using Nabla.Tests.Kernels;

namespace Nabla.Tests.Optimizers;

[Collection(KernelSettings.Name)]
public class OptimizerTests
{
    static readonly Func<Module, Optimizer>[] All =
    [
        m => new Sgd(m, 0.01), m => new Sgd(m, 0.01, new SgdOptions { Momentum = 0.9, Nesterov = true }), m => new Adam(m), m => new AdamW(m),
        m => new Adam(m, 1e-3, new AdamOptions { AmsGrad = true }), m => new AdaGrad(m),
        m => new RmsProp(m, 0.01, new RmsPropOptions { Centered = true, Momentum = 0.5 }), m => new AdaDelta(m), m => new Adamax(m),
        m => new NAdam(m), m => new RAdam(m), m => new AdaX(m), m => new Lion(m), m => new Ogd(m, 0.1, new OnlineOptions { Radius = 1 }),
        m => new Fobos(m, 0.1, new OnlineOptions { L1Decay = 0.1 }), m => new Rda(m), m => new Ftrl(m, 0.1, new FtrlOptions { L1Decay = 0.1 }),
        m => new Ftrl(m, 0.1, new FtrlOptions { RowDecay = 0.1 }), m => new Sgd(m, 0.1, new SgdOptions { L1Decay = 0.1 }),
        m => new Lamb(new AdamW(m)), m => new Lars(new Sgd(m, 0.1, new SgdOptions { Momentum = 0.9, WeightDecay = 0.1 })),
        m => new Lookahead(new Lamb(new AdamW(m)), 2), m => new WeightAverage(new Adam(m)),
    ];

    /// <summary>Those that need room for a while in every step.</summary>
    static readonly Func<Module, Optimizer>[] Larger =
    [
        m => new AdaFactor(m), m => new Shampoo(m, 0.1, new ShampooOptions { Every = 2, Momentum = 0.5, MaximumSide = 20 }),
        m => new Lbfgs(m, 0.1, new LbfgsOptions { History = 3 }), m => new GradientAccumulation(new Adam(m), 2),
    ];

    static Tensor Values(Shape shape, ulong seed) => Tensor.Uniform(shape, new RandomStream(seed), -1, 1);

    [Fact]
    public void A_step_allocates_nothing_after_the_first()
    {
        foreach (var make in All)
        {
            Tensor large = Values((300, 200), 1), small = Values(7, 2);
            Optimizer optimizer = make(new Bag(("large", large), ("small", small)));
            (large.Gradient, small.Gradient) = (Values((300, 200), 3), Values(7, 4));
            optimizer.Step();
            optimizer.ClipNorm(1);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 3; i++)
            {
                optimizer.ClipNorm(0.5);
                optimizer.Step();
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated == 0, $"{optimizer.GetType().Name}: {allocated} bytes.");
        }
    }

    [Fact]
    public void One_two_and_seven_threads_give_the_same_bits()
    {
        foreach (var make in All.Append(Larger[0]))
            foreach (Shape shape in (Shape[])[100_003, (331, 303)])
            {
                float[] expected = Run(make, shape, 1);
                Assert.Equal(expected, Run(make, shape, 2));
                Assert.Equal(expected, Run(make, shape, 7));
            }

        static float[] Run(Func<Module, Optimizer> make, Shape shape, int threads)
        {
            using IDisposable setting = KernelSettings.Threads(threads);
            Tensor w = Values(shape, 1);
            Optimizer optimizer = make(new Bag(("w", w)));
            for (ulong step = 0; step < 3; step++)
            {
                w.Gradient = Values(shape, 10 + step);
                optimizer.ClipNorm(5);
                optimizer.Step();
            }
            return w.ToArray<float>();
        }
    }

    [Fact]
    public void Resuming_from_the_saved_state_equals_never_having_stopped()
    {
        foreach (var make in All.Concat(Larger))
            foreach (Shape shape in (Shape[])[50, (11, 45)]) Check(make, shape);

        static void Check(Func<Module, Optimizer> make, Shape shape)
        {
            Tensor straight = Values(shape, 1), first = straight.Clone(), second = Values(shape, 9);
            Optimizer whole = make(new Bag(("w", straight))), start = make(new Bag(("w", first))), rest = make(new Bag(("w", second)));
            for (ulong step = 0; step < 6; step++)
            {
                Tensor gradient = Values(shape, 20 + step);
                straight.Gradient = gradient.Clone();
                whole.Step();
                if (step == 3)
                {
                    second.CopyFrom<float>(first.ToArray<float>());
                    rest.LoadStateDictionary(start.StateDictionary());
                }
                (step < 3 ? first : second).Gradient = gradient.Clone();      // some wrappers change gradients in place
                (step < 3 ? start : rest).Step();
            }
            Assert.True(straight.ToArray<float>().AsSpan().SequenceEqual(second.ToArray<float>()), $"{whole.GetType().Name}: other bits after resuming.");
            Assert.Equal(6, rest.Steps);
        }
    }

    [Fact]
    public void The_state_of_another_optimizer_is_refused_in_one_message()
    {
        Tensor w = Values(3, 1);
        var adam = new Adam(new Bag(("w", w)));
        w.Gradient = Values(3, 2);
        adam.Step();
        var error = Assert.Throws<DataFormatException>(() => new Sgd(new Bag(("w", Values(3, 1))), 0.1, new SgdOptions { Momentum = 0.9 })
            .LoadStateDictionary(adam.StateDictionary(), "run.safetensors"));
        Assert.Equal(
            "Load 'run.safetensors': 1 missing (w.velocity), 2 unexpected (w.moment1, w.moment2), 0 misshapen. Was it saved by another Sgd, with other options?",
            error.Message);
    }

    [Fact]
    public void Nothing_to_train_is_an_error()
    {
        Assert.Equal("Adam: expected parameters to train, got none. Did the model register its layers with Child(out …)?",
            Assert.Throws<ArgumentException>(() => new Adam(new Identity())).Message);
        var frozen = new Linear(2, 2);
        frozen.Freeze();
        Assert.Equal("Sgd: expected parameters to train, got 2 that are all frozen. Call Unfreeze() on the model.",
            Assert.Throws<ArgumentException>(() => new Sgd(frozen)).Message);
    }

    [Fact]
    public void A_step_without_gradients_is_an_error() =>
        Assert.Equal("Adam: expected gradients, got none. Call loss.Backward() before Step().",
            Assert.Throws<InvalidOperationException>(() => new Adam(new Linear(2, 2)).Step()).Message);

    [Fact]
    public void Parameters_that_got_no_gradient_are_named_once()
    {
        var model = new Sequential(("used", new Linear(3, 3)), ("forgotten", new Linear(3, 1)));
        var optimizer = new Adam(model);
        var warnings = new List<string>();
        optimizer.Warned += (_, warning) => warnings.Add(warning);
        for (int step = 0; step < 2; step++)
        {
            model[0].Forward(Tensor.Ones((2, 3)), Pass.Evaluation).Sum().Backward();
            optimizer.Step();
        }
        Assert.Equal(["forgotten.weight", "forgotten.bias"], optimizer.UnusedParameters);
        Assert.Equal(["Adam: 2 parameters got no gradient in the first step: forgotten.weight, forgotten.bias. Does the forward pass use their layers?"], warnings);
    }

    [Fact]
    public void A_parameter_cannot_be_in_two_groups()
    {
        var layer = new Linear(2, 2);
        Assert.Equal("Sgd: expected each parameter once, got 'weight' twice.",
            Assert.Throws<ArgumentException>(() => new Sgd([new ParameterGroup(layer), new ParameterGroup(layer)])).Message);
        Assert.StartsWith("Sgd: expected different names, got two parameters 'weight'.",
            Assert.Throws<ArgumentException>(() => new Sgd([new ParameterGroup(layer), new ParameterGroup(new Linear(2, 2))])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_have_rates_and_decays_of_their_own()
    {
        var model = new Sequential(("body", new Linear(1, 1, hasBias: false)), ("head", new Linear(1, 1, hasBias: false)));
        foreach (Tensor parameter in model.Parameters()) parameter.CopyFrom<float>([2f]);
        var optimizer = new Sgd([new ParameterGroup(model[0], learningRate: 0.1), new ParameterGroup(model[1], weightDecay: 0.5)], 0.2);
        foreach (Tensor parameter in model.Parameters()) parameter.Gradient = Tensor.Ones((1, 1));
        optimizer.Step();
        Assert.Equal([2 - 0.1f], model[0].Parameters().Single().ToArray<float>());
        Assert.Equal([2 - 0.2f * (1 + 0.5f * 2)], model[1].Parameters().Single().ToArray<float>());
        Assert.Equal("body.weight", optimizer.StateDictionary().Keys.Single(key => key.StartsWith("body", StringComparison.Ordinal))[..11]);
    }

    [Fact]
    public void Vectors_can_be_exempt_from_decay()
    {
        var model = new Linear(1, 1);
        foreach (Tensor parameter in model.Parameters())
        {
            parameter.CopyFrom<float>([2f]);
            parameter.Gradient = Tensor.Zeros(parameter.Shape);
        }
        new AdamW(model, 0.1, new AdamOptions { WeightDecay = 0.5, WithoutDecayOnVectors = true }).Step();
        Assert.Equal(2 * (1 - 0.1f * 0.5f), model.Weight.Item<float>(), 1e-6f);
        Assert.Equal(2f, model.Bias!.Item<float>());
    }

    [Fact]
    public void Frozen_parameters_stay()
    {
        var model = new Sequential([new Linear(2, 2), new Linear(2, 1)]);
        model[0].Freeze();
        var optimizer = new Adam(model);
        float[] before = model[0].Parameters().First().ToArray<float>();
        model.Forward(Tensor.Ones((3, 2)), Pass.Evaluation).Sum().Backward();
        optimizer.Step();
        Assert.Equal(before, model[0].Parameters().First().ToArray<float>());
        Assert.Empty(optimizer.UnusedParameters);
    }

    [Fact]
    public void Backward_refuses_values_that_a_step_has_changed()
    {
        var model = new Linear(2, 1);
        Tensor x = Tensor.Ones((1, 2));
        x.RequiresGradient = true;
        Tensor early = model.Forward(x, Pass.Evaluation).Sum();
        model.Forward(x, Pass.Evaluation).Sum().Backward();
        new Sgd(model).Step();
        Assert.Contains("changed in place", Assert.Throws<InvalidOperationException>(() => early.Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_out_of_range_are_refused_by_name()
    {
        Assert.Contains("Momentum: expected a number in [0, 1), got 1", Assert.Throws<ArgumentOutOfRangeException>(() => new SgdOptions { Momentum = 1 }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamOptions { Beta2 = -0.1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamOptions { WeightDecay = double.NaN });
        Assert.Contains("LearningRate: expected a finite number of at least 0, got NaN",
            Assert.Throws<ArgumentOutOfRangeException>(() => new Sgd(new Linear(1, 1), double.NaN)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Sgd(new Linear(1, 1), 0.1, new SgdOptions { Nesterov = true }));
    }
}

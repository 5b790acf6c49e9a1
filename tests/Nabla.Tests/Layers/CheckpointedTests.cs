using Nabla.Layers;
using Nabla.Optimizers;
using Nabla.Tests.Kernels;

namespace Nabla.Tests.Layers;

/// <summary>Layers whose insides are computed again for the gradients. Alone, since one test looks at the memory of the whole process.</summary>
[Collection(KernelSettings.Name)]
public class CheckpointedTests
{
    static Sequential Block(int seed)
    {
        Sequential block = [new Linear(6, 12), new BatchNorm(12), Activation.Gelu(), new Dropout(0.3), new Linear(12, 6)];
        block.Initialize((ulong)seed);
        return block;
    }

    static Tensor Input() => Tensor.Normal((8, 6), new RandomStream(5));

    static (float[] Loss, float[][] Gradients, float[][] Buffers) Train(Module model, int steps)
    {
        var optimizer = new Sgd(model, 0.05);
        Tensor x = Input();
        x.RequiresGradient = true;
        var losses = new List<float>();
        for (int step = 0; step < steps; step++)
        {
            Tensor loss = model.Forward(x, Pass.Training(new RandomStream(3).Split(step))).Pow(2).Mean();
            loss.Backward();
            losses.Add((float)loss);
            if (step < steps - 1)
            {
                optimizer.Step();
                optimizer.ClearGradients();
            }
        }
        return ([.. losses], [x.Gradient!.ToArray<float>(), .. model.Parameters().Select(static p => p.Gradient!.ToArray<float>())],
            [.. model.Members().Where(static m => !m.Member.IsParameter).Select(static m => m.Member.Tensor.ToArray<float>())]);
    }

    [Fact]
    public void Losses_gradients_and_statistics_are_those_of_the_bare_layer_bit_for_bit()
    {
        var bare = Train(Block(1), 4);
        var checkpointed = Train(new Checkpointed(Block(1)), 4);
        Assert.Equal(bare.Loss, checkpointed.Loss);
        Assert.Equal(bare.Gradients, checkpointed.Gradients);
        Assert.Equal(bare.Buffers, checkpointed.Buffers);
    }

    [Fact]
    public void A_layer_used_twice_gets_both_gradients()
    {
        Sequential block = Block(2);
        var wrapped = new Checkpointed(block);
        Tensor Twice(Module m) => m.Forward(m.Forward(Input(), Pass.Evaluation), Pass.Evaluation).Sum();
        Twice(block).Backward();
        float[][] expected = [.. block.Parameters().Select(static p => p.Gradient!.ToArray<float>())];
        foreach (Tensor parameter in block.Parameters()) parameter.ClearGradient();
        Twice(wrapped).Backward();
        Assert.Equal(expected, block.Parameters().Select(static p => p.Gradient!.ToArray<float>()));
    }

    [Fact]
    public void Derivatives_of_derivatives_go_through()
    {
        var layer = new Linear(3, 3);
        layer.To(DType.Float64);
        Tensor Penalty(Module m)
        {
            Tensor x = Tensor.From(new double[] { 0.3, -0.2, 0.9 }, (1, 3));
            x.RequiresGradient = true;
            return Autograd.Gradient(m.Forward(x, Pass.Evaluation).Tanh().Sum(), x, createGraph: true).Pow(2).Sum();
        }
        double[] expected = Autograd.Gradient(Penalty(layer), layer.Weight).ToArray<double>();
        double[] got = Autograd.Gradient(Penalty(new Checkpointed(layer)), layer.Weight).ToArray<double>();
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], got[i], 1e-12);
    }

    /// <summary>What lies before the layer is walked once, although its gradient arrives while the layer is walked again.</summary>
    [Fact]
    public void Derivatives_of_derivatives_go_through_what_lies_before_and_beside()
    {
        var layer = new Linear(3, 3);
        layer.To(DType.Float64);
        double[] expected = Both(layer), got = Both(new Checkpointed(layer));
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], got[i], 1e-12);

        double[] Both(Module m)
        {
            Tensor a = Tensor.From(new double[] { 0.3, -0.2, 0.9 }, (1, 3));
            a.RequiresGradient = true;
            Tensor x = a.Sin(), loss = m.Forward(x * x, Pass.Evaluation).Tanh().Sum() + (x * a).Sum() + (layer.Weight * a.Exp()).Sum();
            Tensor[] first = Autograd.Gradient(loss, [a, layer.Weight], createGraph: true);
            Tensor[] second = Autograd.Gradient(first[0].Square().Sum() + first[1].Square().Sum(), [a, layer.Weight]);
            return [.. first.Concat(second).SelectMany(static gradient => gradient.ToArray<double>())];
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hooks_run_once(bool createGraph)
    {
        var layer = new Linear(3, 3);
        Tensor x = Tensor.Ones((1, 3));
        x.RequiresGradient = true;
        Tensor input = x * 2;
        input.OnGradient(static gradient => gradient * 10);
        layer.Weight.OnGradient(static gradient => gradient * 10);
        new Checkpointed(layer).Forward(input, Pass.Evaluation).Sum().Backward(createGraph: createGraph);
        Assert.All(layer.Weight.Gradient!.ToArray<float>(), slope => Assert.Equal(20, slope));
        Assert.Equal((layer.Weight.Detach().Sum(0) * 20).ToArray<float>(), x.Gradient!.Flatten().ToArray<float>(), static (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Indices_have_no_gradient_but_the_table_has()
    {
        var table = new Checkpointed(new Embedding(5, 2));
        table.Forward(Tensor.From(new long[] { 1, 1, 4 }), Pass.Evaluation).Sum().Backward();
        Assert.Equal([0, 0, 2, 2, 0, 0, 0, 0, 1, 1], table.Parameters().Single().Gradient!.ToArray<float>());
    }

    [Fact]
    public void What_is_inside_is_not_kept()
    {
        Module Deep(Func<Module, Module> wrap) =>
            new Sequential([.. Enumerable.Range(0, 8).Select(_ => wrap(new Sequential(new Linear(64, 1024), Activation.Gelu(), new Linear(1024, 64))))]);
        long Kept(Module model)
        {
            Tensor x = Tensor.Normal((512, 64), new RandomStream(1));
            model.Forward(x, Pass.Evaluation);
            Memory.Collect();
            long before = Memory.InUseBytes;
            Tensor y = model.Forward(x, Pass.Training(new RandomStream(2)));
            Memory.Collect();
            long kept = Memory.InUseBytes - before;
            y.Sum().Backward();
            return kept;
        }
        long bare = Kept(Deep(static block => block)), checkpointed = Kept(Deep(static block => new Checkpointed(block)));
        Assert.InRange(checkpointed, 0, bare / 8);
    }

    [Theory]
    [InlineData(9, null, 3)]
    [InlineData(12, 4, 4)]
    [InlineData(1, null, 1)]
    public void A_chain_has_about_root_n_stretches(int layers, int? stretches, int expected)
    {
        Sequential chain = Checkpointed.Chain([.. Enumerable.Range(0, layers).Select(static _ => new Linear(2, 2))], stretches);
        Assert.Equal(expected, chain.Count);
        Assert.Equal(2 * layers, chain.Parameters().Count());
    }

    [Fact]
    public void Impossible_chains_and_layers_with_losses_of_their_own_are_refused()
    {
        Assert.Contains("expected 1 to 2 stretches for 2 layers, got 3",
            Assert.Throws<ArgumentOutOfRangeException>(() => Checkpointed.Chain([new Linear(2, 2), new Linear(2, 2)], 3)).Message, StringComparison.Ordinal);
        var experts = new Checkpointed(new MixtureOfExperts(4, [new Linear(4, 4), new Linear(4, 4)], active: 1));
        Assert.Contains("expected a layer without a loss of its own", Assert.Throws<InvalidOperationException>(
            () => experts.Forward(Tensor.Ones((3, 4)), Pass.Training(new RandomStream(1)))).Message, StringComparison.Ordinal);
    }
}

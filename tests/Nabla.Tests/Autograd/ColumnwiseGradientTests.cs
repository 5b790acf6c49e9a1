using Nabla.Tests.Kernels;

namespace Nabla.Tests;

/// <summary>Gradients that go from a loss to the linear layer before it by blocks of columns.</summary>
[Collection(KernelSettings.Name)]
public class ColumnwiseGradientTests
{
    const int Rows = 40, Classes = 30_000, Width = 12;        // more than one block, more elements than the threshold

    static readonly long[] Chosen = [.. Enumerable.Range(0, Rows).Select(static i => i % 7 == 3 ? -100 : (long)i * 7919 % Classes)];

    static Tensor Leaf(ulong seed, DType type, params int[] sizes)
    {
        Tensor x = Tensor.Normal(Shape.Create(sizes), new RandomStream(seed)).To(type);
        x.RequiresGradient = true;
        return x;
    }

    static (Tensor X, Tensor Weight, Tensor Bias) Layer(DType type = DType.Float32) =>
        (Leaf(1, type, Rows, Width), Leaf(2, type, Classes, Width), Leaf(3, type, Classes));

    static double Difference(Tensor a, Tensor b) => (double)(a - b).Abs().Max() / (double)b.Abs().Max();

    /// <summary>Gradients of x, W and b; a hook on the logits makes the engine build their whole gradient.</summary>
    static Tensor[] Gradients(DType type, bool whole, bool reshapes, Func<Tensor, Tensor> loss)
    {
        (Tensor x, Tensor weight, Tensor bias) = Layer(type);
        Tensor logits = reshapes
            ? x.Reshape(5, Rows / 5, Width).Linear(weight, bias).Reshape(Rows, Classes)
            : x.Linear(weight, bias);
        if (whole) logits.OnGradient(static g => null);
        loss(logits).Backward();
        return [x.Gradient!, weight.Gradient!, bias.Gradient!];
    }

    [Theory]
    [InlineData(DType.Float32, false, false, 0.0, 2e-6)]
    [InlineData(DType.Float32, true, true, 0.1, 2e-6)]
    [InlineData(DType.Float64, true, false, 0.1, 1e-14)]
    public void They_are_those_of_the_whole(DType type, bool reshapes, bool weighted, double smoothing, double tolerance)
    {
        Tensor targets = Tensor.From(Chosen);
        Tensor? weights = weighted ? Tensor.Uniform(Classes, new RandomStream(5), 0.5, 1.5).To(type) : null;
        foreach (Func<Tensor, Tensor> loss in new Func<Tensor, Tensor>[]
        {
            logits => new Nabla.Losses.CrossEntropy(weights, labelSmoothing: smoothing).Forward(logits, targets),
            logits => (logits.SoftmaxCrossEntropy(targets, weights, labelSmoothing: smoothing) * Tensor.From(Chosen).To(type)).Sum(),
        })
            KernelSettings.ForEachInstructionSet(() =>
            {
                Tensor[] expected = Gradients(type, whole: true, reshapes, loss), got = Gradients(type, whole: false, reshapes, loss);
                for (int i = 0; i < got.Length; i++) Assert.InRange(Difference(got[i], expected[i]), 0, tolerance);
            });
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        Tensor targets = Tensor.From(Chosen);
        Tensor[]? first = null;
        foreach (int threads in (int[])[1, 2, 3])
            KernelSettings.With(threads, () =>
            {
                Tensor[] got = Gradients(DType.Float32, whole: false, reshapes: false, logits => logits.SoftmaxCrossEntropy(targets).Sum());
                first ??= got;
                for (int i = 0; i < got.Length; i++) Assert.Equal(first[i].ToArray<float>(), got[i].ToArray<float>());
            });
    }

    [Fact]
    public void Frozen_inputs_get_none_and_a_layer_may_have_no_bias()
    {
        (Tensor x, Tensor weight, _) = Layer();
        x.Detach().Linear(weight).SoftmaxCrossEntropy(Tensor.From(Chosen)).Sum().Backward();
        Tensor alone = weight.Gradient!;
        weight.ClearGradient();
        x.Linear(weight).SoftmaxCrossEntropy(Tensor.From(Chosen)).Sum().Backward();
        Assert.Equal(alone.ToArray<float>(), weight.Gradient!.ToArray<float>());

        Tensor dx = x.Gradient!;
        x.ClearGradient();
        x.Linear(weight.Detach()).SoftmaxCrossEntropy(Tensor.From(Chosen)).Sum().Backward();
        Assert.Equal(dx.ToArray<float>(), x.Gradient!.ToArray<float>());
    }

    [Fact]
    public void A_graph_that_is_kept_gives_the_same_again_and_one_that_is_not_is_used_up()
    {
        (Tensor x, Tensor weight, Tensor bias) = Layer();
        Tensor logits = x.Linear(weight, bias), loss = logits.SoftmaxCrossEntropy(Tensor.From(Chosen)).Sum();
        loss.Backward(retainGraph: true);
        float[] once = weight.Gradient!.ToArray<float>();
        weight.ClearGradient();
        loss.Backward();
        Assert.Equal(once, weight.Gradient!.ToArray<float>());
        Assert.Throws<InvalidOperationException>(() => logits.Sum().Backward());
    }

    /// <summary>Σ logits², as a loss that counts who asks for columns.</summary>
    sealed class Squares(Tensor x) : IColumnwiseGradient
    {
        public int Blocks { get; private set; }

        public void Write(Tensor block, int first)
        {
            Blocks++;
            Copies.CopyElements(x.Detach().Narrow(1, first, block.Shape[1]) * 2, block);
        }

        public Tensor Loss() => Autograd.Record(
            "Squares", (x.Detach() * x.Detach()).Sum(), [x], [x], this, static (_, saved, _) => [saved[0] * 2], gives: static (_, _, self) => self);
    }

    [Fact]
    public void Only_a_large_gradient_that_nobody_else_sees_goes_by_columns()
    {
        (Tensor x, Tensor weight, Tensor bias) = Layer();
        int Blocks(Func<Tensor, Tensor> of, Action<Tensor, Tensor> backward)
        {
            Tensor logits = of(x);
            var squares = new Squares(logits);
            backward(squares.Loss(), logits);
            Tensor expected = (2 * logits).Detach().T.MatMul(x.Detach()[..logits.Shape[0]]);
            if (weight.Gradient is { } got) Assert.InRange(Difference(got, expected), 0, 1e-4);
            weight.ClearGradient();
            return squares.Blocks;
        }

        Tensor Apply(Tensor rows) => rows.Linear(weight, bias);
        Assert.InRange(Blocks(Apply, static (loss, _) => loss.Backward()), 2, 1000);
        Assert.Equal(0, Blocks(x => Apply(x[..20]), static (loss, _) => loss.Backward()));                                   // small
        Assert.Equal(0, Blocks(Apply, static (loss, logits) => { logits.OnGradient(static _ => null); loss.Backward(); }));
        Assert.Equal(0, Blocks(Apply, static (loss, logits) => Autograd.Gradient(loss, logits)));
        Assert.Equal(0, Blocks(Apply, static (loss, logits) => (loss + 0 * logits.Exp().Sum()).Backward()));                 // after it
        Assert.Equal(0, Blocks(x => { Tensor y = Apply(x); return y; }, static (loss, logits) => (loss + 0 * logits.Sum()).Backward()));
        using (Autograd.MixedPrecision())
            Assert.Equal(0, Blocks(Apply, static (loss, _) => loss.Backward()));
    }

    [Fact]
    public void Another_use_of_the_logits_before_the_loss_counts_too()
    {
        (Tensor x, Tensor weight, _) = Layer();
        Tensor logits = x.Linear(weight), penalty = (logits * logits).Mean();
        (logits.SoftmaxCrossEntropy(Tensor.From(Chosen)).Sum() + penalty).Backward();
        Tensor both = weight.Gradient!;
        weight.ClearGradient();
        x.Linear(weight).SoftmaxCrossEntropy(Tensor.From(Chosen)).Sum().Backward();
        Tensor again = x.Linear(weight);
        (again * again).Mean().Backward();
        Assert.InRange(Difference(both, weight.Gradient!), 0, 1e-5);
    }
}

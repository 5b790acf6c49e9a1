using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;

namespace Nabla.Tests.Layers;

/// <summary>One weight in two layers: trained once, saved once, loaded under either name.</summary>
public class TyingTests
{
    /// <summary>Predicts a token from a token; the output layer is the embedding's table.</summary>
    sealed class Language : Module
    {
        readonly Embedding tokens;
        readonly Linear output;

        public Language()
        {
            Child(out tokens, new Embedding(7, 4));
            Child(out output, new Linear(4, 7, tied: tokens.Weight));
        }

        public Tensor Weight => tokens.Weight;

        protected override Tensor Forward(Tensor x, Pass pass) => output.Forward(tokens.Forward(x, pass), pass);
    }

    static readonly Tensor Tokens = Tensor.From([0L, 3, 3, 6]), Next = Tensor.From([1L, 2, 2, 0]);

    [Fact]
    public void Both_uses_add_to_one_gradient()
    {
        var model = new Language();
        Loss(model).Backward();
        Tensor embedding = model.Weight.Detach().Clone(), output = embedding.Clone();
        embedding.RequiresGradient = output.RequiresGradient = true;
        new CrossEntropy().Forward(embedding.Embedding(Tokens).Linear(output), Next).Backward();
        float[] expected = (embedding.Gradient! + output.Gradient!).ToArray<float>(), actual = model.Weight.Gradient!.ToArray<float>();
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-6);
    }

    [Fact]
    public void The_optimizer_steps_it_once()
    {
        var model = new Language();
        float[] before = model.Weight.ToArray<float>();
        var optimizer = new Sgd(model, 0.5);
        Assert.Equal(2, optimizer.Parameters.Count());                                  // the table and the bias
        Loss(model).Backward();
        float[] gradient = model.Weight.Gradient!.ToArray<float>();
        optimizer.Step();
        float[] after = model.Weight.ToArray<float>();
        for (int i = 0; i < before.Length; i++) Assert.Equal(before[i] - 0.5f * gradient[i], after[i], 1e-6);
    }

    [Fact]
    public void It_is_saved_once_and_loaded_under_either_name()
    {
        var model = new Language();
        Assert.Equal(["tokens.weight", "output.bias"], model.StateDictionary().Keys);
        foreach (string name in (string[])["tokens.weight", "output.weight"])
        {
            var copy = new Language();
            copy.LoadStateDictionary(new Dictionary<string, Tensor> { [name] = Tensor.Full((7, 4), 2), ["output.bias"] = Tensor.Zeros(7) });
            Assert.All(copy.Weight.ToArray<float>(), value => Assert.Equal(2, value));
            Assert.All(copy.Predict(Tokens).ToArray<float>(), value => Assert.Equal(16, value));
        }
    }

    [Fact]
    public void It_stays_tied_when_reseeded_and_converted()
    {
        var model = new Language();
        model.Initialize(5);
        model.To(DType.Float64);
        model.Initialize(6);
        Assert.Single(model.Members().Where(entry => entry.Name.EndsWith("weight", StringComparison.Ordinal)).Select(entry => entry.Member.Tensor).Distinct());
        Assert.Equal(DType.Float64, model.Predict(Tokens).DType);
        Assert.Equal(28 + 7, model.Parameters().Sum(p => p.Length));
    }

    [Fact]
    public void Unlike_shapes_are_refused()
    {
        var table = new Embedding(7, 4);
        Assert.Equal(
            "Linear(7 → 4): expected a weight [4, 7] to tie, got [7, 4]. Its transpose would fit: exchange inFeatures and outFeatures.",
            Assert.Throws<ShapeException>(() => new Linear(7, 4, tied: table.Weight)).Message);
        Assert.Equal(
            "Linear(4 → 8): expected a weight [8, 4] to tie, got [7, 4]. Layers share a weight only if their sizes agree.",
            Assert.Throws<ShapeException>(() => new Linear(4, 8, tied: table.Weight)).Message);
    }

    [Fact]
    public void Bilinear_takes_two_inputs_or_one_side_by_side()
    {
        var layer = new Bilinear(3, 2, 4);
        Tensor a = Tensor.Normal((5, 3), new RandomStream(1)), b = Tensor.Normal((5, 2), new RandomStream(2));
        Assert.Equal(layer.Forward(a, b).ToArray<float>(), layer.Predict(Tensor.Concatenate([a, b], 1)).ToArray<float>());
        Assert.Equal("Bilinear(3 × 2 → 4)", layer.ToString());
        Assert.Equal("Bilinear(3 × 2 → 4): expected [..., 3] and [..., 2] with equal axes before, got [5, 3] and [4, 2].",
            Assert.Throws<ShapeException>(() => layer.Forward(a, b.Narrow(0, 0, 4))).Message);
        Assert.Equal("Bilinear(3 × 2 → 4): expected last axis 3 + 2, both inputs side by side, got [5, 3].", Assert.Throws<ShapeException>(() => layer.Predict(a)).Message);
    }

    static Tensor Loss(Language model) => new CrossEntropy().Forward(model.Forward(Tokens, Pass.Training(default)), Next);
}

using Nabla.Layers;
using Nabla.Losses;
using Nabla.Models;
using Nabla.Optimizers;
using Nabla.Tests.Operations;

namespace Nabla.Tests.Models;

public class LanguageModelTests
{
    static readonly GptOptions small = new() { Vocabulary = 11, Context = 12, Layers = 2, Heads = 2, Width = 16 };
    static readonly BertOptions tiny = new() { Vocabulary = 11, Context = 12, Layers = 2, Heads = 2, Width = 16, Dropout = 0 };

    static Tensor Tokens(Shape shape, int vocabulary = 11) => Tensor.Randint(shape, new RandomStream(3), 0, vocabulary);

    static Gpt Trained(GptOptions options)
    {
        var model = new Gpt(options);
        foreach (Tensor parameter in model.Parameters()) parameter.CopyFrom<float>(Tensor.Normal(parameter.Shape, new RandomStream((ulong)parameter.Length), 0, 0.5).ToArray<float>());
        return model;
    }

    /// <summary>One position at a time sums in another order: agreement to 16 units in the last place of the largest logit.</summary>
    [Fact]
    public void Logits_with_a_cache_equal_those_without()
    {
        Gpt model = Trained(small);
        Tensor x = Tokens((2, 12));
        Tensor whole = model.Predict(x);
        using Autograd.Scope scope = Autograd.NoGradient();
        AttentionCache[] cache = model.CreateCache();
        var pieces = new List<Tensor> { model.Forward(x[.., ..5], Pass.Evaluation, cache) };
        for (int i = 5; i < 12; i++) pieces.Add(model.Forward(x[.., i..(i + 1)], Pass.Evaluation, cache));
        double largest = (double)whole.Abs().Max();
        double difference = (double)(Tensor.Concatenate([.. pieces], 1) - whole).Abs().Max();
        Assert.True(difference <= 16 * Math.Pow(2, -23) * largest, $"{difference} of {largest}");
    }

    [Fact]
    public void Generating_with_a_cache_equals_predicting_the_whole_text_each_time()
    {
        Gpt model = Trained(small);
        Tensor text = Tokens((2, 3)), expected = text;
        for (int i = 0; i < 9; i++)
            expected = Tensor.Concatenate([expected, model.Predict(expected)[.., -1].ArgMax(-1).Unsqueeze(1)], 1);
        Assert.Equal(expected.ToArray<long>(), model.Generate(text, 9, TokenSampler.Greedy).ToArray<long>());
        var sampler = new TokenSampler { Temperature = 0.8, TopK = 5 };
        Assert.Equal(model.Generate(text, 9, sampler, new(1)).ToArray<long>(), model.Generate(text, 9, sampler, new(1)).ToArray<long>());
    }

    [Fact]
    public void A_token_does_not_see_those_after_it()
    {
        Gpt model = Trained(small);
        Tensor x = Tokens((1, 8)), other = x.Clone();
        other[0, 5] = (x[0, 5] + 1) % 11;
        Assert.Equal(model.Predict(x)[0, ..5].ToArray<float>(), model.Predict(other)[0, ..5].ToArray<float>());
        Assert.NotEqual(model.Predict(x)[0, 5].ToArray<float>(), model.Predict(other)[0, 5].ToArray<float>());
    }

    [Fact]
    public void Gpt_learns_to_repeat_a_text()
    {
        var model = new Gpt(small);
        Tensor text = Tensor.From([1L, 4, 2, 8, 5, 7, 1, 4, 2, 8, 5, 7], (1, 12));
        var optimizer = new AdamW(model, 1e-2);
        var loss = new CrossEntropy();
        double last = 0;
        for (int step = 0; step < 60; step++)
        {
            optimizer.ClearGradients();
            Tensor value = loss.Forward(model.Forward(text[.., ..11], Pass.Training(new RandomStream(1).Split(step))).Flatten(0, 1), text[0, 1..]);
            value.Backward();
            optimizer.Step();
            last = (double)value;
        }
        Assert.True(last < 0.1, $"loss {last}");
        Assert.Equal([1L, 4, 2, 8, 5, 7], model.Generate(text[.., ..1], 5, TokenSampler.Greedy).ToArray<long>());
    }

    [Fact]
    public void Samplers_draw_from_the_tokens_they_should()
    {
        Tensor logits = Tensor.From([Math.Log(0.5), Math.Log(0.3), Math.Log(0.15), Math.Log(0.05)], (1, 4));
        Dictionary<long, int> Counts(TokenSampler sampler) => Enumerable.Range(0, 2000)
            .GroupBy(i => sampler.Next(logits, new RandomStream(1).Split(i)).Item<long>()).ToDictionary(group => group.Key, group => group.Count());

        Assert.Equal([0L], Counts(TokenSampler.Greedy).Keys);
        Dictionary<long, int> all = Counts(new());
        Assert.Equal(1000, all[0], 70.0);
        Assert.Equal(100, all[3], 40.0);
        Assert.Equal([0L, 1], Counts(new() { TopK = 2 }).Keys.Order());
        Assert.Equal([0L, 1, 2], Counts(new() { Nucleus = 0.9 }).Keys.Order());
        Assert.Equal([0L], Counts(new() { Nucleus = 0.5 }).Keys.Order());
        Assert.True(Counts(new() { Temperature = 0.5 })[0] > all[0] + 200);
    }

    [Fact]
    public void Bert_reads_from_both_sides_and_ignores_padding()
    {
        var model = new Bert(tiny);
        Tensor x = Tokens((2, 8)), other = x.Clone();
        other[0, 6] = (x[0, 6] + 1) % 11;
        Assert.NotEqual(model.Predict(x)[0, 0].ToArray<float>(), model.Predict(other)[0, 0].ToArray<float>());
        var padded = new AttentionMask { Lengths = [6, 8] };
        Assert.Equal(
            model.Forward(x, Pass.Evaluation, null, padded)[0, ..6].ToArray<float>(), model.Forward(other, Pass.Evaluation, null, padded)[0, ..6].ToArray<float>());
        Tensor encoded = model.Forward(x, Pass.Evaluation, Tokens((2, 8), 2));
        Assert.Equal((2, 16), model.Pool(encoded, Pass.Evaluation).Shape);
        Assert.Equal((2, 8, 11), model.Restore(encoded, Pass.Evaluation).Shape);
    }

    [Fact]
    public void The_transformer_and_the_vision_transformer_have_gradients_everywhere()
    {
        var options = new TransformerOptions { Width = 8, Heads = 2, Dropout = 0.1, IsPreNorm = false };
        var translator = new Transformer(7, 9, options, layers: 1, context: 6);
        translator.Forward(Tokens((2, 5), 7), Tokens((2, 4), 9), Pass.Training(new(1)), [5, 3]).Square().Sum().Backward();
        var vision = new VisionTransformer(8, 4, 3, options with { IsPreNorm = true }, layers: 1, channels: 1);
        vision.Forward(FusedCheck.Random(Shape.Create(2, 1, 8, 8)).To(DType.Float32), Pass.Training(new(1))).Square().Sum().Backward();
        foreach (var (name, parameter) in translator.NamedParameters().Concat(vision.NamedParameters()))
            Assert.True(parameter.Gradient is not null, $"{name} has no gradient.");
    }

    [Fact]
    public void Padding_of_the_source_changes_nothing()
    {
        var model = new Transformer(7, 9, new() { Width = 8, Heads = 2 }, layers: 2, context: 6);
        Tensor source = Tokens((1, 5), 7), target = Tokens((1, 4), 9), other = source.Clone();
        other[0, 4] = (source[0, 4] + 1) % 7;
        int[] lengths = [4];
        Assert.Equal(
            model.Forward(source, target, Pass.Evaluation, lengths).ToArray<float>(), model.Forward(other, target, Pass.Evaluation, lengths).ToArray<float>());
    }

    [Fact]
    public void Errors_say_what_was_expected()
    {
        var model = new Gpt(small);
        Assert.Equal(
            "Gpt.positions (LearnedPositions 12, 16): expected at most 12 positions, got 13. Cut the sequence or make the table longer.",
            Assert.Throws<ShapeException>(() => model.Predict(Tokens((1, 13)))).Message);
        Assert.Contains("expected at most 12 positions, got 13", Assert.Throws<ShapeException>(() => model.Generate(Tokens((1, 8)), 6, TokenSampler.Greedy)).Message, StringComparison.Ordinal);
        Assert.Contains("11", Assert.ThrowsAny<ArgumentException>(() => model.Predict(Tensor.From([11L], (1, 1)))).Message, StringComparison.Ordinal);
        Assert.Contains("expected tokens [batch, positions], got [3].", Assert.Throws<ShapeException>(() => model.Predict(Tokens(3))).Message, StringComparison.Ordinal);
        Assert.StartsWith("MultiHeadAttention: expected heads that divide the width 16, got 3.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new MultiHeadAttention(16, 3)).Message, StringComparison.Ordinal);
        Assert.StartsWith("MultiHeadAttention: expected key heads that divide the 4 heads, got 3.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new MultiHeadAttention(16, 4, 3)).Message, StringComparison.Ordinal);
        Assert.Equal("MultiHeadAttention(16, 4 heads): expected [batch, positions, 16], got [2, 3, 15]. Check the layer before it.",
            Assert.Throws<ShapeException>(() => new MultiHeadAttention(16, 4).Predict(Tensor.Zeros((2, 3, 15)))).Message);
        var cache = new AttentionCache(4);
        using Autograd.Scope scope = Autograd.NoGradient();
        Assert.Equal("MultiHeadAttention(16, 4 heads): AttentionCache: expected at most 4 positions, got 5. Make a larger cache or start again.",
            Assert.Throws<ShapeException>(() => new MultiHeadAttention(16, 4).Forward(Tensor.Zeros((1, 5, 16)), Pass.Evaluation, AttentionMask.Causal, cache)).Message);
        Assert.StartsWith("TokenSampler: expected a nucleus in (0, 1], got 0.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new TokenSampler { Nucleus = 0 }.Next(Tensor.Zeros((1, 3)), default)).Message, StringComparison.Ordinal);
    }

    /// <summary>Rotated products depend on distances only; shared key heads and a core of another kind run through the same layer.</summary>
    [Fact]
    public void Rotary_positions_make_products_depend_on_distance()
    {
        var rotary = new RotaryPositions(8);
        Tensor q = FusedCheck.Random((1, 8), 1), k = FusedCheck.Random((1, 8), 2);
        double Product(int i, int j) => (double)(rotary.Rotate(q, i) * rotary.Rotate(k, j)).Sum();
        Assert.Equal(Product(3, 1), Product(9, 7), 1e-12);
        Assert.NotEqual(Product(3, 1), Product(3, 2), 1e-3);
        Tensor x = FusedCheck.Random((2, 5, 16), 3).To(DType.Float32);
        var layer = new MultiHeadAttention(16, 4, 2, rotary: new RotaryPositions(4));
        using Autograd.Scope scope = Autograd.NoGradient();
        var cache = new AttentionCache(5);
        Tensor whole = layer.Forward(x, Pass.Evaluation, AttentionMask.Causal);
        Tensor pieces = Tensor.Concatenate([.. Enumerable.Range(0, 5).Select(i => layer.Forward(x[.., i..(i + 1)], Pass.Evaluation, AttentionMask.Causal, cache))], 1);
        Assert.True((double)(whole - pieces).Abs().Max() < 1e-6);
        Assert.Equal(x.Shape, new MultiHeadAttention(16, 4, 2, core: new AdditiveAttention(4)).Predict(x).Shape);
    }
}

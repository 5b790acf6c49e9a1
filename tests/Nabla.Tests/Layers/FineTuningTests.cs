using Nabla.Layers;

namespace Nabla.Tests.Layers;

/// <summary>Parts that adapt a frozen network, and layers that leave fewer tokens.</summary>
public class FineTuningTests
{
    static readonly Tensor Input = Tensor.Normal((3, 6, 4), new RandomStream(6));

    [Fact]
    public void New_adapters_and_low_rank_changes_change_nothing()
    {
        Assert.Equal(Input.ToArray<float>(), new Adapter(4, 3).Predict(Input).ToArray<float>());
        var layer = new Linear(4, 5);
        Assert.Equal(layer.Predict(Input).ToArray<float>(), new Lora(layer, 2).Predict(Input).ToArray<float>());
    }

    [Fact]
    public void Only_the_change_trains()
    {
        var lora = new Lora(new Linear(4, 5), 2);
        lora.Forward(Input, Pass.Training(default)).Sum().Backward();
        Assert.Equal(["a", "b"], lora.NamedParameters().Where(p => p.Parameter.RequiresGradient).Select(p => p.Name));
        Assert.NotEqual(0, (double)lora.NamedParameters().Single(p => p.Name == "b").Parameter.Gradient!.Abs().Sum());
    }

    [Fact]
    public void Merged_and_unmerged_predict_the_same_and_unmerging_gives_the_same_bits()
    {
        var layer = new Linear(4, 5);
        var lora = new Lora(layer, 2, alpha: 3);
        foreach (var (name, parameter) in lora.NamedParameters())
            if (name == "b") parameter.CopyFrom<float>([.. Enumerable.Range(0, 10).Select(i => 0.1f * i - 0.4f)]);
        float[] unmerged = lora.Predict(Input).ToArray<float>(), weight = layer.Weight.ToArray<float>();
        lora.Merge();
        float[] merged = layer.Predict(Input).ToArray<float>();
        Assert.Equal(merged, lora.Predict(Input).ToArray<float>());
        Assert.NotEqual(weight, layer.Weight.ToArray<float>());
        for (int i = 0; i < merged.Length; i++) Assert.Equal(unmerged[i], merged[i], 1e-6);
        Assert.Equal("Lora(4 → 5, rank 2, merged)", lora.ToString());
        Assert.Equal(
            "Lora(4 → 5, rank 2, merged): expected an unmerged change in training, got a merged one. Call Unmerge().",
            Assert.Throws<InvalidOperationException>(() => lora.Forward(Input, Pass.Training(default))).Message);
        Assert.Throws<InvalidOperationException>(lora.Merge);
        lora.Unmerge();
        Assert.Equal(weight, layer.Weight.ToArray<float>());
        Assert.Equal(unmerged, lora.Predict(Input).ToArray<float>());
        Assert.Throws<InvalidOperationException>(lora.Unmerge);
    }

    [Fact]
    public void A_soft_prompt_copies_its_start()
    {
        Tensor start = Tensor.Normal((2, 4), new RandomStream(1));
        Tensor y = new SoftPrompt(start).Predict(Input);
        Assert.Equal(Shape.Create(3, 8, 4), y.Shape);
        Assert.Equal(start.ToArray<float>(), y[1, ..2].ToArray<float>());
        Assert.Equal(Input[1].ToArray<float>(), y[1, 2..].ToArray<float>());
    }

    [Fact]
    public void Merging_of_equal_tokens_keeps_them_and_counts_what_they_stand_for()
    {
        Tensor x = Tensor.From(new double[] { 1, 0, 1, 0, 0, 1, -1, 0 }, (1, 4, 2));    // places 0 and 1 are alike
        (Tensor tokens, Tensor sizes) = x.MergeTokens(1);
        Assert.Equal([0, 1, 1, 0, -1, 0], tokens.ToArray<double>());
        Assert.Equal([1, 2, 1], sizes.ToArray<double>());
        Assert.Equal(4, (double)tokens.MergeTokens(1, sizes).Sizes.Sum());
        // The sum of tokens weighted by their sizes stays.
        Tensor rest = Input.MergeTokens(3).Tokens * Input.MergeTokens(3).Sizes.Unsqueeze(2);
        Assert.InRange((double)(rest.Sum(1) - Input.Sum(1)).Abs().Max(), 0, 1e-5);
    }

    [Fact]
    public void Each_reduction_leaves_its_number_of_tokens()
    {
        Assert.Equal(Shape.Create(3, 4), new AttentionPool(4).Predict(Input).Shape);
        Assert.Equal(Shape.Create(3, 2, 4), new LearnedQueries(2, 4).Predict(Input).Shape);
        Assert.Equal(Shape.Create(3, 2, 4), new StridedPool(4).Predict(Input).Shape);
        Assert.Equal(Shape.Create(3, 4, 4), new TokenMerging(2).Predict(Input).Shape);
    }

    [Fact]
    public void Constant_sequences_survive_every_weighing()
    {
        Tensor same = Tensor.From(new float[] { 1, 2, 3, 4 }, (1, 1, 4)).Expand(1, 6, 4);
        Assert.All(new AttentionPool(4).Predict(same).Sum(1).ToArray<float>(), sum => Assert.Equal(10, sum, 1e-5));
        Assert.Equal(same[.., ..3].ToArray<float>(), new StridedPool(2).Predict(same).ToArray<float>());
    }

    [Fact]
    public void Errors_say_what_was_expected()
    {
        Refused("Lora: expected a rank from 1 to 4 for Linear(4 → 5), got 5.", () => new Lora(new Linear(4, 5), 5));
        Refused("Lora: expected a finite alpha above 0, got 0.", () => new Lora(new Linear(4, 5), 2, 0));
        Refused("Lora: expected a probability in [0, 1), got 1. It is the share to remove.", () => new Lora(new Linear(4, 5), 2, 1, 1));
        Refused("StridedPool: expected a stride of at least 1, got 0.", () => new StridedPool(0));
        Refused("MergeTokens: expected to remove from 0 to 3 of 6 tokens, got 4.", () => new TokenMerging(4).Predict(Input));
        Misfit("SoftPrompt(2 × 5): expected [N, T, 5], got [3, 6, 4].", () => new SoftPrompt(2, 5).Predict(Input));
        Misfit("AttentionPool(5): expected [N, T, 5] with at least one token, got [3, 6, 4].", () => new AttentionPool(5).Predict(Input));
        Misfit("Gate(3 by 2): expected last axis 3 + 2, vector and context side by side, got [3, 6, 4].", () => new Gate(3, 2).Predict(Input));
        Misfit("MergeTokens: expected sizes [3, 6], got [3, 5].", () => Input.MergeTokens(1, Tensor.Ones((3, 5))));
    }

    static void Refused(string message, Func<object> action) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(action).Message, StringComparison.Ordinal);

    static void Misfit(string message, Func<object> action) => Assert.Equal(message, Assert.Throws<ShapeException>(action).Message);
}

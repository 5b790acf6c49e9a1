using Nabla.Data;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;
using Nabla.Training;

namespace Nabla.Tests.Layers;

public class MixtureTests
{
    static readonly Tensor Input = Tensor.Normal((40, 4), new RandomStream(6));

    [Theory]
    [InlineData(new[] { 0, 1, 2, 3 }, 1)]
    [InlineData(new[] { 0, 0, 0, 0 }, 4)]
    public void The_balance_is_1_for_an_even_load_and_the_count_for_a_single_expert(int[] chosen, double expected)
    {
        Tensor at = Tensor.From([.. chosen.Select(e => (long)e)], (4, 1));
        Tensor scores = at.Reshape(-1).OneHot(4, DType.Float64) * 100;
        Assert.Equal(expected, (double)MixtureOfExperts.Imbalance(scores, at), 1e-9);
    }

    [Fact]
    public void Only_the_chosen_experts_run()
    {
        var seen = new int[3];
        Module Counting(int e) => Activation.From($"Count{e}", x =>
        {
            seen[e] += x.Shape[0];
            return x;
        });
        var layer = new MixtureOfExperts(4, [Counting(0), Counting(1), Counting(2)], active: 1);
        Tensor y = layer.Predict(Input);
        Assert.Equal(40, seen.Sum());
        Assert.Equal(Input.ToArray<float>(), y.ToArray<float>());                      // the only expert has weight 1
        Assert.Equal("MixtureOfExperts(4, 1 of 3)", layer.ToString());
    }

    [Fact]
    public void Training_asks_for_balance_and_evaluation_does_not()
    {
        MixtureOfExperts layer = Small(balance: 0.5);
        var pass = Pass.Training(new RandomStream(1));
        layer.Forward(Input, pass);
        Assert.InRange((double)pass.AuxiliaryLoss!, 0.5, 1.5);
        pass.AuxiliaryLoss!.Backward();
        Assert.NotEqual(0, (double)layer.Parameters().First().Gradient!.Abs().Sum());
        layer.Predict(Input);
        Assert.Null(Pass.Evaluation.AuxiliaryLoss);
        Assert.Equal("Pass.AddLoss: expected a scalar, got [2]. Take its mean or sum.", Assert.Throws<ShapeException>(() => pass.AddLoss(Tensor.Zeros(2))).Message);
    }

    /// <summary>A gate that sends everything to one expert is pulled apart by the balance term alone.</summary>
    [Fact]
    public void The_trainer_adds_the_term_to_its_loss()
    {
        MixtureOfExperts layer = Small(balance: 1);
        Tensor gate = layer.Parameters().First();
        gate.CopyFrom<float>([6, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0]);
        Tensor positive = Tensor.Uniform((64, 4), new RandomStream(2), 0.5, 1.5);
        double before = Balance(layer, positive);
        DataLoader<Example, Batch> data = DataLoader.Of(new TensorDataset(positive, Tensor.Zeros((64, 2))), new DataLoaderOptions { BatchSize = 64 });
        new Trainer(layer, new Zero(), new Adam(layer, 0.05)) { Epochs = 60 }.Fit(data);
        Assert.InRange(before, 2.5, 3);
        Assert.InRange(Balance(layer, positive), 0.9, 1.8);
    }

    [Fact]
    public void Noise_changes_choices_in_training_only()
    {
        var layer = new MixtureOfExperts(4, [new Linear(4, 2), new Linear(4, 2), new Linear(4, 2)], 1, isNoisy: true);
        Assert.Equal(layer.Predict(Input).ToArray<float>(), layer.Predict(Input).ToArray<float>());
        Assert.NotEqual(
            layer.Forward(Input, Pass.Training(new RandomStream(1))).ToArray<float>(), layer.Forward(Input, Pass.Training(new RandomStream(2))).ToArray<float>());
        Assert.Contains("noise.weight", layer.StateDictionary().Keys);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Module[] two = [new Linear(4, 2), new Linear(4, 2)];
        Assert.StartsWith("MixtureOfExperts: expected at least two experts, got 1.", Assert.Throws<ArgumentException>(() => new MixtureOfExperts(4, [two[0]])).Message, StringComparison.Ordinal);
        Assert.StartsWith("MixtureOfExperts: expected from 1 to 2 active experts, got 3.", Assert.Throws<ArgumentOutOfRangeException>(() => new MixtureOfExperts(4, two, 3)).Message, StringComparison.Ordinal);
        Assert.StartsWith("MixtureOfExperts: expected a finite balance of at least 0, got -1.", Assert.Throws<ArgumentOutOfRangeException>(() => new MixtureOfExperts(4, two, 1, -1)).Message, StringComparison.Ordinal);
        Assert.Equal("MixtureOfExperts(4, 2 of 3): expected last axis 4, got [2, 5].", Assert.Throws<ShapeException>(() => Small(0).Predict(Tensor.Zeros((2, 5)))).Message);
    }

    static MixtureOfExperts Small(double balance) => new(4, [new Linear(4, 2), new Linear(4, 2), new Linear(4, 2)], 2, balance);

    static double Balance(MixtureOfExperts layer, Tensor x)
    {
        Tensor scores = x.Linear(layer.Parameters().First().Detach());
        return (double)MixtureOfExperts.Imbalance(scores, scores.TopK(1).Indices);
    }

    sealed class Zero : Loss
    {
        public override Tensor Forward(Tensor prediction, Tensor target) => prediction.Sum() * 0;
    }
}

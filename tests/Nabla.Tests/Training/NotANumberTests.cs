using Nabla.Data;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>What a run that breaks says: the step, the layer, and the checkpoint to go back to.</summary>
public sealed class NotANumberTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("nabla-nan-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(float.NaN, "Linear: the parameter 2.weight is not finite any more; the update before this step made it so.")]
    [InlineData(3e38f, "Linear: the first result that is not finite is at [0, 0] of [30, 3]; all inputs are finite. The nearest parameter before it is 2.weight.")]
    public void The_message_names_step_layer_and_last_good_checkpoint(float weight, string cause)
    {
        Sequential model = [new Linear(4, 8), Activation.Tanh(), new Linear(8, 3)];
        model.Initialize(1);
        var trainer = new Trainer(model, new CrossEntropy(), new Sgd(model, 0.01)) { Epochs = 3, CheckpointDirectory = folder, Observers = [new Breaker(model, weight)] };
        var error = Assert.Throws<TrainingException>(() => trainer.Fit(DataLoader.Of(Datasets.Iris().Data, new() { BatchSize = 30 })));
        string checkpoint = Path.Combine(folder, Trainer.LastCheckpoint);
        Assert.Matches(@"^Training: the loss is (NaN|∞|-∞|Infinity|-Infinity) at step 11 \(epoch 3\)\. ", error.Message);
        Assert.StartsWith(cause, error.Message[(error.Message.IndexOf(". ", StringComparison.Ordinal) + 2)..], StringComparison.Ordinal);
        Assert.EndsWith($" The last good checkpoint is '{checkpoint}'.", error.Message, StringComparison.Ordinal);
        trainer.Resume(checkpoint);
        Assert.All(model.Parameters(), static parameter => Assert.All(parameter.ToArray<float>(), static value => Assert.True(float.IsFinite(value))));
    }

    [Fact]
    public void Layers_of_two_inputs_are_named_with_their_path()
    {
        var pair = new Pair();
        Assert.Equal("Pair.join (Bilinear 3 × 2 → 4): expected [..., 3] and [..., 2] with equal axes before, got [5, 3] and [5, 3].",
            Assert.Throws<ShapeException>(() => pair.Predict(Tensor.Zeros((5, 3)))).Message);
        Assert.Equal("Pair.gate (Gate 2 by 3): expected last axis 2 of the gated vector, got [5, 4].",
            Assert.Throws<ShapeException>(() => pair.Predict(Tensor.Zeros((5, 4)))).Message);
    }

    sealed class Pair : Module
    {
        readonly Bilinear join;
        readonly Gate gate;

        public Pair()
        {
            Child(out join, new(3, 2, 4));
            Child(out gate, new(2, 3));
        }

        protected override Tensor Forward(Tensor x, Pass pass) => x.Shape[1] == 3 ? join.Forward(x, x) : gate.Forward(x, x, pass);
    }

    /// <summary>Spoils a weight after the second epoch.</summary>
    sealed class Breaker(Sequential model, float value) : ITrainingObserver
    {
        public void OnStep(in StepReport report) { }

        public void OnEpoch(EpochRecord record)
        {
            if (record.Epoch < 2) return;
            Tensor weight = ((Linear)model[2]).Weight;
            weight.CopyFrom<float>(Enumerable.Repeat(value, weight.Length).ToArray());
        }
    }
}

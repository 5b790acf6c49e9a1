using Nabla.Data;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>Optimizers round others in the training loop: those that need the loss, and what a checkpoint keeps of all of them.</summary>
public sealed class OptimizersInTrainerTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("nabla-optimizers-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static (Trainer Trainer, Module Model, DataLoader<Example, Batch> Batches) Make(int epochs, string? folder, Func<Module, Optimizer> make, double? clip = null)
    {
        var model = new Sequential([new Linear(4, 8), Activation.Tanh(), new Linear(8, 3)]);
        DataLoader<Example, Batch> batches = DataLoader.Of(Datasets.Iris().Data, new DataLoaderOptions { BatchSize = 50, Shuffle = true, Seed = 3 });
        return (new Trainer(model, new CrossEntropy(), make(model)) { Epochs = epochs, CheckpointDirectory = folder, ClipNorm = clip }, model, batches);
    }

    static float[] Weights(Module model) => [.. model.Parameters().SelectMany(static parameter => parameter.Detach().ToArray<float>())];

    public static TheoryData<Func<Module, Optimizer>> Nested => new()
    {
        m => new Lookahead(new Sam(new AdamW(m, 0.01)), 2),
        m => new GradientAccumulation(new WeightAverage(new Lookahead(new Lamb(new AdamW(m, 0.01)))), 2),
        m => new Lars(new Sgd(m, 1, new SgdOptions { Momentum = 0.9, WeightDecay = 1e-3 }), 0.01),
    };

    [Theory, MemberData(nameof(Nested))]
    public void A_resumed_run_of_nested_optimizers_has_the_bits_of_one_that_never_stopped(Func<Module, Optimizer> make)
    {
        var straight = Make(5, null, make);
        TrainingResult result = straight.Trainer.Fit(straight.Batches);
        Assert.True(result.History[^1].Loss < result.History[0].Loss);
        var first = Make(3, folder, make);
        first.Trainer.Fit(first.Batches);
        var rest = Make(5, folder, make);
        rest.Trainer.Resume(Path.Combine(folder, Trainer.LastCheckpoint));
        rest.Trainer.Fit(rest.Batches);
        Assert.Equal(Weights(straight.Model), Weights(rest.Model));
    }

    [Fact]
    public void Gradients_that_an_optimizer_computes_itself_cannot_be_clipped()
    {
        var (trainer, _, batches) = Make(1, null, m => new Sam(new Sgd(m)), clip: 1);
        Assert.Equal("Trainer: expected no ClipNorm with Sam, which computes gradients of its own.", Assert.Throws<ArgumentException>(() => trainer.Fit(batches)).Message);
    }
}

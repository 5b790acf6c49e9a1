using Nabla.Data;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;
using Nabla.Schedules;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>The trainer with averaged weights and with batches that grow.</summary>
public sealed class AveragesAndGrowthTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("nabla-growth-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    (Trainer Trainer, Module Model, WeightAverage Average, DataLoader<Example, Batch> Training, DataLoader<Example, Batch> Test) Run(int epochs, Schedule? schedule = null)
    {
        (TensorDataset train, TensorDataset test) = Datasets.Iris().Data.SplitStratified(0.2, seed: 1);
        Sequential model = [new Linear(4, 8), Activation.Tanh(), new Linear(8, 3)];
        model.Initialize(1);
        var average = new WeightAverage(new Sgd(model, 0.3), new() { Decay = 0.9 });
        var trainer = new Trainer(model, new CrossEntropy(), average) { Epochs = epochs, Schedule = schedule, CheckpointDirectory = folder };
        var growth = schedule as BatchGrowth;
        return (trainer, model, average,
            DataLoader.Of(train, new() { BatchSize = 10, BatchSizes = growth is null ? null : epoch => growth.BatchSize(epoch), Shuffle = true, Seed = 3 }),
            DataLoader.Of(test, new() { BatchSize = 64 }));
    }

    static float[] Weights(Module model) => [.. model.Parameters().SelectMany(static parameter => parameter.ToArray<float>())];

    [Fact]
    public void Validation_measures_the_averages_and_training_goes_on_from_the_weights()
    {
        var run = Run(3);
        TrainingResult result = run.Trainer.Fit(run.Training, run.Test);
        float[] weights = Weights(run.Model);
        double plain = run.Trainer.Evaluate(run.Test)["loss"], averaged;
        using (run.Average.Exchange()) averaged = run.Trainer.Evaluate(run.Test)["loss"];
        Assert.Equal(averaged, result.History[^1].Validation["loss"]);
        Assert.NotEqual(plain, averaged);
        Assert.Equal(weights, Weights(run.Model));
    }

    [Fact]
    public void Batches_grow_from_epoch_to_epoch_and_a_run_resumes_to_the_same_bits()
    {
        BatchGrowth Growth() => new(new Step(1, 0.5), 10, 40);
        var whole = Run(4, Growth());
        whole.Trainer.Fit(whole.Training);
        Assert.Equal([12, 6, 3, 3], Enumerable.Range(0, 4).Select(epoch => whole.Training.CountBatches(epoch)));
        Assert.Equal([10, 20, 40, 40], Enumerable.Range(0, 4).Select(epoch => whole.Training.Epoch(epoch).First().Count));
        var first = Run(2, Growth());
        Assert.Equal(18, first.Trainer.Fit(first.Training).History[^1].Step);
        var second = Run(4, Growth());
        second.Trainer.Resume(Path.Combine(folder, Trainer.LastCheckpoint));
        second.Trainer.Fit(second.Training);
        Assert.Equal(Weights(whole.Model), Weights(second.Model));
    }

    [Fact]
    public void A_batch_without_samples_is_refused()
    {
        TensorDataset data = Datasets.Iris().Data;
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => DataLoader.Of(data, new() { BatchSizes = static epoch => epoch }));
        Assert.StartsWith("BatchSizes: expected at least 1 sample in a batch of epoch 0, got 0.", error.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("lookahead"), InlineData("average"), InlineData("lamb"), InlineData("lars")]
    public void Wrappers_leave_rows_of_a_table_rows(string name)
    {
        var table = new Embedding(100, 4);
        Optimizer inner = new AdaGrad(table, 0.1);
        Optimizer optimizer = name switch
        {
            "lookahead" => new Lookahead(inner, 1),
            "average" => new WeightAverage(inner),
            "lamb" => new Lamb(inner),
            _ => new Lars(new Sgd(table, 0.1)),
        };
        table.Forward(Tensor.From<long>([3, 5]), Pass.Evaluation).Square().Sum().Backward();
        optimizer.Step();
        Assert.NotNull(table.Weight.RowGradient);
    }
}

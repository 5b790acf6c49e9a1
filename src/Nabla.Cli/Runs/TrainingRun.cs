using Nabla.Cli.Models;
using Nabla.Cli.Recipes;
using Nabla.Data;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Metrics;
using Nabla.Optimizers;
using Nabla.Training;

namespace Nabla.Cli.Runs;

/// <summary>A recipe, its data and its model, ready to train.</summary>
internal sealed class TrainingRun
{
    const int EvaluationBatch = 256;

    readonly Recipe recipe;
    readonly PreparedData data;
    readonly Sequential model;
    readonly Loss loss;
    readonly Optimizer optimizer;
    readonly IReadOnlyList<Metric> metrics;

    /// <exception cref="FailureException">Data, model, loss and metrics do not fit together.</exception>
    public TrainingRun(Recipe recipe, string? dataPath)
    {
        this.recipe = recipe;
        data = PreparedData.Load(recipe.Data, dataPath);
        ModelFacts facts = data.Facts;
        loss = recipe.Loss.Create(facts.IsClassification);
        metrics = MetricNames.Create(recipe.Metrics, facts.IsClassification);
        if (!recipe.Training.Augmentation.IsNone && facts.Input.Rank != 3)
            throw new FailureException($"training.augmentation: expected pictures [channels, height, width], got samples of {facts.Input}.");
        model = ModelBuilder.Build(recipe, facts.Input, facts.Outputs, data.Fit(recipe.Data.Preprocess));
        optimizer = recipe.Optimizer.Create(model);
    }

    public PreparedData Data => data;

    public long Parameters => model.Parameters().Sum(static parameter => (long)parameter.Length);

    /// <summary>Trains, from the last checkpoint if <paramref name="resumes"/> and there is one.</summary>
    public TrainingResult Fit(RunFolder run, bool resumes, ITrainingObserver progress, CancellationToken cancellationToken)
    {
        TrainingRecipe training = recipe.Training;
        bool higherIsBetter = metrics.FirstOrDefault(metric => metric.Name == training.EarlyStopping.Monitor)?.HigherIsBetter ?? false;
        var log = new MetricsLog(run.MetricsPath);
        var trainer = new Trainer(model, loss, optimizer)
        {
            Epochs = training.Epochs,
            Seed = (ulong)training.Seed,
            Schedule = recipe.Schedule.Create(training.Epochs),
            Plateau = recipe.Schedule.CreatePlateau(higherIsBetter),
            ClipNorm = training.ClipNorm,
            Metrics = metrics,
            Monitor = training.EarlyStopping.Monitor,
            Patience = training.EarlyStopping.Patience,
            RestoresBest = training.EarlyStopping.RestoreBest,
            CheckpointDirectory = run.Checkpoints,
            Observers = [log, progress],
        };
        if (resumes && File.Exists(run.LastCheckpoint)) trainer.Resume(run.LastCheckpoint);
        TrainingResult result = trainer.Fit(TrainingBatches(), data.Validation is { } held ? Batches(held) : null, cancellationToken);
        log.Rewrite(result.History);
        return result;
    }

    /// <summary>Loss and metrics on the test part.</summary>
    public IReadOnlyDictionary<string, double> Test() => Test(model, data.Test, loss, metrics);

    public void SaveModel(RunFolder run) => ModelFile.Save(run.ModelPath, model, data.Facts);

    /// <summary>Loss and metrics of a model on some data.</summary>
    public static IReadOnlyDictionary<string, double> Test(Module model, TensorDataset test, Loss loss, IReadOnlyList<Metric> metrics) =>
        Evaluation.Run(model, loss, Batches(test).Epoch(0), metrics);

    DataLoader<Example, Batch> TrainingBatches()
    {
        TrainingRecipe training = recipe.Training;
        var options = new DataLoaderOptions { BatchSize = training.BatchSize, Shuffle = true, Seed = (ulong)training.Seed };
        return DataLoader.Of(data.Train, options, training.Augmentation.IsNone ? null : new Augmentation(training.Augmentation).Apply);
    }

    static DataLoader<Example, Batch> Batches(TensorDataset part) => DataLoader.Of(part, new DataLoaderOptions { BatchSize = EvaluationBatch });
}

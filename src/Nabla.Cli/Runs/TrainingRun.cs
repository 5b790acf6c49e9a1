using System.Diagnostics;
using System.Globalization;
using Nabla.Cli.Models;
using Nabla.Cli.Recipes;
using Nabla.Data;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Metrics;
using Nabla.Optimizers;
using Nabla.Schedules;
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
    readonly EstimatorModule? estimator;
    readonly Optimizer? optimizer;      // null with an estimator
    readonly IReadOnlyList<Metric> metrics;

    /// <exception cref="FailureException">Data, model, loss and metrics do not fit together.</exception>
    public TrainingRun(Recipe recipe, string? dataPath)
    {
        this.recipe = recipe;
        data = PreparedData.Load(recipe.Data, dataPath);
        ModelFacts facts = data.Facts;
        loss = recipe.Loss.Create(facts.Targets);
        metrics = MetricNames.Create(recipe.Metrics, facts.Targets);
        if (!recipe.Training.Augmentation.IsNone && facts.Input.Rank != 3)
            throw new FailureException($"training.augmentation: expected pictures [channels, height, width], got samples of {facts.Input}.");
        if (recipe.Estimator.Count > 0)
        {
            estimator = new EstimatorModule(recipe, facts);
            model = new Sequential((recipe.Estimator[0].Kind, estimator));
            return;
        }
        model = ModelBuilder.Build(recipe, facts, data.Fit(recipe.Data.Preprocess));
        optimizer = recipe.Optimizer.Create(model);
    }

    /// <summary>The run in one line.</summary>
    public string Heading(RunFolder run) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{recipe.Name}: {data.Train.Count} training, {data.Validation?.Count ?? 0} validation, {data.Test.Count} test samples of {data.Facts.Input}; ")
        + string.Create(CultureInfo.InvariantCulture, $"{(estimator is null ? $"{Parameters:N0} parameters" : recipe.Estimator[0].Kind)}; {Machine.Threads} threads → {run.Path}");

    /// <summary>Trains, from the last checkpoint if <paramref name="resumes"/> and there is one.</summary>
    public TrainingResult Fit(RunFolder run, bool resumes, ITrainingObserver progress, CancellationToken cancellationToken)
    {
        if (estimator is not null) return FitEstimator(estimator);
        TrainingRecipe training = recipe.Training;
        bool higherIsBetter = metrics.FirstOrDefault(metric => metric.Name == training.EarlyStopping.Monitor)?.HigherIsBetter ?? false;
        var log = new MetricsLog(run.MetricsPath);
        var trainer = new Trainer(model, loss, optimizer!)
        {
            Epochs = training.Epochs,
            Seed = (ulong)training.Seed,
            Schedule = Schedule,
            Plateau = recipe.Schedule.CreatePlateau(higherIsBetter),
            ClipNorm = training.ClipNorm,
            Products = training.Products,
            LossScaling = training.LossScaling || training.Precision == "fp16" ? new LossScaling() : null,
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

    /// <summary>Measures on the test part, saves the model and, last, the summary that makes a run complete.</summary>
    /// <returns>Loss and metrics on the test part.</returns>
    public IReadOnlyDictionary<string, double> Complete(RunFolder run, TrainingResult result, double seconds)
    {
        using WeightAverage.Exchanged averages = optimizer is not null && WeightAverage.Within(optimizer) is { } average ? average.Exchange() : default;
        IReadOnlyDictionary<string, double> test = Test(model, data.Test, loss, metrics);
        if (estimator is null) ModelFile.Save(run.ModelPath, model, data.Facts);
        else ModelFile.Save(run.ModelPath, estimator, data.Facts);
        new RunSummary(recipe, result, test, Parameters, seconds).Write(run.SummaryPath);
        return test;
    }

    /// <summary>Loss and metrics of a model on some data.</summary>
    public static IReadOnlyDictionary<string, double> Test(Module model, IBatchedDataset<Example, Batch> test, Loss loss, IReadOnlyList<Metric> metrics) =>
        Evaluation.Run(model, loss, Batches(test, loss is NdcgLoss ? test.Count : EvaluationBatch).Epoch(0), metrics);     // a query in parts has another NDCG

    TrainingResult FitEstimator(EstimatorModule learner)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            learner.Fit(data.Train);
        }
        catch (ArgumentException error)
        {
            throw new FailureException($"estimator: {error.Message}");
        }
        return new TrainingResult
        {
            History = [], End = TrainingEnd.Completed, BestEpoch = 0, Best = double.NaN, Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
    }

    DataLoader<Example, Batch> TrainingBatches()
    {
        TrainingRecipe training = recipe.Training;
        var options = new DataLoaderOptions
        {
            BatchSize = training.BatchSize,
            BatchSizes = Schedule is BatchGrowth growth ? epoch => growth.BatchSize(epoch) : null,
            Shuffle = true,
            Seed = (ulong)training.Seed,
            Sampler = training.StepsPerEpoch is { } steps ? new RandomDraws(data.Train.Count, steps * training.BatchSize) : null,
        };
        return new(data.Train, options, training.Augmentation.IsNone ? null : new Augmentation(training.Augmentation).Apply);
    }

    Schedule? Schedule => recipe.Schedule.Create(recipe.Training.Epochs, recipe.Training.BatchSize);

    long Parameters => model.Parameters().Sum(static parameter => (long)parameter.Length);

    static DataLoader<Example, Batch> Batches(IBatchedDataset<Example, Batch> part, int size = EvaluationBatch) => new(part, new DataLoaderOptions { BatchSize = size });
}

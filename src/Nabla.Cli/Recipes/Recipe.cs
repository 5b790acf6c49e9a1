using Nabla.Cli.Declarations;
using Nabla.Cli.Models;

namespace Nabla.Cli.Recipes;

/// <summary>All that makes a training run: data, model, loss, optimizer, and what came out elsewhere. Without defaults of its own.</summary>
internal sealed record Recipe : ISection<Recipe>
{
    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    public DataRecipe Data { get; init; } = new();

    public IReadOnlyList<LayerRecipe> Model { get; init; } = [];

    public IReadOnlyList<EstimatorRecipe> Estimator { get; init; } = [];

    public LossRecipe Loss { get; init; } = new();

    public OptimizerRecipe Optimizer { get; init; } = new();

    public ScheduleRecipe Schedule { get; init; } = new();

    public TrainingRecipe Training { get; init; } = new();

    public IReadOnlyList<string> Metrics { get; init; } = [];

    public IReadOnlyList<Expectation> Expected { get; init; } = [];

    public Recipe Declare(Keys keys)
    {
        Recipe read = this with
        {
            Name = keys.Text("name", Name, "Short name; runs are called after it.", isRequired: true),
            Description = keys.Text("description", Description.Length == 0 ? Name : Description, "What the model is and where it comes from."),
            Data = keys.Section("data", Data, "Where samples come from, how they are divided, and what is done to them."),
            Model = keys.Tagged("model", Model, LayerRecipe.Starts, "The layers, from input to output. Sizes of inputs are inferred."),
            Estimator = keys.Tagged("estimator", Estimator, EstimatorRecipe.Starts, "One learner that is fitted in one call, in place of a model; loss and training's seed count, optimizer and schedule do not."),
            Loss = keys.Section("loss", Loss, "What training makes small."),
            Optimizer = keys.Section("optimizer", Optimizer, "How parameters change."),
            Schedule = keys.Section("schedule", Schedule, "The learning rate over time."),
            Training = keys.Section("training", Training, "The loop."),
            Metrics = keys.Choices("metrics", Metrics, MetricNames.All, "What is measured on validation and test data besides the loss."),
            Expected = keys.List("expected", Expected, new Expectation(), "What the test metrics should reach, and who says so."),
        };
        keys.Require(RunNames.IsValid(read.Name), "name", () => $"expected letters, digits, '-', '_' and '.', got '{read.Name}'.");
        keys.Require(read.Model.Count > 0 || read.Estimator.Count > 0, "model", () => "expected layers, got none.");
        keys.Require(read.Estimator.Count == 0 || (read.Estimator.Count == 1 && read.Model.Count == 0), "estimator",
            () => $"expected one learner and no model beside it, got {read.Estimator.Count} and {read.Model.Count} layers.");
        string monitor = read.Training.EarlyStopping.Monitor;
        keys.Require(monitor == "loss" || read.Metrics.Contains(monitor), "training",
            () => $"earlyStopping.monitor: expected loss or one of the metrics [{string.Join(", ", read.Metrics)}], got '{monitor}'.");
        keys.Require(read.Data.Split.Validation > 0 || !read.NeedsValidation, "data",
            () => "split.validation: expected more than 0 for earlyStopping and the plateau schedule, got 0.");
        keys.Require(read.Training.ClipNorm is null || !read.Optimizer.NeedsLoss, "training",
            () => "clipNorm: expected none with optimizer.wrap: [sam], which computes gradients of its own.");
        keys.Require(read.Training is { LossScaling: false, Precision: not "fp16" } || !read.Optimizer.NeedsLoss, "training",
            () => "precision: expected full or bf16, and no lossScaling, with optimizer.wrap: [sam], which computes gradients of its own.");
        return read;
    }

    bool NeedsValidation => Training.EarlyStopping is { Patience: not null } or { RestoreBest: true } || Schedule.Name == "plateau";
}

/// <summary>What a test metric should reach.</summary>
internal sealed record Expectation : ISection<Expectation>
{
    public string Metric { get; init; } = "";

    public double? AtLeast { get; init; }

    public double? AtMost { get; init; }

    public string? Source { get; init; }

    public Expectation Declare(Keys keys)
    {
        Expectation read = this with
        {
            Metric = keys.Choice("metric", Metric, ["loss", .. MetricNames.All], "Which value on the test data.", isRequired: true),
            AtLeast = keys.OptionalNumber("atLeast", AtLeast, Interval.Any, "Lower bound."),
            AtMost = keys.OptionalNumber("atMost", AtMost, Interval.Any, "Upper bound."),
            Source = keys.OptionalText("source", Source, "Paper or program that published it."),
        };
        keys.Require(read.AtLeast is not null || read.AtMost is not null, "metric", () => "expected atLeast or atMost beside it, got neither.");
        return read;
    }

    public bool IsMetBy(double value) => !(value < AtLeast) && !(value > AtMost) && !double.IsNaN(value);
}

using Nabla.Cli.Declarations;

namespace Nabla.Cli.Recipes;

/// <summary>The training loop.</summary>
internal sealed record TrainingRecipe : ISection<TrainingRecipe>
{
    public int Epochs { get; init; } = 10;

    public int BatchSize { get; init; } = 32;

    public int? StepsPerEpoch { get; init; }

    public int Seed { get; init; } = 1;

    public double? ClipNorm { get; init; }

    public string Precision { get; init; } = "full";

    public bool LossScaling { get; init; }

    public DType Products => Precision switch
    {
        "bf16" => DType.BFloat16,
        "fp16" => DType.Float16,
        _ => DType.Float32,
    };

    public EarlyStoppingRecipe EarlyStopping { get; init; } = new();

    public AugmentationRecipe Augmentation { get; init; } = new();

    public TrainingRecipe Declare(Keys keys) => this with
    {
        Epochs = keys.Integer("epochs", Epochs, Interval.AtLeast(1), "Passes over the training part."),
        BatchSize = keys.Integer("batchSize", BatchSize, Interval.AtLeast(1), "Samples of a step."),
        StepsPerEpoch = keys.OptionalInteger("stepsPerEpoch", StepsPerEpoch, Interval.AtLeast(1), "Batches of an epoch, drawn with replacement; none: every sample once."),
        Seed = keys.Integer("seed", Seed, Interval.AtLeast(0), "Seed of first weights, order of samples, dropout and augmentation."),
        ClipNorm = keys.OptionalNumber("clipNorm", ClipNorm, Interval.Positive, "Bound on the length of the gradient of all parameters."),
        Precision = keys.Choice("precision", Precision, ["full", "bf16", "fp16"], "Mixed precision: factors of products, and what they keep for backward, in 16 bits. Saves memory."),
        LossScaling = keys.Flag("lossScaling", LossScaling, "Multiply the loss so that small gradients survive 16 bits; fp16 always does."),
        EarlyStopping = keys.Section("earlyStopping", EarlyStopping, "When to stop before the last epoch, and with which weights."),
        Augmentation = keys.Section("augmentation", Augmentation, "Small random changes of pictures, new ones every epoch."),
    };
}

/// <summary>When to stop before the last epoch.</summary>
internal sealed record EarlyStoppingRecipe : ISection<EarlyStoppingRecipe>
{
    public string Monitor { get; init; } = "loss";

    public int? Patience { get; init; }

    public bool RestoreBest { get; init; }

    public EarlyStoppingRecipe Declare(Keys keys) => this with
    {
        Monitor = keys.Choice("monitor", Monitor, ["loss", .. MetricNames.All], "The validation value that says which epoch is best."),
        Patience = keys.OptionalInteger("patience", Patience, Interval.AtLeast(1), "Epochs without gain before stopping."),
        RestoreBest = keys.Flag("restoreBest", RestoreBest, "End with the weights of the best epoch instead of the last."),
    };
}

/// <summary>Small random changes of pictures.</summary>
internal sealed record AugmentationRecipe : ISection<AugmentationRecipe>
{
    public double Shift { get; init; }

    public double Rotate { get; init; }

    public double Zoom { get; init; }

    public bool Mirror { get; init; }

    public bool IsNone => Shift == 0 && Rotate == 0 && Zoom == 0 && !Mirror;

    public AugmentationRecipe Declare(Keys keys) => this with
    {
        Shift = keys.Number("shift", Shift, new Interval(0, 16), "Largest shift along each axis, in pixels."),
        Rotate = keys.Number("rotate", Rotate, new Interval(0, 45), "Largest turn, in degrees."),
        Zoom = keys.Number("zoom", Zoom, new Interval(0, 0.5), "Largest change of size: 0.1 gives 90 to 110 %."),
        Mirror = keys.Flag("mirror", Mirror, "Exchange left and right in half of the pictures."),
    };
}

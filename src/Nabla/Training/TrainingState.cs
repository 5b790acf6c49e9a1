using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nabla.Training;

/// <summary>Where a run stands, apart from the tensors: what a checkpoint keeps as JSON.</summary>
internal sealed class TrainingState
{
    /// <summary>Raised when older checkpoints can no longer be read.</summary>
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    public required ulong Seed { get; init; }

    /// <summary>Epochs that are complete.</summary>
    public int Epoch { get; set; }

    /// <summary>Batches of the running epoch that are done.</summary>
    public int Batch { get; set; }

    /// <summary>Batches of an epoch, to notice other data or another batch size.</summary>
    public int? Batches { get; set; }

    public long Step { get; set; }

    public double LossSum { get; set; }

    public long Samples { get; set; }

    public double Seconds { get; set; }

    public double Best { get; set; } = double.NaN;

    public int BestEpoch { get; set; }

    public int ChecksWithoutGain { get; set; }

    public double PlateauFactor { get; set; } = 1;

    public double PlateauBest { get; set; } = double.NaN;

    public int PlateauChecksWithoutGain { get; set; }

    /// <summary>The factor of the loss; 0 without loss scaling.</summary>
    public double LossScale { get; set; }

    public int GoodSteps { get; set; }

    public long SkippedSteps { get; set; }

    public List<EpochRecord> History { get; init; } = [];

    public string ToJson() => JsonSerializer.Serialize(this, TrainingJson.Default.TrainingState);

    /// <exception cref="DataFormatException">The text is not the state of a run, or of a newer version of Nabla.</exception>
    public static TrainingState FromJson(string text, string source)
    {
        TrainingState state;
        try
        {
            state = JsonSerializer.Deserialize(text, TrainingJson.Default.TrainingState) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw new DataFormatException($"Checkpoint '{source}': expected the state of a training run, got other JSON ({error.Message}).", error);
        }
        if (state.Format != CurrentFormat)
            throw new DataFormatException($"Checkpoint '{source}': expected format {CurrentFormat}, got {state.Format}. Use the version of Nabla that wrote it.");
        if (state.Epoch < 0 || state.Batch < 0 || state.Step < 0 || state.Samples < 0)
            throw new DataFormatException($"Checkpoint '{source}': expected positions of at least 0, got epoch {state.Epoch}, batch {state.Batch}.");
        return state;
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrainingState))]
internal sealed partial class TrainingJson : JsonSerializerContext;

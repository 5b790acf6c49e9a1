namespace Nabla.Training;

/// <summary>What one epoch brought.</summary>
public sealed record EpochRecord
{
    /// <summary>Number of the epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Steps taken since the start of training.</summary>
    public required long Step { get; init; }

    /// <summary>Mean loss of the training batches, weighted by their sizes.</summary>
    public required double Loss { get; init; }

    /// <summary>Loss and metrics on the validation data by name (<c>loss</c>, <c>accuracy</c>, …); empty without validation data.</summary>
    public required IReadOnlyDictionary<string, double> Validation { get; init; }

    /// <summary>Learning rate of the last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Wall time in seconds, validation included.</summary>
    public required double Seconds { get; init; }

    /// <summary>True if this epoch had the best monitored value so far.</summary>
    public bool IsBest { get; init; }
}

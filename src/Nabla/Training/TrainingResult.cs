namespace Nabla.Training;

/// <summary>How a call of <see cref="Trainer.Fit"/> ended.</summary>
public sealed record TrainingResult
{
    /// <summary>One record per complete epoch, those before a resume included.</summary>
    public required IReadOnlyList<EpochRecord> History { get; init; }

    /// <summary>Why training ended.</summary>
    public required TrainingEnd End { get; init; }

    /// <summary>The epoch with the best monitored value, from 1; 0 without validation data.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>The best monitored value; NaN without validation data.</summary>
    public required double Best { get; init; }

    /// <summary>Seconds of training and validation, those before a resume included.</summary>
    public required double Seconds { get; init; }
}

/// <summary>Why training ended.</summary>
public enum TrainingEnd
{
    /// <summary>All epochs are done.</summary>
    Completed,

    /// <summary>The monitored value stopped getting better.</summary>
    StoppedEarly,

    /// <summary>Cancellation was asked for; a checkpoint was saved if there is a folder for it.</summary>
    Interrupted,
}

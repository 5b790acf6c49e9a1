namespace Nabla.Bench.Cases.Training;

/// <summary>History of 50 from a million items, attention network, batch 512, Adam.</summary>
internal static class Din
{
    /// <summary>The case.</summary>
    public static TrainingCase Case { get; } = TrainingCase.NotYet("din");
}

namespace Nabla.Bench.Cases.Training;

/// <summary>26 fields of a table of a million ids, 13 numbers, batch 2048, Adam.</summary>
internal static class DeepFm
{
    /// <summary>The case.</summary>
    public static TrainingCase Case { get; } = TrainingCase.NotYet("deepfm");
}

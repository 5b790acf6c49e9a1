namespace Nabla.Bench.Cases.Training;

/// <summary>Two layers of 128 in 2 heads, 32 × 128 tokens of 30,522, 20 masked positions per row, tied decoder, Adam.</summary>
internal static class Bert
{
    /// <summary>The case.</summary>
    public static TrainingCase Case { get; } = TrainingCase.NotYet("bert");
}

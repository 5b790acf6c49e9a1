namespace Nabla.Bench.Cases.Training;

/// <summary>Four layers of 128 in 4 heads, 12 × 64 tokens of 65, tied head, AdamW with clipping.</summary>
internal static class Gpt
{
    /// <summary>The case.</summary>
    public static TrainingCase Case { get; } = TrainingCase.NotYet("gpt");
}

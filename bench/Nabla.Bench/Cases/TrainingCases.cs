using Nabla.Bench.Cases.Training;

namespace Nabla.Bench.Cases;

/// <summary>The cases of the peer's training script: same layers, optimizer, batches and inputs. A file per model.</summary>
internal static class TrainingCases
{
    static readonly TrainingCase[] all =
        [Mlp.Case, Cnn.Case, LstmLanguageModel.Case, Gpt.Case, Bert.Case, Bert.WithoutDropout, ResNet18.Case, .. DeepFm.Cases, .. Din.Cases];

    /// <summary>Times of steps, in the script's order.</summary>
    public static Case[] Times { get; } = [.. all.Select(static model => model.Time)];

    /// <summary>Peak memory of long runs.</summary>
    public static Case[] PeakMemory { get; } = [.. all.Select(static model => model.PeakMemory)];
}

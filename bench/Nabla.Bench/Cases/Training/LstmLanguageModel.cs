namespace Nabla.Bench.Cases.Training;

/// <summary>Vocabulary of 10,000, two LSTM layers of 200, batch 20 × 35 tokens, gradient descent with clipping; the state is carried.</summary>
internal static class LstmLanguageModel
{
    /// <summary>The case.</summary>
    public static TrainingCase Case { get; } = TrainingCase.NotYet("lstm_lm");
}

using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Training;

/// <summary>Vocabulary of 10,000, two LSTM layers of 200, batch 20 × 35 tokens, gradient descent with clipping; the state is carried.</summary>
internal static class LstmLanguageModel
{
    const int Vocabulary = 10_000, Width = 200, Batch = 20, Steps = 35, Tokens = Batch * Steps;

    /// <summary>The case. A step multiplies by each weight three times; the table is only read.</summary>
    public static TrainingCase Case { get; } =
        new("lstm_lm", Tokens, 3 * 2.0 * Tokens * (2 * 4 * Width * 2 * Width + Width * Vocabulary), Make) { LongRun = 60 };

    static TrainingStep Make()
    {
        var model = new LanguageModel();
        model.Initialize(1);
        (Tensor X, Tensor Y)[] batches = [.. Enumerable.Range(0, TrainingStep.Batches).Select(static i =>
            (Ids((ulong)i, Vocabulary, (Steps, Batch)), Ids((ulong)i + 10, Vocabulary, Tokens)))];
        var optimizer = new Sgd(model, 1);
        var loss = new CrossEntropy();
        return new TrainingStep([optimizer], (i, pass) => loss.Forward(model.Forward(batches[i].X, pass), batches[i].Y))
        {
            BeforeUpdate = () => optimizer.ClipNorm(5),
        };
    }

    sealed class LanguageModel : Module
    {
        readonly Embedding table;
        readonly Lstm lstm;
        readonly Linear head;
        RecurrentState? state;

        public LanguageModel()
        {
            Child(out table, new(Vocabulary, Width));
            Child(out lstm, new(Width, Width, new() { Layers = 2, IsTimeFirst = true }));
            Child(out head, new(Width, Vocabulary));
        }

        protected override Tensor Forward(Tensor x, Pass pass)
        {
            var (output, after) = lstm.Forward(table.Forward(x, pass), pass, state);
            state = after.Detach();
            return head.Forward(output.Reshape(Tokens, Width), pass);
        }
    }
}

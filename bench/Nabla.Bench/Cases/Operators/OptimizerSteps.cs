using Nabla.Layers;
using Nabla.Optimizers;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>
/// One step of each optimizer over ten million Float32 parameters. Traffic is what the method cannot avoid: the parameter read and written, the gradient
/// read, each state read and written, as often as norms that are needed first make it so; passes that only read count apart.
/// </summary>
internal static class OptimizerSteps
{
    const double Size = 10_000_000, Number = 4;
    const int Rows = 2500, Columns = 4000;

    /// <summary>All cases.</summary>
    public static Case[] All { get; } =
    [
        Step("Sgd", 0, static m => new Sgd(m)),
        Step("Sgd momentum", 1, static m => new Sgd(m, 0.01, new SgdOptions { Momentum = 0.9 })),
        Step("Adam", 2, static m => new Adam(m)),
        Step("AdamW", 2, static m => new AdamW(m)),
        Step("AmsGrad", 3, static m => new Adam(m, 1e-3, new AdamOptions { AmsGrad = true })),
        Step("AdaGrad", 1, static m => new AdaGrad(m)),
        Step("RmsProp", 1, static m => new RmsProp(m)),
        Step("AdaDelta", 2, static m => new AdaDelta(m)),
        Step("Adamax", 2, static m => new Adamax(m)),
        Step("NAdam", 2, static m => new NAdam(m)),
        Step("RAdam", 2, static m => new RAdam(m)),
        Step("AdaX", 2, static m => new AdaX(m)),
        Step("Lion", 1, static m => new Lion(m)),
        Step("Ftrl", 2, static m => new Ftrl(m, 0.1, new FtrlOptions { L1Decay = 0.01 })),
        Step("Ftrl rows", 2, static m => new Ftrl(m, 0.1, new FtrlOptions { RowDecay = 0.01 })),
        // The length of the parameter after the step, and its way back to the ball.
        Step("Ogd radius", 0, static m => new Ogd(m, 0.1, new OnlineOptions { Radius = 1 }), readsAlone: 1, moreReads: 1, moreWrites: 1),
        Step("Fobos", 0, static m => new Fobos(m, 0.1, new OnlineOptions { L1Decay = 0.01 })),
        Step("Rda", 1, static m => new Rda(m, 0.1, new OnlineOptions { L1Decay = 0.01 })),
        // Sums, then the length of the step, then the step: the gradient three times.
        Step("AdaFactor", 0, static m => new AdaFactor(m), readsAlone: 2),
        // A copy first; after the step both norms from what was and what is, then the way between them rescaled.
        Step("Lamb(AdamW)", 2, static m => new Lamb(new AdamW(m)), readsAlone: 2, moreReads: 3, moreWrites: 2),
        // Two norms, and the gradient rescaled.
        Step("Lars(Sgd)", 0, static m => new Lars(new Sgd(m)), readsAlone: 2, moreReads: 1, moreWrites: 1),
        // The average read and written beside the weights; slow weights in every step, where the usual is every fifth.
        Step("WeightAverage(Sgd)", 0, static m => new WeightAverage(new Sgd(m)), moreReads: 2, moreWrites: 1),
        Step("Lookahead(Sgd) k=1", 0, static m => new Lookahead(new Sgd(m), period: 1), moreReads: 2, moreWrites: 2),
        // One number of state a row, known only when the row has been read; the row is then at hand.
        Step("RowWiseAdaGrad", 0, static m => new RowWiseAdaGrad(m)),
        // The length of the gradient; the way up, which keeps where it came from; the way back, which the inner step follows.
        Step("Sam(Sgd)", 0, static m => new Sam(new Sgd(m)), readsAlone: 1, moreReads: 3, moreWrites: 3),
        // The sum read and written; every time here, where the usual is every n-th step, the sum handed on and cleared, and the inner step.
        Step("GradientAccumulation(Sgd) 1", 0, static m => new GradientAccumulation(new Sgd(m), 1), moreReads: 3, moreWrites: 3),
    ];

    static Case Step(string name, int states, Func<Module, Optimizer> make, int readsAlone = 0, int moreReads = 0, int moreWrites = 0) =>
        new($"step {name} 10M", "GB/s", () =>
        {
            Tensor w = Uniform(1, (Rows, Columns));
            Optimizer optimizer = make(new Parameters(w));
            Tensor gradient = Uniform(2, (Rows, Columns)), loss = Tensor.Scalar(1f);
            loss.RequiresGradient = true;
            w.Gradient = gradient;
            return optimizer.NeedsLoss ? () => optimizer.Step(Given) : optimizer.Step;

            // A loss that costs nothing: its gradient is there.
            Tensor Given()
            {
                w.Gradient = gradient;
                return loss;
            }
        })
        {
            Reads = Number * Size * (2 + states + readsAlone + moreReads), ReadsAlone = Number * Size * readsAlone,
            Writes = Number * Size * (1 + states + moreWrites), PeerCases = [],
        };

    /// <summary>A module that is one parameter.</summary>
    sealed class Parameters : Module
    {
        public Parameters(Tensor w) => Parameter(out _, w, "w");

        protected override Tensor Forward(Tensor x, Pass pass) => x;
    }
}

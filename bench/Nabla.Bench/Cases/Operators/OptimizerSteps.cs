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
        Step("Fobos", 0, static m => new Fobos(m, 0.1, new OnlineOptions { L1Decay = 0.01 })),
        Step("Rda", 1, static m => new Rda(m, 0.1, new OnlineOptions { L1Decay = 0.01 })),
        // Sums, then the length of the step, then the step: the gradient three times; and the length of the parameter before.
        Step("AdaFactor", 0, static m => new AdaFactor(m), readsAlone: 3),
        // A copy first; after the step both norms from what was and what is, then the way between them rescaled.
        Step("Lamb(AdamW)", 2, static m => new Lamb(new AdamW(m)), readsAlone: 2, moreReads: 3, moreWrites: 2),
        // Two norms, and the gradient rescaled.
        Step("Lars(Sgd)", 0, static m => new Lars(new Sgd(m)), readsAlone: 2, moreReads: 1, moreWrites: 1),
        // The average read and written beside the weights; slow weights in every step, where the usual is every fifth.
        Step("WeightAverage(Sgd)", 0, static m => new WeightAverage(new Sgd(m)), moreReads: 2, moreWrites: 1),
        Step("Lookahead(Sgd) k=1", 0, static m => new Lookahead(new Sgd(m), period: 1), moreReads: 2, moreWrites: 2),
    ];

    static Case Step(string name, int states, Func<Module, Optimizer> make, int readsAlone = 0, int moreReads = 0, int moreWrites = 0) =>
        new($"step {name} 10M", "GB/s", () =>
        {
            Tensor w = Uniform(1, (Rows, Columns));
            Optimizer optimizer = make(new Parameters(w));
            w.Gradient = Uniform(2, (Rows, Columns));
            return optimizer.Step;
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

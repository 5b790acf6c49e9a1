using Nabla.Bench.Measurement;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;
using Nabla.Training;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases;

/// <summary>Training without locks, by one worker and by as many as there are threads: an epoch over a table of which a step touches few rows.</summary>
internal static class HogwildCase
{
    const int Words = 100_000, Features = 16, Length = 20, Batch = 64, Steps = 400;

    /// <summary>The case.</summary>
    public static Case Scaling { get; } = new("hogwild 400 steps, bags of 20 of 100k x 16", "x", null) { PeerCases = [], Alternate = Alternate };

    static Reading Alternate(Options options)
    {
        (Tensor X, Tensor Y)[] batches = [.. Enumerable.Range(0, Steps).Select(static i =>
            (Ids((ulong)i, Words, (Batch, Length)), Ids((ulong)i + Steps, 2, Batch)))];
        Sequential model = Make();
        return new Alternation(options.Seconds, options.Threads).Measure(() => Hogwild.Run(model, Make, Machine.Threads, Train)).ToReading(Scaling.Name);

        void Train(Sequential replica, int worker, CancellationToken stop)
        {
            var optimizer = new Sgd(replica, 0.1);
            var loss = new CrossEntropy();
            for (int i = worker; i < Steps; i += Machine.Threads)
            {
                optimizer.ClearGradients();
                loss.Forward(replica.Forward(batches[i].X, Pass.Evaluation), batches[i].Y).Backward();
                optimizer.Step();
            }
        }
    }

    static Sequential Make() => new(new EmbeddingBag(Words, Features, initializer: Initializer.Zeros), new Linear(Features, 2));
}

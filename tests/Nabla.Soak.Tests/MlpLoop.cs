using System.Diagnostics;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;

namespace Nabla.Soak.Tests;

/// <summary>Trains 784-512-512-10 with Adam in a hand-written loop, as a user would write it, and measures what it cost.</summary>
internal sealed class MlpLoop
{
    readonly Sequential model =
        [new Linear(784, 512), Activation.Relu(), new Linear(512, 512), Activation.Relu(), new Linear(512, 10)];

    readonly CrossEntropy loss = new();
    readonly Adam optimizer;
    readonly Tensor x, target;
    long step;

    public MlpLoop(int batch)
    {
        optimizer = new Adam(model);
        x = Tensor.Normal((batch, 784), new RandomStream(1));
        target = Tensor.Randint(batch, new RandomStream(2), 0, 10);
    }

    public void Step()
    {
        var pass = Pass.Training(new RandomStream(3).Split(step++));
        Tensor value = loss.Forward(model.Forward(x, pass), target);
        value.Backward();
        optimizer.Step();
        optimizer.ClearGradients();
    }

    /// <summary>Trains in five windows of equal length. Allocation, collections and memory are over all of them.</summary>
    public Cost Run(int steps)
    {
        const int Windows = 5, SamplesPerWindow = 20;
        var resident = new List<long>();
        using var process = Process.GetCurrentProcess();
        long bytes = 0;
        int fullBefore = GC.CollectionCount(2);
        double leastPaused = double.PositiveInfinity;
        for (int window = 0; window < Windows; window++)
        {
            TimeSpan pausedBefore = GC.GetTotalPauseDuration();
            long start = Stopwatch.GetTimestamp();
            for (int sample = 0; sample < SamplesPerWindow; sample++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < steps / (Windows * SamplesPerWindow); i++) Step();
                bytes += GC.GetAllocatedBytesForCurrentThread() - before;
                process.Refresh();
                resident.Add(process.WorkingSet64);
            }
            leastPaused = Math.Min(leastPaused, (GC.GetTotalPauseDuration() - pausedBefore) / Stopwatch.GetElapsedTime(start));
        }
        return new Cost(
            bytes / steps,
            leastPaused,
            GC.CollectionCount(2) - fullBefore,
            Median(resident[^SamplesPerWindow..]) - Median(resident[(2 * SamplesPerWindow)..(3 * SamplesPerWindow)]));
    }

    static long Median(List<long> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary><see cref="PausedShare"/> is that of the quietest window: other programs on the machine only make pauses longer.</summary>
    public readonly record struct Cost(long BytesPerStep, double PausedShare, int FullCollections, long ResidentDrift);
}

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

    public Cost Run(int steps)
    {
        var resident = new List<long>();
        using var process = Process.GetCurrentProcess();
        TimeSpan pausedBefore = GC.GetTotalPauseDuration();
        long bytesBefore = GC.GetAllocatedBytesForCurrentThread();
        int fullBefore = GC.CollectionCount(2);
        long start = Stopwatch.GetTimestamp();
        for (int step = 0; step < steps; step++)
        {
            Step();
            if (step % Math.Max(steps / 100, 1) != 0) continue;
            long before = GC.GetAllocatedBytesForCurrentThread();
            process.Refresh();
            resident.Add(process.WorkingSet64);
            bytesBefore += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        TimeSpan wall = Stopwatch.GetElapsedTime(start);
        int fifth = resident.Count / 5;
        return new Cost(
            (GC.GetAllocatedBytesForCurrentThread() - bytesBefore) / steps,
            (GC.GetTotalPauseDuration() - pausedBefore) / wall,
            GC.CollectionCount(2) - fullBefore,
            Median(resident[^fifth..]) - Median(resident[(2 * fifth)..(3 * fifth)]));
    }

    static long Median(List<long> values) => values.Order().ElementAt(values.Count / 2);

    public readonly record struct Cost(long BytesPerStep, double PausedShare, int FullCollections, long ResidentDrift);
}

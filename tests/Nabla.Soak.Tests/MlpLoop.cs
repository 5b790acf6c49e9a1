using System.Diagnostics;

namespace Nabla.Soak.Tests;

/// <summary>Trains 784-512-512-10 on fixed random data with plain gradient descent, and what it cost.</summary>
internal sealed class MlpLoop
{
    readonly Tensor[] parameters;
    readonly Tensor x, target;

    public MlpLoop(int batch = 128)
    {
        x = Noise((batch, 784), 1);
        target = Noise((batch, 10), 2);
        parameters =
        [
            Leaf((512, 784), 3), Leaf(512, 4), Leaf((512, 512), 5), Leaf(512, 6), Leaf((10, 512), 7), Leaf(10, 8),
        ];
    }

    public Tensor Step()
    {
        Tensor output = x.Linear(parameters[0], parameters[1]).Tanh().Linear(parameters[2], parameters[3]).Tanh().Linear(parameters[4], parameters[5]);
        Tensor difference = output - target;
        Tensor loss = (difference * difference).Mean();
        loss.Backward();
        foreach (Tensor parameter in parameters)
        {
            parameter.AddScaledInPlace(parameter.RawGradient!, -0.01);
            parameter.ClearGradient();
        }
        return loss;
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

    static Tensor Leaf(Shape shape, ulong seed)
    {
        Tensor leaf = Noise(shape, seed) * 0.05;
        leaf.RequiresGradient = true;
        return leaf;
    }

    static Tensor Noise(Shape shape, ulong seed)
    {
        var values = new float[shape.Length];
        for (int i = 0; i < values.Length; i++) values[i] = (float)new RandomStream(seed).NextUniform(i) - 0.5f;
        return Tensor.From(values, shape);
    }

    public readonly record struct Cost(long BytesPerStep, double PausedShare, int FullCollections, long ResidentDrift);
}

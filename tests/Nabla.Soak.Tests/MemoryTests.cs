using System.Runtime.CompilerServices;

namespace Nabla.Soak.Tests;

public class MemoryTests
{
    const long MegaByte = 1 << 20;

    // Parameters, gradients and Adam's two moments 4 × 2.7 MB, activations and the gradients on their way 2 MB.
    const long MlpMinimum = 12 * MegaByte;

    // A collection takes as long however fast the steps are: 0.5 % of those of 7 ms (AVX2, one thread), 1.1 to 1.4 % of those of 1 ms (AVX-512, two threads). Twice
    // that, because other test projects run beside this one.
    const double MostPaused = 0.03;

    [Fact]
    public void Ten_thousand_training_steps_keep_memory_flat()
    {
        Memory.Collect();
        long before = Memory.InUseBytes;
        var loop = new MlpLoop(batch: 128);
        loop.Run(200);
        MlpLoop.Cost cost = loop.Run(10_000);
        Assert.InRange(cost.BytesPerStep, 0, 2048);
        Assert.InRange(cost.PausedShare, 0, MostPaused);
        Assert.InRange(cost.ResidentDrift, long.MinValue, 16 * MegaByte);
        Assert.InRange(Memory.InUseBytes + Memory.IdleBytes - before, 0, MlpMinimum + 48 * MegaByte);
    }

    [Fact]
    public void A_program_with_two_million_objects_of_its_own_is_not_slowed_down()
    {
        Memory.Collect();
        long before = Memory.InUseBytes;
        var loop = new MlpLoop(batch: 128);
        loop.Run(200);
        var own = new List<object>();
        for (int i = 0; i < 2_000_000; i++) own.Add(new object[] { i });
        GC.Collect();
        GC.Collect();
        loop.Run(100);
        MlpLoop.Cost cost = loop.Run(2000);
        Assert.InRange(cost.PausedShare, 0, MostPaused);
        Assert.InRange(cost.FullCollections, 0, 5);
        Assert.InRange(Memory.InUseBytes + Memory.IdleBytes - before, 0, MlpMinimum + 58 * MegaByte);
        GC.KeepAlive(own);
    }

    [Fact]
    public void Graphs_dropped_without_backward_give_their_memory_back()
    {
        var w = Tensor.Full((256, 256), 0.01);
        w.RequiresGradient = true;
        Tensor x = Tensor.Full((64, 256), 1);
        Memory.Collect();
        long before = Memory.InUseBytes;
        for (int i = 0; i < 5000; i++) _ = x.Linear(w).Tanh().Linear(w).Tanh().Sum();
        Assert.InRange(Memory.InUseBytes + Memory.IdleBytes - before, 0, 48 * MegaByte + 64 * MegaByte);
        Memory.Collect();
        Assert.InRange(Memory.InUseBytes - before, 0, MegaByte);
        GC.KeepAlive(w);
        GC.KeepAlive(x);
    }

    [Theory]
    [InlineData(true, 784, 512, 1, 12)]         // 12 MB in blocks of 1.6 MB, and a few that wait for their turn
    [InlineData(false, 784, 512, 15, 24)]       // 24 MB, or what had been allocated before the first collection
    [InlineData(true, 4096, 1000, 6, 8)]        // 96 MB: no cache keeps two of 16 MB
    [InlineData(false, 4096, 1000, 2, 3)]       // 24 MB
    [InlineData(true, 1, 1000, 5000, 10_000)]   // small ones are collected no sooner
    public void Results_that_follow_each_other_fast_take_turns_between_few_blocks_if_large(bool isFast, int rows, int columns, int least, int most)
    {
        TimeSpan time = BlockPool.StreamedTime;
        BlockPool.StreamedTime = isFast ? TimeSpan.MaxValue : TimeSpan.Zero;
        try
        {
            Memory.Collect();
            Drop(4 * most, rows, columns);
            Assert.InRange(Drop(4 * most, rows, columns), least, most);
        }
        finally
        {
            BlockPool.StreamedTime = time;
        }
    }

    // Makes so many tensors and drops each; how many places they were in.
    static int Drop(int count, int rows, int columns)
    {
        Tensor here = Tensor.Zeros((rows, columns));
        var places = new HashSet<nint>();
        for (int i = 0; i < count; i++) places.Add(Unsafe.ByteOffset(ref here.Span<float>()[0], ref Tensor.Zeros((rows, columns)).Span<float>()[0]));
        GC.KeepAlive(here);
        return places.Count;
    }

    [Fact]
    public void An_exception_in_the_middle_leaves_nothing_behind()
    {
        var w = Tensor.Full((256, 256), 0.01);
        w.RequiresGradient = true;
        Tensor x = Tensor.Full((64, 256), 1);
        Memory.Collect();
        int before = Memory.LiveBlocks;
        for (int i = 0; i < 20; i++)
        {
            Assert.Throws<ShapeException>(() => FailForward(x, w));
            Assert.Throws<InvalidOperationException>(() => FailBackward(x, w));
        }
        w.ClearGradient();
        Memory.Collect();
        Assert.Equal(before, Memory.LiveBlocks);
        GC.KeepAlive(w);
        GC.KeepAlive(x);
    }

    /// <summary>Compacted, because holes too small for the free list count as used.</summary>
    static long CompactedHeap()
    {
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: false);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void FailForward(Tensor x, Tensor w) => x.Linear(w).Tanh().Linear(Tensor.Ones((3, 7)));

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void FailBackward(Tensor x, Tensor w)
    {
        Tensor middle = x.Linear(w).Tanh();
        Tensor failing = Autograd.Function("Failing", middle.Detach() * 2, [middle], [], (_, _) => throw new InvalidOperationException("no"));
        (failing.Linear(w) + middle.Linear(w)).Sum().Backward();
    }

    [Fact]
    public void Losses_that_are_kept_do_not_keep_their_graphs()
    {
        var w = Tensor.Full(32, 0.01);
        w.RequiresGradient = true;
        Tensor x = Tensor.Full(32, 1);
        var kept = new List<Tensor>();
        void Steps(int n)
        {
            for (int i = 0; i < n; i++)
            {
                Tensor loss = (x * w).Tanh().Sum();
                loss.Backward();
                w.ClearGradient();
                if (i % 10 == 0) kept.Add(loss);
            }
        }
        Steps(1000);
        long before = CompactedHeap();
        int already = kept.Count;
        Steps(100_000);
        long growth = CompactedHeap() - before;
        Assert.InRange(growth / (kept.Count - already), 0, 200);
    }

    [Fact]
    public void A_carried_and_detached_state_does_not_grow()
    {
        var w = Tensor.Full((64, 64), 0.01);
        w.RequiresGradient = true;
        Tensor state = Tensor.Full((64, 64), 1);
        void Steps(int n)
        {
            for (int i = 0; i < n; i++)
            {
                Tensor next = state.MatMul(w).Tanh();
                next.Sum().Backward();
                w.ClearGradient();
                state = next.Detach();
            }
        }
        Steps(200);
        Memory.Collect();
        (int blocks, long bytes) = (Memory.LiveBlocks, CompactedHeap());
        Steps(2000);
        Memory.Collect();
        Assert.Equal(blocks, Memory.LiveBlocks);
        Assert.InRange(CompactedHeap() - bytes, long.MinValue, 100_000);
    }

    [Fact]
    public void A_result_never_lands_in_the_memory_of_its_own_input()
    {
        BlockPool.CollectOnRent = true;
        try
        {
            Parallel.For(0, 2, thread =>
            {
                for (int i = 0; i < 50; i++)
                {
                    double value = thread * 1000 + i;
                    Tensor result = (Tensor.Full(1000, value) + Tensor.Full((3, 1000), 1)).Tanh() + Tensor.Full(1000, value);
                    Assert.All(result.ToArray<float>(), v => Assert.Equal((float)(Math.Tanh(value + 1) + value), v, 1e-3f));
                }
            });
        }
        finally
        {
            BlockPool.CollectOnRent = false;
        }
    }
}

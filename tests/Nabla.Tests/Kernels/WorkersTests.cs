using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

[Collection(KernelSettings.Name)]
public sealed class WorkersTests
{
    struct Mark(int[] visits) : IJob
    {
        public readonly void Run(int index) => Interlocked.Increment(ref visits[index]);
    }

    struct Nest(int[] visits, int width) : IJob
    {
        public readonly void Run(int index)
        {
            var inner = new Row(visits, index * width, Environment.CurrentManagedThreadId);
            Workers.For(width, ref inner);
        }
    }

    struct Row(int[] visits, int first, int thread) : IJob
    {
        public readonly void Run(int index)
        {
            if (Environment.CurrentManagedThreadId == thread) Interlocked.Increment(ref visits[first + index]);
        }
    }

    struct Fail(int at, StrongBox running) : IJob
    {
        public readonly void Run(int index)
        {
            Interlocked.Increment(ref running.Value);
            try
            {
                if (index == at) throw new InvalidOperationException($"index {index}");
                Thread.SpinWait(100);
            }
            finally
            {
                Interlocked.Decrement(ref running.Value);
            }
        }
    }

    struct Sum(long[] sums) : IJob
    {
        public readonly void Run(int index) => Interlocked.Add(ref sums[0], index);
    }

    sealed class StrongBox
    {
        public int Value;
    }

    [Theory, InlineData(1), InlineData(2), InlineData(7), InlineData(64)]
    public void Every_index_runs_exactly_once(int threads)
    {
        using var restore = KernelSettings.Threads(threads);
        for (int repeat = 0; repeat < 300; repeat++)
        {
            int count = repeat % 41;
            var visits = new int[count];
            var job = new Mark(visits);
            Workers.For(count, ref job);
            Assert.All(visits, visit => Assert.Equal(1, visit));
        }
    }

    [Theory, InlineData(2), InlineData(5)]
    public void Nested_calls_run_serially_on_the_thread_that_makes_them(int threads)
    {
        using var restore = KernelSettings.Threads(threads);
        var visits = new int[20 * 30];
        var job = new Nest(visits, 30);
        Workers.For(20, ref job);
        Assert.All(visits, visit => Assert.Equal(1, visit));
    }

    [Theory, InlineData(1), InlineData(3)]
    public void An_exception_reaches_the_caller_after_every_worker_has_left(int threads)
    {
        using var restore = KernelSettings.Threads(threads);
        for (int at = 0; at < 50; at++)
        {
            var running = new StrongBox();
            var job = new Fail(at, running);
            var error = Assert.Throws<InvalidOperationException>(() => Workers.For(50, ref job));
            Assert.Equal($"index {at}", error.Message);
            Assert.Equal(0, running.Value);
        }
        var visits = new int[100];
        var mark = new Mark(visits);
        Workers.For(100, ref mark);
        Assert.All(visits, visit => Assert.Equal(1, visit));
    }

    [Fact]
    public void Callers_on_many_threads_each_get_their_own_whole_result()
    {
        using var restore = KernelSettings.Threads(3);
        int wrong = 0;
        var callers = new Thread[6];
        for (int c = 0; c < callers.Length; c++)
        {
            int count = 100 + c;
            callers[c] = new Thread(() =>
            {
                for (int repeat = 0; repeat < 500; repeat++)
                {
                    var sums = new long[1];
                    var job = new Sum(sums);
                    Workers.For(count, ref job);
                    if (sums[0] != count * (count - 1L) / 2) Interlocked.Increment(ref wrong);
                }
            });
            callers[c].Start();
        }
        foreach (var caller in callers) caller.Join();
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void The_thread_count_can_change_between_calls()
    {
        using var restore = KernelSettings.Threads(1);
        for (int repeat = 0; repeat < 60; repeat++)
        {
            Workers.Count = 1 + repeat % 9;
            var visits = new int[64];
            var job = new Mark(visits);
            Workers.For(64, ref job);
            Assert.All(visits, visit => Assert.Equal(1, visit));
        }
    }

    [Theory, InlineData(0), InlineData(-1), InlineData(65)]
    public void A_thread_count_out_of_range_is_refused(int threads)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Workers.Count = threads);
        Assert.Contains($"expected 1 to 64, got {threads}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        using var restore = KernelSettings.Threads(2);
        var job = new Sum(new long[1]);
        Workers.For(10, ref job);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int repeat = 0; repeat < 1000; repeat++) Workers.For(10, ref job);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}

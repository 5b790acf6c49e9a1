using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using Nabla.Data;

namespace Nabla.Tests.Data;

public class DataLoaderTests
{
    static readonly ListDataset<int> Ten = new([.. Enumerable.Range(0, 10)]);

    static DataLoader<int, int[]> Loader(DataLoaderOptions options, IDataset<int>? data = null, Func<int[], RandomStream, int[]>? transform = null) =>
        new(data ?? Ten, samples => [.. samples], options, transform);

    [Fact]
    public void Batches_come_in_sequence_and_the_last_may_be_smaller()
    {
        DataLoader<int, int[]> loader = Loader(new() { BatchSize = 4 });
        Assert.Equal([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]], loader.Epoch(0));
        Assert.Equal((3, 10), (loader.BatchCount, loader.SampleCount));
        loader = Loader(new() { BatchSize = 4, DropLast = true });
        Assert.Equal([[0, 1, 2, 3], [4, 5, 6, 7]], loader.Epoch(5));
        Assert.Equal((2, 8), (loader.BatchCount, loader.SampleCount));
    }

    [Fact]
    public void The_order_depends_on_seed_and_epoch_alone() =>
        Prop.ForAll(
            (from count in Gen.Choose(1, 50)
             from size in Gen.Choose(1, 12)
             from prefetch in Gen.Choose(0, 4)
             from epoch in Gen.Choose(0, 5)
             from seed in Gen.Choose(0, 1000)
             select (count, size, prefetch, epoch, seed)).ToArbitrary(),
            c =>
            {
                ListDataset<int> data = new([.. Enumerable.Range(0, c.count)]);
                DataLoaderOptions options = new() { BatchSize = c.size, Shuffle = true, Seed = (ulong)c.seed, Prefetch = c.prefetch };
                int[][] whole = [.. Loader(options with { Prefetch = 0 }, data).Epoch(c.epoch)];
                int start = whole.Length / 2;
                return whole.SelectMany(b => b).Order().SequenceEqual(Enumerable.Range(0, c.count))
                    && Same(Loader(options, data).Epoch(c.epoch), whole)
                    && Same(Loader(options, data).Epoch(c.epoch, start), whole[start..]);
            }).QuickCheckThrowOnFailure();

    static bool Same(IEnumerable<int[]> a, IEnumerable<int[]> b) => a.Select(x => string.Join(",", x)).SequenceEqual(b.Select(x => string.Join(",", x)));

    [Fact]
    public void Epochs_and_seeds_have_orders_of_their_own()
    {
        DataLoaderOptions options = new() { BatchSize = 10, Shuffle = true };
        int[][] orders = [.. Enumerable.Range(0, 5).Select(e => Loader(options).Epoch(e).Single()), Loader(options with { Seed = 1 }).Epoch(0).Single()];
        Assert.Equal(6, orders.Select(o => string.Join(",", o)).Distinct().Count());
    }

    [Fact]
    public void A_transform_gets_a_stream_per_batch_that_resuming_does_not_change()
    {
        DataLoaderOptions options = new() { BatchSize = 3, Shuffle = true };
        int[] Noise(int[] batch, RandomStream random) => [.. batch.Select((b, i) => b * 1000 + random.NextInt(i, 1000))];
        int[][] whole = [.. Loader(options, transform: Noise).Epoch(2)];
        Assert.True(Same(whole[2..], Loader(options with { Prefetch = 0 }, transform: Noise).Epoch(2, 2)));
        Assert.Equal(10, whole.SelectMany(b => b).Select(v => v % 1000).Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void No_more_batches_are_made_ahead_than_asked_for(int prefetch)
    {
        int made = 0;
        DataLoader<int, int> loader = new(Ten, s => { Interlocked.Increment(ref made); return s[0]; }, new() { BatchSize = 1, Prefetch = prefetch });
        int taken = 0;
        foreach (int _ in loader.Epoch(0))
        {
            taken++;
            Assert.InRange(Volatile.Read(ref made), taken, taken + prefetch + 1); // one more is in the worker's hand
        }
        Assert.Equal(10, taken);
    }

    [Fact]
    public void An_error_surfaces_after_the_batches_before_it()
    {
        foreach (int prefetch in (int[])[0, 3])
        {
            DataLoader<int, int> loader = new(Ten, s => s[0] == 4 ? throw new DataFormatException("row 4") : s[0], new() { BatchSize = 1, Prefetch = prefetch });
            List<int> seen = [];
            DataFormatException error = Assert.Throws<DataFormatException>(() => { foreach (int b in loader.Epoch(0)) seen.Add(b); });
            Assert.Equal("row 4", error.Message);
            Assert.Equal([0, 1, 2, 3], seen);
        }
    }

    [Fact]
    public void Leaving_the_loop_stops_the_worker()
    {
        ConcurrentBag<int> threads = [];
        int made = 0;
        ListDataset<int> endless = new([.. Enumerable.Range(0, 1_000_000)]);
        DataLoader<int, int> loader = new(endless, s => { threads.Add(Environment.CurrentManagedThreadId); return Interlocked.Increment(ref made); }, new() { BatchSize = 1 });
        foreach (int batch in loader.Epoch(0))
            if (batch == 3) break;
        int after = Volatile.Read(ref made); // the worker has ended when the loop has: nobody counts on
        Assert.InRange(after, 3, 6);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads);
        Assert.Single(threads.Distinct());
    }

    [Fact]
    public void Cancellation_ends_the_loop()
    {
        foreach (int prefetch in (int[])[0, 2])
        {
            using CancellationTokenSource stop = new();
            int seen = 0;
            Assert.ThrowsAny<OperationCanceledException>(() =>
            {
                foreach (int[] _ in Loader(new() { BatchSize = 1, Prefetch = prefetch }).Epoch(0, 0, stop.Token))
                    if (++seen == 3) stop.Cancel();
            });
            Assert.Equal(3, seen);
        }
    }

    [Fact]
    public async Task Cancellation_wakes_a_reader_that_waits_for_a_slow_source()
    {
        using CancellationTokenSource stop = new();
        using ManualResetEventSlim asked = new();
        DataLoader<int, int> loader = new(Ten, s =>
        {
            asked.Set();
            stop.Token.WaitHandle.WaitOne();
            return s[0];
        });
        Task cancel = Task.Run(() => { asked.Wait(); stop.Cancel(); });
        Assert.ThrowsAny<OperationCanceledException>(() => loader.Epoch(0, 0, stop.Token).Count());
        await cancel;
    }

    [Fact]
    public void An_iterable_source_is_read_in_order_and_resumed_by_skipping()
    {
        IterableDataset<int> source = new(epoch => Enumerable.Range(100 * epoch, 7));
        DataLoader<int, int[]> loader = new(source, s => [.. s], new() { BatchSize = 3 });
        Assert.Equal([[100, 101, 102], [103, 104, 105], [106]], loader.Epoch(1));
        Assert.Equal([[106]], loader.Epoch(1, 2));
        Assert.Null(loader.BatchCount);
        Assert.Equal(2, new DataLoader<int, int[]>(source, s => [.. s], new() { BatchSize = 3, DropLast = true }).Epoch(0).Count());
        Assert.Throws<ArgumentException>(() => new DataLoader<int, int[]>(source, s => [.. s], new() { Shuffle = true }));
    }

    [Fact]
    public void Impossible_loaders_are_explained()
    {
        Assert.StartsWith("DataLoader: expected a data set with samples, got an empty one.", Assert.Throws<ArgumentException>(() => Loader(new(), new ListDataset<int>([]))).Message, StringComparison.Ordinal);
        Assert.StartsWith("DataLoader: expected at least one batch of 64, got 10 samples. Take a smaller BatchSize, or leave DropLast.", Assert.Throws<ArgumentException>(() => Loader(new() { BatchSize = 64, DropLast = true })).Message, StringComparison.Ordinal);
        Assert.StartsWith("BatchSize: expected at least 1, got 0.", Assert.Throws<ArgumentOutOfRangeException>(() => new DataLoaderOptions { BatchSize = 0 }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new DataLoaderOptions { Prefetch = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => Loader(new()).Epoch(-1));
    }

    [Fact]
    public void Views_of_data_sets_read_their_source()
    {
        MapDataset<int, string> view = Ten.Subset([3, 1, 3]).Map(i => $"{i}!");
        Assert.Equal(["3!", "1!", "3!"], Enumerable.Range(0, view.Count).Select(i => view[i]));
        Assert.StartsWith("Subset: expected indices in [0, 10), got 10 at position 1.", Assert.Throws<ArgumentOutOfRangeException>(() => Ten.Subset([3, 10])).Message, StringComparison.Ordinal);
    }
}

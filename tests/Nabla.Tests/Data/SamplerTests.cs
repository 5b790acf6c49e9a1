using Nabla.Data;

namespace Nabla.Tests.Data;

public class SamplerTests
{
    static readonly RandomStream Stream = new(11);

    [Fact]
    public void Weighted_draws_follow_the_weights()
    {
        WeightedSampler sampler = new([1, 0, 3, 0, 4, 0], 16_000);
        int[] order = sampler.Order(Stream);
        Assert.Equal(16_000, order.Length);
        Assert.Equal([0, 2, 4], order.Distinct().Order());
        Assert.Equal(2000, order.Count(i => i == 0), 4 * Math.Sqrt(16_000 * 7 / 64.0));
        Assert.Equal(6000, order.Count(i => i == 2), 4 * Math.Sqrt(16_000 * 15 / 64.0));
    }

    [Fact]
    public void Weighted_draws_without_replacement_hold_no_sample_twice_and_prefer_heavy_ones()
    {
        WeightedSampler sampler = new([1, 0, 1, 1, 50], 2, withReplacement: false);
        int heavy = 0;
        for (int i = 0; i < 400; i++)
        {
            int[] order = sampler.Order(Stream.Split(i));
            Assert.Equal(2, order.Distinct().Count());
            Assert.DoesNotContain(1, order);
            if (order.Contains(4)) heavy++;
        }
        Assert.InRange(heavy, 395, 400);
        Assert.Equal(4, new WeightedSampler([1, 0, 1, 1, 50], withReplacement: false).Order(Stream).Length);
    }

    [Fact]
    public void A_stratified_order_keeps_every_stretch_balanced()
    {
        int[] labels = [.. Enumerable.Range(0, 1000).Select(i => i < 100 ? 1 : 0)];
        int[] order = new StratifiedSampler(labels).Order(Stream);
        Assert.Equal(Enumerable.Range(0, 1000), order.Order());
        Assert.All(order.Chunk(100), part => Assert.InRange(part.Sum(i => labels[i]), 8, 12));
        Assert.NotEqual(order, new StratifiedSampler(labels).Order(Stream.Split(1)));
    }

    [Fact]
    public void A_loader_reads_what_its_sampler_says()
    {
        DataLoader<int, int[]> loader = new(new ListDataset<int>([7, 8, 9]), s => [.. s], new() { BatchSize = 2, Sampler = new WeightedSampler([0, 1, 0], 5) });
        Assert.Equal([[8, 8], [8, 8], [8]], loader.Epoch(0));
        Assert.Equal((5, 3), (loader.SampleCount, loader.BatchCount));
    }

    [Fact]
    public void Impossible_weights_are_explained()
    {
        Assert.StartsWith("WeightedSampler: expected finite weights of at least 0, got -1 at position 1.", Assert.Throws<ArgumentException>(() => new WeightedSampler([1, -1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new WeightedSampler([0, 0]));
        Assert.Throws<ArgumentException>(() => new WeightedSampler([]));
        Assert.Throws<ArgumentException>(() => new WeightedSampler([1, 0], 2, withReplacement: false));
    }
}

namespace Nabla.Tests;

public class RandomStreamTests
{
    [Fact]
    public void Splitting_is_the_same_on_every_machine()
    {
        RandomStream stream = new(42);
        Assert.Equal(stream.Split("dropout"), stream.Split("dropout"));
        Assert.Equal(PinnedPurpose, stream.Split("dropout").Stream);
        Assert.Equal(PinnedIndex, stream.Split(3).Stream);
    }

    // Written down once: a change of these constants changes every trained model.
    const ulong PinnedPurpose = 9173090226576933378;
    const ulong PinnedIndex = 2285859274586370262;

    [Fact]
    public void Children_of_different_purposes_and_numbers_differ()
    {
        RandomStream stream = new(42);
        IEnumerable<RandomStream> children = Enumerable.Range(-500, 1000).Select(i => stream.Split(i))
            .Concat(Enumerable.Range(0, 1000).Select(i => stream.Split($"layer {i}")))
            .Concat(Enumerable.Range(0, 1000).Select(i => stream.Split("layer").Split(i)))
            .Append(stream).Append(stream.Split(""));
        Assert.Equal(3002, children.Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void A_permutation_holds_every_number_once(int n) =>
        Assert.Equal(Enumerable.Range(0, n), new RandomStream(1).Permutation(n).Order());

    [Fact]
    public void Every_order_of_four_is_equally_likely()
    {
        Dictionary<string, int> counts = [];
        for (int i = 0; i < 24_000; i++)
        {
            string order = string.Concat(new RandomStream(1).Split(i).Permutation(4));
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }
        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, c => Assert.InRange(c, 1000 - 4 * 31, 1000 + 4 * 31));
    }

    [Fact]
    public void Numbers_depend_on_their_index_alone()
    {
        RandomStream stream = new(3, 4);
        double[] forward = [.. Enumerable.Range(0, 10).Select(i => stream.NextUniform(i))];
        double[] backward = [.. Enumerable.Range(0, 10).Reverse().Select(i => stream.NextUniform(i)).Reverse()];
        Assert.Equal(forward, backward);
        Assert.All(forward, u => Assert.InRange(u, 0, 1));
        Assert.All(Enumerable.Range(0, 200), i => Assert.InRange(stream.NextInt(i, 6), 0, 5));
        Assert.Equal(6, Enumerable.Range(0, 200).Select(i => stream.NextInt(i, 6)).Distinct().Count());
    }

    [Fact]
    public void Impossible_sizes_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomStream(1).NextInt(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomStream(1).Permutation(-1));
        Assert.Throws<ArgumentNullException>(() => new RandomStream(1).Split(null!));
    }
}

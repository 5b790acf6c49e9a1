using Nabla.Data;

namespace Nabla.Tests.Data;

public class TokenWindowsTests
{
    [Theory]
    [InlineData(5, 4, 1, 1)]
    [InlineData(10, 4, 1, 6)]
    [InlineData(10, 4, 4, 2)]
    [InlineData(9, 4, 4, 2)]
    [InlineData(8, 4, 4, 1)]
    public void There_are_as_many_windows_as_fit_with_the_token_after_them(int tokens, int length, int stride, int count) =>
        Assert.Equal(count, new TokenWindows([.. Enumerable.Range(0, tokens)], length, stride).Count);

    [Fact]
    public void Targets_are_the_tokens_that_follow()
    {
        var windows = new TokenWindows([.. Enumerable.Range(0, 20)], 3, 2);
        Batch batch = windows.Gather([0, 8]);
        Assert.Equal(((Shape)(2, 3), (Shape)(2, 3)), (batch.Features.Shape, batch.Targets.Shape));
        Assert.Equal([0, 1, 2, 16, 17, 18], batch.Features.ToArray<long>());
        Assert.Equal([1, 2, 3, 17, 18, 19], batch.Targets.ToArray<long>());
        Assert.Equal([2, 3, 4], windows[1].Features.ToArray<long>());
        Assert.Throws<ArgumentOutOfRangeException>(() => windows.Gather([9]));
    }

    [Fact]
    public void A_sequence_shorter_than_a_window_is_refused() =>
        Assert.StartsWith("TokenWindows: expected more than 4 tokens for windows of 4, got 4.",
            Assert.Throws<ArgumentException>(() => new TokenWindows([1, 2, 3, 4], 4)).Message, StringComparison.Ordinal);

    [Fact]
    public void Draws_reach_every_sample_and_differ_from_epoch_to_epoch()
    {
        var sampler = new RandomDraws(10, 1000);
        int[] first = sampler.Order(new RandomStream(1)), second = sampler.Order(new RandomStream(2));
        Assert.Equal((1000, 10), (first.Length, first.Distinct().Count()));
        Assert.Equal(first, sampler.Order(new RandomStream(1)));
        Assert.NotEqual(first, second);
    }
}

using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

public sealed unsafe class ComingHeadTests
{
    const int Keys = 5, Queries = 3;

    /// <summary>
    /// Every row once, in the order in which a head is read; a matrix that is not there is left out. Vectors ask for two lines each: a row of two
    /// lines, or half a row of more.
    /// </summary>
    [Theory]
    [InlineData(false, 2, 4)]
    [InlineData(true, 2, 4)]
    [InlineData(true, 1, 64)]
    public void Rows_of_the_head_are_taken_once_and_in_order(bool hasGradient, int keyHeads, int width)
    {
        const int Samples = 2, Heads = 2;
        bool isShort = width * sizeof(float) <= ComingRows<float>.ShortRow;
        int vectors = isShort ? 1 : 2;
        using Native<float> k = new(Samples * keyHeads * Keys * width), v = new(k.Length);
        using Native<float> q = new(Samples * Heads * Queries * width), dOutput = new(q.Length), output = new(q.Length), sums = new(1);
        HeadRows<float> Of(Native<float> memory, int heads, int rows) => new(memory.Pointer, heads * rows * width, rows * width, width);
        var m = new AttentionMemory<float>
        {
            Batch = Samples, Heads = Heads, KeyHeads = keyHeads, Queries = Queries, Keys = Keys, Width = width, LogSums = sums.Pointer,
            K = Of(k, keyHeads, Keys), V = Of(v, keyHeads, Keys), Q = Of(q, Heads, Queries), Output = Of(output, Heads, Queries),
            OutputGradient = hasGradient ? Of(dOutput, Heads, Queries) : default,
        };
        for (int index = 0; index < Samples * keyHeads; index++)
        {
            int sample = index / keyHeads, keyHead = index % keyHeads, head = keyHead * (Heads / keyHeads);
            var expected = new List<nint>();
            void Expect(HeadRows<float> rows, int at, int count)
            {
                for (int row = 0; row < count; row++) expected.Add((nint)(rows.At(sample, at) + row * width));
            }
            Expect(m.K, keyHead, Keys);
            Expect(m.V, keyHead, Keys);
            Expect(m.Q, head, Queries);
            if (hasGradient) Expect(m.OutputGradient, head, Queries);
            Expect(m.Output, head, Queries);

            ComingHead coming = ComingHead.ToRead(index, Samples, keyHeads);
            foreach (nint row in expected)
            {
                ComingRows<float> rows = coming.Take(m, vectors);
                Assert.Equal((row, isShort ? width : 32, isShort ? 2 * width : width), ((nint)rows.At, rows.Second, rows.Third));
            }
            ComingRows<float> none = coming.Take(m, vectors);
            Assert.Equal(((nint)m.LogSums, 0, 0), ((nint)none.At, none.Second, none.Third));
        }
        ComingHead beyond = ComingHead.ToRead(Samples * keyHeads, Samples, keyHeads);
        Assert.Equal((nint)m.LogSums, (nint)beyond.Take(m, vectors).At);
    }

    /// <summary>As many rows at a time as 24 lines hold, over the borders between gradients.</summary>
    [Fact]
    public void Gradients_of_the_head_are_asked_for_a_few_rows_at_a_time()
    {
        const int Rows = 20, Width = 32, AtOnce = 12;
        using Native<float> k = new(Rows * Width), v = new(k.Length), q = new(k.Length), sums = new(1);
        HeadRows<float> Of(Native<float> memory) => new(memory.Pointer, Rows * Width, Rows * Width, Width);
        var m = new AttentionMemory<float>
        {
            Batch = 1, Heads = 1, KeyHeads = 1, Queries = Rows, Keys = Rows, Width = Width, LogSums = sums.Pointer,
            VGradient = Of(v), KGradient = Of(k), QGradient = Of(q),
        };
        ComingHead coming = ComingHead.ToWrite(0, 1, 1);
        coming.Fetch(m);
        Assert.Equal((nint)(v.Pointer + AtOnce * Width), (nint)coming.Take(m, 1).At);
        coming.Fetch(m);
        Assert.Equal((nint)(k.Pointer + (2 * AtOnce + 1 - Rows) * Width), (nint)coming.Take(m, 1).At);
        for (int i = 0; i < 3; i++) coming.Fetch(m);
        Assert.Equal((nint)sums.Pointer, (nint)coming.Take(m, 1).At);
    }
}

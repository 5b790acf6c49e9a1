using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

public sealed unsafe class ComingHeadTests
{
    const int Keys = 5, Queries = 3, Width = 4;

    /// <summary>Every row once, in the order in which a head is read; a matrix that is not there is left out.</summary>
    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 2)]
    [InlineData(true, 1)]
    public void Rows_of_the_head_are_taken_once_and_in_order(bool hasGradient, int keyHeads)
    {
        const int Samples = 2, Heads = 2;
        using Native<float> k = new(Samples * keyHeads * Keys * Width), v = new(k.Length);
        using Native<float> q = new(Samples * Heads * Queries * Width), dOutput = new(q.Length), output = new(q.Length), sums = new(1);
        HeadRows<float> Of(Native<float> memory, int heads, int rows) => new(memory.Pointer, heads * rows * Width, rows * Width, Width);
        var m = new AttentionMemory<float>
        {
            Batch = Samples, Heads = Heads, KeyHeads = keyHeads, Queries = Queries, Keys = Keys, LogSums = sums.Pointer,
            K = Of(k, keyHeads, Keys), V = Of(v, keyHeads, Keys), Q = Of(q, Heads, Queries), Output = Of(output, Heads, Queries),
            OutputGradient = hasGradient ? Of(dOutput, Heads, Queries) : default,
        };
        for (int index = 0; index < Samples * keyHeads; index++)
        {
            int sample = index / keyHeads, keyHead = index % keyHeads, head = keyHead * (Heads / keyHeads);
            var expected = new List<nint>();
            void Expect(HeadRows<float> rows, int at, int count)
            {
                for (int row = 0; row < count; row++) expected.Add((nint)(rows.At(sample, at) + row * Width));
            }
            Expect(m.K, keyHead, Keys);
            Expect(m.V, keyHead, Keys);
            Expect(m.Q, head, Queries);
            if (hasGradient) Expect(m.OutputGradient, head, Queries);
            Expect(m.Output, head, Queries);

            var coming = new ComingHead(index, Samples, keyHeads);
            foreach (nint row in expected)
            {
                Assert.Equal(row, (nint)coming.Take(m, 1, out nint distance));
                Assert.Equal(Width, distance);
            }
            Assert.Equal((nint)m.LogSums, (nint)coming.Take(m, 1, out nint none));
            Assert.Equal(0, none);
        }
        var beyond = new ComingHead(Samples * keyHeads, Samples, keyHeads);
        Assert.Equal((nint)m.LogSums, (nint)beyond.Take(m, 1, out _));
    }
}

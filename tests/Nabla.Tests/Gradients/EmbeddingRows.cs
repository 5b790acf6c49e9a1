namespace Nabla.Tests.Gradients;

/// <summary>Look-ups in tables, with and without a reduction.</summary>
internal static class EmbeddingRows
{
    public static GradientTable All { get; } = new()
    {
        { "EmbeddingBag", x => x[0].EmbeddingBag(Pairs), [(5, 3)] },
        { "EmbeddingBag/offsets", x => x[0].EmbeddingBag(Flat, Offsets), [(5, 3)] },
        { "EmbeddingBag/padding", x => x[0].EmbeddingBag(Flat, Offsets, paddingIndex: 0), [(5, 3)] },
        { "EmbeddingBag/mean", x => x[0].EmbeddingBag(Flat, Offsets, BagMode.Mean, paddingIndex: 0), [(5, 3)] },
        { "EmbeddingBag/max", x => x[0].EmbeddingBag(Flat, Offsets, BagMode.Max), [(5, 3)] },
        { "EmbeddingBag/weights", x => x[0].EmbeddingBag(Pairs, weights: x[1]), [(5, 3), (2, 2)] },
        { "EmbeddingBag/weights, offsets", x => x[0].EmbeddingBag(Flat, Offsets, weights: x[1], paddingIndex: 0), [(5, 3), 6] },
    };

    static Tensor Pairs => Tensor.From(new long[,] { { 2, 0 }, { 4, 2 } });

    static Tensor Flat => Tensor.From([2L, 0, 2, 4, 0, 1]);

    // Three indices, none, one, two.
    static Tensor Offsets => Tensor.From([0L, 3, 3, 4]);
}

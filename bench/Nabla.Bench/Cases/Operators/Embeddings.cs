using static Nabla.Bench.Cases.Operators.Differentiated;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Sums of rows of a table, with dense and with row-sparse gradients.</summary>
internal static class Embeddings
{
    /// <summary>All cases.</summary>
    public static Case[] All { get; } =
    [
        .. Both("embedding_bag sum 100kx32 4096x20 dense grad", Work.Traffic(4.0 * 4096 * 20 * 34, 4.0 * 4096 * 32, 4.0 * 100_000 * 32), static () =>
        {
            Tensor bag = Ids(5, 100_000, (4096, 20));
            return ([Uniform(1, (100_000, 32))], t => t[0].Embedding(bag).Sum(1));
        }),
        .. NotYet("embedding_bag sum 100kx32 4096x20 sparse grad"),
    ];
}

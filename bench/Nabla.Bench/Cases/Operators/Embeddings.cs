using static Nabla.Bench.Cases.Operators.Differentiated;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Sums of rows of a table, with dense and with row-sparse gradients.</summary>
internal static class Embeddings
{
    /// <summary>All cases.</summary>
    public static Case[] All { get; } =
    [
        .. Bag("embedding_bag sum 100kx32 4096x20 dense grad", 4.0 * 100_000 * 32, static table => _ = table.Gradient),
        .. Bag("embedding_bag sum 100kx32 4096x20 sparse grad", 4.0 * 4096 * 20 * 32, static table => _ = table.RowGradient),
        .. Bag("embedding_bag sum 100kx32 4096x20 sparse grad merged", 4.0 * 4096 * 20 * 32, static table => _ = table.RowGradient!.Rows)
            .Select(static one => one with { Script = "bench/peers/torch_toolbox.py" }),
    ];

    /// <summary>
    /// Forward, and backward with the gradient in the form that the peer's case makes: a whole table, or the list of rows in which equal
    /// ones are added up by whoever reads them. "Merged" reads them.
    /// </summary>
    static Case[] Bag(string name, double gradientBytes, Action<Tensor> ask) => Both(
        name, Work.Traffic(4.0 * 4096 * 20 * 34, 4.0 * 4096 * 32, gradientBytes),
        static () =>
        {
            Tensor bag = Ids(5, 100_000, (4096, 20));
            return ([Uniform(1, (100_000, 32))], t => t[0].EmbeddingBag(bag));
        },
        after: t => ask(t[0]));
}

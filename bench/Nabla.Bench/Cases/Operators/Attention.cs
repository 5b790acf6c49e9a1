using static Nabla.Bench.Cases.Operators.Differentiated;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Causal attention of whole sequences, and of one query beside many keys, as when a model writes.</summary>
internal static class Attention
{
    /// <summary>All cases. Half of the scores of whole sequences are masked, so half of the products are needed.</summary>
    public static Case[] All { get; } =
    [
        .. Both("attention causal B8 H8 T256 D64", Work.Arithmetic(2.0 * 64 * 256 * 256 * 64), static () =>
            ([.. Enumerable.Range(1, 3).Select(static i => Uniform((ulong)i, Shape.Create(8, 8, 256, 64)))],
                static t => t[0].Attention(t[1], t[2], AttentionMask.Causal, 0.125)), " baddbmm"),
        Decode(1, 8, 512, 64),
        Decode(8, 4, 64, 32),
    ];

    static Case Decode(int batch, int heads, int keys, int width) => new($"attention decode B{batch} H{heads} Q1 K{keys} D{width}", "ms", () =>
    {
        Tensor query = Uniform(1, (batch, heads, 1, width)), key = Uniform(2, (batch, heads, keys, width)), value = Uniform(3, (batch, heads, keys, width));
        return Case.Unrecorded(() => query.Attention(key, value));
    })
    {
        Script = "bench/peers/torch_attention.py", Reads = sizeof(float) * 2.0 * batch * heads * keys * width, Writes = sizeof(float) * (double)batch * heads * width,
    };
}

using static Nabla.Bench.Cases.Operators.Differentiated;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Causal attention.</summary>
internal static class Attention
{
    /// <summary>All cases. Half of the scores are masked, so half of the products are needed.</summary>
    public static Case[] All { get; } = Both("attention causal B8 H8 T256 D64", Work.Arithmetic(2.0 * 64 * 256 * 256 * 64), static () =>
        ([.. Enumerable.Range(1, 3).Select(static i => Uniform((ulong)i, Shape.Create(8, 8, 256, 64)))],
            static t => t[0].Attention(t[1], t[2], AttentionMask.Causal, 0.125)), " baddbmm");
}

using static Nabla.Bench.Cases.Operators.Differentiated;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Causal attention.</summary>
internal static class Attention
{
    /// <summary>All cases. Half of the scores are masked, so half of the products are needed.</summary>
    public static Case[] All { get; } = Both("attention causal B8 H8 T256 D64", Work.Arithmetic(2.0 * 64 * 256 * 256 * 64), static () =>
    {
        Tensor mask = CausalMask(256);
        return ([.. Enumerable.Range(1, 3).Select(static i => Uniform((ulong)i, Shape.Create(8, 8, 256, 64)))],
            t => ((t[0] * 0.125).MatMul(t[1].Transpose(-1, -2)) + mask).Softmax().MatMul(t[2]));
    }, " baddbmm");

    static Tensor CausalMask(int length)
    {
        var values = new float[length, length];
        for (int row = 0; row < length; row++)
            for (int column = row + 1; column < length; column++) values[row, column] = float.NegativeInfinity;
        return Tensor.From(values);
    }
}

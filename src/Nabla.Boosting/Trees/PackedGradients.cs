using System.Runtime.CompilerServices;

namespace Nabla.Boosting.Trees;

/// <summary>
/// The gradient pairs of one tree as fixed-point numbers, both in one 64-bit integer: (g ≪ 32) + h. A histogram update is one
/// integer addition, and since integer sums are exact, they depend neither on the order of the rows nor on the number of
/// threads, and the histogram of a sibling is the parent's minus the other's without any error.
/// </summary>
/// <remarks>
/// At most <see cref="ChunkRows"/> pairs are added before the sums move to 64 bits each: with chunks of 2ᶜ rows a number has
/// 31 − c bits. Chunks are as long as precision allows: a typical number is at least 2¹⁰ quanta, or a quantum is 2⁻²³ of the
/// largest, where single-precision sums would round too.
/// </remarks>
internal sealed unsafe class PackedGradients(int rows)
{
    const int LongestChunk = 14, ShortestChunk = 8, TypicalBits = 10;

    readonly PinnedArray<long> pairs = new(rows);

    /// <summary>The packed pairs, one per row.</summary>
    public long* Pointer => pairs.Pointer;

    /// <summary>Rows that may be added up without overflow.</summary>
    public int ChunkRows { get; private set; } = 1 << LongestChunk;

    /// <summary>What one unit of a gradient sum is worth.</summary>
    public double GradientUnit { get; private set; } = 1;

    /// <summary>What one unit of a hessian sum is worth.</summary>
    public double HessianUnit { get; private set; } = 1;

    /// <summary>Packs the pairs of all rows.</summary>
    /// <param name="gradients">First derivatives of the loss, finite.</param>
    /// <param name="hessians">Second derivatives, at least 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack(ReadOnlySpan<float> gradients, ReadOnlySpan<float> hessians)
    {
        float mostGradient = 0, mostHessian = 0;
        double sumGradient = 0, sumHessian = 0;
        for (int i = 0; i < gradients.Length; i++)
        {
            float g = MathF.Abs(gradients[i]), h = hessians[i];
            mostGradient = MathF.Max(mostGradient, g);
            mostHessian = MathF.Max(mostHessian, h);
            sumGradient += g;
            sumHessian += h;
        }
        if (!float.IsFinite(mostGradient) || !float.IsFinite(mostHessian))
            throw new ArithmeticException("GradientBoosting: expected finite gradients, got NaN or infinity. Lower the learning rate or check the labels.");

        int chunk = Math.Min(LongestChunk, Bits(gradients.Length));
        chunk = Math.Min(chunk, Math.Min(ChunkFor(sumGradient, mostGradient, gradients.Length), ChunkFor(sumHessian, mostHessian, gradients.Length)));
        chunk = Math.Max(chunk, ShortestChunk);
        ChunkRows = 1 << chunk;
        double quanta = (1L << (31 - chunk)) - 1;
        GradientUnit = mostGradient > 0 ? mostGradient / quanta : 1;
        HessianUnit = mostHessian > 0 ? mostHessian / quanta : 1;
        double toGradient = 1 / GradientUnit, toHessian = 1 / HessianUnit;
        Span<long> packed = pairs.Span;
        for (int i = 0; i < gradients.Length; i++)
            packed[i] = (Nearest(gradients[i] * toGradient) << 32) + Nearest(hessians[i] * toHessian);
    }

    // Adding 1.5·2⁵² leaves the nearest integer in the low bits: a conversion by rounding that needs no call.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static long Nearest(double x) => BitConverter.DoubleToInt64Bits(x + 6755399441055744.0) - BitConverter.DoubleToInt64Bits(6755399441055744.0);

    static int Bits(int rows) => rows <= 1 ? 0 : 32 - int.LeadingZeroCount(rows - 1);

    /// <summary>The longest chunk for which a typical number still has <see cref="TypicalBits"/> bits.</summary>
    static int ChunkFor(double sum, double most, int rows) =>
        sum > 0 ? 31 - TypicalBits - (int)Math.Ceiling(Math.Log2(Math.Max(most * rows / sum, 1))) : LongestChunk;
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>
/// The linear maps of Winograd's F(4×4, 3×3), on sixteen lanes at once: with g a kernel of 3 × 3, d a patch of 6 × 6 and y the 4 × 4 results,
/// y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A, 36 products instead of 144. Lavin, Gray, 2015.
/// </summary>
/// <remarks>
/// The polynomials behind it are evaluated at 0, ±3/4, ±3/2 and ∞: exact in binary, and half the error of the usual 0, ±1, ±2, ∞, whose
/// powers lie further apart (Barabasz et al., 2020, on the choice of points). A matrix of values is an array of vectors, row by row; each map works down the columns first.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class WinogradTransforms
{
    /// <summary>Values transformed side by side.</summary>
    public const int Lanes = 16;

    /// <summary>Side of the results of one tile.</summary>
    public const int Side = 4;

    /// <summary>Side of the patch that a tile reads, and of its transform.</summary>
    public const int Patch = 6;

    /// <summary>Products per tile and pair of channels.</summary>
    public const int Frequencies = Patch * Patch;

    /// <summary>Taps of the kernel.</summary>
    public const int Taps = 9;

    // Points ±P and ±Q.
    const float P = 0.75f, Q = 1.5f, P2 = P * P, Q2 = Q * Q, P3 = P2 * P, Q3 = Q2 * Q;

    // One over the product of a point's distances to the others.
    const float Zero = 1 / (P2 * Q2), Near = 1 / (2 * P2 * (P2 - Q2)), Far = 1 / (2 * Q2 * (Q2 - P2));

    /// <summary>Bᵀ d B: 6 × 6 → 6 × 6. Overwrites the patch; frequency f goes to target + f·pitch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(float* patch, float* target, nint pitch)
    {
        for (int column = 0; column < Patch; column++)
            InputLine(patch + column * Lanes, Patch * Lanes, patch + column * Lanes, Patch * Lanes);
        for (int row = 0; row < Patch; row++)
            InputLine(patch + row * Patch * Lanes, Lanes, target + row * Patch * pitch, pitch);
    }

    /// <summary>G g Gᵀ: 3 × 3 → 6 × 6.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weight(float* kernel, float* target, nint pitch)
    {
        float* half = stackalloc float[Patch * 3 * Lanes];
        for (int column = 0; column < 3; column++) WeightLine(kernel + column * Lanes, 3 * Lanes, half + column * Lanes, 3 * Lanes);
        for (int row = 0; row < Patch; row++) WeightLine(half + row * 3 * Lanes, Lanes, target + row * Patch * pitch, pitch);
    }

    /// <summary>Aᵀ m A + bias: 6 × 6 → 4 × 4. The result is 0 where all values of the lane are finite, else NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> Output(float* products, nint pitch, float bias, float* values)
    {
        float* half = stackalloc float[Side * Patch * Lanes];
        Vector512<float> none = Vector512<float>.Zero, start = Vector512.Create(bias);
        for (int column = 0; column < Patch; column++)
            OutputLine(products + column * pitch, Patch * pitch, half + column * Lanes, Patch * Lanes, none);
        for (int row = 0; row < Side; row++) OutputLine(half + row * Patch * Lanes, Lanes, values + row * Side * Lanes, Lanes, start);
        return Finite(values, Side * Side);
    }

    /// <summary>A dy Aᵀ, the transpose of <see cref="Output"/>: 4 × 4 → 6 × 6.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Slope(float* slopes, float* target, nint pitch)
    {
        float* half = stackalloc float[Patch * Side * Lanes];
        for (int column = 0; column < Side; column++) SlopeLine(slopes + column * Lanes, Side * Lanes, half + column * Lanes, Side * Lanes);
        for (int row = 0; row < Patch; row++) SlopeLine(half + row * Side * Lanes, Lanes, target + row * Patch * pitch, pitch);
    }

    /// <summary>Gᵀ m G, the transpose of <see cref="Weight"/>: 6 × 6 → 3 × 3. The result is 0 where all values of the lane are finite, else NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Vector512<float> WeightSlope(float* products, nint pitch, float* values)
    {
        float* half = stackalloc float[3 * Patch * Lanes];
        for (int column = 0; column < Patch; column++)
            WeightSlopeLine(products + column * pitch, Patch * pitch, half + column * Lanes, Patch * Lanes);
        for (int row = 0; row < 3; row++) WeightSlopeLine(half + row * Patch * Lanes, Lanes, values + row * 3 * Lanes, Lanes);
        return Finite(values, Taps);
    }

    /// <summary>The sum of 0 · value per lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Finite(float* values, int count)
    {
        Vector512<float> even = Vector512<float>.Zero, odd = even, zero = even;
        for (int i = 0; i < count - 1; i += 2)
        {
            even = Vector512.FusedMultiplyAdd(Vector512.Load(values + i * Lanes), zero, even);
            odd = Vector512.FusedMultiplyAdd(Vector512.Load(values + (i + 1) * Lanes), zero, odd);
        }
        return count % 2 == 0 ? even + odd : Vector512.FusedMultiplyAdd(Vector512.Load(values + (count - 1) * Lanes), zero, even + odd);
    }

    /// <summary>k · x + y in one rounding.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Sum(float k, Vector512<float> x, Vector512<float> y) => Vector512.FusedMultiplyAdd(Vector512.Create(k), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void InputLine(float* from, nint step, float* to, nint pitch)
    {
        Vector512<float> d0 = Vector512.Load(from), d1 = Vector512.Load(from + step), d2 = Vector512.Load(from + 2 * step);
        Vector512<float> d3 = Vector512.Load(from + 3 * step), d4 = Vector512.Load(from + 4 * step), d5 = Vector512.Load(from + 5 * step);
        Vector512<float> even = Sum(-Q2, d2, d4), odd = Sum(-Q2, d1, d3), evenFar = Sum(-P2, d2, d4), oddFar = Sum(-P2, d1, d3);
        Sum(P2 * Q2, d0, Sum(-P2 - Q2, d2, d4)).Store(to);
        Sum(P, odd, even).Store(to + pitch);
        Sum(-P, odd, even).Store(to + 2 * pitch);
        Sum(Q, oddFar, evenFar).Store(to + 3 * pitch);
        Sum(-Q, oddFar, evenFar).Store(to + 4 * pitch);
        Sum(P2 * Q2, d1, Sum(-P2 - Q2, d3, d5)).Store(to + 5 * pitch);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void WeightLine(float* from, nint step, float* to, nint pitch)
    {
        Vector512<float> g0 = Vector512.Load(from), g1 = Vector512.Load(from + step), g2 = Vector512.Load(from + 2 * step);
        Vector512<float> even = Near * g0 + Near * P2 * g2, odd = Near * P * g1, evenFar = Far * g0 + Far * Q2 * g2, oddFar = Far * Q * g1;
        (Zero * g0).Store(to);
        (even + odd).Store(to + pitch);
        (even - odd).Store(to + 2 * pitch);
        (evenFar + oddFar).Store(to + 3 * pitch);
        (evenFar - oddFar).Store(to + 4 * pitch);
        g2.Store(to + 5 * pitch);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void OutputLine(float* from, nint step, float* to, nint pitch, Vector512<float> start)
    {
        Vector512<float> m1 = Vector512.Load(from + step), m2 = Vector512.Load(from + 2 * step);
        Vector512<float> m3 = Vector512.Load(from + 3 * step), m4 = Vector512.Load(from + 4 * step);
        Vector512<float> even = m1 + m2, odd = m1 - m2, evenFar = m3 + m4, oddFar = m3 - m4;
        (start + even + evenFar + Vector512.Load(from)).Store(to);
        Sum(Q, oddFar, Sum(P, odd, start)).Store(to + pitch);
        Sum(Q2, evenFar, Sum(P2, even, start)).Store(to + 2 * pitch);
        Sum(Q3, oddFar, Sum(P3, odd, start + Vector512.Load(from + 5 * step))).Store(to + 3 * pitch);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void SlopeLine(float* from, nint step, float* to, nint pitch)
    {
        Vector512<float> y0 = Vector512.Load(from), y1 = Vector512.Load(from + step);
        Vector512<float> y2 = Vector512.Load(from + 2 * step), y3 = Vector512.Load(from + 3 * step);
        Vector512<float> even = Sum(P2, y2, y0), odd = Sum(P2, y3, y1), evenFar = Sum(Q2, y2, y0), oddFar = Sum(Q2, y3, y1);
        y0.Store(to);
        Sum(P, odd, even).Store(to + pitch);
        Sum(-P, odd, even).Store(to + 2 * pitch);
        Sum(Q, oddFar, evenFar).Store(to + 3 * pitch);
        Sum(-Q, oddFar, evenFar).Store(to + 4 * pitch);
        y3.Store(to + 5 * pitch);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void WeightSlopeLine(float* from, nint step, float* to, nint pitch)
    {
        Vector512<float> m1 = Vector512.Load(from + step), m2 = Vector512.Load(from + 2 * step);
        Vector512<float> m3 = Vector512.Load(from + 3 * step), m4 = Vector512.Load(from + 4 * step);
        Vector512<float> even = m1 + m2, odd = m1 - m2, evenFar = m3 + m4, oddFar = m3 - m4;
        (Zero * Vector512.Load(from) + Near * even + Far * evenFar).Store(to);
        (Near * P * odd + Far * Q * oddFar).Store(to + pitch);
        (Near * P2 * even + Far * Q2 * evenFar + Vector512.Load(from + 5 * step)).Store(to + 2 * pitch);
    }
}

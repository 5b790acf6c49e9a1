using System.Runtime.CompilerServices;
using static Nabla.Kernels.WinogradTile;

namespace Nabla.Kernels;

/// <summary>
/// The linear maps of Winograd's F(4×4, 3×3), on sixteen values side by side, as many at once as a register holds: with g a kernel of 3 × 3, d a patch of 6 × 6 and y the 4 × 4 results,
/// y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A, 36 products instead of 144. Lavin, Gray, 2015.
/// </summary>
/// <remarks>
/// The polynomials behind it are evaluated at 0, ±3/4, ±3/2 and ∞: exact in binary, and half the error of the usual 0, ±1, ±2, ∞, whose
/// powers lie further apart (Barabasz et al., 2020, on the choice of points). A matrix of values is an array of vectors, row by row; each map works down the columns first.
/// </remarks>
[SkipLocalsInit]
internal static unsafe class WinogradTransforms<TSimd, TVector>
    where TSimd : struct, ISimd<TVector, float> where TVector : struct
{
    // Points ±P and ±Q.
    const float P = 0.75f, Q = 1.5f, P2 = P * P, Q2 = Q * Q, P3 = P2 * P, Q3 = Q2 * Q;

    // One over the product of a point's distances to the others.
    const float Zero = 1 / (P2 * Q2), Near = 1 / (2 * P2 * (P2 - Q2)), Far = 1 / (2 * Q2 * (Q2 - P2));

    /// <summary>Bᵀ d B: 6 × 6 → 6 × 6. Overwrites the patch; frequency f goes to target + f·pitch.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Input(float* patch, float* target, nint pitch)
    {
        for (int end = TSimd.Count; end <= Lanes; end += TSimd.Count, patch += TSimd.Count, target += TSimd.Count)
        {
            for (int column = 0; column < Patch; column++)
                InputLine(patch + column * Lanes, Patch * Lanes, patch + column * Lanes, Patch * Lanes);
            for (int row = 0; row < Patch; row++)
                InputLine(patch + row * Patch * Lanes, Lanes, target + row * Patch * pitch, pitch);
        }
    }

    /// <summary>G g Gᵀ: 3 × 3 → 6 × 6.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Weight(float* kernel, float* target, nint pitch)
    {
        float* halfMemory = stackalloc float[Patch * 3 * Lanes + Workspace.Spare], half = Workspace.Aligned(halfMemory);
        for (int end = TSimd.Count; end <= Lanes; end += TSimd.Count, kernel += TSimd.Count, target += TSimd.Count)
        {
            for (int column = 0; column < 3; column++) WeightLine(kernel + column * Lanes, 3 * Lanes, half + column * Lanes, 3 * Lanes);
            for (int row = 0; row < Patch; row++) WeightLine(half + row * 3 * Lanes, Lanes, target + row * Patch * pitch, pitch);
        }
    }

    /// <summary>Aᵀ m A + bias: 6 × 6 → 4 × 4. The result is 0 if all values are finite, else NaN somewhere.</summary>
    [MethodImpl(Compiled.Apart)]
    public static TVector Output(float* products, nint pitch, float bias, float* values)
    {
        float* halfMemory = stackalloc float[Side * Patch * Lanes + Workspace.Spare], half = Workspace.Aligned(halfMemory);
        TVector none = TSimd.Broadcast(0), start = TSimd.Broadcast(bias), finite = none;
        for (int end = TSimd.Count; end <= Lanes; end += TSimd.Count, products += TSimd.Count, values += TSimd.Count)
        {
            for (int column = 0; column < Patch; column++)
                OutputLine(products + column * pitch, Patch * pitch, half + column * Lanes, Patch * Lanes, none);
            for (int row = 0; row < Side; row++) OutputLine(half + row * Patch * Lanes, Lanes, values + row * Side * Lanes, Lanes, start);
            finite = TSimd.Add(finite, Finite(values, Side * Side));
        }
        return finite;
    }

    /// <summary>A dy Aᵀ, the transpose of <see cref="Output"/>: 4 × 4 → 6 × 6.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Slope(float* slopes, float* target, nint pitch)
    {
        float* halfMemory = stackalloc float[Patch * Side * Lanes + Workspace.Spare], half = Workspace.Aligned(halfMemory);
        for (int end = TSimd.Count; end <= Lanes; end += TSimd.Count, slopes += TSimd.Count, target += TSimd.Count)
        {
            for (int column = 0; column < Side; column++) SlopeLine(slopes + column * Lanes, Side * Lanes, half + column * Lanes, Side * Lanes);
            for (int row = 0; row < Patch; row++) SlopeLine(half + row * Side * Lanes, Lanes, target + row * Patch * pitch, pitch);
        }
    }

    /// <summary>Gᵀ m G, the transpose of <see cref="Weight"/>: 6 × 6 → 3 × 3. The result is 0 if all values are finite, else NaN somewhere.</summary>
    [MethodImpl(Compiled.Apart)]
    public static TVector WeightSlope(float* products, nint pitch, float* values)
    {
        float* halfMemory = stackalloc float[3 * Patch * Lanes + Workspace.Spare], half = Workspace.Aligned(halfMemory);
        TVector finite = TSimd.Broadcast(0);
        for (int end = TSimd.Count; end <= Lanes; end += TSimd.Count, products += TSimd.Count, values += TSimd.Count)
        {
            for (int column = 0; column < Patch; column++)
                WeightSlopeLine(products + column * pitch, Patch * pitch, half + column * Lanes, Patch * Lanes);
            for (int row = 0; row < 3; row++) WeightSlopeLine(half + row * Patch * Lanes, Lanes, values + row * 3 * Lanes, Lanes);
            finite = TSimd.Add(finite, Finite(values, Taps));
        }
        return finite;
    }

    /// <summary>True if a sum that <see cref="Output"/> or <see cref="WeightSlope"/> returned is 0.</summary>
    public static bool IsFinite(TVector sum)
    {
        float* lanes = stackalloc float[TSimd.Count];
        TSimd.Store(lanes, sum);
        for (int i = 0; i < TSimd.Count; i++)
            if (lanes[i] != 0) return false;
        return true;
    }

    /// <summary>The sum of 0 · value per lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Finite(float* values, int count)
    {
        TVector zero = TSimd.Broadcast(0), even = zero, odd = zero;
        for (int i = 0; i < count - 1; i += 2)
        {
            even = TSimd.MultiplyAdd(TSimd.Load(values + i * Lanes), zero, even);
            odd = TSimd.MultiplyAdd(TSimd.Load(values + (i + 1) * Lanes), zero, odd);
        }
        TVector sum = TSimd.Add(even, odd);
        return count % 2 == 0 ? sum : TSimd.MultiplyAdd(TSimd.Load(values + (count - 1) * Lanes), zero, sum);
    }

    /// <summary>k · x + y, in one rounding where the processor has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Sum(float k, TVector x, TVector y) => TSimd.MultiplyAdd(TSimd.Broadcast(k), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector Product(float k, TVector x) => TSimd.Multiply(TSimd.Broadcast(k), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void InputLine(float* from, nint step, float* to, nint pitch)
    {
        TVector d0 = TSimd.Load(from), d1 = TSimd.Load(from + step), d2 = TSimd.Load(from + 2 * step);
        TVector d3 = TSimd.Load(from + 3 * step), d4 = TSimd.Load(from + 4 * step), d5 = TSimd.Load(from + 5 * step);
        TVector even = Sum(-Q2, d2, d4), odd = Sum(-Q2, d1, d3), evenFar = Sum(-P2, d2, d4), oddFar = Sum(-P2, d1, d3);
        TSimd.Store(to, Sum(P2 * Q2, d0, Sum(-P2 - Q2, d2, d4)));
        TSimd.Store(to + pitch, Sum(P, odd, even));
        TSimd.Store(to + 2 * pitch, Sum(-P, odd, even));
        TSimd.Store(to + 3 * pitch, Sum(Q, oddFar, evenFar));
        TSimd.Store(to + 4 * pitch, Sum(-Q, oddFar, evenFar));
        TSimd.Store(to + 5 * pitch, Sum(P2 * Q2, d1, Sum(-P2 - Q2, d3, d5)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void WeightLine(float* from, nint step, float* to, nint pitch)
    {
        TVector g0 = TSimd.Load(from), g1 = TSimd.Load(from + step), g2 = TSimd.Load(from + 2 * step);
        TVector even = Sum(Near * P2, g2, Product(Near, g0)), odd = Product(Near * P, g1);
        TVector evenFar = Sum(Far * Q2, g2, Product(Far, g0)), oddFar = Product(Far * Q, g1);
        TSimd.Store(to, Product(Zero, g0));
        TSimd.Store(to + pitch, TSimd.Add(even, odd));
        TSimd.Store(to + 2 * pitch, TSimd.Subtract(even, odd));
        TSimd.Store(to + 3 * pitch, TSimd.Add(evenFar, oddFar));
        TSimd.Store(to + 4 * pitch, TSimd.Subtract(evenFar, oddFar));
        TSimd.Store(to + 5 * pitch, g2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void OutputLine(float* from, nint step, float* to, nint pitch, TVector start)
    {
        TVector m1 = TSimd.Load(from + step), m2 = TSimd.Load(from + 2 * step);
        TVector m3 = TSimd.Load(from + 3 * step), m4 = TSimd.Load(from + 4 * step);
        TVector even = TSimd.Add(m1, m2), odd = TSimd.Subtract(m1, m2), evenFar = TSimd.Add(m3, m4), oddFar = TSimd.Subtract(m3, m4);
        TSimd.Store(to, TSimd.Add(TSimd.Add(TSimd.Add(start, even), evenFar), TSimd.Load(from)));
        TSimd.Store(to + pitch, Sum(Q, oddFar, Sum(P, odd, start)));
        TSimd.Store(to + 2 * pitch, Sum(Q2, evenFar, Sum(P2, even, start)));
        TSimd.Store(to + 3 * pitch, Sum(Q3, oddFar, Sum(P3, odd, TSimd.Add(start, TSimd.Load(from + 5 * step)))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void SlopeLine(float* from, nint step, float* to, nint pitch)
    {
        TVector y0 = TSimd.Load(from), y1 = TSimd.Load(from + step), y2 = TSimd.Load(from + 2 * step), y3 = TSimd.Load(from + 3 * step);
        TVector even = Sum(P2, y2, y0), odd = Sum(P2, y3, y1), evenFar = Sum(Q2, y2, y0), oddFar = Sum(Q2, y3, y1);
        TSimd.Store(to, y0);
        TSimd.Store(to + pitch, Sum(P, odd, even));
        TSimd.Store(to + 2 * pitch, Sum(-P, odd, even));
        TSimd.Store(to + 3 * pitch, Sum(Q, oddFar, evenFar));
        TSimd.Store(to + 4 * pitch, Sum(-Q, oddFar, evenFar));
        TSimd.Store(to + 5 * pitch, y3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void WeightSlopeLine(float* from, nint step, float* to, nint pitch)
    {
        TVector m1 = TSimd.Load(from + step), m2 = TSimd.Load(from + 2 * step);
        TVector m3 = TSimd.Load(from + 3 * step), m4 = TSimd.Load(from + 4 * step);
        TVector even = TSimd.Add(m1, m2), odd = TSimd.Subtract(m1, m2), evenFar = TSimd.Add(m3, m4), oddFar = TSimd.Subtract(m3, m4);
        TSimd.Store(to, Sum(Far, evenFar, Sum(Near, even, Product(Zero, TSimd.Load(from)))));
        TSimd.Store(to + pitch, Sum(Far * Q, oddFar, Product(Near * P, odd)));
        TSimd.Store(to + 2 * pitch, Sum(Far * Q2, evenFar, Sum(Near * P2, even, TSimd.Load(from + 5 * step))));
    }
}

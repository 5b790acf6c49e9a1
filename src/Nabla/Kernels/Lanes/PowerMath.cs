using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// aᵇ of 32-bit floats as 2^(b·log₂|a|). The exponent of the result has up to 8 digits before the point, so the logarithm needs 32
/// good bits for a good result: the middle of the way is taken in doubles.
/// </summary>
internal static class PowerMath
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Pow<V>(V a, V b) where V : struct, ISingleLanes<V>
    {
        V zero = V.Constant(0), one = V.Constant(1), half = V.Constant(0.5);
        V f = V.Fraction(V.Abs(a), out V e) - one;
        V y = V.Power(f, e, b);

        // The sign of a negative base: an odd exponent keeps it, an even one drops it, to a fraction there is no real power.
        V halved = b * half;
        V signed = V.IfEqual(V.Floor(halved), halved, y, V.CopySign(y, a));
        V noPower = V.IfLess(V.Constant(double.NegativeInfinity), a, V.Constant(double.NaN), y);
        signed = V.IfEqual(V.Floor(b), b, signed, V.IfLess(a, zero, noPower, y));
        signed = V.IfEqual(a, one, one, signed);                                     // 1 to NaN is 1,
        return V.IfEqual(b, zero, one, signed);                                      // and NaN to 0 too (IEEE 754-2019, 9.2.1)
    }

    /// <summary>2^(b·(e + log₂(1 + f))), with log₂(1 + f) = 2/ln 2 · artanh(f / (2 + f)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static D Power<D>(D f, D e, D b) where D : struct, IWideLanes<D>
    {
        D s = f / (f + D.Constant(2)), z = s * s;
        D p = D.Constant(0.34844671623781759);
        p = D.FusedMultiplyAdd(p, z, D.Constant(0.41120270499304884));
        p = D.FusedMultiplyAdd(p, z, D.Constant(0.5770924179477066));
        p = D.FusedMultiplyAdd(p, z, D.Constant(0.96179662129727383));
        p = D.FusedMultiplyAdd(p, z, D.Constant(2.8853900818364333));
        D log = D.FusedMultiplyAdd(p, s, e);
        D power = D.Bound(D.ZeroIfZero(log * b, log), 1000);                         // 1 to ±∞ is 1

        // Adding 1.5·2⁵² rounds to an integer and leaves it in the low bits; with the bias it becomes the exponent of 2ⁿ.
        D shifter = D.Constant(6755399441055744.0 + 1023);
        D shifted = power + shifter;
        D r = power - (shifted - shifter);
        p = D.Constant(0.00015345789605878673);
        p = D.FusedMultiplyAdd(p, r, D.Constant(0.0013399957654195195));
        p = D.FusedMultiplyAdd(p, r, D.Constant(0.0096184892456092682));
        p = D.FusedMultiplyAdd(p, r, D.Constant(0.055503287121488623));
        p = D.FusedMultiplyAdd(p, r, D.Constant(0.24022646886026172));
        p = D.FusedMultiplyAdd(p, r, D.Constant(0.69314720576638067));
        p = D.FusedMultiplyAdd(p, r, D.Constant(1));
        return p * D.LowBitsAsExponent(shifted);
    }
}

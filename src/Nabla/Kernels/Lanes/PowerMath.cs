using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>
/// aᵇ of 32-bit floats as 2^(b·log₂|a|). The exponent of the result has up to 8 digits before the point, so the logarithm needs 32
/// good bits for a good result: the middle of the way is taken in doubles.
/// </summary>
internal static class PowerMath
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Pow(Lanes512 a, Lanes512 b)
    {
        Lanes512 zero = Lanes512.Constant(0), one = Lanes512.Constant(1), half = Lanes512.Constant(0.5);
        Lanes512 size = Lanes512.Abs(a);
        Lanes512 f = Lanes512.Fraction(size, out Lanes512 e) - one;
        (Vector512<double> fLow, Vector512<double> fHigh) = Vector512.Widen(f.Value);
        (Vector512<double> eLow, Vector512<double> eHigh) = Vector512.Widen(e.Value);
        (Vector512<double> bLow, Vector512<double> bHigh) = Vector512.Widen(b.Value);
        Lanes512 y = new(Vector512.Narrow(Power(fLow, eLow, bLow), Power(fHigh, eHigh, bHigh)));

        // The sign of a negative base: an odd exponent keeps it, an even one drops it, to a fraction there is no real power.
        Lanes512 halved = b * half;
        Lanes512 signed = Lanes512.IfEqual(Lanes512.Floor(halved), halved, y, Lanes512.CopySign(y, a));
        Lanes512 noPower = Lanes512.IfLess(Lanes512.Constant(double.NegativeInfinity), a, Lanes512.Constant(double.NaN), y);
        signed = Lanes512.IfEqual(Lanes512.Floor(b), b, signed, Lanes512.IfLess(a, zero, noPower, y));
        signed = Lanes512.IfEqual(a, one, one, signed);                              // 1 to NaN is 1,
        return Lanes512.IfEqual(b, zero, one, signed);                               // and NaN to 0 too (IEEE 754-2019, 9.2.1)
    }

    /// <summary>2^(b·(e + log₂(1 + f))), with log₂(1 + f) = 2/ln 2 · artanh(f / (2 + f)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<double> Power(Vector512<double> f, Vector512<double> e, Vector512<double> b)
    {
        Vector512<double> s = f / (f + Vector512.Create(2.0)), z = s * s;
        Vector512<double> p = Vector512.Create(0.34844671623781759);
        p = Vector512.FusedMultiplyAdd(p, z, Vector512.Create(0.41120270499304884));
        p = Vector512.FusedMultiplyAdd(p, z, Vector512.Create(0.5770924179477066));
        p = Vector512.FusedMultiplyAdd(p, z, Vector512.Create(0.96179662129727383));
        p = Vector512.FusedMultiplyAdd(p, z, Vector512.Create(2.8853900818364333));
        Vector512<double> log = Vector512.FusedMultiplyAdd(p, s, e);
        Vector512<double> power = log * b;
        power = Vector512.ConditionalSelect(Vector512.Equals(log, default), default, power);    // 1 to ±∞ is 1
        power = Vector512.MaxNative(Vector512.Create(-1000.0), Vector512.MinNative(Vector512.Create(1000.0), power));

        // Adding 1.5·2⁵² rounds to an integer and leaves it in the low bits; with the bias it becomes the exponent of 2ⁿ.
        Vector512<double> shifter = Vector512.Create(6755399441055744.0 + 1023);
        Vector512<double> shifted = power + shifter;
        Vector512<double> r = power - (shifted - shifter), scale = (shifted.AsInt64() << 52).AsDouble();
        p = Vector512.Create(0.00015345789605878673);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.0013399957654195195));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.0096184892456092682));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.055503287121488623));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.24022646886026172));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.69314720576638067));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.0));
        return p * scale;
    }
}

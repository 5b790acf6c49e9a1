using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

// Every step is an integer operation, a correctly rounded operation or an explicit fused multiply-add: the numbers are the same on
// every processor, whatever its vector width. Vectors are as wide as the machine's ordinary ones: wider ones, where it has none, pass through memory.

/// <summary>low + (high − low) · u, u the upper 24 bits of a word.</summary>
internal readonly struct UniformDraw(float low, float high) : IDraw
{
    readonly float last = high > low ? MathF.BitDecrement(high) : high; // rounding must not reach the open end

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Transform(Vector<uint> w0, Vector<uint> w1, Vector<uint> w2, Vector<uint> w3,
        out Vector<float> y0, out Vector<float> y1, out Vector<float> y2, out Vector<float> y3) =>
        (y0, y1, y2, y3) = (Scale(w0), Scale(w1), Scale(w2), Scale(w3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Vector<float> Scale(Vector<uint> w)
    {
        Vector<float> u = Vector.ConvertToSingle(Vector.AsVectorInt32(w >> 8)) * (1f / (1 << 24));
        return Vector.Min(Vector.FusedMultiplyAdd(u, new Vector<float>(high - low), new Vector<float>(low)), new Vector<float>(last));
    }
}

/// <summary>value where a word is below probability · 2³², else 0.</summary>
internal readonly struct BernoulliDraw(double probability, float value) : IDraw
{
    readonly uint threshold = (uint)Math.Min(uint.MaxValue, Math.Round(probability * 4294967296.0));
    readonly bool always = probability >= 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Transform(Vector<uint> w0, Vector<uint> w1, Vector<uint> w2, Vector<uint> w3,
        out Vector<float> y0, out Vector<float> y1, out Vector<float> y2, out Vector<float> y3) =>
        (y0, y1, y2, y3) = (Choose(w0), Choose(w1), Choose(w2), Choose(w3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Vector<float> Choose(Vector<uint> w) =>
        always ? new Vector<float>(value) : Vector.AsVectorSingle(Vector.LessThan(w, new Vector<uint>(threshold))) & new Vector<float>(value);
}

/// <summary>−ln(u) / rate.</summary>
internal readonly struct ExponentialDraw(float rate) : IDraw
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Transform(Vector<uint> w0, Vector<uint> w1, Vector<uint> w2, Vector<uint> w3,
        out Vector<float> y0, out Vector<float> y1, out Vector<float> y2, out Vector<float> y3)
    {
        Vector<float> scale = new(-1 / rate);
        (y0, y1, y2, y3) = (Unit.Log(w0) * scale, Unit.Log(w1) * scale, Unit.Log(w2) * scale, Unit.Log(w3) * scale);
    }
}

/// <summary>mean + deviation · √(−2 ln u) · (cos, sin)(2πv): words 0 and 1 give two numbers, words 2 and 3 the others.</summary>
internal readonly struct NormalDraw(float mean, float deviation) : IDraw
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Transform(Vector<uint> w0, Vector<uint> w1, Vector<uint> w2, Vector<uint> w3,
        out Vector<float> y0, out Vector<float> y1, out Vector<float> y2, out Vector<float> y3)
    {
        Pair(w0, w1, out y0, out y1);
        Pair(w2, w3, out y2, out y3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Pair(Vector<uint> a, Vector<uint> b, out Vector<float> y0, out Vector<float> y1)
    {
        Vector<float> radius = Vector.SquareRoot(Unit.Log(a) * -2f) * deviation, center = new(mean);
        Unit.SinCos(b, out Vector<float> sin, out Vector<float> cos);
        y0 = Vector.FusedMultiplyAdd(radius, cos, center);
        y1 = Vector.FusedMultiplyAdd(radius, sin, center);
    }
}

/// <summary>Functions of a random word read as a fraction of one.</summary>
internal static class Unit
{
    /// <summary>ln u ≤ 0 for u = (w / 2 + ½) · 2⁻³¹ in (0, 1]; relative error below 2⁻²².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Log(Vector<uint> w)
    {
        Vector<float> u = Vector.FusedMultiplyAdd(
            Vector.ConvertToSingle(Vector.AsVectorInt32(w >> 1)), new Vector<float>(1f / (1u << 31)), new Vector<float>(0.5f / (1u << 31)));

        // u = m · 2ᵉ with m in [√½, √2); then ln m = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …), s = (m − 1) / (m + 1), |s| < 0.172.
        Vector<int> bits = Vector.AsVectorInt32(u), exponent = (bits - new Vector<int>(0x3F3504F3)) >> 23;
        Vector<float> e = Vector.ConvertToSingle(exponent), m = Vector.AsVectorSingle(bits - (exponent << 23)), one = Vector<float>.One;
        Vector<float> s = (m - one) / (m + one), s2 = s * s;
        Vector<float> tail = Vector.FusedMultiplyAdd(new Vector<float>(2f / 9), s2, new Vector<float>(2f / 7));
        tail = Vector.FusedMultiplyAdd(tail, s2, new Vector<float>(2f / 5));
        tail = Vector.FusedMultiplyAdd(tail, s2, new Vector<float>(2f / 3));
        Vector<float> logM = Vector.FusedMultiplyAdd(tail * s2, s, s + s);
        return Vector.FusedMultiplyAdd(e, new Vector<float>(0.693147181f), logM);
    }

    /// <summary>sin and cos of 2πw / 2³²; absolute error below 2⁻²².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SinCos(Vector<uint> w, out Vector<float> sin, out Vector<float> cos)
    {
        // Nearest quarter turn in integers, so the reduction is exact; the Taylor series then run over |x| ≤ π/4.
        Vector<uint> quarter = (w + new Vector<uint>(1u << 29)) >> 30;
        Vector<float> x = Vector.ConvertToSingle(Vector.AsVectorInt32(w - (quarter << 30))) * (float)(2 * Math.PI / 4294967296.0);
        Vector<float> x2 = x * x;
        Vector<float> s = Vector.FusedMultiplyAdd(new Vector<float>(1f / 362880), x2, new Vector<float>(-1f / 5040));
        s = Vector.FusedMultiplyAdd(s, x2, new Vector<float>(1f / 120));
        s = Vector.FusedMultiplyAdd(s, x2, new Vector<float>(-1f / 6));
        s = Vector.FusedMultiplyAdd(s * x2, x, x);
        Vector<float> c = Vector.FusedMultiplyAdd(new Vector<float>(-1f / 3628800), x2, new Vector<float>(1f / 40320));
        c = Vector.FusedMultiplyAdd(c, x2, new Vector<float>(-1f / 720));
        c = Vector.FusedMultiplyAdd(c, x2, new Vector<float>(1f / 24));
        c = Vector.FusedMultiplyAdd(c, x2, new Vector<float>(-0.5f));
        c = Vector.FusedMultiplyAdd(c, x2, Vector<float>.One);

        Vector<int> odd = Vector.AsVectorInt32(Vector.Equals(quarter & Vector<uint>.One, Vector<uint>.One));
        Vector<uint> two = new(2u), sinSign = (quarter & two) << 30, cosSign = ((quarter + Vector<uint>.One) & two) << 30;
        sin = Vector.AsVectorSingle(Vector.AsVectorUInt32(Vector.ConditionalSelect(odd, c, s)) ^ sinSign);
        cos = Vector.AsVectorSingle(Vector.AsVectorUInt32(Vector.ConditionalSelect(odd, s, c)) ^ cosSign);
    }
}

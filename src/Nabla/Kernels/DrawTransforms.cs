using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

// Every step is an integer operation, a correctly rounded operation or an explicit fused multiply-add: the numbers are the same on
// every processor, whatever its vector width.

/// <summary>low + (high − low) · u, u the upper 24 bits of a word.</summary>
internal readonly struct UniformDraw(float low, float high) : IDraw
{
    readonly float last = high > low ? MathF.BitDecrement(high) : high; // rounding must not reach the open end

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Transform(ref Vector512<uint> w0, ref Vector512<uint> w1, ref Vector512<uint> w2, ref Vector512<uint> w3,
        out Vector512<float> y0, out Vector512<float> y1, out Vector512<float> y2, out Vector512<float> y3) =>
        (y0, y1, y2, y3) = (Scale(w0), Scale(w1), Scale(w2), Scale(w3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Vector512<float> Scale(Vector512<uint> w)
    {
        Vector512<float> u = Vector512.ConvertToSingle((w >> 8).AsInt32()) * (1f / (1 << 24));
        return Vector512.Min(Vector512.FusedMultiplyAdd(u, Vector512.Create(high - low), Vector512.Create(low)), Vector512.Create(last));
    }
}

/// <summary>value where a word is below probability · 2³², else 0.</summary>
internal readonly struct BernoulliDraw(double probability, float value) : IDraw
{
    readonly uint threshold = (uint)Math.Min(uint.MaxValue, Math.Round(probability * 4294967296.0));
    readonly bool always = probability >= 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Transform(ref Vector512<uint> w0, ref Vector512<uint> w1, ref Vector512<uint> w2, ref Vector512<uint> w3,
        out Vector512<float> y0, out Vector512<float> y1, out Vector512<float> y2, out Vector512<float> y3) =>
        (y0, y1, y2, y3) = (Choose(w0), Choose(w1), Choose(w2), Choose(w3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Vector512<float> Choose(Vector512<uint> w) =>
        always ? Vector512.Create(value) : Vector512.LessThan(w, Vector512.Create(threshold)).AsSingle() & Vector512.Create(value);
}

/// <summary>−ln(u) / rate.</summary>
internal readonly struct ExponentialDraw(float rate) : IDraw
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Transform(ref Vector512<uint> w0, ref Vector512<uint> w1, ref Vector512<uint> w2, ref Vector512<uint> w3,
        out Vector512<float> y0, out Vector512<float> y1, out Vector512<float> y2, out Vector512<float> y3)
    {
        Vector512<float> scale = Vector512.Create(-1 / rate);
        (y0, y1, y2, y3) = (Unit.Log(w0) * scale, Unit.Log(w1) * scale, Unit.Log(w2) * scale, Unit.Log(w3) * scale);
    }
}

/// <summary>mean + deviation · √(−2 ln u) · (cos, sin)(2πv): words 0 and 1 give two numbers, words 2 and 3 the others.</summary>
internal readonly struct NormalDraw(float mean, float deviation) : IDraw
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Transform(ref Vector512<uint> w0, ref Vector512<uint> w1, ref Vector512<uint> w2, ref Vector512<uint> w3,
        out Vector512<float> y0, out Vector512<float> y1, out Vector512<float> y2, out Vector512<float> y3)
    {
        Pair(w0, w1, out y0, out y1);
        Pair(w2, w3, out y2, out y3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Pair(Vector512<uint> a, Vector512<uint> b, out Vector512<float> y0, out Vector512<float> y1)
    {
        Vector512<float> radius = Vector512.Sqrt(Unit.Log(a) * -2f) * deviation, center = Vector512.Create(mean);
        Unit.SinCos(b, out Vector512<float> sin, out Vector512<float> cos);
        y0 = Vector512.FusedMultiplyAdd(radius, cos, center);
        y1 = Vector512.FusedMultiplyAdd(radius, sin, center);
    }
}

/// <summary>Functions of a random word read as a fraction of one.</summary>
internal static class Unit
{
    /// <summary>ln u ≤ 0 for u = (w / 2 + ½) · 2⁻³¹ in (0, 1]; relative error below 2⁻²².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Log(Vector512<uint> w)
    {
        Vector512<float> u = Vector512.FusedMultiplyAdd(
            Vector512.ConvertToSingle((w >> 1).AsInt32()), Vector512.Create(1f / (1u << 31)), Vector512.Create(0.5f / (1u << 31)));

        // u = m · 2ᵉ with m in [√½, √2); then ln m = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …), s = (m − 1) / (m + 1), |s| < 0.172.
        Vector512<int> bits = u.AsInt32(), exponent = (bits - Vector512.Create(0x3F3504F3)) >> 23;
        Vector512<float> e = Vector512.ConvertToSingle(exponent), m = (bits - (exponent << 23)).AsSingle(), one = Vector512<float>.One;
        Vector512<float> s = (m - one) / (m + one), s2 = s * s;
        Vector512<float> tail = Vector512.FusedMultiplyAdd(Vector512.Create(2f / 9), s2, Vector512.Create(2f / 7));
        tail = Vector512.FusedMultiplyAdd(tail, s2, Vector512.Create(2f / 5));
        tail = Vector512.FusedMultiplyAdd(tail, s2, Vector512.Create(2f / 3));
        Vector512<float> logM = Vector512.FusedMultiplyAdd(tail * s2, s, s + s);
        return Vector512.FusedMultiplyAdd(e, Vector512.Create(0.693147181f), logM);
    }

    /// <summary>sin and cos of 2πw / 2³²; absolute error below 2⁻²².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SinCos(Vector512<uint> w, out Vector512<float> sin, out Vector512<float> cos)
    {
        // Nearest quarter turn in integers, so the reduction is exact; the Taylor series then run over |x| ≤ π/4.
        Vector512<uint> quarter = (w + Vector512.Create(1u << 29)) >> 30;
        Vector512<float> x = Vector512.ConvertToSingle((w - (quarter << 30)).AsInt32()) * (float)(2 * Math.PI / 4294967296.0);
        Vector512<float> x2 = x * x;
        Vector512<float> s = Vector512.FusedMultiplyAdd(Vector512.Create(1f / 362880), x2, Vector512.Create(-1f / 5040));
        s = Vector512.FusedMultiplyAdd(s, x2, Vector512.Create(1f / 120));
        s = Vector512.FusedMultiplyAdd(s, x2, Vector512.Create(-1f / 6));
        s = Vector512.FusedMultiplyAdd(s * x2, x, x);
        Vector512<float> c = Vector512.FusedMultiplyAdd(Vector512.Create(-1f / 3628800), x2, Vector512.Create(1f / 40320));
        c = Vector512.FusedMultiplyAdd(c, x2, Vector512.Create(-1f / 720));
        c = Vector512.FusedMultiplyAdd(c, x2, Vector512.Create(1f / 24));
        c = Vector512.FusedMultiplyAdd(c, x2, Vector512.Create(-0.5f));
        c = Vector512.FusedMultiplyAdd(c, x2, Vector512<float>.One);

        Vector512<float> odd = Vector512.Equals(quarter & Vector512<uint>.One, Vector512<uint>.One).AsSingle();
        Vector512<uint> two = Vector512.Create(2u), sinSign = (quarter & two) << 30, cosSign = ((quarter + Vector512<uint>.One) & two) << 30;
        sin = (Vector512.ConditionalSelect(odd, c, s).AsUInt32() ^ sinSign).AsSingle();
        cos = (Vector512.ConditionalSelect(odd, s, c).AsUInt32() ^ cosSign).AsSingle();
    }
}

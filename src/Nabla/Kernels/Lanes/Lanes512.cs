using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>Sixteen floats. Where the processor has no 512-bit registers the runtime splits each operation.</summary>
internal readonly unsafe struct Lanes512(Vector512<float> value) : ISingleLanes<Lanes512>
{
    public readonly Vector512<float> Value = value;

    public static Lanes512 operator +(Lanes512 a, Lanes512 b) => new(a.Value + b.Value);

    public static Lanes512 operator -(Lanes512 a, Lanes512 b) => new(a.Value - b.Value);

    public static Lanes512 operator *(Lanes512 a, Lanes512 b) => new(a.Value * b.Value);

    public static Lanes512 operator /(Lanes512 a, Lanes512 b) => new(a.Value / b.Value);

    public static Lanes512 operator -(Lanes512 a) => new(-a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Constant(double value) => new(Vector512.Create((float)value));

    // As in LanesN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Parameter(double value) =>
        Sse2.IsSupported ? new(Vector512.Create(Sse2.ConvertToVector128Single(Vector128.CreateScalarUnsafe(value)).ToScalar())) : Constant(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Parameter(double value, float single) => new(Vector512.Create(single));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 FusedMultiplyAdd(Lanes512 a, Lanes512 b, Lanes512 c) =>
        new(Vector512.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    public static Lanes512 Abs(Lanes512 x) => new(Vector512.Abs(x.Value));

    public static Lanes512 Sqrt(Lanes512 x) => new(Vector512.Sqrt(x.Value));

    // The native minimum is its second argument if one is NaN; what is left to do is a NaN in the first. That is b, often a constant: nothing then.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Min(Lanes512 a, Lanes512 b) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(b.Value, b.Value), Vector512.MinNative(b.Value, a.Value), b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Max(Lanes512 a, Lanes512 b) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(b.Value, b.Value), Vector512.MaxNative(b.Value, a.Value), b.Value));

    public static Lanes512 Floor(Lanes512 x) => new(Vector512.Floor(x.Value));

    public static Lanes512 Round(Lanes512 x) => new(Vector512.Round(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Exp(Lanes512 x) => SingleMath.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 ExpOfNegative(Lanes512 x) => SingleMath.ExpOfNegative(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ExpOfNegative(ref Lanes512 a, ref Lanes512 b, ref Lanes512 c, ref Lanes512 d) => SingleMath.ExpOfNegative(ref a, ref b, ref c, ref d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Expm1(Lanes512 x) => SingleMath.Expm1(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Log(Lanes512 x) => SingleMath.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Log2(Lanes512 x) => SingleMath.Log2(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Log10(Lanes512 x) => SingleMath.Log10(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Log1p(Lanes512 x) => SingleMath.Log1p(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Tanh(Lanes512 x) => SingleMath.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Sigmoid(Lanes512 x) => SingleMath.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 SoftplusTail(Lanes512 x) => SingleMath.SoftplusTail(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Erf(Lanes512 x) => ErrorMath.Erf(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 NormalDistribution(Lanes512 x) => ErrorMath.NormalDistribution(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Gelu(Lanes512 x) => ErrorMath.Gelu(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 GeluSlope(Lanes512 x) => ErrorMath.GeluSlope(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Sin(Lanes512 x)
    {
        Lanes512 y = CircularMath.Sin(x);
        return IsBeyond(x) ? ReplaceBeyond(x, y, &MathF.Sin) : y;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Cos(Lanes512 x)
    {
        Lanes512 y = CircularMath.Cos(x);
        return IsBeyond(x) ? ReplaceBeyond(x, y, &MathF.Cos) : y;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Atan(Lanes512 x) => CircularMath.Atan(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Pow(Lanes512 a, Lanes512 b) => PowerMath.Pow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 IfLess(Lanes512 a, Lanes512 b, Lanes512 then, Lanes512 otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(a.Value, b.Value), then.Value, otherwise.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 IfEqual(Lanes512 a, Lanes512 b, Lanes512 then, Lanes512 otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(a.Value, b.Value), then.Value, otherwise.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Scale(Lanes512 x, Lanes512 power)
    {
        if (Avx512F.IsSupported) return new(Avx512F.Scale(x.Value, power.Value));
        // 2ⁿ in two factors, since n may leave the range of normal exponents.
        Vector512<int> n = Vector512.ConvertToInt32Native(power.Value);
        Vector512<int> half = n >> 1, rest = n - half;
        Vector512<int> bias = Vector512.Create(127);
        return new(x.Value * ((half + bias) << 23).AsSingle() * ((rest + bias) << 23).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 PowerOfTwo(Lanes512 shifted) => new((shifted.Value.AsInt32() << 23).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Fraction(Lanes512 x, out Lanes512 exponent)
    {
        Vector512<float> one = Vector512<float>.One;
        if (Avx512F.IsSupported)
        {
            const byte ThreeQuartersToThreeHalves = 0b11, NaNIfNegative = 0b11 << 2;
            Vector512<float> m = Avx512F.GetMantissa(x.Value, ThreeQuartersToThreeHalves | NaNIfNegative);
            Vector512<float> floor = Avx512F.GetExponent(x.Value);
            exponent = new(Vector512.ConditionalSelect(Vector512.LessThan(m, one), floor + one, floor));
            return new(m);
        }
        Vector512<float> isTiny = Vector512.LessThan(x.Value, Vector512.Create(1.17549435e-38f));
        Vector512<float> normal = Vector512.ConditionalSelect(isTiny, x.Value * 16777216f, x.Value);
        Vector512<int> threeQuarters = Vector512.Create(0x3F400000), bits = normal.AsInt32() - threeQuarters;
        Vector512<float> fraction = ((bits & Vector512.Create(0x007FFFFF)) + threeQuarters).AsSingle();
        Vector512<float> e = Vector512.ConvertToSingle(bits >> 23) - (isTiny & Vector512.Create(24f));
        Vector512<float> infinity = Vector512.Create(float.PositiveInfinity);
        Vector512<float> isZero = Vector512.Equals(x.Value, default), isInfinite = Vector512.Equals(x.Value, infinity);
        exponent = new(Vector512.ConditionalSelect(isZero, -infinity, Vector512.ConditionalSelect(isInfinite, infinity, e)));
        fraction = Vector512.ConditionalSelect(isZero | isInfinite, one, fraction);
        return new(Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(x.Value, default), fraction, Vector512.Create(float.NaN)));
    }

    // The native minimum and maximum are their second argument if one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 AtMost(Lanes512 x, Lanes512 high) => new(Vector512.MinNative(high.Value, x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 AtLeast(Lanes512 x, Lanes512 low) => new(Vector512.MaxNative(low.Value, x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 CopySign(Lanes512 x, Lanes512 sign) =>
        new(Vector512.ConditionalSelect(Vector512.Create(-0f), sign.Value, x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 NegateIfOdd(Lanes512 x, Lanes512 integer) =>
        new((x.Value.AsInt32() ^ Vector512.ConvertToInt32Native(integer.Value) << 31).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Power(Lanes512 f, Lanes512 e, Lanes512 b)
    {
        (Vector512<double> fLow, Vector512<double> fHigh) = Vector512.Widen(f.Value);
        (Vector512<double> eLow, Vector512<double> eHigh) = Vector512.Widen(e.Value);
        (Vector512<double> bLow, Vector512<double> bHigh) = Vector512.Widen(b.Value);
        return new(Vector512.Narrow(
            PowerMath.Power<Doubles>(new(fLow), new(eLow), new(bLow)).Value, PowerMath.Power<Doubles>(new(fHigh), new(eHigh), new(bHigh)).Value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IsBeyond(Lanes512 x) => Vector512.GreaterThanAny(Vector512.Abs(x.Value), Vector512.Create(CircularMath.Limit));

    /// <summary>y with the lanes replaced whose argument is too large for the vector code: the others must not notice.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static Lanes512 ReplaceBeyond(Lanes512 x, Lanes512 y, delegate*<float, float> function)
    {
        Vector512<float> result = y.Value;
        for (int i = 0; i < Vector512<float>.Count; i++)
            if (MathF.Abs(x.Value[i]) > CircularMath.Limit)
                result = result.WithElement(i, function(x.Value[i]));
        return new(result);
    }

    /// <summary>The doubles that half of the floats widen to.</summary>
    readonly struct Doubles(Vector512<double> value) : IWideLanes<Doubles>
    {
        public readonly Vector512<double> Value = value;

        public static Doubles operator +(Doubles a, Doubles b) => new(a.Value + b.Value);

        public static Doubles operator -(Doubles a, Doubles b) => new(a.Value - b.Value);

        public static Doubles operator *(Doubles a, Doubles b) => new(a.Value * b.Value);

        public static Doubles operator /(Doubles a, Doubles b) => new(a.Value / b.Value);

        public static Doubles Constant(double value) => new(Vector512.Create(value));

        public static Doubles FusedMultiplyAdd(Doubles a, Doubles b, Doubles c) => new(Vector512.FusedMultiplyAdd(a.Value, b.Value, c.Value));

        public static Doubles Bound(Doubles x, double size) =>
            new(Vector512.MaxNative(Vector512.Create(-size), Vector512.MinNative(Vector512.Create(size), x.Value)));

        public static Doubles ZeroIfZero(Doubles x, Doubles test) =>
            new(Vector512.ConditionalSelect(Vector512.Equals(test.Value, default), default, x.Value));

        public static Doubles LowBitsAsExponent(Doubles x) => new((x.Value.AsInt64() << 52).AsDouble());
    }
}

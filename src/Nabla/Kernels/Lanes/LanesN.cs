using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>
/// As many floats as an ordinary vector of the machine holds: eight with AVX2, four with SSE or NEON. What runs where there are no
/// 512-bit registers.
/// </summary>
internal readonly unsafe struct LanesN(Vector<float> value) : ISingleLanes<LanesN>
{
    public readonly Vector<float> Value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN operator +(LanesN a, LanesN b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN operator -(LanesN a, LanesN b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN operator *(LanesN a, LanesN b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN operator /(LanesN a, LanesN b) => new(a.Value / b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN operator -(LanesN a) => new(-a.Value);

    // Becomes a constant of the code.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Constant(double value) => new(new Vector<float>((float)value));

    // The scalar conversion keeps the upper part of its target register, and so waits for whatever was computed there a turn before: a
    // chain of two operations took three times as long. The packed conversion overwrites all of it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Parameter(double value) =>
        Sse2.IsSupported ? new(new Vector<float>(Sse2.ConvertToVector128Single(Vector128.CreateScalarUnsafe(value)).ToScalar())) : Constant(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Parameter(double value, float single) => new(new Vector<float>(single));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN FusedMultiplyAdd(LanesN a, LanesN b, LanesN c) => new(Vector.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Abs(LanesN x) => new(Vector.Abs(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Sqrt(LanesN x) => new(Vector.SquareRoot(x.Value));

    // As in Lanes512.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Min(LanesN a, LanesN b) =>
        new(Vector.ConditionalSelect(Vector.Equals(b.Value, b.Value), Vector.MinNative(b.Value, a.Value), b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Max(LanesN a, LanesN b) =>
        new(Vector.ConditionalSelect(Vector.Equals(b.Value, b.Value), Vector.MaxNative(b.Value, a.Value), b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Floor(LanesN x) => new(Vector.Floor(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Round(LanesN x) => new(Vector.Round(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Exp(LanesN x) => SingleMath.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN ExpOfNegative(LanesN x) => SingleMath.ExpOfNegative(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ExpOfNegative(ref LanesN a, ref LanesN b, ref LanesN c, ref LanesN d) => SingleMath.ExpOfNegative(ref a, ref b, ref c, ref d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Expm1(LanesN x) => SingleMath.Expm1(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Log(LanesN x) => SingleMath.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Log2(LanesN x) => SingleMath.Log2(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Log10(LanesN x) => SingleMath.Log10(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Log1p(LanesN x) => SingleMath.Log1p(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Tanh(LanesN x) => SingleMath.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Sigmoid(LanesN x) => SingleMath.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN SoftplusTail(LanesN x) => SingleMath.SoftplusTail(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Erf(LanesN x) => ErrorMath.Erf(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN NormalDistribution(LanesN x) => ErrorMath.NormalDistribution(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Gelu(LanesN x) => ErrorMath.Gelu(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN GeluSlope(LanesN x) => ErrorMath.GeluSlope(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Sin(LanesN x)
    {
        LanesN y = CircularMath.Sin(x);
        return IsBeyond(x) ? ReplaceBeyond(x, y, &MathF.Sin) : y;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Cos(LanesN x)
    {
        LanesN y = CircularMath.Cos(x);
        return IsBeyond(x) ? ReplaceBeyond(x, y, &MathF.Cos) : y;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Atan(LanesN x) => CircularMath.Atan(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Pow(LanesN a, LanesN b) => PowerMath.Pow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN IfLess(LanesN a, LanesN b, LanesN then, LanesN otherwise) =>
        new(Vector.ConditionalSelect(Vector.LessThan(a.Value, b.Value), then.Value, otherwise.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN IfEqual(LanesN a, LanesN b, LanesN then, LanesN otherwise) =>
        new(Vector.ConditionalSelect(Vector.Equals(a.Value, b.Value), then.Value, otherwise.Value));

    // 2ⁿ in two factors, since n may leave the range of normal exponents.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Scale(LanesN x, LanesN power)
    {
        Vector<int> n = Vector.ConvertToInt32Native(power.Value), half = n >> 1, rest = n - half, bias = new(127);
        return new(x.Value * Vector.AsVectorSingle((half + bias) << 23) * Vector.AsVectorSingle((rest + bias) << 23));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN PowerOfTwo(LanesN shifted) => new(Vector.AsVectorSingle(Vector.AsVectorInt32(shifted.Value) << 23));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Fraction(LanesN x, out LanesN exponent)
    {
        Vector<int> isTiny = Vector.LessThan(x.Value, new Vector<float>(1.17549435e-38f));
        Vector<float> normal = Vector.ConditionalSelect(isTiny, x.Value * 16777216f, x.Value);
        Vector<int> threeQuarters = new(0x3F400000), bits = Vector.AsVectorInt32(normal) - threeQuarters;
        Vector<float> fraction = Vector.AsVectorSingle((bits & new Vector<int>(0x007FFFFF)) + threeQuarters);
        Vector<float> e = Vector.ConvertToSingle(bits >> 23) - Vector.ConditionalSelect(isTiny, new Vector<float>(24f), Vector<float>.Zero);
        Vector<float> infinity = new(float.PositiveInfinity);
        Vector<int> isZero = Vector.Equals(x.Value, Vector<float>.Zero), isInfinite = Vector.Equals(x.Value, infinity);
        exponent = new(Vector.ConditionalSelect(isZero, -infinity, Vector.ConditionalSelect(isInfinite, infinity, e)));
        fraction = Vector.ConditionalSelect(isZero | isInfinite, Vector<float>.One, fraction);
        return new(Vector.ConditionalSelect(Vector.GreaterThanOrEqual(x.Value, Vector<float>.Zero), fraction, new Vector<float>(float.NaN)));
    }

    // The native minimum and maximum are their second argument if one is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN AtMost(LanesN x, LanesN high) => new(Vector.MinNative(high.Value, x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN AtLeast(LanesN x, LanesN low) => new(Vector.MaxNative(low.Value, x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN CopySign(LanesN x, LanesN sign) => new(Vector.ConditionalSelect(new Vector<float>(-0f), sign.Value, x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN NegateIfOdd(LanesN x, LanesN integer) =>
        new(Vector.AsVectorSingle(Vector.AsVectorInt32(x.Value) ^ (Vector.ConvertToInt32Native(integer.Value) << 31)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LanesN Power(LanesN f, LanesN e, LanesN b)
    {
        Vector.Widen(f.Value, out Vector<double> fLow, out Vector<double> fHigh);
        Vector.Widen(e.Value, out Vector<double> eLow, out Vector<double> eHigh);
        Vector.Widen(b.Value, out Vector<double> bLow, out Vector<double> bHigh);
        return new(Vector.Narrow(
            PowerMath.Power<Doubles>(new(fLow), new(eLow), new(bLow)).Value, PowerMath.Power<Doubles>(new(fHigh), new(eHigh), new(bHigh)).Value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IsBeyond(LanesN x) => Vector.GreaterThanAny(Vector.Abs(x.Value), new Vector<float>(CircularMath.Limit));

    /// <summary>y with the lanes replaced whose argument is too large for the vector code: the others must not notice.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static LanesN ReplaceBeyond(LanesN x, LanesN y, delegate*<float, float> function)
    {
        Vector<float> result = y.Value;
        for (int i = 0; i < Vector<float>.Count; i++)
            if (MathF.Abs(x.Value[i]) > CircularMath.Limit)
                result = result.WithElement(i, function(x.Value[i]));
        return new(result);
    }

    /// <summary>The doubles that half of the floats widen to.</summary>
    readonly struct Doubles(Vector<double> value) : IWideLanes<Doubles>
    {
        public readonly Vector<double> Value = value;

        public static Doubles operator +(Doubles a, Doubles b) => new(a.Value + b.Value);

        public static Doubles operator -(Doubles a, Doubles b) => new(a.Value - b.Value);

        public static Doubles operator *(Doubles a, Doubles b) => new(a.Value * b.Value);

        public static Doubles operator /(Doubles a, Doubles b) => new(a.Value / b.Value);

        public static Doubles Constant(double value) => new(new Vector<double>(value));

        public static Doubles FusedMultiplyAdd(Doubles a, Doubles b, Doubles c) => new(Vector.FusedMultiplyAdd(a.Value, b.Value, c.Value));

        public static Doubles Bound(Doubles x, double size) =>
            new(Vector.MaxNative(new Vector<double>(-size), Vector.MinNative(new Vector<double>(size), x.Value)));

        public static Doubles ZeroIfZero(Doubles x, Doubles test) =>
            new(Vector.ConditionalSelect(Vector.Equals(test.Value, Vector<double>.Zero), Vector<double>.Zero, x.Value));

        public static Doubles LowBitsAsExponent(Doubles x) => new(Vector.AsVectorDouble(Vector.AsVectorInt64(x.Value) << 52));
    }
}

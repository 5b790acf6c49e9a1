using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>Sixteen floats. Where the processor has no 512-bit registers the runtime splits each operation.</summary>
internal readonly struct Lanes512(Vector512<float> value) : ISingleLanes<Lanes512>
{
    public readonly Vector512<float> Value = value;

    public static Lanes512 operator +(Lanes512 a, Lanes512 b) => new(a.Value + b.Value);

    public static Lanes512 operator -(Lanes512 a, Lanes512 b) => new(a.Value - b.Value);

    public static Lanes512 operator *(Lanes512 a, Lanes512 b) => new(a.Value * b.Value);

    public static Lanes512 operator /(Lanes512 a, Lanes512 b) => new(a.Value / b.Value);

    public static Lanes512 operator -(Lanes512 a) => new(-a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Constant(double value) => new(Vector512.Create((float)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 FusedMultiplyAdd(Lanes512 a, Lanes512 b, Lanes512 c) =>
        new(Vector512.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    public static Lanes512 Abs(Lanes512 x) => new(Vector512.Abs(x.Value));

    public static Lanes512 Sqrt(Lanes512 x) => new(Vector512.Sqrt(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Min(Lanes512 a, Lanes512 b) => new(Vector512.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Max(Lanes512 a, Lanes512 b) => new(Vector512.Max(a.Value, b.Value));

    public static Lanes512 Floor(Lanes512 x) => new(Vector512.Floor(x.Value));

    public static Lanes512 Round(Lanes512 x) => new(Vector512.Round(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Exp(Lanes512 x) => SingleMath.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Expm1(Lanes512 x) => SingleMath.Expm1(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Log(Lanes512 x) => SingleMath.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Log1p(Lanes512 x) => SingleMath.Log1p(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Tanh(Lanes512 x) => SingleMath.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Sigmoid(Lanes512 x) => SingleMath.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Erfc(Lanes512 x) => SingleMath.Erfc(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Erf(Lanes512 x) => SingleMath.Erf(x);

    public static Lanes512 Sin(Lanes512 x) => PerLane(x, x, static (a, _) => MathF.Sin(a));

    public static Lanes512 Cos(Lanes512 x) => PerLane(x, x, static (a, _) => MathF.Cos(a));

    public static Lanes512 Pow(Lanes512 a, Lanes512 b) => PerLane(a, b, MathF.Pow);

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
        Vector512<int> n = Vector512.ConvertToInt32(power.Value);
        Vector512<int> half = n >> 1, rest = n - half;
        Vector512<int> bias = Vector512.Create(127);
        return new(x.Value * ((half + bias) << 23).AsSingle() * ((rest + bias) << 23).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Exponent(Lanes512 x)
    {
        Vector512<int> bits = x.Value.AsInt32() >> 23 & Vector512.Create(255);
        return new(Vector512.ConvertToSingle(bits - Vector512.Create(127)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Mantissa(Lanes512 x) =>
        new((x.Value.AsInt32() & Vector512.Create(0x007FFFFF) | Vector512.Create(0x3F800000)).AsSingle());

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Lanes512 PerLane(Lanes512 a, Lanes512 b, Func<float, float, float> function)
    {
        Span<float> lanes = stackalloc float[16];
        for (int i = 0; i < 16; i++) lanes[i] = function(a.Value.GetElement(i), b.Value.GetElement(i));
        return new(Vector512.Create<float>(lanes));
    }
}

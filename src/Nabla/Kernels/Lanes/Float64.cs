using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>One double: the lanes of gradient checks and of every Float64 operation.</summary>
internal readonly struct Float64(double value) : ILanes<Float64>
{
    public readonly double Value = value;

    public static Float64 operator +(Float64 a, Float64 b) => new(a.Value + b.Value);

    public static Float64 operator -(Float64 a, Float64 b) => new(a.Value - b.Value);

    public static Float64 operator *(Float64 a, Float64 b) => new(a.Value * b.Value);

    public static Float64 operator /(Float64 a, Float64 b) => new(a.Value / b.Value);

    public static Float64 operator -(Float64 a) => new(-a.Value);

    public static Float64 Constant(double value) => new(value);

    public static Float64 FusedMultiplyAdd(Float64 a, Float64 b, Float64 c) => new(Math.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    public static Float64 Abs(Float64 x) => new(Math.Abs(x.Value));

    public static Float64 CopySign(Float64 x, Float64 sign) => new(Math.CopySign(x.Value, sign.Value));

    public static Float64 Sqrt(Float64 x) => new(Math.Sqrt(x.Value));

    public static Float64 Min(Float64 a, Float64 b) => new(Math.Min(a.Value, b.Value));

    public static Float64 Max(Float64 a, Float64 b) => new(Math.Max(a.Value, b.Value));

    public static Float64 Floor(Float64 x) => new(Math.Floor(x.Value));

    public static Float64 Round(Float64 x) => new(Math.Round(x.Value));

    public static Float64 Exp(Float64 x) => new(Math.Exp(x.Value));

    public static Float64 Expm1(Float64 x) => new(ScalarMath.Expm1(x.Value));

    public static Float64 Log(Float64 x) => new(Math.Log(x.Value));

    public static Float64 Log2(Float64 x) => new(Math.Log2(x.Value));

    public static Float64 Log10(Float64 x) => new(Math.Log10(x.Value));

    public static Float64 Log1p(Float64 x) => new(ScalarMath.Log1p(x.Value));

    public static Float64 Tanh(Float64 x) => new(Math.Tanh(x.Value));

    public static Float64 Sigmoid(Float64 x) => new(ScalarMath.Sigmoid(x.Value));

    public static Float64 NormalDistribution(Float64 x) => new(ScalarMath.NormalDistribution(x.Value));

    public static Float64 Erf(Float64 x) => new(ScalarMath.Erf(x.Value));

    public static Float64 Sin(Float64 x) => new(Math.Sin(x.Value));

    public static Float64 Cos(Float64 x) => new(Math.Cos(x.Value));

    public static Float64 Atan(Float64 x) => new(Math.Atan(x.Value));

    public static Float64 Pow(Float64 a, Float64 b) => new(Math.Pow(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float64 IfLess(Float64 a, Float64 b, Float64 then, Float64 otherwise) => a.Value < b.Value ? then : otherwise;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float64 IfEqual(Float64 a, Float64 b, Float64 then, Float64 otherwise) => a.Value == b.Value ? then : otherwise;
}

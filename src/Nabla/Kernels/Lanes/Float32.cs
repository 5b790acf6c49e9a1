using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>One float: where a processor has no vectors, and what the vector loops are compared with. Functions are those of the runtime.</summary>
internal readonly struct Float32(float value) : ILanes<Float32>
{
    public readonly float Value = value;

    public static Float32 operator +(Float32 a, Float32 b) => new(a.Value + b.Value);

    public static Float32 operator -(Float32 a, Float32 b) => new(a.Value - b.Value);

    public static Float32 operator *(Float32 a, Float32 b) => new(a.Value * b.Value);

    public static Float32 operator /(Float32 a, Float32 b) => new(a.Value / b.Value);

    public static Float32 operator -(Float32 a) => new(-a.Value);

    public static Float32 Constant(double value) => new((float)value);

    public static Float32 FusedMultiplyAdd(Float32 a, Float32 b, Float32 c) => new(MathF.FusedMultiplyAdd(a.Value, b.Value, c.Value));

    public static Float32 Abs(Float32 x) => new(MathF.Abs(x.Value));

    public static Float32 CopySign(Float32 x, Float32 sign) => new(MathF.CopySign(x.Value, sign.Value));

    public static Float32 Sqrt(Float32 x) => new(MathF.Sqrt(x.Value));

    public static Float32 Min(Float32 a, Float32 b) => new(MathF.Min(a.Value, b.Value));

    public static Float32 Max(Float32 a, Float32 b) => new(MathF.Max(a.Value, b.Value));

    public static Float32 Floor(Float32 x) => new(MathF.Floor(x.Value));

    public static Float32 Round(Float32 x) => new(MathF.Round(x.Value));

    public static Float32 Exp(Float32 x) => new(MathF.Exp(x.Value));

    public static Float32 Expm1(Float32 x) => new((float)ScalarMath.Expm1(x.Value));

    public static Float32 Log(Float32 x) => new(MathF.Log(x.Value));

    public static Float32 Log2(Float32 x) => new(MathF.Log2(x.Value));

    public static Float32 Log10(Float32 x) => new(MathF.Log10(x.Value));

    public static Float32 Log1p(Float32 x) => new((float)ScalarMath.Log1p(x.Value));

    public static Float32 Tanh(Float32 x) => new(MathF.Tanh(x.Value));

    public static Float32 Sigmoid(Float32 x) => new((float)ScalarMath.Sigmoid(x.Value));

    public static Float32 NormalDistribution(Float32 x) => new((float)ScalarMath.NormalDistribution(x.Value));

    public static Float32 Erf(Float32 x) => new((float)ScalarMath.Erf(x.Value));

    public static Float32 Sin(Float32 x) => new(MathF.Sin(x.Value));

    public static Float32 Cos(Float32 x) => new(MathF.Cos(x.Value));

    public static Float32 Atan(Float32 x) => new(MathF.Atan(x.Value));

    public static Float32 Pow(Float32 a, Float32 b) => new(MathF.Pow(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32 IfLess(Float32 a, Float32 b, Float32 then, Float32 otherwise) => a.Value < b.Value ? then : otherwise;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float32 IfEqual(Float32 a, Float32 b, Float32 then, Float32 otherwise) => a.Value == b.Value ? then : otherwise;
}

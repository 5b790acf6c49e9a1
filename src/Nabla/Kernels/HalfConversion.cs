using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>
/// A 16-bit format in bits. Rounding is to nearest, ties to even; infinities, NaN and denormals arrive as what they are.
/// </summary>
internal interface IHalfFormat
{
    static abstract Vector256<float> Widen(Vector256<uint> half);

    static abstract Vector256<uint> Round(Vector256<float> value);

    static abstract float Widen(ushort half);

    static abstract ushort Round(float value);
}

/// <summary>IEEE half: 5 bits of exponent, 10 of fraction.</summary>
internal readonly struct Float16Format : IHalfFormat
{
    // Exponent and fraction in place, 112 too small: a product with 2¹¹² puts that right, also for denormals. What was ∞ or
    // NaN gets its exponent filled up.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(Vector256<uint> half)
    {
        Vector256<uint> size = half & Vector256.Create(0x7FFFu), sign = (half ^ size) << 16;
        Vector256<float> value = (size << 13).AsSingle() * Vector256.Create(5.192296858534828e33f);
        Vector256<uint> isSpecial = Vector256.GreaterThan(size, Vector256.Create(0x7BFFu));
        return (value.AsUInt32() | (isSpecial & Vector256.Create(0x7F800000u)) | sign).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Round(Vector256<float> value)
    {
        Vector256<uint> bits = value.AsUInt32(), size = bits & Vector256.Create(0x7FFFFFFFu), sign = (bits ^ size) >> 16;
        // A normal half: exponent less by 112, and half a unit of the last place added (one less below an even one).
        Vector256<uint> odd = (size >> 13) & Vector256<uint>.One;
        Vector256<uint> normal = (size - Vector256.Create(112u << 23) + Vector256.Create(0xFFFu) + odd) >> 13;
        // A denormal half is a multiple of 2⁻²⁴: added to ½, whose last place that is, it is rounded by the addition.
        Vector256<float> half = Vector256.Create(0.5f);
        Vector256<uint> denormal = (size.AsSingle() + half).AsUInt32() - half.AsUInt32();
        Vector256<uint> isNan = Vector256.GreaterThan(size, Vector256.Create(0x7F800000u));
        Vector256<uint> special = Vector256.Create(0x7C00u) | (isNan & (Vector256.Create(0x200u) | (size >> 13)));
        Vector256<uint> result = Vector256.ConditionalSelect(
            Vector256.LessThan(size, Vector256.Create(113u << 23)), denormal,
            Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(size, Vector256.Create(0x477FF000u)), special, normal));
        return (result & Vector256.Create(0x7FFFu)) | sign;
    }

    public static float Widen(ushort half) => (float)BitConverter.UInt16BitsToHalf(half);

    public static ushort Round(float value) => BitConverter.HalfToUInt16Bits((Half)value);
}

/// <summary>The upper half of a float: 8 bits of exponent, 7 of fraction.</summary>
internal readonly struct BFloat16Format : IHalfFormat
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Widen(Vector256<uint> half) => (half << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Round(Vector256<float> value)
    {
        Vector256<uint> bits = value.AsUInt32(), upper = bits >> 16;
        Vector256<uint> rounded = (bits + Vector256.Create(0x7FFFu) + (upper & Vector256<uint>.One)) >> 16;
        return Vector256.ConditionalSelect(Vector256.Equals(value, value).AsUInt32(), rounded, upper | Vector256.Create(0x40u));
    }

    public static float Widen(ushort half) => BFloat16.FromBits(half);

    public static ushort Round(float value) => ((BFloat16)value).ToBits();
}

/// <summary>Between 32-bit floats and a 16-bit format, 8 or 16 elements a turn: the framework converts one at a time.</summary>
internal static unsafe class HalfConversion
{
    /// <summary>16 bits to float.</summary>
    public readonly struct From<TFormat> : IRunFunction<ushort, float> where TFormat : struct, IHalfFormat
    {
        public static int Inputs => 1;

        [MethodImpl(Compiled.Apart)]
        public void Run(Operand<ushort> a, Operand<ushort> b, Operand<ushort> c, float* y, nint n)
        {
            ushort* x = a.Start;
            nint i = 0;
            for (; i <= n - 16; i += 16)
            {
                (Vector256<uint> low, Vector256<uint> high) = Vector256.Widen(Vector256.Load(x + i));
                TFormat.Widen(low).Store(y + i);
                TFormat.Widen(high).Store(y + i + 8);
            }
            for (; i < n; i++) y[i] = TFormat.Widen(x[i]);
        }
    }

    /// <summary>Float to 16 bits.</summary>
    public readonly struct To<TFormat> : IRunFunction<float, ushort> where TFormat : struct, IHalfFormat
    {
        public static int Inputs => 1;

        [MethodImpl(Compiled.Apart)]
        public void Run(Operand<float> a, Operand<float> b, Operand<float> c, ushort* y, nint n)
        {
            float* x = a.Start;
            nint i = 0;
            for (; i <= n - 16; i += 16)
                Vector256.Narrow(TFormat.Round(Vector256.Load(x + i)), TFormat.Round(Vector256.Load(x + i + 8))).Store(y + i);
            for (; i < n; i++) y[i] = TFormat.Round(x[i]);
        }
    }

    /// <summary>Float to the nearest number of 16 bits, as a float.</summary>
    public readonly struct Rounded<TFormat> : IRunFunction<float, float> where TFormat : struct, IHalfFormat
    {
        public static int Inputs => 1;

        [MethodImpl(Compiled.Apart)]
        public void Run(Operand<float> a, Operand<float> b, Operand<float> c, float* y, nint n)
        {
            float* x = a.Start;
            nint i = 0;
            for (; i <= n - 8; i += 8) TFormat.Widen(TFormat.Round(Vector256.Load(x + i))).Store(y + i);
            for (; i < n; i++) y[i] = TFormat.Widen(TFormat.Round(x[i]));
        }
    }
}

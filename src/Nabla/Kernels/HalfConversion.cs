using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>
/// Between 32-bit floats and the two 16-bit formats, in bits, 32 elements a turn: the framework converts one at a time. Rounding is
/// to nearest, ties to even; infinities, NaN and denormals arrive as what they are.
/// </summary>
internal static unsafe class HalfConversion
{
    /// <summary>IEEE half to float.</summary>
    public readonly struct FromFloat16 : IRunFunction<ushort, float>
    {
        public static int Inputs => 1;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(Operand<ushort> a, Operand<ushort> b, Operand<ushort> c, float* y, nint n)
        {
            ushort* x = a.Start;
            nint i = 0;
            for (; i <= n - 32; i += 32)
            {
                (Vector512<uint> low, Vector512<uint> high) = Vector512.Widen(Vector512.Load(x + i));
                Widen(low).Store(y + i);
                Widen(high).Store(y + i + 16);
            }
            for (; i < n; i++) y[i] = (float)BitConverter.UInt16BitsToHalf(x[i]);
        }

        // Exponent and fraction in place, 112 too small: a product with 2¹¹² puts that right, also for denormals. What was ∞ or
        // NaN gets its exponent filled up.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Widen(Vector512<uint> half)
        {
            Vector512<uint> size = half & Vector512.Create(0x7FFFu), sign = (half ^ size) << 16;
            Vector512<float> value = (size << 13).AsSingle() * Vector512.Create(5.192296858534828e33f);
            Vector512<uint> isSpecial = Vector512.GreaterThan(size, Vector512.Create(0x7BFFu));
            return (value.AsUInt32() | (isSpecial & Vector512.Create(0x7F800000u)) | sign).AsSingle();
        }
    }

    /// <summary>Float to IEEE half.</summary>
    public readonly struct ToFloat16 : IRunFunction<float, ushort>
    {
        public static int Inputs => 1;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(Operand<float> a, Operand<float> b, Operand<float> c, ushort* y, nint n)
        {
            float* x = a.Start;
            nint i = 0;
            for (; i <= n - 32; i += 32)
                Vector512.Narrow(Round(Vector512.Load(x + i)), Round(Vector512.Load(x + i + 16))).Store(y + i);
            for (; i < n; i++) y[i] = BitConverter.HalfToUInt16Bits((Half)x[i]);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<uint> Round(Vector512<float> value)
        {
            Vector512<uint> bits = value.AsUInt32(), size = bits & Vector512.Create(0x7FFFFFFFu), sign = (bits ^ size) >> 16;
            // A normal half: exponent less by 112, and half a unit of the last place added (one less below an even one).
            Vector512<uint> odd = (size >> 13) & Vector512<uint>.One;
            Vector512<uint> normal = (size - Vector512.Create(112u << 23) + Vector512.Create(0xFFFu) + odd) >> 13;
            // A denormal half is a multiple of 2⁻²⁴: added to ½, whose last place that is, it is rounded by the addition.
            Vector512<float> half = Vector512.Create(0.5f);
            Vector512<uint> denormal = (size.AsSingle() + half).AsUInt32() - half.AsUInt32();
            Vector512<uint> isNan = Vector512.GreaterThan(size, Vector512.Create(0x7F800000u));
            Vector512<uint> special = Vector512.Create(0x7C00u) | (isNan & (Vector512.Create(0x200u) | (size >> 13)));
            Vector512<uint> result = Vector512.ConditionalSelect(
                Vector512.LessThan(size, Vector512.Create(113u << 23)), denormal,
                Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(size, Vector512.Create(0x477FF000u)), special, normal));
            return (result & Vector512.Create(0x7FFFu)) | sign;
        }
    }

    /// <summary>The upper half of a float to the float.</summary>
    public readonly struct FromBFloat16 : IRunFunction<ushort, float>
    {
        public static int Inputs => 1;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(Operand<ushort> a, Operand<ushort> b, Operand<ushort> c, float* y, nint n)
        {
            ushort* x = a.Start;
            nint i = 0;
            for (; i <= n - 32; i += 32)
            {
                (Vector512<uint> low, Vector512<uint> high) = Vector512.Widen(Vector512.Load(x + i));
                (low << 16).AsSingle().Store(y + i);
                (high << 16).AsSingle().Store(y + i + 16);
            }
            for (; i < n; i++) y[i] = BFloat16.FromBits(x[i]);
        }
    }

    /// <summary>Float to its upper half.</summary>
    public readonly struct ToBFloat16 : IRunFunction<float, ushort>
    {
        public static int Inputs => 1;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(Operand<float> a, Operand<float> b, Operand<float> c, ushort* y, nint n)
        {
            float* x = a.Start;
            nint i = 0;
            for (; i <= n - 32; i += 32)
                Vector512.Narrow(Round(Vector512.Load(x + i)), Round(Vector512.Load(x + i + 16))).Store(y + i);
            for (; i < n; i++) y[i] = ((BFloat16)x[i]).ToBits();
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<uint> Round(Vector512<float> value)
        {
            Vector512<uint> bits = value.AsUInt32(), upper = bits >> 16;
            Vector512<uint> rounded = (bits + Vector512.Create(0x7FFFu) + (upper & Vector512<uint>.One)) >> 16;
            return Vector512.ConditionalSelect(Vector512.Equals(value, value).AsUInt32(), rounded, upper | Vector512.Create(0x40u));
        }
    }

    /// <summary>Float to the nearest half, as a float.</summary>
    public readonly struct RoundFloat16 : IRunFunction<float, float>
    {
        public static int Inputs => 1;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(Operand<float> a, Operand<float> b, Operand<float> c, float* y, nint n)
        {
            float* x = a.Start;
            nint i = 0;
            for (; i <= n - 16; i += 16) FromFloat16.Widen(ToFloat16.Round(Vector512.Load(x + i))).Store(y + i);
            for (; i < n; i++) y[i] = (float)(Half)x[i];
        }
    }

    /// <summary>Float to the nearest one whose lower half is 0.</summary>
    public readonly struct RoundBFloat16 : IRunFunction<float, float>
    {
        public static int Inputs => 1;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(Operand<float> a, Operand<float> b, Operand<float> c, float* y, nint n)
        {
            float* x = a.Start;
            nint i = 0;
            for (; i <= n - 16; i += 16) (ToBFloat16.Round(Vector512.Load(x + i)) << 16).AsSingle().Store(y + i);
            for (; i < n; i++) y[i] = (BFloat16)x[i];
        }
    }
}

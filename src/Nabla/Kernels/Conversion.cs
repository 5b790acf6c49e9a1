using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>Converts between element types. The 16-bit floats only meet 32-bit ones: see <see cref="HalfConversion"/>.</summary>
internal static unsafe class Conversion
{
    public static void Run(void* x, DType from, void* y, DType to, int length)
    {
        switch (from)
        {
            case DType.Float32: From((float*)x, y, to, length); break;
            case DType.Float64: From((double*)x, y, to, length); break;
            case DType.Int32: From((int*)x, y, to, length); break;
            case DType.Int64: From((long*)x, y, to, length); break;
            case DType.Float16: Run<HalfConversion.From<Float16Format>, ushort, float>(default, x, y, length); break;
            case DType.BFloat16: Run<HalfConversion.From<BFloat16Format>, ushort, float>(default, x, y, length); break;
            default: From((byte*)x, y, to, length); break;
        }
    }

    /// <summary>y = x rounded to a 16-bit type and widened again.</summary>
    public static void Round(float* x, float* y, DType type, int length)
    {
        if (type == DType.BFloat16) Run<HalfConversion.Rounded<BFloat16Format>, float, float>(default, x, y, length);
        else Run<HalfConversion.Rounded<Float16Format>, float, float>(default, x, y, length);
    }

    static void From<T>(T* x, void* y, DType to, int length) where T : unmanaged, INumber<T>
    {
        switch (to)
        {
            case DType.Float32: Run<Cast<T, float>, T, float>(default, x, y, length); break;
            case DType.Float64: Run<Cast<T, double>, T, double>(default, x, y, length); break;
            case DType.Int32: Run<Cast<T, int>, T, int>(default, x, y, length); break;
            case DType.Int64: Run<Cast<T, long>, T, long>(default, x, y, length); break;
            case DType.UInt8: Run<Cast<T, byte>, T, byte>(default, x, y, length); break;
            case DType.Float16: Run<HalfConversion.To<Float16Format>, float, ushort>(default, x, y, length); break;
            case DType.BFloat16: Run<HalfConversion.To<BFloat16Format>, float, ushort>(default, x, y, length); break;
            default:
                T zero = T.Zero;
                Elementwise.Run(default(RelationLoop<IsNotEqual, T>), new Operand<T>(x, false), new(&zero, true), default, (byte*)y, length);
                break;
        }
    }

    static void Run<R, T, U>(R run, void* x, void* y, int length) where R : struct, IRunFunction<T, U> where T : unmanaged where U : unmanaged =>
        Elementwise.Run(run, new Operand<T>((T*)x, false), default, default, (U*)y, length);

    /// <summary>The serial loop from T to U: floats saturate, integers wrap around.</summary>
    readonly struct Cast<T, U> : IRunFunction<T, U> where T : unmanaged, INumber<T> where U : unmanaged, INumber<U>
    {
        public static int Inputs => 1;

        [MethodImpl(Compiled.Apart)]
        public void Run(Operand<T> a, Operand<T> b, Operand<T> c, U* y, nint n)
        {
            T* x = a.Start;
            for (nint i = Vectors(x, y, n); i < n; i++) y[i] = Convert(x[i]);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static U Convert(T x) =>
            typeof(T) == typeof(float) || typeof(T) == typeof(double) ? U.CreateSaturating(x) : U.CreateTruncating(x);

        /// <summary>The pairs that training meets, a few registers a turn; returns how many elements are done.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static nint Vectors(T* x, U* y, nint n)
        {
            nint i = 0;
            if (typeof(T) == typeof(byte) && typeof(U) == typeof(float))
                for (; i <= n - 64; i += 64)
                {
                    (Vector512<ushort> low, Vector512<ushort> high) = Vector512.Widen(Vector512.Load((byte*)x + i));
                    (Vector512<uint> first, Vector512<uint> second) = Vector512.Widen(low);
                    (Vector512<uint> third, Vector512<uint> fourth) = Vector512.Widen(high);
                    Vector512.ConvertToSingle(first.AsInt32()).Store((float*)y + i);
                    Vector512.ConvertToSingle(second.AsInt32()).Store((float*)y + i + 16);
                    Vector512.ConvertToSingle(third.AsInt32()).Store((float*)y + i + 32);
                    Vector512.ConvertToSingle(fourth.AsInt32()).Store((float*)y + i + 48);
                }
            else if (typeof(T) == typeof(float) && typeof(U) == typeof(double))
                for (; i <= n - 16; i += 16)
                {
                    (Vector512<double> low, Vector512<double> high) = Vector512.Widen(Vector512.Load((float*)x + i));
                    low.Store((double*)y + i);
                    high.Store((double*)y + i + 8);
                }
            else if (typeof(T) == typeof(double) && typeof(U) == typeof(float))
                for (; i <= n - 16; i += 16)
                    Vector512.Narrow(Vector512.Load((double*)x + i), Vector512.Load((double*)x + i + 8)).Store((float*)y + i);
            else if (typeof(T) == typeof(long) && typeof(U) == typeof(int))
                for (; i <= n - 16; i += 16)
                    Vector512.Narrow(Vector512.Load((long*)x + i), Vector512.Load((long*)x + i + 8)).Store((int*)y + i);
            else if (typeof(T) == typeof(int) && typeof(U) == typeof(long))
                for (; i <= n - 16; i += 16)
                {
                    (Vector512<long> low, Vector512<long> high) = Vector512.Widen(Vector512.Load((int*)x + i));
                    low.Store((long*)y + i);
                    high.Store((long*)y + i + 8);
                }
            else if (typeof(T) == typeof(int) && typeof(U) == typeof(float))
                for (; i <= n - 16; i += 16) Vector512.ConvertToSingle(Vector512.Load((int*)x + i)).Store((float*)y + i);
            else if (typeof(T) == typeof(float) && typeof(U) == typeof(byte))
                for (; i <= n - 64; i += 64)
                {
                    Vector512<ushort> low = Vector512.Narrow(Byte((float*)x + i), Byte((float*)x + i + 16));
                    Vector512<ushort> high = Vector512.Narrow(Byte((float*)x + i + 32), Byte((float*)x + i + 48));
                    Vector512.Narrow(low, high).Store((byte*)y + i);
                }
            else if (typeof(T) == typeof(float) && typeof(U) == typeof(int))
                for (; i <= n - 16; i += 16) Vector512.ConvertToInt32(Vector512.Load((float*)x + i)).Store((int*)y + i);
            return i;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector512<uint> Byte(float* x) =>
            Vector512.Clamp(Vector512.ConvertToInt32(Vector512.Load(x)), Vector512<int>.Zero, Vector512.Create(255)).AsUInt32();
    }
}

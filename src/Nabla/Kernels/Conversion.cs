using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nabla.Kernels;

/// <summary>Converts between element types.</summary>
internal static class Conversion
{
    public static void Run(ref byte source, int offset, DType from, ref byte target, DType to, int length)
    {
        switch (from)
        {
            case DType.Float32: To(Elements<float>(ref source, offset, length), ref target, to); break;
            case DType.Float64: To(Elements<double>(ref source, offset, length), ref target, to); break;
            case DType.Float16: To(Elements<Half>(ref source, offset, length), ref target, to); break;
            case DType.BFloat16: FromBFloat16(Elements<BFloat16>(ref source, offset, length), ref target, to); break;
            case DType.Int32: To(Elements<int>(ref source, offset, length), ref target, to); break;
            case DType.Int64: To(Elements<long>(ref source, offset, length), ref target, to); break;
            default: To(Elements<byte>(ref source, offset, length), ref target, to); break;
        }
    }

    static Span<T> Elements<T>(ref byte data, int offset, int length) where T : unmanaged =>
        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref Unsafe.As<byte, T>(ref data), offset), length);

    static void To<T>(ReadOnlySpan<T> x, ref byte target, DType to) where T : unmanaged, INumber<T>
    {
        switch (to)
        {
            case DType.Float32: Convert(x, Elements<float>(ref target, 0, x.Length)); break;
            case DType.Float64: Convert(x, Elements<double>(ref target, 0, x.Length)); break;
            case DType.Float16: Convert(x, Elements<Half>(ref target, 0, x.Length)); break;
            case DType.Int32: Convert(x, Elements<int>(ref target, 0, x.Length)); break;
            case DType.Int64: Convert(x, Elements<long>(ref target, 0, x.Length)); break;
            case DType.UInt8: Convert(x, Elements<byte>(ref target, 0, x.Length)); break;
            case DType.BFloat16:
                var narrow = Elements<BFloat16>(ref target, 0, x.Length);
                for (int i = 0; i < x.Length; i++) narrow[i] = (BFloat16)float.CreateTruncating(x[i]);
                break;
            default:
                var flags = Elements<bool>(ref target, 0, x.Length);
                for (int i = 0; i < x.Length; i++) flags[i] = x[i] != T.Zero;
                break;
        }
    }

    static void FromBFloat16(ReadOnlySpan<BFloat16> x, ref byte target, DType to)
    {
        var wide = new float[x.Length];
        for (int i = 0; i < wide.Length; i++) wide[i] = x[i];
        To<float>(wide, ref target, to);
    }

    static void Convert<TFrom, TTo>(ReadOnlySpan<TFrom> x, Span<TTo> y)
        where TFrom : unmanaged, INumber<TFrom> where TTo : unmanaged, INumber<TTo>
    {
        for (int i = 0; i < y.Length; i++) y[i] = TTo.CreateTruncating(x[i]);
    }
}

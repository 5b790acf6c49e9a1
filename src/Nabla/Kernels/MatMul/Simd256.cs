using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>AVX2 with FMA: 16 registers of 32 bytes.</summary>
internal readonly unsafe struct Simd256<T> : ISimd<Vector256<T>, T> where T : unmanaged
{
    public static int Count => Vector256<T>.Count;
    public static bool IsNarrow => true;
    public static int TileRows => 6;
    public static int DotRows => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Load(T* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Load(T* source, int count) => typeof(T) == typeof(float)
        ? Avx.MaskLoad((float*)source, First32(count).AsSingle()).As<float, T>()
        : Avx.MaskLoad((double*)source, First64(count).AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* target, Vector256<T> value) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* target, Vector256<T> value, int count)
    {
        if (typeof(T) == typeof(float)) Avx.MaskStore((float*)target, First32(count).AsSingle(), value.AsSingle());
        else Avx.MaskStore((double*)target, First64(count).AsDouble(), value.AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Broadcast(T value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Add(Vector256<T> x, Vector256<T> y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Subtract(Vector256<T> x, Vector256<T> y) => x - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Multiply(Vector256<T> x, Vector256<T> y) => x * y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Divide(Vector256<T> x, Vector256<T> y) => x / y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd(Vector256<T> x, Vector256<T> y, Vector256<T> z) => typeof(T) == typeof(float)
        ? Fma.MultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>()
        : Fma.MultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sums(
        Vector256<T> s00, Vector256<T> s01, Vector256<T> s02, Vector256<T> s03, Vector256<T> s10, Vector256<T> s11, Vector256<T> s12, Vector256<T> s13,
        Vector256<T> s20, Vector256<T> s21, Vector256<T> s22, Vector256<T> s23, Vector256<T> s30, Vector256<T> s31, Vector256<T> s32, Vector256<T> s33, T* sums)
    {
        Sums(s00, s01, s02, s03, sums);
        Sums(s10, s11, s12, s13, sums + 4);
        Sums(s20, s21, s22, s23, sums + 8);
        Sums(s30, s31, s32, s33, sums + 12);
    }

    // Horizontal adds interleave: after them each 128-bit half holds one partial sum per input register.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sums(Vector256<T> a, Vector256<T> b, Vector256<T> c, Vector256<T> d, T* sums)
    {
        if (typeof(T) == typeof(float))
        {
            var ab = Avx.HorizontalAdd(a.AsSingle(), b.AsSingle());
            var cd = Avx.HorizontalAdd(c.AsSingle(), d.AsSingle());
            var abcd = Avx.HorizontalAdd(ab, cd);
            (abcd.GetLower() + abcd.GetUpper()).Store((float*)sums);
        }
        else
        {
            var ab = Avx.HorizontalAdd(a.AsDouble(), b.AsDouble());
            var cd = Avx.HorizontalAdd(c.AsDouble(), d.AsDouble());
            (ab.GetLower() + ab.GetUpper()).Store((double*)sums);
            (cd.GetLower() + cd.GetUpper()).Store((double*)sums + 2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> First32(int count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<long> First64(int count) => Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count));
}

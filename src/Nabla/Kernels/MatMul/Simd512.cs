using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>AVX-512: 32 registers of 64 bytes.</summary>
internal readonly unsafe struct Simd512<T> : ISimd<Vector512<T>, T> where T : unmanaged
{
    public static int Count => Vector512<T>.Count;
    public static bool IsNarrow => false;
    public static int TileRows => 12;
    public static int DotRows => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load(T* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load(T* source, int count) => typeof(T) == typeof(float)
        ? Avx512F.MaskLoad((float*)source, First32(count).AsSingle(), Vector512<float>.Zero).As<float, T>()
        : Avx512F.MaskLoad((double*)source, First64(count).AsDouble(), Vector512<double>.Zero).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* target, Vector512<T> value) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* target, Vector512<T> value, int count)
    {
        if (typeof(T) == typeof(float)) Avx512F.MaskStore((float*)target, First32(count).AsSingle(), value.AsSingle());
        else Avx512F.MaskStore((double*)target, First64(count).AsDouble(), value.AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Broadcast(T value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Add(Vector512<T> x, Vector512<T> y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Subtract(Vector512<T> x, Vector512<T> y) => x - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Multiply(Vector512<T> x, Vector512<T> y) => x * y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Divide(Vector512<T> x, Vector512<T> y) => x / y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> MultiplyAdd(Vector512<T> x, Vector512<T> y, Vector512<T> z) => typeof(T) == typeof(float)
        ? Avx512F.FusedMultiplyAdd(x.AsSingle(), y.AsSingle(), z.AsSingle()).As<float, T>()
        : Avx512F.FusedMultiplyAdd(x.AsDouble(), y.AsDouble(), z.AsDouble()).As<double, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sums(
        Vector512<T> s00, Vector512<T> s01, Vector512<T> s02, Vector512<T> s03, Vector512<T> s10, Vector512<T> s11, Vector512<T> s12, Vector512<T> s13,
        Vector512<T> s20, Vector512<T> s21, Vector512<T> s22, Vector512<T> s23, Vector512<T> s30, Vector512<T> s31, Vector512<T> s32, Vector512<T> s33, T* sums)
    {
        if (typeof(T) == typeof(float))
        {
            var low = Halve(Quarters(s00, s01, s02, s03), Quarters(s10, s11, s12, s13));
            var high = Halve(Quarters(s20, s21, s22, s23), Quarters(s30, s31, s32, s33));
            var all = Avx512F.Shuffle4x128(low, high, 0b_10_00_10_00) + Avx512F.Shuffle4x128(low, high, 0b_11_01_11_01);
            all.Store((float*)sums);
            return;
        }
        Sums(s00, s01, s02, s03, sums);
        Sums(s10, s11, s12, s13, sums + 4);
        Sums(s20, s21, s22, s23, sums + 8);
        Sums(s30, s31, s32, s33, sums + 12);
    }

    // Four registers to one whose 128-bit quarters each hold a partial sum of all four.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Quarters(Vector512<T> a, Vector512<T> b, Vector512<T> c, Vector512<T> d)
    {
        var ab = Avx512F.UnpackLow(a.AsSingle(), b.AsSingle()) + Avx512F.UnpackHigh(a.AsSingle(), b.AsSingle());
        var cd = Avx512F.UnpackLow(c.AsSingle(), d.AsSingle()) + Avx512F.UnpackHigh(c.AsSingle(), d.AsSingle());
        return Avx512F.Shuffle(ab, cd, 0b_01_00_01_00) + Avx512F.Shuffle(ab, cd, 0b_11_10_11_10);
    }

    // Adds the quarters pairwise: two of x, then two of y.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Halve(Vector512<float> x, Vector512<float> y) =>
        Avx512F.Shuffle4x128(x, y, 0b_01_00_01_00) + Avx512F.Shuffle4x128(x, y, 0b_11_10_11_10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Sums(Vector512<T> a, Vector512<T> b, Vector512<T> c, Vector512<T> d, T* sums) =>
        Simd256<T>.Sums(
            a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper(),
            c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper(), sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<int> First32(int count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<long> First64(int count) => Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)count));
}

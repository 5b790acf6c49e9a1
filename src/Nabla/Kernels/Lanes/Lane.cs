using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>Lanes V in memory of elements T: Lanes512 over float, Float64 over double. Numbers for all lanes travel as double.</summary>
internal static unsafe class Lane<V, T> where V : unmanaged, ILanes<V> where T : unmanaged
{
    /// <summary>Elements in V.</summary>
    public static nint Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => sizeof(V) / sizeof(T);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(T* x) => Unsafe.ReadUnaligned<V>(x);

    /// <summary>The first <paramref name="count"/> lanes from memory, the others from <paramref name="rest"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load(T* x, nint count, V rest)
    {
        if (typeof(V) == typeof(Lanes512) && Avx512F.IsSupported)
            return Unsafe.BitCast<Vector512<float>, V>(Avx512F.MaskLoad((float*)x, First(count), Unsafe.BitCast<V, Vector512<float>>(rest)));
        Unsafe.CopyBlockUnaligned(&rest, x, (uint)(count * sizeof(T)));
        return rest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* y, V value) => Unsafe.WriteUnaligned(y, value);

    /// <summary>Writes the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* y, V value, nint count)
    {
        if (typeof(V) == typeof(Lanes512) && Avx512F.IsSupported)
            Avx512F.MaskStore((float*)y, First(count), Unsafe.BitCast<V, Vector512<float>>(value));
        else Unsafe.CopyBlockUnaligned(y, &value, (uint)(count * sizeof(T)));
    }

    /// <summary>As <see cref="Load(T*, nint, V)"/>, for loops where nearly always all lanes are wanted: plain loads then, masks only in the tail.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadUpTo(T* x, nint count, V rest) => count == Width ? Load(x) : Load(x, count, rest);

    /// <summary>As <see cref="Store(T*, V, nint)"/>, likewise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreUpTo(T* y, V value, nint count)
    {
        if (count == Width) Store(y, value);
        else Store(y, value, count);
    }

    /// <summary>The number at an address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Read(T* x) => typeof(T) == typeof(float) ? *(float*)x : *(double*)x;

    /// <summary>Writes a number, rounded to T.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(T* y, double value)
    {
        if (typeof(T) == typeof(float)) *(float*)y = (float)value;
        else *(double*)y = value;
    }

    /// <summary>A number rounded to T.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Rounded(double value) => typeof(T) == typeof(float) ? (float)value : value;

    /// <summary>Sum over the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(V value) =>
        typeof(V) == typeof(Lanes512) ? Vector512.Sum(Unsafe.BitCast<V, Vector512<float>>(value)) : Unsafe.BitCast<V, double>(value);

    /// <summary>The largest lane; NaN if one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Max(V value)
    {
        if (typeof(V) != typeof(Lanes512)) return Unsafe.BitCast<V, double>(value);
        Vector512<float> all = Unsafe.BitCast<V, Vector512<float>>(value);
        Vector256<float> half = Vector256.Max(all.GetLower(), all.GetUpper());
        Vector128<float> quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        return MathF.Max(MathF.Max(quarter[0], quarter[1]), MathF.Max(quarter[2], quarter[3]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> First(nint count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create((int)count)).AsSingle();
}

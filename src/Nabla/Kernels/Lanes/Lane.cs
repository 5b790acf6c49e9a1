using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>Lanes V in memory of elements T: those of floats over float, Float64 over double. Numbers for all lanes travel as double.</summary>
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
        if (sizeof(V) == sizeof(T)) return Load(x);
        if (typeof(V) == typeof(Lanes512) && Avx512F.IsSupported)
            return Unsafe.BitCast<Vector512<float>, V>(Avx512F.MaskLoad((float*)x, First512(count), Unsafe.BitCast<V, Vector512<float>>(rest)));
        if (sizeof(V) == sizeof(Vector256<float>) && Avx.IsSupported)
        {
            Vector256<float> mask = First256(count);
            return Unsafe.BitCast<Vector256<float>, V>(
                Vector256.ConditionalSelect(mask, Avx.MaskLoad((float*)x, mask), Unsafe.BitCast<V, Vector256<float>>(rest)));
        }
        return count >= Width ? Load(x) : LoadBytes(x, count, rest);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static V LoadBytes(T* x, nint count, V rest)
    {
        Unsafe.CopyBlockUnaligned(&rest, x, (uint)(count * sizeof(T)));
        return rest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* y, V value) => Unsafe.WriteUnaligned(y, value);

    /// <summary>Writes the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* y, V value, nint count)
    {
        if (sizeof(V) == sizeof(T)) Store(y, value);
        else if (typeof(V) == typeof(Lanes512) && Avx512F.IsSupported)
            Avx512F.MaskStore((float*)y, First512(count), Unsafe.BitCast<V, Vector512<float>>(value));
        else if (sizeof(V) == sizeof(Vector256<float>) && Avx.IsSupported)
            Avx.MaskStore((float*)y, First256(count), Unsafe.BitCast<V, Vector256<float>>(value));
        else if (count >= Width) Store(y, value);
        else StoreBytes(y, value, count);
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void StoreBytes(T* y, V value, nint count) => Unsafe.CopyBlockUnaligned(y, &value, (uint)(count * sizeof(T)));

    /// <summary>
    /// Asks for the cache line of an address, which need not exist. Scalars ask for nothing: they are too slow to wait for memory, and would
    /// ask for each line several times.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(T* x)
    {
        if (sizeof(V) != sizeof(T)) Streaming.Prefetch(x);
    }

    /// <summary>Asks for the lines under four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void PrefetchFour(T* x)
    {
        for (int at = 0; at < 4 * sizeof(V); at += Line) Prefetch((T*)((byte*)x + at));
    }

    const int Line = 64;

    /// <summary>The number at an address in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Spread(T* x)
    {
        if (typeof(V) == typeof(Lanes512)) return Unsafe.BitCast<Vector512<float>, V>(Vector512.Create(*(float*)x));
        if (typeof(V) == typeof(LanesN)) return Unsafe.BitCast<Vector<float>, V>(new Vector<float>(*(float*)x));
        return Load(x);
    }

    /// <summary>
    /// Floats from a vector, or two if <paramref name="two"/>, that begin at an address: lane i is the one whose place is the integer in lane i of
    /// <paramref name="places"/>. For AVX2 and wider.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Shuffle(T* x, V places, bool two)
    {
        if (two) return Shuffle(Load(x), Load(x + Width), places);
        if (typeof(V) == typeof(Lanes512))
            return Unsafe.BitCast<Vector512<float>, V>(Avx512F.PermuteVar16x32(Vector512.Load((float*)x), Unsafe.BitCast<V, Vector512<int>>(places)));
        if (sizeof(V) != sizeof(Vector256<float>)) throw new NotSupportedException();
        return Unsafe.BitCast<Vector256<float>, V>(Avx2.PermuteVar8x32(Vector256.Load((float*)x), Unsafe.BitCast<V, Vector256<int>>(places)));
    }

    /// <summary>The same from two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Shuffle(V low, V high, V places)
    {
        if (typeof(V) == typeof(Lanes512))
            return Unsafe.BitCast<Vector512<float>, V>(Avx512F.PermuteVar16x32x2(
                Unsafe.BitCast<V, Vector512<float>>(low), Unsafe.BitCast<V, Vector512<int>>(places), Unsafe.BitCast<V, Vector512<float>>(high)));
        if (sizeof(V) != sizeof(Vector256<float>)) throw new NotSupportedException();
        Vector256<int> lanes = Unsafe.BitCast<V, Vector256<int>>(places);
        Vector256<float> first = Avx2.PermuteVar8x32(Unsafe.BitCast<V, Vector256<float>>(low), lanes);
        Vector256<float> second = Avx2.PermuteVar8x32(Unsafe.BitCast<V, Vector256<float>>(high), lanes);
        return Unsafe.BitCast<Vector256<float>, V>(Vector256.ConditionalSelect(
            Vector256.GreaterThan(lanes, Vector256.Create(Vector256<int>.Count - 1)).AsSingle(), second, first));
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
    public static double Sum(V value)
    {
        if (typeof(V) == typeof(Lanes512)) return Vector512.Sum(Unsafe.BitCast<V, Vector512<float>>(value));
        if (typeof(V) == typeof(LanesN)) return Vector.Sum(Unsafe.BitCast<V, Vector<float>>(value));
        return Read((T*)&value);
    }

    /// <summary>The largest lane; NaN if one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Max(V value)
    {
        if (sizeof(V) == sizeof(T)) return Read((T*)&value);
        if (sizeof(V) == sizeof(Vector512<float>))
        {
            Vector512<float> all = Unsafe.BitCast<V, Vector512<float>>(value);
            return Max(Vector256.Max(all.GetLower(), all.GetUpper()));
        }
        if (sizeof(V) == sizeof(Vector256<float>)) return Max(Unsafe.BitCast<V, Vector256<float>>(value));
        float largest = *(float*)&value;
        for (nint lane = 1; lane < Width; lane++) largest = MathF.Max(largest, ((float*)&value)[lane]);
        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static float Max(Vector256<float> all)
    {
        Vector128<float> four = Vector128.Max(all.GetLower(), all.GetUpper());
        four = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(four[0], four[1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> First512(nint count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create((int)count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> First256(nint count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create((int)count)).AsSingle();
}

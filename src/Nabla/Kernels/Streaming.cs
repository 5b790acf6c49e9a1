using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>
/// Stores that go past the caches. An ordinary store first reads the line it writes into; for a result that will have left the
/// caches before anyone reads it, a quarter of the traffic of a sum of two tensors is that read. A result that fits must not be
/// stored so: its reader would fetch it from memory.
/// </summary>
internal static unsafe class Streaming
{
    /// <summary>
    /// Bytes of a result from which on it pays. Whoever reads it next finds it in a cache if that holds result and inputs, 16 MB together: what
    /// a core may hope for of a last-level cache it shares.
    /// </summary>
    public const long From = 8 << 20;

    /// <summary>True if a result of <paramref name="n"/> elements is worth it. Floats only, the type that is fast.</summary>
    public static bool Suits<T>(nint n) where T : unmanaged => typeof(T) == typeof(float) && n * (long)sizeof(float) >= From && Avx.IsSupported;

    /// <summary>True if a copy of so many elements of so many bytes is worth it; they have 4 or 8.</summary>
    public static bool SuitsCopy(long n, int size) => size >= sizeof(float) && n * size >= From && Avx.IsSupported;

    /// <summary>
    /// Copies elements of 4 bytes or 8. The ends, which need not fill a vector, are stored in words: the processor joins them to whole lines with what
    /// is stored beside them next. The fence is the caller's.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public static void Copy(void* x, void* y, nint bytes)
    {
        const int Word = sizeof(uint);
        byte* from = (byte*)x, to = (byte*)y;
        int width = sizeof(Vector256<byte>);
        nint i = 0, head = Math.Min(-(nint)to & (width - 1), bytes);
        for (; i < head; i += Word) Sse2.StoreNonTemporal((uint*)(to + i), *(uint*)(from + i));
        for (; i <= bytes - 4 * width; i += 4 * width)
        {
            Vector256<byte> a = Vector256.Load(from + i), b = Vector256.Load(from + i + width);
            Vector256<byte> c = Vector256.Load(from + i + 2 * width), d = Vector256.Load(from + i + 3 * width);
            a.StoreAlignedNonTemporal(to + i);
            b.StoreAlignedNonTemporal(to + i + width);
            c.StoreAlignedNonTemporal(to + i + 2 * width);
            d.StoreAlignedNonTemporal(to + i + 3 * width);
        }
        for (; i <= bytes - width; i += width) Vector256.Load(from + i).StoreAlignedNonTemporal(to + i);
        for (; i < bytes; i += Word) Sse2.StoreNonTemporal((uint*)(to + i), *(uint*)(from + i));
    }

    /// <summary>Writes an element of 4 bytes or 8 again and again, likewise.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Fill<T>(T element, T* y, nint n) where T : unmanaged
    {
        const int Word = sizeof(uint), BitsPerByte = 8;
        byte* to = (byte*)y;
        nint width = sizeof(Vector256<byte>), bytes = n * sizeof(T), i = 0, head = Math.Min(-(nint)to & (width - 1), bytes);
        ulong pair = sizeof(T) == sizeof(ulong) ? *(ulong*)&element : *(uint*)&element * 0x1_0000_0001UL;
        Vector256<ulong> all = Vector256.Create(pair);
        for (; i < head; i += Word) Sse2.StoreNonTemporal((uint*)(to + i), (uint)(pair >> ((int)i & Word) * BitsPerByte));
        for (; i <= bytes - width; i += width) all.StoreAlignedNonTemporal((ulong*)(to + i));
        for (; i < bytes; i += Word) Sse2.StoreNonTemporal((uint*)(to + i), (uint)(pair >> ((int)i & Word) * BitsPerByte));
    }

    /// <summary>True if whole vectors of this width can be stored from an address on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Takes<V>(void* y) where V : struct =>
        Has<V>() && ((nint)y & (Unsafe.SizeOf<V>() - 1)) == 0;

    /// <summary>Stores a vector to an aligned address, where <see cref="Takes{V}"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V>(void* y, V value) where V : struct
    {
        if (Unsafe.SizeOf<V>() == sizeof(Vector512<float>)) Unsafe.BitCast<V, Vector512<float>>(value).StoreAlignedNonTemporal((float*)y);
        else if (Unsafe.SizeOf<V>() == sizeof(Vector256<float>)) Unsafe.BitCast<V, Vector256<float>>(value).StoreAlignedNonTemporal((float*)y);
    }

    /// <summary>True if vectors of this width have stores past the caches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Has<V>() where V : struct => Unsafe.SizeOf<V>() is 32 or 64;

    /// <summary>Floats of a row of n before the first address that <see cref="Takes{V}"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Head<V>(void* y, nint n) where V : struct => Math.Min((-(nint)y & (Unsafe.SizeOf<V>() - 1)) / sizeof(float), n);

    /// <summary>
    /// Stores the first <paramref name="count"/> floats of a vector where a row begins or ends within a line. The processor joins what two rows store
    /// there.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePart<V>(float* y, V value, nint count) where V : unmanaged
    {
        float* lanes = (float*)&value;
        for (nint i = 0; i < count;)
            if (count - i >= Vector256<float>.Count && Takes<Vector256<float>>(y + i))
            {
                Vector256.Load(lanes + i).StoreAlignedNonTemporal(y + i);
                i += Vector256<float>.Count;
            }
            else
            {
                Sse2.StoreNonTemporal((uint*)(y + i), *(uint*)(lanes + i));
                i++;
            }
    }

    /// <summary>True if rows of so many floats can be stored in vectors of eight.</summary>
    public static bool TakesHalves(void* y, nint length) => Takes<Vector256<float>>(y) && length % Vector256<float>.Count == 0;

    /// <summary>Stores the first half of sixteen floats where <see cref="TakesHalves"/>. The processor joins two halves to a whole line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLower<V>(float* y, V value) where V : struct
    {
        if (Unsafe.SizeOf<V>() == sizeof(Vector512<float>)) Unsafe.BitCast<V, Vector512<float>>(value).GetLower().StoreAlignedNonTemporal(y);
    }

    /// <summary>Stores the second half to where it lies in the sixteen floats from an address on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreUpper<V>(float* y, V value) where V : struct
    {
        if (Unsafe.SizeOf<V>() == sizeof(Vector512<float>))
            Unsafe.BitCast<V, Vector512<float>>(value).GetUpper().StoreAlignedNonTemporal(y + Vector256<float>.Count);
    }

    /// <summary>Asks for the cache line of an address, which need not exist.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* x)
    {
        if (Sse.IsSupported) Sse.Prefetch0(x);
    }

    /// <summary>The same, for the second cache only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(void* x)
    {
        if (Sse.IsSupported) Sse.Prefetch1(x);
    }

    /// <summary>Stores a vector, past the caches to an aligned address if <paramref name="streams"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V, T>(T* y, V value, bool streams) where V : unmanaged, ILanes<V> where T : unmanaged
    {
        if (streams) Store(y, value);
        else Lane<V, T>.Store(y, value);
    }

    /// <summary>Stores the first <paramref name="count"/> elements of the last vector of a row that began after its <see cref="Head"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreLast<V, T>(T* y, V value, nint count, bool streams) where V : unmanaged, ILanes<V> where T : unmanaged
    {
        if (streams) StorePart((float*)y, value, count);
        else Lane<V, T>.Store(y, value, count);
    }

    /// <summary>
    /// Makes what was stored visible to other threads before anything that is stored later. It waits for memory, so once for a whole loop, not for
    /// each row; what other workers stored is visible when <see cref="Workers.For"/> returns, since they count their jobs by locked instructions.
    /// </summary>
    public static void Fence()
    {
        if (Sse.IsSupported) Sse.StoreFence();
    }
}

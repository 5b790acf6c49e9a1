using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Up to four numbers of a unit, a fixed distance apart, in lanes.</summary>
internal static unsafe class UnitLanes<V, T> where V : unmanaged, ILanes<V> where T : unmanaged
{
    /// <summary>The first <paramref name="numbers"/>; those that are not there, or have no address, are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(T* from, nint distance, int numbers, nint count, out V a, out V b, out V c, out V d)
    {
        V zero = V.Constant(0);
        a = from == null ? zero : Lane<V, T>.LoadUpTo(from, count, zero);
        b = from == null || numbers < 2 ? zero : Lane<V, T>.LoadUpTo(from + distance, count, zero);
        c = from == null || numbers < 3 ? zero : Lane<V, T>.LoadUpTo(from + 2 * distance, count, zero);
        d = from == null || numbers < 4 ? zero : Lane<V, T>.LoadUpTo(from + 3 * distance, count, zero);
    }

    /// <summary>Writes the first <paramref name="numbers"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(T* to, nint distance, int numbers, nint count, V a, V b, V c, V d)
    {
        Lane<V, T>.StoreUpTo(to, a, count);
        if (numbers > 1) Lane<V, T>.StoreUpTo(to + distance, b, count);
        if (numbers > 2) Lane<V, T>.StoreUpTo(to + 2 * distance, c, count);
        if (numbers > 3) Lane<V, T>.StoreUpTo(to + 3 * distance, d, count);
    }
}

using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Loops over one row that softmax, cross entropy and normalizations are made of. Short rows stay in the first-level cache between them.</summary>
internal static unsafe class RowLoops<V, T> where V : unmanaged, ILanes<V> where T : unmanaged
{
    static nint Width => Lane<V, T>.Width;

    /// <summary>The largest element; NaN if one is NaN, −∞ of an empty row.</summary>
    [MethodImpl(Compiled.Apart)]
    public static double Max(T* x, nint n)
    {
        V low = V.Constant(double.NegativeInfinity), a = low, b = low, c = low, d = low;
        nint i = 0;
        for (; i <= n - 4 * Width; i += 4 * Width)
        {
            a = V.Max(a, Lane<V, T>.Load(x + i));
            b = V.Max(b, Lane<V, T>.Load(x + i + Width));
            c = V.Max(c, Lane<V, T>.Load(x + i + 2 * Width));
            d = V.Max(d, Lane<V, T>.Load(x + i + 3 * Width));
        }
        for (; i <= n - Width; i += Width) a = V.Max(a, Lane<V, T>.Load(x + i));
        if (i < n) b = V.Max(b, Lane<V, T>.Load(x + i, n - i, low));
        return Lane<V, T>.Max(V.Max(V.Max(a, b), V.Max(c, d)));
    }

    /// <summary>
    /// Σ exp(x − max); the terms are kept in <paramref name="y"/> unless it is null. Meanwhile the row behind this one is fetched, since
    /// memory has nothing to do for the exponentials: from 8 KB on, what is nearer having been fetched from the row before this one, or lines would
    /// still be on their way when <see cref="Max"/> asks for them.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public static double ExpSum(T* x, nint n, double max, T* y)
    {
        const int Ahead = 8192;
        V shift = V.Constant(max), sum0 = V.Constant(0), sum1 = sum0;
        T* coming = x + n + Ahead / sizeof(T);
        nint i = 0;
        for (; i <= n - 4 * Width; i += 4 * Width)
        {
            Lane<V, T>.PrefetchFour(coming + i);
            V e0 = Lane<V, T>.Load(x + i) - shift, e1 = Lane<V, T>.Load(x + i + Width) - shift;
            V e2 = Lane<V, T>.Load(x + i + 2 * Width) - shift, e3 = Lane<V, T>.Load(x + i + 3 * Width) - shift;
            V.ExpOfNegative(ref e0, ref e1, ref e2, ref e3);
            if (y != null)
            {
                Lane<V, T>.Store(y + i, e0);
                Lane<V, T>.Store(y + i + Width, e1);
                Lane<V, T>.Store(y + i + 2 * Width, e2);
                Lane<V, T>.Store(y + i + 3 * Width, e3);
            }
            sum0 = sum0 + e0 + e2;
            sum1 = sum1 + e1 + e3;
        }
        for (; i < n; i += Width)
        {
            nint count = Math.Min(n - i, Width);
            V e = V.ExpOfNegative(Lane<V, T>.LoadUpTo(x + i, count, V.Constant(double.NegativeInfinity)) - shift);
            if (y != null) Lane<V, T>.StoreUpTo(y + i, e, count);
            sum0 += e;
        }
        return Lane<V, T>.Sum(sum0 + sum1);
    }

    /// <summary>y = (x − subtrahend) · scale + shift, past the caches if <paramref name="streams"/>.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Affine(T* x, nint n, double subtrahend, double scale, double shift, T* y, bool streams = false)
    {
        streams &= Streaming.Has<V>();
        V a = V.Constant(subtrahend), b = V.Constant(scale), c = V.Constant(shift);
        nint i = streams ? Streaming.Head<V>(y, n) : 0;
        if (i > 0) Streaming.StorePart((float*)y, V.FusedMultiplyAdd(Lane<V, T>.Load(x, i, a) - a, b, c), i);
        for (; i <= n - 2 * Width; i += 2 * Width)
        {
            V y0 = V.FusedMultiplyAdd(Lane<V, T>.Load(x + i) - a, b, c), y1 = V.FusedMultiplyAdd(Lane<V, T>.Load(x + i + Width) - a, b, c);
            Streaming.Store(y + i, y0, streams);
            Streaming.Store(y + i + Width, y1, streams);
        }
        for (; i <= n - Width; i += Width) Streaming.Store(y + i, V.FusedMultiplyAdd(Lane<V, T>.Load(x + i) - a, b, c), streams);
        if (i < n) Streaming.StoreLast(y + i, V.FusedMultiplyAdd(Lane<V, T>.Load(x + i, n - i, a) - a, b, c), n - i, streams);
    }

    /// <summary>Σ (a − subtrahend)·b, or Σ (a − subtrahend) if <paramref name="b"/> is null.</summary>
    [MethodImpl(Compiled.Apart)]
    public static double Dot(T* a, double subtrahend, T* b, nint n)
    {
        V shift = V.Constant(subtrahend), sum0 = V.Constant(0), sum1 = sum0;
        nint i = 0;
        for (; i <= n - 2 * Width; i += 2 * Width)
        {
            V a0 = Lane<V, T>.Load(a + i) - shift, a1 = Lane<V, T>.Load(a + i + Width) - shift;
            sum0 = b == null ? sum0 + a0 : V.FusedMultiplyAdd(a0, Lane<V, T>.Load(b + i), sum0);
            sum1 = b == null ? sum1 + a1 : V.FusedMultiplyAdd(a1, Lane<V, T>.Load(b + i + Width), sum1);
        }
        for (; i < n; i += Width)
        {
            nint count = Math.Min(n - i, Width);
            V a0 = Lane<V, T>.Load(a + i, count, shift) - shift;
            sum0 = b == null ? sum0 + a0 : V.FusedMultiplyAdd(a0, Lane<V, T>.Load(b + i, count, V.Constant(0)), sum0);
        }
        return Lane<V, T>.Sum(sum0 + sum1);
    }

    /// <summary>Per row Σ a·b, each lane for itself: sums [rows, lanes]. The caller adds those of many rows at once.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void DotsByLane(T* a, nint aRow, T* b, nint bRow, int rows, nint n, T* sums)
    {
        for (; rows > 0; rows--, a += aRow, b += bRow, sums += Width)
        {
            V sum = V.Constant(0);
            nint i = 0;
            for (; i <= n - Width; i += Width) sum = V.FusedMultiplyAdd(Lane<V, T>.Load(a + i), Lane<V, T>.Load(b + i), sum);
            if (i < n) sum = V.FusedMultiplyAdd(Lane<V, T>.Load(a + i, n - i, V.Constant(0)), Lane<V, T>.Load(b + i, n - i, V.Constant(0)), sum);
            Lane<V, T>.Store(sums, sum);
        }
    }
}

/// <summary>Loops over one row of either element type.</summary>
internal static unsafe class RowLoops
{
    /// <summary>sum += part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<T>(T* sum, T* part, nint n) where T : unmanaged =>
        Loops.Run<Sum, T>(default, new(sum, false), new(part, false), sum, n);

    readonly struct Sum : ILaneFunction2
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Run<V>(V a, V b) where V : struct, ILanes<V> => a + b;
    }
}

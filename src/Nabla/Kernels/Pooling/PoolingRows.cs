using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Passes over rows of a plane.</summary>
internal static unsafe class PoolingRows
{
    const int CacheLine = 64;

    /// <summary>sums[i] += Σ over rows r of x[r, i].</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Add<T>(T* x, int rows, T* sums, int count) where T : unmanaged, INumber<T>
    {
        int i = 0;
        for (; i <= count - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> sum = Vector.Load(sums + i);
            T* row = x + i;
            for (int r = 0; r < rows; r++, row += count) sum += Vector.Load(row);
            sum.Store(sums + i);
        }
        for (; i < count; i++)
            for (int r = 0; r < rows; r++) sums[i] += x[(nint)r * count + i];
    }

    /// <summary>Asks for what is read a plane later; it need not exist. Pages are too small for the processor to foresee it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch<T>(T* x, int count) where T : unmanaged
    {
        for (int i = 0; i < count; i += CacheLine / sizeof(T)) Streaming.Prefetch(x + i);
    }

    /// <summary>The larger of both lane by lane: the first of equal ones, and the first NaN rather than any number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> Larger<T>(Vector<T> first, Vector<T> second) where T : unmanaged =>
        Vector.ConditionalSelect(Vector.LessThanOrEqual(second, first) | ~Vector.Equals(first, first), first, second);

    /// <summary>maxima[i] = the largest of start[i] and of x[r, i] over rows r, which lie <paramref name="pitch"/> apart.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Maxima<T>(T* start, T* x, int rows, nint pitch, T* maxima, int count) where T : unmanaged, INumber<T>
    {
        int i = 0;
        for (; i <= count - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> best = Vector.Load(start + i);
            T* row = x + i;
            for (int r = 0; r < rows; r++, row += pitch) best = Larger(best, Vector.Load(row));
            best.Store(maxima + i);
        }
        for (; i < count; i++)
        {
            T best = start[i];
            for (int r = 0; r < rows; r++) best = T.Max(best, x[r * pitch + i]);
            maxima[i] = best;
        }
    }

    /// <summary>to[i] = value.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Fill<T>(T* to, int count, T value) where T : unmanaged
    {
        int i = 0;
        for (; i <= count - Vector<T>.Count; i += Vector<T>.Count) new Vector<T>(value).Store(to + i);
        for (; i < count; i++) to[i] = value;
    }

    /// <summary>products[i] = x[i] · factors[i].</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Multiply<T>(T* x, T* factors, T* products, int count) where T : unmanaged, INumber<T>
    {
        int i = 0;
        for (; i <= count - Vector<T>.Count; i += Vector<T>.Count) (Vector.Load(x + i) * Vector.Load(factors + i)).Store(products + i);
        for (; i < count; i++) products[i] = x[i] * factors[i];
    }

    /// <summary>dx[o · step] += shares[o].</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Scatter<T>(T* shares, int step, T* dx, int count) where T : unmanaged, INumber<T>
    {
        if (step == 1) Add(shares, 1, dx, count);
        else
            for (int o = 0; o < count; o++) dx[o * step] += shares[o];
    }

    /// <summary>The sum of <paramref name="count"/> neighbours.</summary>
    [MethodImpl(Compiled.Apart)]
    public static T Sum<T>(T* x, int count) where T : unmanaged, INumber<T>
    {
        int i = 0;
        T sum = T.Zero;
        if (count >= Vector<T>.Count)
        {
            Vector<T> first = Vector<T>.Zero, second = Vector<T>.Zero;
            for (; i <= count - 2 * Vector<T>.Count; i += 2 * Vector<T>.Count)
            {
                first += Vector.Load(x + i);
                second += Vector.Load(x + i + Vector<T>.Count);
            }
            for (; i <= count - Vector<T>.Count; i += Vector<T>.Count) first += Vector.Load(x + i);
            sum = Vector.Sum(first + second);
        }
        for (; i < count; i++) sum += x[i];
        return sum;
    }
}

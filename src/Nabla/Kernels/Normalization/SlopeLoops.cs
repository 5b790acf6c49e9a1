using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>The two passes over a run of one channel that the derivative of a normalization takes.</summary>
internal static unsafe class SlopeLoops<V, T> where V : unmanaged, ILanes<V> where T : unmanaged
{
    /// <summary>
    /// Σ dy and Σ dy·(x − center). Fetches meanwhile what is <paramref name="ahead"/> of both, and <paramref name="to"/>, which
    /// <see cref="Combine"/> will write.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public static (double Plain, double Product) Sums(T* from, T* slopes, nint n, double center, nint ahead, T* to)
    {
        V middle = V.Constant(center), plain0 = V.Constant(0), plain1 = plain0, plain2 = plain0, plain3 = plain0;
        V product0 = plain0, product1 = plain0, product2 = plain0, product3 = plain0;
        nint width = Lane<V, T>.Width, i = 0;
        for (; i <= n - 4 * width; i += 4 * width)
        {
            Lane<V, T>.PrefetchFour(from + i + ahead);
            Lane<V, T>.PrefetchFour(slopes + i + ahead);
            Lane<V, T>.PrefetchFour(to + i);
            V dy0 = Lane<V, T>.Load(slopes + i), dy1 = Lane<V, T>.Load(slopes + i + width);
            V dy2 = Lane<V, T>.Load(slopes + i + 2 * width), dy3 = Lane<V, T>.Load(slopes + i + 3 * width);
            plain0 += dy0;
            plain1 += dy1;
            plain2 += dy2;
            plain3 += dy3;
            product0 = V.FusedMultiplyAdd(dy0, Lane<V, T>.Load(from + i) - middle, product0);
            product1 = V.FusedMultiplyAdd(dy1, Lane<V, T>.Load(from + i + width) - middle, product1);
            product2 = V.FusedMultiplyAdd(dy2, Lane<V, T>.Load(from + i + 2 * width) - middle, product2);
            product3 = V.FusedMultiplyAdd(dy3, Lane<V, T>.Load(from + i + 3 * width) - middle, product3);
        }
        (plain0, plain1) = (plain0 + plain2, plain1 + plain3);
        (product0, product1) = (product0 + product2, product1 + product3);
        for (; i < n; i += width)
        {
            nint count = Math.Min(n - i, width);
            V dy0 = Lane<V, T>.LoadUpTo(slopes + i, count, V.Constant(0));
            plain0 += dy0;
            product0 = V.FusedMultiplyAdd(dy0, Lane<V, T>.LoadUpTo(from + i, count, middle) - middle, product0);
        }
        return (Lane<V, T>.Sum(plain0 + plain1), Lane<V, T>.Sum(product0 + product1));
    }

    /// <summary>dx = dy·a + (x − center)·b + c.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Combine(T* from, T* slopes, nint n, double center, double a, double b, double c, T* to)
    {
        V middle = V.Constant(center), ofSlope = V.Constant(a), ofValue = V.Constant(b), constant = V.Constant(c);
        nint width = Lane<V, T>.Width, i = 0;
        for (; i <= n - 2 * width; i += 2 * width)
        {
            V x0 = Lane<V, T>.Load(from + i) - middle, x1 = Lane<V, T>.Load(from + i + width) - middle;
            V dy0 = Lane<V, T>.Load(slopes + i), dy1 = Lane<V, T>.Load(slopes + i + width);
            Lane<V, T>.Store(to + i, V.FusedMultiplyAdd(dy0, ofSlope, V.FusedMultiplyAdd(x0, ofValue, constant)));
            Lane<V, T>.Store(to + i + width, V.FusedMultiplyAdd(dy1, ofSlope, V.FusedMultiplyAdd(x1, ofValue, constant)));
        }
        for (; i < n; i += width)
        {
            nint count = Math.Min(n - i, width);
            V x0 = Lane<V, T>.LoadUpTo(from + i, count, middle) - middle, dy0 = Lane<V, T>.LoadUpTo(slopes + i, count, constant);
            Lane<V, T>.StoreUpTo(to + i, V.FusedMultiplyAdd(dy0, ofSlope, V.FusedMultiplyAdd(x0, ofValue, constant)), count);
        }
    }
}

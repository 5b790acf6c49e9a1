using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Normalization of the columns of a contiguous [rows, columns] block: batch normalization without spatial axes. Lanes are columns;
/// a job takes a strip of them through all rows. Sums run over 256 rows in T and go on in double.
/// </summary>
internal static unsafe class ColumnNormKernel
{
    const int Strip = 128, RowsPerSum = 256;

    /// <summary>As <see cref="ChannelNormKernel.Forward"/>.</summary>
    public static void Forward<T>(
        T* x, T* weight, T* bias, int rows, int columns, double epsilon, T* y, T* mean, T* variance, T* kept) where T : unmanaged
    {
        Strips<T, Values<T>>(columns, new Values<T>(x, weight, bias, rows, columns, epsilon, y, mean, variance, kept));
    }

    /// <summary>As <see cref="ChannelNormKernel.Backward"/>.</summary>
    public static void Backward<T>(T* x, T* weight, T* kept, T* dy, int rows, int columns, T* dx, T* dWeight, T* dBias) where T : unmanaged
    {
        Strips<T, Slopes<T>>(columns, new Slopes<T>(x, weight, kept, dy, rows, columns, dx, dWeight, dBias));
    }

    /// <summary>y = (x − center)·scale + shift with one number of each per column.</summary>
    public static void Apply<T>(T* x, T* center, T* scale, T* shift, int rows, int columns, T* y) where T : unmanaged
    {
        Strips<T, Affine<T>>(columns, new Affine<T>(x, center, scale, shift, rows, columns, y));
    }

    static void Strips<T, TStrips>(int columns, TStrips work) where TStrips : struct, ILaneRows =>
        RowRanges.RunLanes<T, TStrips>(columns, (columns + Strip - 1) / Strip, Strip, work);

    /// <summary>Per column Σ u and Σ u·(x − center) with u = dy, or x − center where dy is null.</summary>
    [MethodImpl(Compiled.Apart)]
    static void Sums<V, T>(T* x, T* dy, T* center, int rows, nint pitch, int columns, double* plain, double* product)
        where V : unmanaged, ILanes<V> where T : unmanaged
    {
        nint width = Lane<V, T>.Width;
        V zero = V.Constant(0);
        T* part = stackalloc T[2 * (int)width];
        for (nint c = 0; c < columns; c += width)
        {
            nint count = Math.Min(columns - c, width);
            V middle = Lane<V, T>.Load(center + c, count, zero);
            for (nint k = 0; k < count; k++) plain[c + k] = product[c + k] = 0;
            for (int start = 0; start < rows; start += RowsPerSum)
            {
                V first = zero, second = zero;
                int end = Math.Min(start + RowsPerSum, rows);
                for (int row = start; row < end; row++)
                {
                    V d = Lane<V, T>.Load(x + row * pitch + c, count, middle) - middle;
                    V u = dy == null ? d : Lane<V, T>.Load(dy + row * pitch + c, count, zero);
                    first += u;
                    second = V.FusedMultiplyAdd(u, d, second);
                }
                Lane<V, T>.Store(part, first);
                Lane<V, T>.Store(part + width, second);
                for (nint k = 0; k < count; k++)
                {
                    plain[c + k] += Lane<V, T>.Read(part + k);
                    product[c + k] += Lane<V, T>.Read(part + width + k);
                }
            }
        }
    }

    /// <summary>y = (x − center)·b + c, plus dy·a unless dy is null; center, a, b, c per column.</summary>
    [MethodImpl(Compiled.Apart)]
    static void Combine<V, T>(T* x, T* dy, T* center, T* a, T* b, T* c, int rows, nint pitch, int columns, T* y)
        where V : unmanaged, ILanes<V> where T : unmanaged
    {
        V zero = V.Constant(0);
        for (int row = 0; row < rows; row++)
            for (nint i = 0; i < columns; i += Lane<V, T>.Width)
            {
                nint count = Math.Min(columns - i, Lane<V, T>.Width), at = row * pitch + i;
                V value = V.FusedMultiplyAdd(
                    Lane<V, T>.Load(x + at, count, zero) - Lane<V, T>.Load(center + i, count, zero), Lane<V, T>.Load(b + i, count, zero),
                    Lane<V, T>.Load(c + i, count, zero));
                if (dy != null) value = V.FusedMultiplyAdd(Lane<V, T>.Load(dy + at, count, zero), Lane<V, T>.Load(a + i, count, zero), value);
                Lane<V, T>.Store(y + at, value, count);
            }
    }

    readonly struct Values<T>(
        T* x, T* weight, T* bias, int rows, int columns, double epsilon, T* y, T* mean, T* variance, T* kept) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            double* plain = stackalloc double[Strip], product = stackalloc double[Strip];
            T* center = stackalloc T[Strip], scale = stackalloc T[Strip], shift = stackalloc T[Strip];
            new ReadOnlySpan<T>(x + first, end - first).CopyTo(new Span<T>(center, Strip));
            Sums<V, T>(x + first, null, center, rows, columns, end - first, plain, product);
            for (int c = 0; c < end - first; c++)
            {
                // As in Moments.Of: an outlier in the first row is no center.
                Moments guess = Moments.From(Lane<V, T>.Read(center + c), plain[c], product[c], rows, epsilon);
                if (guess.IsPrecise) continue;
                Lane<V, T>.Write(center + c, guess.Mean);
                Sums<V, T>(x + first + c, null, center + c, rows, columns, 1, plain + c, product + c);
            }
            for (int c = 0; c < end - first; c++)
            {
                int column = first + c;
                Moments moments = Moments.From(Lane<V, T>.Read(center + c), plain[c], product[c], rows, epsilon);
                Moments<V, T>.Write(moments, kept + column * Moments.Kept);
                Lane<V, T>.Write(mean + column, moments.Mean);
                Lane<V, T>.Write(variance + column, moments.Variance);
                double w = weight == null ? 1 : Lane<V, T>.Read(weight + column), b = bias == null ? 0 : Lane<V, T>.Read(bias + column);
                Lane<V, T>.Write(scale + c, moments.Scale * w);
                Lane<V, T>.Write(shift + c, moments.Offset * w + b);
            }
            Combine<V, T>(x + first, null, center, null, scale, shift, rows, columns, end - first, y + first);
        }
    }

    readonly struct Slopes<T>(T* x, T* weight, T* kept, T* dy, int rows, int columns, T* dx, T* dWeight, T* dBias) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            double* plain = stackalloc double[Strip], product = stackalloc double[Strip];
            T* center = stackalloc T[Strip], a = stackalloc T[Strip], b = stackalloc T[Strip], constant = stackalloc T[Strip];
            for (int c = 0; c < end - first; c++) center[c] = kept[(first + c) * Moments.Kept];
            Sums<V, T>(x + first, dy + first, center, rows, columns, end - first, plain, product);
            for (int c = 0; c < end - first; c++)
            {
                int column = first + c;
                var slope = ChannelSlope.From(
                    plain[c], product[c], Lane<V, T>.Read(kept + column * Moments.Kept + 1), Lane<V, T>.Read(kept + column * Moments.Kept + 2),
                    weight == null ? 1 : Lane<V, T>.Read(weight + column), rows);
                Lane<V, T>.Write(dBias + column, plain[c]);
                Lane<V, T>.Write(dWeight + column, slope.Weight);
                Lane<V, T>.Write(a + c, slope.OfSlope);
                Lane<V, T>.Write(b + c, slope.OfValue);
                Lane<V, T>.Write(constant + c, slope.Constant);
            }
            Combine<V, T>(x + first, dy + first, center, a, b, constant, rows, columns, end - first, dx + first);
        }
    }

    readonly struct Affine<T>(T* x, T* center, T* scale, T* shift, int rows, int columns, T* y) : ILaneRows
        where T : unmanaged
    {
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V> => Combine<V, T>(
            x + first, null, center + first, null, scale + first, shift + first, rows, columns, end - first, y + first);
    }
}

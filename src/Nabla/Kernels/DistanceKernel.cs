using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>What is added up over the differences of two rows, and what becomes of the sum.</summary>
internal interface IMeasure
{
    /// <summary>True if lanes are combined by their maximum, else by their sum.</summary>
    static virtual bool TakesLargest => false;

    V Add<V>(V sum, V difference) where V : struct, ILanes<V>;

    double Finish(double sum);
}

/// <summary>√Σ δ².</summary>
internal readonly struct EuclideanMeasure : IMeasure
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Add<V>(V sum, V difference) where V : struct, ILanes<V> => V.FusedMultiplyAdd(difference, difference, sum);

    public double Finish(double sum) => Math.Sqrt(sum);
}

/// <summary>Σ |δ|.</summary>
internal readonly struct AbsoluteMeasure : IMeasure
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Add<V>(V sum, V difference) where V : struct, ILanes<V> => sum + V.Abs(difference);

    public double Finish(double sum) => sum;
}

/// <summary>max |δ|.</summary>
internal readonly struct LargestMeasure : IMeasure
{
    public static bool TakesLargest => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Add<V>(V sum, V difference) where V : struct, ILanes<V> => V.Max(sum, V.Abs(difference));

    public double Finish(double sum) => sum;
}

/// <summary>How many δ are not 0.</summary>
internal readonly struct CountMeasure : IMeasure
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Add<V>(V sum, V difference) where V : struct, ILanes<V> => sum + V.IfEqual(difference, V.Constant(0), V.Constant(0), V.Constant(1));

    public double Finish(double sum) => sum;
}

/// <summary>(Σ |δ|ᵖ)^(1/p).</summary>
internal readonly struct PowerMeasure(double p) : IMeasure
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Add<V>(V sum, V difference) where V : struct, ILanes<V> => sum + V.Pow(V.Abs(difference), V.Parameter(p));

    public double Finish(double sum) => Math.Pow(sum, 1 / p);
}

/// <summary>
/// Distances between the rows of two tables. Differences are taken before anything is squared: near rows keep all digits, which
/// |x|² − 2xy + |y|² loses.
/// </summary>
internal static unsafe class DistanceKernel
{
    const int TileBytes = 16 * 1024;            // rows of y that stay in the first-level cache while rows of x pass

    /// <summary>distance[b, i, j] between row i of x[b] and row j of y[b]; each row has <paramref name="width"/> elements.</summary>
    public static void Run<TMeasure, T>(TMeasure measure, T* x, T* y, int batch, int n, int m, int width, T* distance)
        where TMeasure : struct, IMeasure where T : unmanaged =>
        Ranges.For(batch * n, (long)m * width, new RowRange<Values<TMeasure, T>, T>(new(measure, x, y, n, m, width, distance)));

    /// <summary>slope[b, i] = Σⱼ g[b, i, j]·(xᵢ − yⱼ) / distance[b, i, j], where a distance of 0 adds nothing: the gradient of Euclidean distances to x.</summary>
    public static void Slope<T>(T* x, T* y, T* g, T* distance, int batch, int n, int m, int width, T* slope) where T : unmanaged =>
        Ranges.For(batch * n, 2L * m * width, new RowRange<Slopes<T>, T>(new(x, y, g, distance, n, m, width, slope)));

    /// <summary>The end of a row with zeros behind it. Apart, since its variants would use up what may be inlined into a loop.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static V Rest<V, T>(T* x, nint count) where V : unmanaged, ILanes<V> where T : unmanaged => Lane<V, T>.Load(x, count, V.Constant(0));

    readonly struct RowRange<TRows, T>(TRows rows) : IRange where TRows : struct, ILaneRows where T : unmanaged
    {
        public void Run(int first, int end) => LaneChoice.Run<T, TRows>(rows, first, end);
    }

    readonly struct Values<TMeasure, T>(TMeasure measure, T* x, T* y, int n, int m, int width, T* distance) : ILaneRows
        where TMeasure : struct, IMeasure where T : unmanaged
    {
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            int tile = Math.Max(TileBytes / (sizeof(T) * Math.Max(width, 1)) & ~3, 4);
            for (int start = first; start < end;)
            {
                int b = start / n, stop = Math.Min(end, (b + 1) * n);                // rows of one table
                T* table = y + (nint)b * m * width;
                for (int j = 0; j < m; j += tile)
                    for (int i = start; i < stop; i += 2)
                        Strip<V>(i, Math.Min(stop - i, 2), table, j, Math.Min(j + tile, m));
                start = stop;
            }
        }

        /// <summary>One or two rows of x against some of y.</summary>
        void Strip<V>(int i, int rows, T* table, int first, int end) where V : unmanaged, ILanes<V>
        {
            double* sums = stackalloc double[8];
            T* x0 = x + (nint)i * width, x1 = x0 + (nint)(rows - 1) * width;
            for (int j = first; j < end; j += 4)
            {
                int columns = Math.Min(end - j, 4);
                Block<V>(x0, x1, table + (nint)j * width, columns, sums);
                for (int row = 0; row < rows; row++)
                    for (int column = 0; column < columns; column++)
                        Lane<V, T>.Write(distance + (nint)(i + row) * m + j + column, measure.Finish(sums[4 * row + column]));
            }
        }

        /// <summary>Two rows against up to four: eight sums, which hide each other's latency. Missing rows repeat the last.</summary>
        [MethodImpl(Compiled.Apart)]
        void Block<V>(T* x0, T* x1, T* y0, int columns, double* sums) where V : unmanaged, ILanes<V>
        {
            T* y1 = y0 + (columns > 1 ? width : 0), y2 = y1 + (columns > 2 ? width : 0), y3 = y2 + (columns > 3 ? width : 0);
            V zero = V.Constant(0), s00 = zero, s01 = zero, s02 = zero, s03 = zero, s10 = zero, s11 = zero, s12 = zero, s13 = zero;
            nint k = 0;
            for (; k <= width - Lane<V, T>.Width; k += Lane<V, T>.Width)
            {
                V a = Lane<V, T>.Load(x0 + k), b = Lane<V, T>.Load(x1 + k), c = Lane<V, T>.Load(y0 + k);
                s00 = measure.Add(s00, a - c);
                s10 = measure.Add(s10, b - c);
                c = Lane<V, T>.Load(y1 + k);
                s01 = measure.Add(s01, a - c);
                s11 = measure.Add(s11, b - c);
                c = Lane<V, T>.Load(y2 + k);
                s02 = measure.Add(s02, a - c);
                s12 = measure.Add(s12, b - c);
                c = Lane<V, T>.Load(y3 + k);
                s03 = measure.Add(s03, a - c);
                s13 = measure.Add(s13, b - c);
            }
            if (k < width)
            {
                nint count = width - k;
                V a = Rest<V, T>(x0 + k, count), b = Rest<V, T>(x1 + k, count), c = Rest<V, T>(y0 + k, count);
                s00 = measure.Add(s00, a - c);
                s10 = measure.Add(s10, b - c);
                c = Rest<V, T>(y1 + k, count);
                s01 = measure.Add(s01, a - c);
                s11 = measure.Add(s11, b - c);
                c = Rest<V, T>(y2 + k, count);
                s02 = measure.Add(s02, a - c);
                s12 = measure.Add(s12, b - c);
                c = Rest<V, T>(y3 + k, count);
                s03 = measure.Add(s03, a - c);
                s13 = measure.Add(s13, b - c);
            }
            (sums[0], sums[1], sums[2], sums[3]) = (Whole(s00), Whole(s01), Whole(s02), Whole(s03));
            (sums[4], sums[5], sums[6], sums[7]) = (Whole(s10), Whole(s11), Whole(s12), Whole(s13));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static double Whole<V>(V sum) where V : unmanaged, ILanes<V> => TMeasure.TakesLargest ? Lane<V, T>.Max(sum) : Lane<V, T>.Sum(sum);
    }

    readonly struct Slopes<T>(T* x, T* y, T* g, T* distance, int n, int m, int width, T* slope) : ILaneRows where T : unmanaged
    {
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            var weights = (T*)Scratch.Get((nuint)m * (nuint)sizeof(T));
            for (int i = first; i < end; i++)
            {
                T* of = g + (nint)i * m, at = distance + (nint)i * m;
                for (int j = 0; j < m; j++)
                {
                    double d = Lane<V, T>.Read(at + j);
                    Lane<V, T>.Write(weights + j, d == 0 ? 0 : Lane<V, T>.Read(of + j) / d);
                }
                Row<V>(x + (nint)i * width, y + (nint)(i / n) * m * width, weights, slope + (nint)i * width);
            }
        }

        /// <summary>Σⱼ wⱼ·(x − yⱼ), two vectors of columns at a time.</summary>
        [MethodImpl(Compiled.Apart)]
        void Row<V>(T* row, T* table, T* weights, T* to) where V : unmanaged, ILanes<V>
        {
            nint lanes = Lane<V, T>.Width, k = 0;
            for (; k <= width - 2 * lanes; k += 2 * lanes)
            {
                V x0 = Lane<V, T>.Load(row + k), x1 = Lane<V, T>.Load(row + k + lanes), sum0 = V.Constant(0), sum1 = sum0;
                T* column = table + k;
                for (int j = 0; j < m; j++, column += width)
                {
                    V weight = Lane<V, T>.Spread(weights + j);
                    sum0 = V.FusedMultiplyAdd(weight, x0 - Lane<V, T>.Load(column), sum0);
                    sum1 = V.FusedMultiplyAdd(weight, x1 - Lane<V, T>.Load(column + lanes), sum1);
                }
                Lane<V, T>.Store(to + k, sum0);
                Lane<V, T>.Store(to + k + lanes, sum1);
            }
            for (; k < width; k += lanes)
            {
                nint count = Math.Min(width - k, lanes);
                V x0 = Rest<V, T>(row + k, count), sum0 = V.Constant(0);
                T* column = table + k;
                for (int j = 0; j < m; j++, column += width)
                    sum0 = V.FusedMultiplyAdd(Lane<V, T>.Spread(weights + j), x0 - Rest<V, T>(column, count), sum0);
                Lane<V, T>.Store(to + k, sum0, count);
            }
        }
    }
}

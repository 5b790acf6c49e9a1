using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// How a group of numbers is normalized: x̂ = (x − center)·scale + offset. The center is a number in T near the mean, so that
/// x − center is exact; the offset is the rest of the way to the mean.
/// </summary>
/// <param name="Mean">Mean.</param>
/// <param name="Variance">Mean squared deviation (biased).</param>
/// <param name="Center">A number in T within a few deviations of the mean.</param>
/// <param name="Scale">1 / √(variance + ε).</param>
/// <param name="Offset">(center − mean)·scale.</param>
internal readonly record struct Moments(double Mean, double Variance, double Center, double Scale, double Offset)
{
    /// <summary>Numbers kept per group for backward.</summary>
    public const int Kept = 3;

    /// <summary>
    /// False where the center lay so far from the mean that the variance, a difference of squares, lost more than a digit. True for NaN,
    /// which no other center would cure.
    /// </summary>
    public bool IsPrecise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !((Mean - Center) * (Mean - Center) > 16 * Variance);
    }

    /// <summary>From a first guess of the mean and the sums of x − center and (x − center)² over <paramref name="count"/> numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Moments From(double center, double first, double second, double count, double epsilon)
    {
        double correction = first / count, variance = Math.Max(0, second / count - correction * correction);
        double scale = 1 / Math.Sqrt(variance + epsilon);
        return new(center + correction, variance, center, scale, -correction * scale);
    }
}

/// <summary>
/// Moments in one pass around a guess of the mean, the first element; where that was an outlier, in a second pass around the mean. The
/// error does not grow with mean / deviation (Chan, Golub, LeVeque: Algorithms for computing the sample variance, 1983).
/// </summary>
internal static unsafe class Moments<V, T> where V : unmanaged, ILanes<V> where T : unmanaged
{
    static nint Width => Lane<V, T>.Width;

    /// <summary>
    /// Moments over <paramref name="runs"/> runs of <paramref name="length"/> elements, <paramref name="stride"/> apart. The next run and the
    /// one of <paramref name="y"/>, which will be written, are fetched meanwhile: the processor foresees neither.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public static Moments Of(T* x, int runs, nint stride, int length, double epsilon, T* y)
    {
        Moments moments = Around(Lane<V, T>.Read(x), x, runs, stride, length, epsilon, y);
        return moments.IsPrecise ? moments : Around(Lane<V, T>.Rounded(moments.Mean), x, runs, stride, length, epsilon, y);
    }

    /// <summary>The mean square in place of the variance, and no center: x̂ = x / √(mean x² + ε).</summary>
    [MethodImpl(Compiled.Apart)]
    public static Moments OfSquares(T* x, int length, double epsilon)
    {
        double square = Deviations(x, length, 0, x, x).Item2 / length;
        return new(0, square, 0, 1 / Math.Sqrt(square + epsilon), 0);
    }

    [MethodImpl(Compiled.Apart)]
    static Moments Around(double center, T* x, int runs, nint stride, int length, double epsilon, T* y)
    {
        double first = 0, second = 0;
        for (int run = 0; run < runs; run++)
        {
            nint at = run * stride;
            (double deviation, double square) = Deviations(x + at, length, center, x + (run + 1 < runs ? at + stride : length), y + at);
            first += deviation;
            second += square;
        }
        return Moments.From(center, first, second, (double)runs * length, epsilon);
    }

    /// <summary>Keeps what backward needs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(in Moments moments, T* kept)
    {
        Lane<V, T>.Write(kept, moments.Center);
        Lane<V, T>.Write(kept + 1, moments.Scale);
        Lane<V, T>.Write(kept + 2, moments.Offset);
    }

    /// <summary>Σ (x − center) and Σ (x − center)². Fetches as much from <paramref name="next"/> and <paramref name="target"/>.</summary>
    [MethodImpl(Compiled.Apart)]
    static (double, double) Deviations(T* x, nint n, double center, T* next, T* target)
    {
        V middle = V.Constant(center), first0 = V.Constant(0), first1 = first0, first2 = first0, first3 = first0;
        V second0 = first0, second1 = first0, second2 = first0, second3 = first0;
        nint i = 0;
        for (; i <= n - 4 * Width; i += 4 * Width)
        {
            Lane<V, T>.PrefetchFour(next + i);
            Lane<V, T>.PrefetchFour(target + i);
            V d0 = Lane<V, T>.Load(x + i) - middle, d1 = Lane<V, T>.Load(x + i + Width) - middle;
            V d2 = Lane<V, T>.Load(x + i + 2 * Width) - middle, d3 = Lane<V, T>.Load(x + i + 3 * Width) - middle;
            first0 += d0;
            first1 += d1;
            first2 += d2;
            first3 += d3;
            second0 = V.FusedMultiplyAdd(d0, d0, second0);
            second1 = V.FusedMultiplyAdd(d1, d1, second1);
            second2 = V.FusedMultiplyAdd(d2, d2, second2);
            second3 = V.FusedMultiplyAdd(d3, d3, second3);
        }
        (first0, first1, second0, second1) = (first0 + first2, first1 + first3, second0 + second2, second1 + second3);
        for (; i < n; i += Width)
        {
            V d = Lane<V, T>.LoadUpTo(x + i, Math.Min(n - i, Width), middle) - middle;
            first0 += d;
            second0 = V.FusedMultiplyAdd(d, d, second0);
        }
        return (Lane<V, T>.Sum(first0 + first1), Lane<V, T>.Sum(second0 + second1));
    }
}

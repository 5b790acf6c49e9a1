using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// How a group of numbers is normalized: x̂ = (x − center)·scale + offset. The center is the mean rounded to T, so that x − center
/// is exact near it; the offset carries what rounding lost.
/// </summary>
/// <param name="Mean">Mean.</param>
/// <param name="Variance">Mean squared deviation (biased).</param>
/// <param name="Center">Mean, rounded to T.</param>
/// <param name="Scale">1 / √(variance + ε).</param>
/// <param name="Offset">(center − mean)·scale.</param>
internal readonly record struct Moments(double Mean, double Variance, double Center, double Scale, double Offset)
{
    /// <summary>Numbers kept per group for backward.</summary>
    public const int Kept = 3;
}

/// <summary>Two passes with the correction of Chan, Golub and LeVeque (1983): the error does not grow with mean / deviation.</summary>
internal static unsafe class Moments<V, T> where V : unmanaged, ILanes<V> where T : unmanaged
{
    static nint Width => Lane<V, T>.Width;

    /// <summary>Moments over <paramref name="runs"/> runs of <paramref name="length"/> elements, <paramref name="stride"/> apart.</summary>
    public static Moments Of(T* x, int runs, nint stride, int length, double epsilon)
    {
        double count = (double)runs * length, sum = 0, first = 0, second = 0;
        for (int run = 0; run < runs; run++) sum += RowLoops<V, T>.Dot(x + run * stride, 0, null, length);
        double center = Lane<V, T>.Rounded(sum / count);
        for (int run = 0; run < runs; run++)
        {
            (double deviation, double square) = Deviations(x + run * stride, length, center);
            first += deviation;
            second += square;
        }
        double correction = first / count, variance = Math.Max(0, second / count - correction * correction);
        double scale = 1 / Math.Sqrt(variance + epsilon);
        return new(center + correction, variance, center, scale, -correction * scale);
    }

    /// <summary>Keeps what backward needs.</summary>
    public static void Write(in Moments moments, T* kept)
    {
        Lane<V, T>.Write(kept, moments.Center);
        Lane<V, T>.Write(kept + 1, moments.Scale);
        Lane<V, T>.Write(kept + 2, moments.Offset);
    }

    /// <summary>Σ (x − center) and Σ (x − center)².</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static (double, double) Deviations(T* x, nint n, double center)
    {
        V middle = V.Constant(center), first0 = V.Constant(0), first1 = first0, second0 = first0, second1 = first0;
        nint i = 0;
        for (; i <= n - 2 * Width; i += 2 * Width)
        {
            V d0 = Lane<V, T>.Load(x + i) - middle, d1 = Lane<V, T>.Load(x + i + Width) - middle;
            first0 += d0;
            first1 += d1;
            second0 = V.FusedMultiplyAdd(d0, d0, second0);
            second1 = V.FusedMultiplyAdd(d1, d1, second1);
        }
        for (; i < n; i += Width)
        {
            V d = Lane<V, T>.Load(x + i, Math.Min(n - i, Width), middle) - middle;
            first0 += d;
            second0 = V.FusedMultiplyAdd(d, d, second0);
        }
        return (Lane<V, T>.Sum(first0 + first1), Lane<V, T>.Sum(second0 + second1));
    }
}

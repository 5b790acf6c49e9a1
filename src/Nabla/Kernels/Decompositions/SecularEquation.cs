using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The roots of 1 + Σ wⱼ/(dⱼ − λ), one in each gap between poles and one behind the last (Li: Solving secular equations stably and efficiently,
/// 1993, the middle way): poles below and above the root are replaced by one each, with the slopes they have, and the root of that,
/// of a quadratic, comes next. It is kept between what is known to lie on either side.
/// </summary>
internal readonly unsafe struct SecularEquation<TSimd, TVector>(SecularMemory memory)
    where TSimd : struct, ISimd<TVector, double> where TVector : struct
{
    const double Epsilon = 1.1e-16;
    const int MostSteps = 200, WidestRegister = 8;          // four steps are usual

    readonly bool areSquares = memory.AreSquares;

    /// <summary>Root <paramref name="k"/>.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Solve(int k)
    {
        double* d = memory.Poles, w = memory.Weights;
        bool isLast = k == memory.Count - 1;
        double gap = isLast ? Total() : Gap(d[k + 1], d[k]), middle = isLast ? gap : gap * 0.5;
        int origin = k;
        var here = Evaluate(k, d[k], middle);
        double low = 0, high = isLast ? 2 * gap : middle, x = middle;
        if (!isLast)
        {
            // What the other poles make of the middle, with the two exact.
            double rest = here.Value + (w[k] - w[k + 1]) / middle, below = 0, above = gap;
            if (here.Value < 0) (origin, below, above, low, high) = (k + 1, -gap, 0, -middle, 0);
            x = Root(rest, rest * (below + above) + w[k] + w[k + 1], w[k] * above + w[k + 1] * below);
            if (!(x > low && x < high)) x = 0.5 * (low + high);
            here = Evaluate(k, d[origin], x);
        }
        for (int step = 0; step < MostSteps && Math.Abs(here.Value) > Epsilon * (8 * here.Size + Math.Abs(x) * here.Slope); step++)
        {
            if (here.Value < 0) low = x;
            else high = x;
            double below = Gap(d[k], d[origin]) - x, above = Gap(d[k + 1], d[origin]) - x, next;
            if (isLast)
            {
                double constant = here.Value - below * here.SlopeBelow;
                next = x + below + below * below * here.SlopeBelow / constant;
            }
            else
            {
                double constant = here.Value - below * here.SlopeBelow - above * here.SlopeAbove;
                next = x + Root(constant, (below + above) * here.Value - below * above * here.Slope, below * above * here.Value);
            }
            if (!(next > low && next < high)) next = 0.5 * (low + high);
            if (next == x) break;
            x = next;
            here = Evaluate(k, d[origin], x);
        }
        memory.Origins[k] = origin;
        memory.Offsets[k] = x;
    }

    /// <summary>The root of c·x² − b·x + a between the poles, without cancellation.</summary>
    static double Root(double c, double b, double a)
    {
        double root = Math.Sqrt(Math.Abs(b * b - 4 * a * c));
        return b > 0 ? 2 * a / (b + root) : (b - root) / (2 * c);
    }

    double Total()
    {
        double sum = 0;
        for (int j = 0; j < memory.Count; j++) sum += memory.Weights[j];
        return sum;
    }

    readonly record struct Point(double Below, double SlopeBelow, double Above, double SlopeAbove)
    {
        public double Value => 1 + Below + Above;

        public double Slope => SlopeBelow + SlopeAbove;

        /// <summary>What is added up, all with one sign.</summary>
        public double Size => 1 - Below + Above;
    }

    /// <summary>The sums over poles up to k, and over those behind it, at origin + x.</summary>
    [MethodImpl(Compiled.Apart)]
    Point Evaluate(int k, double origin, double x)
    {
        int first = (k + 1) / TSimd.Count * TSimd.Count, second = MatMul.RoundUp(k + 1, TSimd.Count), end = MatMul.RoundUp(memory.Count, TSimd.Count);
        double* sums = stackalloc double[4];
        TVector o = TSimd.Broadcast(origin), at = TSimd.Broadcast(x), one = TSimd.Broadcast(1);
        TVector below = default, slopeBelow = default, above = default, slopeAbove = default;
        int j = 0;
        for (; j < first; j += TSimd.Count)
        {
            TVector inverse = TSimd.Divide(one, TSimd.Subtract(Gap(TSimd.Load(memory.Poles + j), o), at)), term = TSimd.Multiply(inverse, TSimd.Load(memory.Weights + j));
            below = TSimd.Add(below, term);
            slopeBelow = TSimd.MultiplyAdd(term, inverse, slopeBelow);
        }
        for (j = second; j < end; j += TSimd.Count)
        {
            TVector inverse = TSimd.Divide(one, TSimd.Subtract(Gap(TSimd.Load(memory.Poles + j), o), at)), term = TSimd.Multiply(inverse, TSimd.Load(memory.Weights + j));
            above = TSimd.Add(above, term);
            slopeAbove = TSimd.MultiplyAdd(term, inverse, slopeAbove);
        }
        TSimd.Sums(below, slopeBelow, above, slopeAbove, sums);
        for (j = first; j < second; j++)
        {
            double inverse = 1 / (Gap(memory.Poles[j], origin) - x), term = memory.Weights[j] * inverse;
            double* to = sums + (j <= k ? 0 : 2);
            to[0] += term;
            to[1] += term * inverse;
        }
        return new(sums[0], sums[1], sums[2], sums[3]);
    }

    /// <summary>
    /// The z for poles first … last − 1, whole registers, with the signs they have in <see cref="SecularMemory.Exact"/>: zⱼ² = Π (λₖ − dⱼ) / Π (dₖ − dⱼ), up to a factor
    /// of all (Löwner, 1934).
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public void Correct(int first, int last)
    {
        TVector one = TSimd.Broadcast(1);
        double* lanes = stackalloc double[WidestRegister];
        for (int j = first; j < last; j += TSimd.Count)
        {
            TVector d = TSimd.Load(memory.Poles + j), product = one;
            for (int k = 0; k < memory.Count; k++)
            {
                double origin = memory.Poles[memory.Origins[k]];
                TVector distance = TSimd.Subtract(Gap(d, TSimd.Broadcast(origin)), TSimd.Broadcast(memory.Offsets[k]));
                TVector gap = Gap(d, TSimd.Broadcast(memory.Poles[k]));
                if (k >= j && k < j + TSimd.Count)
                {
                    // Its own pole: no gap.
                    TSimd.Store(lanes, gap);
                    lanes[k - j] = -1;
                    gap = TSimd.Load(lanes);
                }
                product = TSimd.Multiply(product, TSimd.Divide(distance, gap));
            }
            TSimd.Store(lanes, product);
            for (int lane = 0; lane < TSimd.Count && j + lane < memory.Count; lane++)
                memory.Exact[j + lane] = Math.CopySign(Math.Sqrt(Math.Abs(lanes[lane])), memory.Exact[j + lane]);
        }
    }

    /// <summary>
    /// The vector of root k of length 1, its components at their places: zⱼ / (dⱼ − λ), or zⱼ / (dⱼ² − λ²) and to its left dⱼ times that, after a first one of −1.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public void Row<T>(int k, T* to, bool isLeft) where T : unmanaged, IFloatingPointIeee754<T>
    {
        double* lanes = stackalloc double[WidestRegister];
        TVector origin = TSimd.Broadcast(memory.Poles[memory.Origins[k]]), offset = TSimd.Broadcast(memory.Offsets[k]), sum = default;
        int count = memory.Count;
        for (int j = 0; j < count; j += TSimd.Count)
        {
            TVector d = TSimd.Load(memory.Poles + j), x = TSimd.Divide(TSimd.Load(memory.Exact + j), TSimd.Subtract(Gap(d, origin), offset));
            if (isLeft) x = TSimd.Multiply(d, x);
            sum = TSimd.MultiplyAdd(x, x, sum);
            TSimd.Store(lanes, x);
            for (int lane = 0; lane < TSimd.Count && j + lane < count; lane++) to[memory.Places[j + lane]] = Number.To<T>(lanes[lane]);
        }
        TSimd.Sums(sum, default, default, default, lanes);
        if (isLeft)
        {
            to[memory.Places[0]] = -T.One;
            lanes[0] += 1;
        }
        T scale = Number.To<T>(1 / Math.Sqrt(lanes[0]));
        for (int j = 0; j < count; j++) to[j] *= scale;
    }

    /// <summary>From one pole to another, without cancellation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    TVector Gap(TVector d, TVector origin)
    {
        TVector gap = TSimd.Subtract(d, origin);
        return areSquares ? TSimd.Multiply(gap, TSimd.Add(d, origin)) : gap;
    }

    double Gap(double d, double origin) => areSquares ? (d - origin) * (d + origin) : d - origin;
}

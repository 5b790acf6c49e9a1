using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Loops down a tile of scores [keys, queries], a vector of queries at a time: what a softmax needs of each query is a lane of a register, and nothing
/// is ever summed across one.
/// </summary>
internal static unsafe class ScoreColumns<V, T> where V : unmanaged, ILanes<V> where T : unmanaged
{
    const nint Row = ScoreTile.Queries;

    /// <summary>s ← s·scale + bias, or s·scale if <paramref name="bias"/> is null.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Scale(T* s, int keys, double scale, T* bias)
    {
        V factor = V.Constant(scale);
        for (T* end = s + keys * Row; s < end; s += Row)
        {
            V score = Lane<V, T>.Load(s);
            Lane<V, T>.Store(s, bias == null ? score * factor : V.FusedMultiplyAdd(score, factor, Lane<V, T>.Load(bias)));
            if (bias != null) bias += Row;
        }
    }

    /// <summary>s ← <paramref name="hidden"/> for the keys from <paramref name="first"/> on where a query sees too few of them.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Hide(T* s, int first, int keys, T* seen, double hidden)
    {
        V limit = Lane<V, T>.Load(seen), rest = V.Constant(hidden);
        for (int key = first; key < keys; key++)
            Lane<V, T>.Store(s + key * Row, V.IfLess(V.Parameter(key), limit, Lane<V, T>.Load(s + key * Row), rest));
    }

    /// <summary>s ← 0 for the keys from <paramref name="first"/> on.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Clear(T* s, int first, int keys)
    {
        for (int key = first; key < keys; key++) Lane<V, T>.Store(s + key * Row, V.Constant(0));
    }

    /// <summary>sum ← Σ s over the keys.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Sum(T* s, int keys, T* sum)
    {
        V total = V.Constant(0);
        for (int key = 0; key < keys; key++) total += Lane<V, T>.Load(s + key * Row);
        Lane<V, T>.Store(sum, total);
    }

    /// <summary>s ← s·factors.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Multiply(T* s, T* factors, int keys)
    {
        for (nint i = 0; i < keys * Row; i += Row) Lane<V, T>.Store(s + i, Lane<V, T>.Load(s + i) * Lane<V, T>.Load(factors + i));
    }

    /// <summary>
    /// Scores become weights exp(s·scale − largest) relative to the largest so far, with a positive scale; what was summed relative to a smaller one is to be
    /// multiplied with <paramref name="shrink"/>, as the sum is here.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public static void Weigh(T* s, int keys, double scale, T* largest, T* sum, T* shrink, ComingRows<T> coming)
    {
        V low = V.Constant(double.NegativeInfinity), factor = V.Constant(scale), before = Lane<V, T>.Load(largest);
        V top = V.Max(before, Largest(s, keys) * factor), shift = V.IfEqual(top, low, V.Constant(0), top);      // −∞: all hidden so far
        V less = V.ExpOfNegative(before - shift), minus = -shift, sum0 = V.Constant(0), sum1 = sum0;
        Lane<V, T>.Store(largest, top);
        Lane<V, T>.Store(shrink, less);
        T* end = s + keys * Row;
        for (; s <= end - 4 * Row; s += 4 * Row)
        {
            coming.FetchEight();
            V a = V.FusedMultiplyAdd(Lane<V, T>.Load(s), factor, minus), b = V.FusedMultiplyAdd(Lane<V, T>.Load(s + Row), factor, minus);
            V c = V.FusedMultiplyAdd(Lane<V, T>.Load(s + 2 * Row), factor, minus), d = V.FusedMultiplyAdd(Lane<V, T>.Load(s + 3 * Row), factor, minus);
            V.ExpOfNegative(ref a, ref b, ref c, ref d);
            Lane<V, T>.Store(s, a);
            Lane<V, T>.Store(s + Row, b);
            Lane<V, T>.Store(s + 2 * Row, c);
            Lane<V, T>.Store(s + 3 * Row, d);
            sum0 = sum0 + a + b;
            sum1 = sum1 + c + d;
        }
        for (; s < end; s += Row)
        {
            V weight = V.ExpOfNegative(V.FusedMultiplyAdd(Lane<V, T>.Load(s), factor, minus));
            Lane<V, T>.Store(s, weight);
            sum0 += weight;
        }
        Lane<V, T>.Store(sum, V.FusedMultiplyAdd(Lane<V, T>.Load(sum), less, sum0 + sum1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Largest(T* s, int keys)
    {
        V a = V.Constant(double.NegativeInfinity), b = a, c = a, d = a;
        T* end = s + keys * Row;
        for (; s <= end - 4 * Row; s += 4 * Row)
        {
            a = V.Max(a, Lane<V, T>.Load(s));
            b = V.Max(b, Lane<V, T>.Load(s + Row));
            c = V.Max(c, Lane<V, T>.Load(s + 2 * Row));
            d = V.Max(d, Lane<V, T>.Load(s + 3 * Row));
        }
        for (; s < end; s += Row) a = V.Max(a, Lane<V, T>.Load(s));
        return V.Max(V.Max(a, b), V.Max(c, d));
    }

    /// <summary>The logarithm of the sum of exponentials, +∞ where there is nothing to attend to; sum ← 1 / sum, or 1 there.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Finish(T* largest, T* sum, T* logSum, int queries)
    {
        V zero = V.Constant(0), one = V.Constant(1), total = Lane<V, T>.Load(sum);
        V log = V.IfEqual(total, zero, V.Constant(double.PositiveInfinity), Lane<V, T>.Load(largest) + V.Log(total));
        Lane<V, T>.Store(logSum, log, queries);
        Lane<V, T>.Store(sum, V.IfEqual(total, zero, one, one / total));
    }

    /// <summary>weight ← exp(weight·scale − logSum), slope ← weight·(slope − center)·slopeScale.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void ExpSlope(T* weight, T* slope, int keys, double scale, T* logSum, T* center, double slopeScale, ComingRows<T> coming)
    {
        V factor = V.Constant(scale), slopeFactor = V.Constant(slopeScale), minus = -Lane<V, T>.Load(logSum), middle = Lane<V, T>.Load(center);
        T* end = weight + keys * Row;
        for (; weight <= end - 4 * Row; weight += 4 * Row, slope += 4 * Row)
        {
            coming.FetchEight();
            V a = V.FusedMultiplyAdd(Lane<V, T>.Load(weight), factor, minus), b = V.FusedMultiplyAdd(Lane<V, T>.Load(weight + Row), factor, minus);
            V c = V.FusedMultiplyAdd(Lane<V, T>.Load(weight + 2 * Row), factor, minus), d = V.FusedMultiplyAdd(Lane<V, T>.Load(weight + 3 * Row), factor, minus);
            V.ExpOfNegative(ref a, ref b, ref c, ref d);
            Share(0, a);
            Share(Row, b);
            Share(2 * Row, c);
            Share(3 * Row, d);
        }
        for (; weight < end; weight += Row, slope += Row)
            Share(0, V.ExpOfNegative(V.FusedMultiplyAdd(Lane<V, T>.Load(weight), factor, minus)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Share(nint at, V share)
        {
            Lane<V, T>.Store(weight + at, share);
            Lane<V, T>.Store(slope + at, share * (Lane<V, T>.Load(slope + at) - middle) * slopeFactor);
        }
    }

    /// <summary>
    /// The same where these are all the keys: then center = Σ weight·slope is known when the weights are. Divided by Σ weight, which the rounding of logSum
    /// keeps from 1, lest that error be multiplied with the center.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public static void ExpWholeSlope(T* weight, T* slope, int keys, double scale, T* logSum, double slopeScale, ComingRows<T> coming)
    {
        V factor = V.Constant(scale), minus = -Lane<V, T>.Load(logSum), center0 = V.Constant(0), center1 = center0, total0 = center0, total1 = center0;
        T* firstWeight = weight, firstSlope = slope, end = weight + keys * Row;
        for (; weight <= end - 4 * Row; weight += 4 * Row, slope += 4 * Row)
        {
            coming.FetchEight();
            V a = V.FusedMultiplyAdd(Lane<V, T>.Load(weight), factor, minus), b = V.FusedMultiplyAdd(Lane<V, T>.Load(weight + Row), factor, minus);
            V c = V.FusedMultiplyAdd(Lane<V, T>.Load(weight + 2 * Row), factor, minus), d = V.FusedMultiplyAdd(Lane<V, T>.Load(weight + 3 * Row), factor, minus);
            V.ExpOfNegative(ref a, ref b, ref c, ref d);
            Lane<V, T>.Store(weight, a);
            Lane<V, T>.Store(weight + Row, b);
            Lane<V, T>.Store(weight + 2 * Row, c);
            Lane<V, T>.Store(weight + 3 * Row, d);
            center0 = V.FusedMultiplyAdd(a, Lane<V, T>.Load(slope), center0);
            center1 = V.FusedMultiplyAdd(b, Lane<V, T>.Load(slope + Row), center1);
            center0 = V.FusedMultiplyAdd(c, Lane<V, T>.Load(slope + 2 * Row), center0);
            center1 = V.FusedMultiplyAdd(d, Lane<V, T>.Load(slope + 3 * Row), center1);
            total0 = total0 + a + c;
            total1 = total1 + b + d;
        }
        for (; weight < end; weight += Row, slope += Row)
        {
            V share = V.ExpOfNegative(V.FusedMultiplyAdd(Lane<V, T>.Load(weight), factor, minus));
            Lane<V, T>.Store(weight, share);
            center0 = V.FusedMultiplyAdd(share, Lane<V, T>.Load(slope), center0);
            total0 += share;
        }
        V zero = V.Constant(0), total = total0 + total1, slopeFactor = V.Constant(slopeScale);
        V center = (center0 + center1) / V.IfEqual(total, zero, V.Constant(1), total);
        for (nint at = 0, last = keys * Row; at < last; at += Row)
        {
            V share = Lane<V, T>.Load(firstWeight + at) * slopeFactor;
            Lane<V, T>.Store(firstSlope + at, share * (Lane<V, T>.Load(firstSlope + at) - center));
        }
    }
}

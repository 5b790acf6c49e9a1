using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla.Boosting.Ranking;

/// <summary>
/// The lambdas of one query. Documents are put in the order of their scores; the pairs of one document with all that follow are
/// computed a vector at a time. Used again for query after query.
/// </summary>
internal sealed unsafe class QueryLambdas
{
    const int Padding = 16;     // elements behind the last document: the most that a vector holds

    int count;
    PinnedArray<float> scores = new(0), gains = new(0), discounts = new(0), scales = new(0), deltas = new(0), gradients = new(0), hessians = new(0);
    int[] places = [];
    double[] hits = [], sums = [];

    /// <summary>Computes λ and its slope for every document.</summary>
    /// <param name="query">Its documents.</param>
    /// <param name="target">What orders are judged by.</param>
    /// <param name="options">Which pairs, and how they count.</param>
    /// <param name="ideal">The gain of the best order.</param>
    /// <param name="bias">Of places; null without.</param>
    /// <param name="number">Of the query.</param>
    /// <param name="random">For drawn pairs.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Compute(
        in Query query, LambdaTarget target, LambdaMartOptions options, double ideal, PositionBias? bias, int number, RandomStream random)
    {
        Sort(query, target);
        double scale = target == LambdaTarget.Ndcg ? 1 / Math.Max(ideal, 1e-9) : 1;
        scales.Span[..count].Fill((float)scale);        // and 0 behind the last document
        // Scores depend on places through clicks: dividing by their distance would bring the bias back that is taken out.
        bool isNormalized = options.IsNormalized && bias is null;
        bool hasSpread = isNormalized && scores.Pointer[0] != scores.Pointer[count - 1];
        bool isTop = options.Sampling == PairSampling.Top;
        int firsts = isTop ? Math.Min(options.Pairs, count) : count;
        LaneChoice.Run<float, PairRows>(new PairRows(this, target, options, scale, hasSpread, bias, number, random), 0, firsts);
        Finish(query.Weight, isNormalized);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CopyTo(in Query query, Span<float> g, Span<float> h)
    {
        ReadOnlySpan<int> order = query.Order;
        for (int i = 0; i < order.Length; i++) (g[order[i]], h[order[i]]) = (gradients.Pointer[i], hessians.Pointer[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Sort(in Query query, LambdaTarget target)
    {
        count = query.Scores.Length;
        Grow(count);
        RankingMetrics.Sort(query.Scores, query.Order);
        float* x = scores.Pointer, y = gains.Pointer;
        for (int i = 0; i < count; i++) (x[i], y[i]) = (query.Scores[query.Order[i]], query.Gains[query.Order[i]]);
        foreach (PinnedArray<float> padded in (ReadOnlySpan<PinnedArray<float>>)[scores, gains, scales, deltas]) padded.Span.Slice(count, Padding).Clear();
        foreach (PinnedArray<float> sum in (ReadOnlySpan<PinnedArray<float>>)[gradients, hessians]) sum.Span[..(count + Padding)].Clear();
        for (int i = 0; i < query.Places.Length; i++) places[i] = query.Places[query.Order[i]];
        if (target == LambdaTarget.Map) CountHits();
    }

    void Grow(int documents)
    {
        if (places.Length >= documents) return;
        int size = documents + Padding;
        (places, hits, sums) = (new int[documents], new double[documents + 1], new double[documents + 1]);
        (scores, gains, discounts) = (new PinnedArray<float>(size), new PinnedArray<float>(size), new PinnedArray<float>(size));
        (scales, deltas) = (new PinnedArray<float>(size), new PinnedArray<float>(size));
        (gradients, hessians) = (new PinnedArray<float>(size), new PinnedArray<float>(size));
        for (int place = 0; place < size; place++) discounts.Pointer[place] = (float)RankingMetrics.Discount(place);
    }

    void CountHits()
    {
        for (int i = 0; i < count; i++)
        {
            hits[i + 1] = hits[i] + gains.Span[i];
            sums[i + 1] = sums[i] + gains.Span[i] / (i + 1);
        }
    }

    /// <summary>How much the measure changes when the documents at two places are exchanged; 0 for equal grades.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    double Delta(int i, int j, LambdaTarget target)
    {
        float a = gains.Pointer[i], b = gains.Pointer[j];
        return target switch
        {
            LambdaTarget.Ndcg => Math.Abs((a - b) * (discounts.Pointer[i] - discounts.Pointer[j])),
            LambdaTarget.Pairwise => a != b ? 1 : 0,
            _ => a != b ? PrecisionDelta(Math.Min(i, j), Math.Max(i, j)) : 0,
        };
    }

    /// <summary>|ΔAP| for places of different relevance: the hits up to i and those between move by one.</summary>
    double PrecisionDelta(int i, int j)
    {
        double relevant = Math.Max(hits[count], 1), between = sums[j] - sums[i + 1];
        return gains.Span[i] > 0
            ? Math.Abs(hits[j + 1] / (j + 1) - hits[i + 1] / (i + 1) - between) / relevant
            : Math.Abs((hits[i] + 1) / (i + 1) - hits[j + 1] / (j + 1) + between) / relevant;
    }

    void Draw(int i, LambdaTarget target, double scale, int pairs, RandomStream random)
    {
        deltas.Span[..count].Clear();
        for (int k = 0; k < pairs; k++)
        {
            int j = random.NextInt(k, count);
            deltas.Pointer[j] += (float)(Delta(i, j, target) * scale);
        }
    }

    /// <summary>Divides the forces by the biases of both places, and adds up the losses by place.</summary>
    void Weigh(int i, int start, PositionBias bias, int number)
    {
        for (int j = start; j < count; j++)
        {
            if (deltas.Pointer[j] == 0) continue;
            var (better, worse) = gains.Pointer[i] > gains.Pointer[j] ? (i, j) : (j, i);
            double loss = Math.Log(1 + Math.Exp(-(double)(scores.Pointer[better] - scores.Pointer[worse]))) * deltas.Pointer[j];
            deltas.Pointer[j] *= (float)bias.Weigh(number, places[better], places[worse], loss);
        }
    }

    /// <summary>Keeps queries with many pairs from drowning the others: Σ|λ| becomes log₂(1 + Σ|λ|), as in LightGBM.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Finish(float weight, bool isNormalized)
    {
        float* g = gradients.Pointer, h = hessians.Pointer;
        double size = 0;
        for (int i = 0; i < count; i++) size += Math.Abs(g[i]);
        float factor = isNormalized && size > 0 ? (float)(weight * Math.Log2(1 + size) / size) : weight;
        for (int i = 0; i < count; i++)
        {
            g[i] *= factor;
            h[i] *= factor;
        }
    }

    /// <summary>The pairs of documents first … end − 1, each with all that follow or with those drawn.</summary>
    readonly struct PairRows(
        QueryLambdas own, LambdaTarget target, LambdaMartOptions options, double scale, bool hasSpread, PositionBias? bias, int number, RandomStream random)
        : ILaneRows
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            bool isTop = options.Sampling == PairSampling.Top, isPairwise = target == LambdaTarget.Pairwise;
            bool isPlain = isTop && target != LambdaTarget.Map && bias is null;     // δ is computed where it is needed
            for (int i = first; i < end; i++)
            {
                int start = isTop ? i + 1 : 0;
                if (isPlain)
                {
                    own.Pull<V>(i, start, hasSpread, isGiven: false, isPairwise);
                    continue;
                }
                if (!isTop) own.Draw(i, target, scale, options.Pairs, random.Split(i));
                else for (int j = start; j < own.count; j++) own.deltas.Pointer[j] = (float)(own.Delta(i, j, target) * scale);
                if (bias is not null) own.Weigh(i, start, bias, number);
                own.Pull<V>(i, start, hasSpread, isGiven: true, isPairwise);
            }
        }
    }

    /// <summary>
    /// Pairs of document i with all from start on: p = σ(−(better − worse)) is the force, p·(1 − p) its slope, both times δ. With z = e^−|difference|
    /// they are 1/(1 + z) or z/(1 + z), and z/(1 + z)²: one division serves them, and the division of δ by the distance too.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    void Pull<V>(int i, int start, bool hasSpread, bool isGiven, bool isPairwise) where V : unmanaged, ILanes<V>
    {
        float* scores = this.scores.Pointer, gains = this.gains.Pointer, discounts = this.discounts.Pointer, scales = this.scales.Pointer;
        float* deltas = this.deltas.Pointer, g = gradients.Pointer, h = hessians.Pointer;
        V score = V.Constant(scores[i]), gain = V.Constant(gains[i]), discount = V.Constant(discounts[i]);
        V one = V.Constant(1), back = V.Constant(-1), none = V.Constant(0), force = none, slope = none;
        for (nint j = start; j < count; j += Lane<V, float>.Width)
        {
            V difference = score - Lane<V, float>.Load(scores + j), other = Lane<V, float>.Load(gains + j), delta;
            if (isGiven) delta = Lane<V, float>.Load(deltas + j);
            else if (isPairwise) delta = V.IfEqual(gain, other, none, Lane<V, float>.Load(scales + j));
            else delta = V.Abs((gain - other) * (discount - Lane<V, float>.Load(discounts + j))) * Lane<V, float>.Load(scales + j);
            V distance = V.Abs(difference), z = V.ExpOfNegative(-distance), sum = one + z, inverse;
            if (hasSpread)
            {
                distance += V.Constant(0.01);
                V both = one / (sum * distance);
                inverse = both * distance;
                delta *= both * sum;
            }
            else inverse = one / sum;
            V sign = V.IfLess(gain, other, back, one);
            V pull = V.IfLess(difference * sign, none, one, z) * inverse * delta * sign, curve = z * inverse * inverse * delta;
            force += pull;
            slope += curve;
            Lane<V, float>.Store(g + j, Lane<V, float>.Load(g + j) + pull);
            Lane<V, float>.Store(h + j, Lane<V, float>.Load(h + j) + curve);
        }
        g[i] -= (float)Lane<V, float>.Sum(force);
        h[i] += (float)Lane<V, float>.Sum(slope);
    }
}

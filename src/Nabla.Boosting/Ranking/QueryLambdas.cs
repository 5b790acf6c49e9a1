using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla.Boosting.Ranking;

/// <summary>
/// The lambdas of one query. Documents are put in the order of their scores; the pairs of one document with all that follow are
/// computed sixteen at a time. Used again for query after query.
/// </summary>
internal sealed unsafe class QueryLambdas
{
    const int Width = 16;

    int count;
    int[] order = [];
    float[] keys = [];
    PinnedArray<float> scores = new(0), gains = new(0), discounts = new(0), deltas = new(0), gradients = new(0), hessians = new(0);
    int[] places = [];
    double[] hits = [], sums = [];

    /// <summary>Computes λ and its slope for every document.</summary>
    public void Compute(in Query query, LambdaTarget target, LambdaMartOptions options, PositionBias? bias, int number, RandomStream random)
    {
        Sort(query, target, options);
        double scale = target == LambdaTarget.Ndcg ? 1 / Math.Max(Ideal(), 1e-9) : 1;
        // Scores depend on places through clicks: dividing by their distance would bring the bias back that is taken out.
        bool isNormalized = options.IsNormalized && bias is null;
        bool hasSpread = isNormalized && scores.Span[0] != scores.Span[count - 1];
        bool isTop = options.Sampling == PairSampling.Top;
        int firsts = isTop ? Math.Min(options.Pairs, count) : count;
        for (int i = 0; i < firsts; i++)
        {
            int start = isTop ? i + 1 : 0;
            if (isTop) for (int j = start; j < count; j++) deltas.Pointer[j] = (float)(Delta(i, j, target) * scale);
            else Draw(i, target, scale, options.Pairs, random.Split(i));
            if (bias is not null) Weigh(i, start, bias, number);
            Pull(i, start, hasSpread);
        }
        Finish(query.Weight, isNormalized);
    }

    public void CopyTo(Span<float> g, Span<float> h)
    {
        for (int i = 0; i < count; i++) (g[order[i]], h[order[i]]) = (gradients.Span[i], hessians.Span[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Sort(in Query query, LambdaTarget target, LambdaMartOptions options)
    {
        count = query.Scores.Length;
        Grow(count);
        for (int i = 0; i < count; i++) (order[i], keys[i]) = (i, -query.Scores[i]);
        // Equal scores keep the order of the rows; insertion is fastest for lists of this length.
        if (count <= 64)
            for (int i = 1; i < count; i++)
            {
                (float key, int document) = (keys[i], order[i]);
                int at = i;
                for (; at > 0 && keys[at - 1] > key; at--) (keys[at], order[at]) = (keys[at - 1], order[at - 1]);
                (keys[at], order[at]) = (key, document);
            }
        else RankingMetrics.StableOrder(query.Scores).CopyTo(order, 0);
        for (int i = 0; i < count; i++)
        {
            float grade = query.Labels[order[i]];
            scores.Pointer[i] = query.Scores[order[i]];
            gains.Pointer[i] = target == LambdaTarget.Ndcg && options.HasExponentialGain ? (float)RankingMetrics.ExponentialGain((int)grade) : grade;
            discounts.Pointer[i] = (float)RankingMetrics.Discount(i);
            (gradients.Pointer[i], hessians.Pointer[i]) = (0, 0);
            if (query.Places.Length > 0) places[i] = query.Places[order[i]];
        }
        for (int i = count; i < count + Width; i++) (scores.Pointer[i], gains.Pointer[i], deltas.Pointer[i], gradients.Pointer[i], hessians.Pointer[i]) = (0, 0, 0, 0, 0);
        if (target == LambdaTarget.Map) CountHits();
    }

    void Grow(int documents)
    {
        if (order.Length >= documents) return;
        int size = documents + Width;
        (order, keys, places, hits, sums) = (new int[documents], new float[documents], new int[documents], new double[documents + 1], new double[documents + 1]);
        (scores, gains, discounts) = (new PinnedArray<float>(size), new PinnedArray<float>(size), new PinnedArray<float>(size));
        (deltas, gradients, hessians) = (new PinnedArray<float>(size), new PinnedArray<float>(size), new PinnedArray<float>(size));
    }

    /// <summary>The gain of the best order.</summary>
    double Ideal()
    {
        gains.Span[..count].CopyTo(keys);
        Array.Sort(keys, 0, count);
        double ideal = 0;
        for (int i = 0; i < count; i++) ideal += keys[count - 1 - i] * (double)discounts.Span[i];
        return ideal;
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

    /// <summary>
    /// Pairs of document i with all from start on: p = σ(−(better − worse)) is the force, p·(1 − p) its slope, both times δ.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Pull(int i, int start, bool hasSpread)
    {
        float* s = scores.Pointer, gain = gains.Pointer, delta = deltas.Pointer, g = gradients.Pointer, h = hessians.Pointer;
        Lanes512 own = Lanes512.Constant(s[i]), ownGain = Lanes512.Constant(gain[i]), one = Lanes512.Constant(1), none = Lanes512.Constant(-1);
        double force = 0, slope = 0;
        for (int j = start; j < count; j += Width)
        {
            Lanes512 d = Lane<Lanes512, float>.Load(delta + j, Math.Min(Width, count - j), default);
            Lanes512 difference = own - Lane<Lanes512, float>.Load(s + j);
            if (hasSpread) d /= Lanes512.Constant(0.01) + Lanes512.Abs(difference);
            Lanes512 sign = Lanes512.IfLess(ownGain, Lane<Lanes512, float>.Load(gain + j), none, one);
            Lanes512 p = Lanes512.Sigmoid(-(difference * sign));
            Lanes512 pull = sign * p * d, curve = p * (one - p) * d;
            force += Lane<Lanes512, float>.Sum(pull);
            slope += Lane<Lanes512, float>.Sum(curve);
            Lane<Lanes512, float>.Store(g + j, Lane<Lanes512, float>.Load(g + j) + pull);
            Lane<Lanes512, float>.Store(h + j, Lane<Lanes512, float>.Load(h + j) + curve);
        }
        g[i] -= (float)force;
        h[i] += (float)slope;
    }

    /// <summary>Keeps queries with many pairs from drowning the others: Σ|λ| becomes log₂(1 + Σ|λ|), as in LightGBM.</summary>
    void Finish(float weight, bool isNormalized)
    {
        double size = 0;
        for (int i = 0; i < count; i++) size += Math.Abs(gradients.Span[i]);
        float factor = isNormalized && size > 0 ? (float)(weight * Math.Log2(1 + size) / size) : weight;
        for (int i = 0; i < count; i++)
        {
            gradients.Span[i] *= factor;
            hessians.Span[i] *= factor;
        }
    }
}

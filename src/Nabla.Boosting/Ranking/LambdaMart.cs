using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Nabla.Boosting.Objectives;
using Nabla.Kernels;

namespace Nabla.Boosting.Ranking;

/// <summary>
/// Learning to rank: each pair of documents of different grades pulls apart with a force that depends on what exchanging them
/// would change (Burges: From RankNet to LambdaRank to LambdaMART, 2010). Labels are whole grades 0 … 31; 0 and 1 for MAP.
/// </summary>
public sealed unsafe class LambdaMart : Objective
{
    /// <summary>The largest grade.</summary>
    public const int MostGrade = 31;

    const int QueriesPerJob = 32;

    readonly LambdaMartOptions options;
    readonly ConcurrentBag<QueryLambdas> idle = [];
    Lists learned = Lists.None, measured = Lists.None;
    PositionBias? bias;
    int round;

    /// <param name="target">What orders are judged by.</param>
    /// <param name="options">Which pairs and how they count.</param>
    public LambdaMart(LambdaTarget target, LambdaMartOptions? options = null)
    {
        Target = target;
        this.options = options ?? new LambdaMartOptions();
        this.options.Check();
    }

    /// <summary>What orders are judged by.</summary>
    public LambdaTarget Target { get; }

    /// <inheritdoc/>
    public override string Name => Target switch { LambdaTarget.Pairwise => "rank:pairwise", LambdaTarget.Ndcg => "rank:ndcg", _ => "rank:map" };

    /// <inheritdoc/>
    public override string Metric =>
        string.Create(CultureInfo.InvariantCulture, $"{(Target == LambdaTarget.Map ? "map" : "ndcg")}@{options.MetricAt}");

    /// <inheritdoc/>
    public override bool HigherIsBetter => true;

    /// <summary>
    /// Of unbiased ranking: how much likelier a click is at each place for the same document, relative to the first place.
    /// Empty before fitting and without bias.
    /// </summary>
    public IReadOnlyList<double> ClickBias => bias?.Click ?? [];

    internal override void Check(LabeledRows rows)
    {
        if (rows.Queries is null)
            throw new ArgumentException($"{Name}: expected documents in queries, got no groups. Set BoostingData.Groups; GroupsOf makes them from query numbers.");
        int most = Target == LambdaTarget.Map ? 1 : MostGrade;
        CheckEach(rows, label => label >= 0 && label <= most && label == MathF.Floor(label), $"whole grades in [0, {most}]");
        if (options.IsUnbiased && rows.Positions is null)
            throw new ArgumentException($"{Name}: expected the places documents were shown at for unbiased ranking, got none. Set BoostingData.Positions.");
        learned = ListsOf(rows, int.MaxValue);
        bias = options.IsUnbiased ? new PositionBias(options.BiasPlaces, options.BiasNorm) : null;
        round = 0;
    }

    internal override void Derive(PinnedArray<float> scores, LabeledRows rows, PinnedArray<float> gradients, PinnedArray<float> hessians)
    {
        int[] queries = rows.Queries!;
        bias?.BeginRound(queries.Length - 1);
        var job = new QueryJob(this, rows, scores.Pointer, gradients.Pointer, hessians.Pointer, new RandomStream(options.Seed).Split("pairs").Split(round));
        Workers.For((queries.Length - 2) / QueriesPerJob + 1, ref job);
    }

    internal override void EndRound()
    {
        bias?.EndRound();
        round++;
    }

    /// <summary>What XGBoost 1.7 insists on reading; it plays no part in predicting.</summary>
    internal override IEnumerable<(string Group, string Name, string Value)> Parameters =>
        [("lambda_rank_param", "fix_list_weight", "0"), ("lambda_rank_param", "num_pairsample", "1")];

    internal override double Evaluate(ReadOnlySpan<float> scores, LabeledRows rows)
    {
        int[] queries = rows.Queries ?? throw new ArgumentException($"{Name}: expected documents in queries, got no groups. Set BoostingData.Groups.");
        Lists own = measured;
        if (own.Rows != rows) measured = own = ListsOf(rows, options.MetricAt);
        double[] values = new double[queries.Length - 1];
        fixed (float* x = scores)
        {
            var job = new MeasureJob(this, own, x, values);
            Workers.For((values.Length - 1) / QueriesPerJob + 1, ref job);
        }
        double sum = 0, weights = 0;
        for (int query = 0; query < values.Length; query++)
        {
            double weight = rows.WeightOf(queries[query]);
            sum += weight * values[query];
            weights += weight;
        }
        return sum / weights;
    }

    /// <summary>The documents of queries, with the ideal gains of their first k places.</summary>
    Lists ListsOf(LabeledRows rows, int k)
    {
        bool isSame = learned.Rows == rows;
        float[] gains = isSame ? learned.Gains
            : options.HasExponentialGain ? Array.ConvertAll(rows.Labels, static grade => (float)RankingMetrics.ExponentialGain((int)grade))
            : rows.Labels;
        var ideals = new double[rows.Queries!.Length - 1];
        for (int query = 0; query < ideals.Length; query++)
            ideals[query] = RankingMetrics.IdealGain(gains.AsSpan(rows.Queries[query]..rows.Queries[query + 1]), k, exponential: false);
        return new Lists(rows, gains, ideals, isSame ? learned.Order : new int[rows.Count]);
    }

    /// <summary>The documents of all queries: what stays the same round after round, and their last order.</summary>
    /// <param name="Rows">Where the queries are.</param>
    /// <param name="Gains">Per document.</param>
    /// <param name="Ideals">Per query the gain of the best order.</param>
    /// <param name="Order">Per query its documents by falling score. The metric of one round and the lambdas of the next share it.</param>
    sealed record Lists(LabeledRows? Rows, float[] Gains, double[] Ideals, int[] Order)
    {
        public static Lists None { get; } = new(null, [], [], []);
    }

    readonly struct QueryJob(LambdaMart owner, LabeledRows rows, float* scores, float* gradients, float* hessians, RandomStream random) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int index)
        {
            if (!owner.idle.TryTake(out QueryLambdas? lambdas)) lambdas = new QueryLambdas();
            for (int query = index * QueriesPerJob, end = Math.Min(query + QueriesPerJob, rows.Queries!.Length - 1); query < end; query++)
            {
                int first = rows.Queries[query], count = rows.Queries[query + 1] - first;
                Lists lists = owner.learned;
                var own = new Query(
                    new ReadOnlySpan<float>(scores + first, count), lists.Gains.AsSpan(first, count), lists.Order.AsSpan(first, count),
                    rows.Positions is { } places ? places.AsSpan(first, count) : [], rows.WeightOf(first));
                lambdas.Compute(own, owner.Target, owner.options, lists.Ideals[query], owner.bias, query, random.Split(query));
                lambdas.CopyTo(own, new Span<float>(gradients + first, count), new Span<float>(hessians + first, count));
            }
            owner.idle.Add(lambdas);
        }
    }

    readonly struct MeasureJob(LambdaMart owner, Lists lists, float* scores, double[] values) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int index)
        {
            int[] queries = lists.Rows!.Queries!;
            int k = owner.options.MetricAt;
            for (int query = index * QueriesPerJob, end = Math.Min(query + QueriesPerJob, values.Length); query < end; query++)
            {
                int first = queries[query], count = queries[query + 1] - first;
                ReadOnlySpan<float> gains = lists.Gains.AsSpan(first, count);
                Span<int> order = lists.Order.AsSpan(first, count);
                RankingMetrics.Sort(new ReadOnlySpan<float>(scores + first, count), order);
                values[query] = owner.Target == LambdaTarget.Map
                    ? RankingMetrics.AveragePrecision(order, gains, k)
                    : lists.Ideals[query] > 0 ? RankingMetrics.Gain(gains, order, k, exponential: false) / lists.Ideals[query] : 1;
            }
        }
    }
}

/// <summary>The documents of one query.</summary>
internal readonly ref struct Query(ReadOnlySpan<float> scores, ReadOnlySpan<float> gains, Span<int> order, ReadOnlySpan<int> places, float weight)
{
    public ReadOnlySpan<float> Scores { get; } = scores;

    public ReadOnlySpan<float> Gains { get; } = gains;

    /// <summary>Its documents by falling score, or as they were a round ago.</summary>
    public Span<int> Order { get; } = order;

    public ReadOnlySpan<int> Places { get; } = places;

    public float Weight { get; } = weight;
}

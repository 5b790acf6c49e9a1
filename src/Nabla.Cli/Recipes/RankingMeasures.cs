using Nabla.Boosting.Ranking;
using Nabla.Losses;
using Nabla.Metrics;

namespace Nabla.Cli.Recipes;

/// <summary>
/// Mean NDCG@k over queries: predictions [documents, 1] beside targets [documents, 2] of grade and query. A query without relevant
/// documents counts as 1, as LightGBM has it.
/// </summary>
internal sealed class QueryNdcg(int k) : Metric
{
    readonly List<(long Query, float Grade, float Score)> documents = [];

    public override string Name => $"ndcg@{k}";

    public override bool HigherIsBetter => true;

    public override double Value => documents.Count == 0 ? double.NaN : documents.GroupBy(static document => document.Query).Average(
        query => RankingMetrics.Ndcg([.. query.Select(static document => document.Score)], [.. query.Select(static document => document.Grade)], k));

    public override void Update(Tensor prediction, Tensor target)
    {
        float[] scores = prediction.Detach().To(DType.Float32).ToArray<float>(), pairs = target.To(DType.Float32).ToArray<float>();
        if (pairs.Length != 2 * scores.Length)
            throw new ShapeException($"{Name}: expected a grade and a query for each of {scores.Length} documents, got {target.Shape}.");
        for (int i = 0; i < scores.Length; i++) documents.Add(((long)pairs[2 * i + 1], pairs[2 * i], scores[i]));
    }

    public override void Reset() => documents.Clear();

    protected override void Add(Metric other) => documents.AddRange(((QueryNdcg)other).documents);
}

/// <summary>1 − NDCG of whole lists: what ranking makes small. It has no slope.</summary>
internal sealed class NdcgLoss : Loss
{
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        var ndcg = new QueryNdcg(int.MaxValue);
        ndcg.Update(prediction, target);
        return Tensor.Scalar((float)(1 - ndcg.Value));
    }
}

/// <summary>A metric that is told something else than what the model returns.</summary>
internal sealed class ReadingMetric(Metric metric, Func<Tensor, Tensor> read) : Metric
{
    public override string Name => metric.Name;

    public override bool HigherIsBetter => metric.HigherIsBetter;

    public override double Value => metric.Value;

    public override void Update(Tensor prediction, Tensor target) => metric.Update(read(prediction), target);

    public override void Reset() => metric.Reset();

    protected override void Add(Metric other) => metric.Merge(((ReadingMetric)other).Inner);

    Metric Inner => metric;
}

using Nabla.Metrics;

namespace Nabla.Tests.Parity;

/// <summary>Metrics of evaluation against scikit-learn; those with batches are fed in two.</summary>
public class EvaluationMetricParityTests
{
    internal static readonly ParityTable Table = new("evaluation")
    {
        { "RocAuc", c => Value(c, new RocAuc()) },
        { "RocPoints", c => Tensor.From([.. Fed(c, new RocAuc()).Points().SelectMany(static p => new[] { p.FalsePositiveRate, p.TruePositiveRate })]).Reshape(-1, 2).To(c.DType) },
        { "StreamingAuc", c => Value(c, new StreamingAuc()) },
        { "CalibrationError", c => Value(c, new CalibrationError(c.Int("bins"))) },
        { "AveragePrecision", c => Value(c, new AveragePrecision()) },
        { "PrecisionRecallArea", c => Scalar(c, Fed(c, new AveragePrecision()).TrapezoidArea) },
        { "BinaryLogLoss", c => Value(c, new LogLoss()) },
        { "LogLoss", c => Value(c, new LogLoss()) },
        { "BrierScore", c => Value(c, new BrierScore()) },
        { "BalancedAccuracy", c => Scalar(c, Fed(c, new ConfusionMatrix(4)).BalancedAccuracy) },
        { "Kappa", c => Scalar(c, Fed(c, new ConfusionMatrix(4)).Kappa) },
        { "MatthewsCorrelation", c => Scalar(c, Fed(c, new ConfusionMatrix(4)).MatthewsCorrelation) },
        { "RootMeanSquaredError", c => Value(c, new RootMeanSquaredError()) },
        { "MeanSquaredLogError", c => Value(c, new MeanSquaredLogError()) },
        { "MeanAbsolutePercentageError", c => Value(c, new MeanAbsolutePercentageError()) },
        { "PinballError", c => Value(c, new PinballError(c.Double("quantile", 0.5))) },
        { "PoissonDeviance", c => Value(c, new PoissonDeviance()) },
        { "MedianAbsoluteError", c => Value(c, new MedianAbsoluteError()) },
        { "MaxError", c => Value(c, new MaxError()) },
        { "ExplainedVariance", c => Value(c, new ExplainedVariance()) },
        { "NdcgLinear", c => Scalar(c, List(c).Ndcg(c.Int("k"), RelevanceGain.Linear)) },
        { "NdcgExponential", c => Scalar(c, List(c).Ndcg(c.Int("k"))) },
        { "RankedAveragePrecision", c => Scalar(c, List(c).AveragePrecision()) },
        { "AdjustedRand", c => Scalar(c, Clusterings.AdjustedRand(c["truth"], c["groups"])) },
        { "NormalizedMutualInformation", c => Scalar(c, Clusterings.NormalizedMutualInformation(c["truth"], c["groups"])) },
        { "Homogeneity", c => Scalar(c, Clusterings.Homogeneity(c["truth"], c["groups"])) },
        { "Completeness", c => Scalar(c, Clusterings.Completeness(c["truth"], c["groups"])) },
        { "VMeasure", c => Scalar(c, Clusterings.VMeasure(c["truth"], c["groups"])) },
        { "FowlkesMallows", c => Scalar(c, Clusterings.FowlkesMallows(c["truth"], c["groups"])) },
        { "Silhouette", c => Scalar(c, Clusterings.Silhouette(c["features"], c["groups"])) },
        { "DaviesBouldin", c => Scalar(c, Clusterings.DaviesBouldin(c["features"], c["groups"])) },
        { "CalinskiHarabasz", c => Scalar(c, Clusterings.CalinskiHarabasz(c["features"], c["groups"])) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_equal_those_of_scikit_learn(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static T Fed<T>(GoldenCase c, T metric) where T : Metric
    {
        Tensor prediction = c["prediction"], target = c["target"];
        int first = 13, rest = target.Length - first;
        metric.Update(prediction.Narrow(0, 0, first), target.Narrow(0, 0, first));
        metric.Update(prediction.Narrow(0, first, rest), target.Narrow(0, first, rest));
        return metric;
    }

    static Tensor Value(GoldenCase c, Metric metric) => Scalar(c, Fed(c, metric).Value);

    static Tensor Scalar(GoldenCase c, double value) => Tensor.Scalar(value, c.DType);

    static RankedList List(GoldenCase c) =>
        new(c["scores"].Detach().To(DType.Float64).ToArray<double>(), c["relevances"].To(DType.Float64).ToArray<double>());
}

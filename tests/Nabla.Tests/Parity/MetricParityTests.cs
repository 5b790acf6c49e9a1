using Nabla.Metrics;

namespace Nabla.Tests.Parity;

/// <summary>Metrics against scikit-learn, fed in two batches.</summary>
public class MetricParityTests
{
    internal static readonly ParityTable Table = new("metrics")
    {
        { "Accuracy", c => Value(c, new Accuracy()) },
        { "TopKAccuracy", c => Value(c, new Accuracy(c.Int("k"))) },
        { "ConfusionMatrix", Counts },
        { "Precision", c => Average(c, static (m, k) => m.Precision(k)) },
        { "Recall", c => Average(c, static (m, k) => m.Recall(k)) },
        { "F1", c => Average(c, static (m, k) => m.F1(k)) },
        { "MeanSquaredError", c => Value(c, new MeanSquaredError()) },
        { "MeanAbsoluteError", c => Value(c, new MeanAbsoluteError()) },
        { "R2", c => Value(c, new R2()) },
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

    static Tensor Value(GoldenCase c, Metric metric) => Tensor.Scalar(Fed(c, metric).Value, c.DType);

    static Tensor Counts(GoldenCase c)
    {
        int classes = c.Int("classes");
        ConfusionMatrix matrix = Fed(c, new ConfusionMatrix(classes));
        var counts = new long[classes, classes];
        for (int actual = 0; actual < classes; actual++)
            for (int predicted = 0; predicted < classes; predicted++) counts[actual, predicted] = matrix[actual, predicted];
        return Tensor.From(counts);
    }

    static Tensor Average(GoldenCase c, Func<ConfusionMatrix, int, double> ofClass)
    {
        ConfusionMatrix matrix = Fed(c, new ConfusionMatrix(c["prediction"].Shape[1]));
        return Tensor.Scalar(Enumerable.Range(0, matrix.Classes).Average(k => ofClass(matrix, k)), c.DType);
    }
}

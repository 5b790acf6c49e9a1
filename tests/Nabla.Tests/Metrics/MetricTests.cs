using Nabla.Metrics;

namespace Nabla.Tests.Metrics;

public class MetricTests
{
    // Winners: 0, 2, 1, 0 (of equals the first), 2; the classes of rows 1 and 4 are missed.
    static readonly Tensor Scores = Tensor.From(new float[,] { { 3, 1, 2 }, { 0, 1, 5 }, { -1, 0, -2 }, { 4, 4, 1 }, { 1, 2, 3 } });
    static readonly Tensor Classes = Tensor.From([0L, 1, 1, 0, 0]);

    [Fact]
    public void Accuracy_counts_winners_and_top_k_counts_the_first_k()
    {
        Assert.Equal(3.0 / 5, Of(new Accuracy(), Scores, Classes));
        Assert.Equal(4.0 / 5, Of(new Accuracy(2), Scores, Classes));
        Assert.Equal(1, Of(new Accuracy(3), Scores, Classes));
        Assert.Equal("top2", new Accuracy(2).Name);
    }

    [Fact]
    public void Scores_that_are_not_numbers_are_never_right() =>
        Assert.Equal(0, Of(new Accuracy(), Tensor.Full((2, 3), double.NaN), Tensor.From([0L, 1])));

    [Fact]
    public void The_confusion_matrix_counts_pairs_and_gives_each_class_its_figures()
    {
        var matrix = new ConfusionMatrix(3);
        matrix.Update(Scores, Classes);
        Assert.Equal([2L, 0, 1, 0, 1, 1, 0, 0, 0], Enumerable.Range(0, 9).Select(i => matrix[i / 3, i % 3]));
        Assert.Equal([1, 1, 0.0], Enumerable.Range(0, 3).Select(c => matrix.Precision(c)));
        Assert.Equal([2.0 / 3, 0.5, 0], Enumerable.Range(0, 3).Select(c => matrix.Recall(c)));
        Assert.Equal([0.8, 2.0 / 3, 0], Enumerable.Range(0, 3).Select(c => matrix.F1(c)));
        Assert.Equal((0.8 + 2.0 / 3) / 3, matrix.F1(), 1e-15);
        Assert.Equal((0.8 * 3 + 2.0 / 3 * 2) / 5, matrix.F1(Average.Weighted), 1e-15);
        Assert.Equal(0.6, matrix.F1(Average.Micro));
        Assert.Equal("true \\ predicted    0    1    2\n               0    2    0    1\n               1    0    1    1\n               2    0    0    0", matrix.ToString());
    }

    [Fact]
    public void Classes_that_neither_occur_nor_are_predicted_do_not_count_in_means()
    {
        var matrix = new ConfusionMatrix(4);
        matrix.Update(Tensor.From(new float[,] { { 1, 0, 0, 0 }, { 0, 1, 0, 0 } }), Tensor.From([0L, 1]));
        Assert.Equal(1, matrix.Recall());
    }

    [Fact]
    public void Regression_metrics_are_their_formulas()
    {
        Tensor p = Tensor.From([1.0, 2, 4]), t = Tensor.From([1.0, 4, 1]);
        Assert.Equal(13.0 / 3, Of(new MeanSquaredError(), p, t), 1e-15);
        Assert.Equal(5.0 / 3, Of(new MeanAbsoluteError(), p, t), 1e-15);
        Assert.Equal(1 - 13.0 / 6, Of(new R2(), p, t), 1e-14);
        Assert.Equal(1 - 13.0 / 6, Of(new R2(), p + 1e8, t + 1e8), 1e-6);
    }

    public static TheoryData<string> Kinds => ["accuracy", "confusion", "mse", "mae", "r2"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Batches_and_merged_parts_give_what_the_whole_gives(string kind)
    {
        Metric Make() => kind switch
        {
            "accuracy" => new Accuracy(), "confusion" => new ConfusionMatrix(4), "mse" => new MeanSquaredError(),
            "mae" => new MeanAbsoluteError(), _ => new R2(),
        };
        bool isClass = kind is "accuracy" or "confusion";
        Tensor p = Tensor.Uniform((20, 4), new RandomStream(1)), t = isClass ? Tensor.Randint(20, new RandomStream(2), 0, 4) : p * 0.5 + 1;
        Metric whole = Make(), batches = Make(), first = Make(), second = Make();
        whole.Update(p, t);
        foreach (var (start, length, part) in new[] { (0, 7, first), (7, 12, second), (19, 1, second) })
        {
            batches.Update(p.Narrow(0, start, length), t.Narrow(0, start, length));
            part.Update(p.Narrow(0, start, length), t.Narrow(0, start, length));
        }
        first.Merge(second);
        first.Merge(Make());
        Assert.Equal(whole.Value, batches.Value, 1e-12);
        Assert.Equal(whole.Value, first.Value, 1e-12);
        first.Reset();
        first.Merge(batches);
        Assert.Equal(whole.Value, first.Value, 1e-12);
    }

    [Fact]
    public void The_mean_loss_weighs_batches_by_their_size()
    {
        MeanLoss loss = new(), other = new();
        Assert.True(double.IsNaN(loss.Value));
        loss.Update(1, 30);
        other.Update(4, 10);
        loss.Merge(other);
        Assert.Equal(1.75, loss.Value);
    }

    public static TheoryData<string, Action> Mistakes => new()
    {
        { "Accuracy: expected class scores [samples, classes], got [3].", () => new Accuracy().Update(Tensor.Zeros(3), Tensor.Zeros(3, DType.Int64)) },
        { "Accuracy: expected class indices of shape [5], got Float32 [5].", () => new Accuracy().Update(Scores, Tensor.Zeros(5)) },
        { "Accuracy: expected class indices in [0, 3), got 3 at row 1. Labels that start at 1 need - 1. (Parameter 'target')",
            () => new Accuracy().Update(Scores, Tensor.From([0L, 3, 0, 0, 0])) },
        { "ConfusionMatrix: expected scores of 4 classes, got [5, 3].", () => new ConfusionMatrix(4).Update(Scores, Classes) },
        { "ConfusionMatrix: expected 3 classes to merge, got 4. (Parameter 'other')", () => new ConfusionMatrix(3).Merge(new ConfusionMatrix(4)) },
        { "Accuracy: expected another accuracy to merge, got top2. (Parameter 'other')", () => new Accuracy().Merge(new Accuracy(2)) },
        { "MeanSquaredError: expected a target of shape [4, 1] like the prediction, got [4].", () => new MeanSquaredError().Update(Tensor.Zeros((4, 1)), Tensor.Zeros(4)) },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_is_explained(string message, Action mistake) => Assert.Equal(message, Assert.ThrowsAny<ArgumentException>(mistake).Message);

    static double Of(Metric metric, Tensor prediction, Tensor target)
    {
        metric.Update(prediction, target);
        return metric.Value;
    }
}

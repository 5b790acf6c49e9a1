using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla.Boosting.Objectives;

/// <summary>A loss of one score and one label, written once over lanes: sixteen rows at a time, or one in double for tests.</summary>
internal interface IPointFormula
{
    string Name { get; }

    string Metric { get; }

    /// <summary>First and second derivative of the loss by the score.</summary>
    void Derive<V>(V score, V label, out V gradient, out V hessian) where V : struct, ILanes<V>;

    /// <summary>What <see cref="Metric"/> averages over rows, and what it does with the average.</summary>
    double Measure(double score, double label);

    double Finish(double mean) => mean;

    /// <summary>Null if any finite label will do.</summary>
    string? Expected => null;

    bool IsValid(float label) => true;

    double StartScore(LabeledRows rows) => ScoreOf(rows.Mean(row => rows.Labels[row]));

    /// <summary>Predictions are the scores through this.</summary>
    V Transform<V>(V score) where V : struct, ILanes<V> => score;

    double ScoreOf(double prediction) => prediction;

    /// <summary>Leaves are this quantile of the residuals of their rows; null for the second-order step.</summary>
    double? LeafQuantile => null;

    bool NeedsBothClasses => false;

    IEnumerable<(string Group, string Name, string Value)> Parameters => [];
}

/// <summary>An objective made of a loss per row.</summary>
internal sealed unsafe class PointObjective<TFormula>(TFormula formula) : Objective where TFormula : struct, IPointFormula
{
    const int RowsPerJob = 1 << 14;

    public override string Name => formula.Name;

    public override string Metric => formula.Metric;

    internal override void Check(LabeledRows rows)
    {
        if (formula.Expected is { } expected) CheckEach(rows, formula.IsValid, expected);
        if (formula.NeedsBothClasses && rows.Labels.All(label => label == rows.Labels[0]))
            throw new ArgumentException($"{Name}: expected labels of both classes, got only {rows.Labels[0]} in all {rows.Count} rows.");
    }

    internal override double StartScore(LabeledRows rows) => formula.StartScore(rows);

    internal override void Derive(PinnedArray<float> scores, LabeledRows rows, PinnedArray<float> gradients, PinnedArray<float> hessians)
    {
        fixed (float* labels = rows.Labels, weights = rows.Weights)
        {
            var job = new DeriveJob(formula, rows.Count, scores.Pointer, labels, weights, gradients.Pointer, hessians.Pointer);
            Workers.For((rows.Count + RowsPerJob - 1) / RowsPerJob, ref job);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override double? RefitLeaf(ReadOnlySpan<int> leaf, ReadOnlySpan<float> scores, LabeledRows rows)
    {
        if (formula.LeafQuantile is not { } alpha || leaf.IsEmpty) return null;
        double[] residuals = new double[leaf.Length], weights = new double[leaf.Length];
        for (int i = 0; i < leaf.Length; i++)
            (residuals[i], weights[i]) = (rows.Labels[leaf[i]] - (double)scores[leaf[i]], rows.WeightOf(leaf[i]));
        return WeightedQuantile.Of(residuals, weights, alpha);
    }

    internal override void Transform(Span<float> scores)
    {
        int at = 0;
        fixed (float* x = scores)
        {
            for (; at + 16 <= scores.Length; at += 16) Lane<Lanes512, float>.Store(x + at, formula.Transform(Lane<Lanes512, float>.Load(x + at)));
            if (at < scores.Length)
                Lane<Lanes512, float>.Store(x + at, formula.Transform(Lane<Lanes512, float>.Load(x + at, scores.Length - at, default)), scores.Length - at);
        }
    }

    internal override double ScoreOf(double prediction) => formula.ScoreOf(prediction);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override double Evaluate(ReadOnlySpan<float> scores, LabeledRows rows)
    {
        double sum = 0;
        for (int row = 0; row < scores.Length; row++) sum += rows.WeightOf(row) * formula.Measure(scores[row], rows.Labels[row]);
        return formula.Finish(sum / rows.TotalWeight);
    }

    internal override IEnumerable<(string Group, string Name, string Value)> Parameters => formula.Parameters;

    readonly struct DeriveJob(TFormula formula, int count, float* scores, float* labels, float* weights, float* gradients, float* hessians) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int index)
        {
            nint end = Math.Min((nint)(index + 1) * RowsPerJob, count);
            for (nint row = (nint)index * RowsPerJob; row < end; row += 16)
            {
                nint rest = Math.Min(16, end - row);        // a short last vector computes on zeros beyond its end
                Lanes512 score = Lane<Lanes512, float>.Load(scores + row, rest, default);
                Lanes512 label = Lane<Lanes512, float>.Load(labels + row, rest, default);
                formula.Derive(score, label, out Lanes512 gradient, out Lanes512 hessian);
                if (weights != null)
                {
                    Lanes512 weight = Lane<Lanes512, float>.Load(weights + row, rest, default);
                    gradient *= weight;
                    hessian *= weight;
                }
                Lane<Lanes512, float>.Store(gradients + row, gradient, rest);
                Lane<Lanes512, float>.Store(hessians + row, hessian, rest);
            }
        }
    }
}

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
    V Measure<V>(V score, V label) where V : struct, ILanes<V>;

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
        fixed (float* x = scores)
        {
            var job = new TransformJob(formula, scores.Length, x);
            Workers.For((scores.Length + RowsPerJob - 1) / RowsPerJob, ref job);
        }
    }

    internal override double ScoreOf(double prediction) => formula.ScoreOf(prediction);

    internal override double Evaluate(ReadOnlySpan<float> scores, LabeledRows rows)
    {
        double[] sums = new double[(scores.Length + RowsPerJob - 1) / RowsPerJob];
        fixed (float* x = scores, labels = rows.Labels, weights = rows.Weights)
        {
            var job = new MeasureJob(formula, rows.Count, x, labels, weights, sums);
            Workers.For(sums.Length, ref job);
        }
        return formula.Finish(sums.Sum() / rows.TotalWeight);
    }

    internal override IEnumerable<(string Group, string Name, string Value)> Parameters => formula.Parameters;

    /// <summary>Σ weight · loss, block by block, so that the sum does not depend on the threads.</summary>
    readonly struct MeasureJob(TFormula formula, int count, float* scores, float* labels, float* weights, double[] sums) : IJob, ILaneRows
    {
        const int VectorsPerSum = 8;        // added up as floats before they go to the double

        public void Run(int index) => LaneChoice.Run<float, MeasureJob>(this, index * RowsPerJob, Math.Min((index + 1) * RowsPerJob, count));

        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            double sum = 0;
            nint width = Lane<V, float>.Width, row = first;
            while (row + width <= end)
            {
                V part = V.Constant(0);
                for (int i = 0; i < VectorsPerSum && row + width <= end; i++, row += width)
                {
                    V loss = Loss<V>(row);
                    part += weights == null ? loss : loss * Lane<V, float>.Load(weights + row);
                }
                sum += Lane<V, float>.Sum(part);
            }
            sums[first / RowsPerJob] = sum + Rest(row, end);
        }

        // A method of its own, because the compiler inlines only so much into one; the call is nothing beside a logarithm.
        [MethodImpl(Compiled.Apart)]
        V Loss<V>(nint row) where V : unmanaged, ILanes<V> => formula.Measure(Lane<V, float>.Load(scores + row), Lane<V, float>.Load(labels + row));

        double Rest(nint row, nint end)
        {
            double sum = 0;
            for (; row < end; row++) sum += formula.Measure(new Float64(scores[row]), new Float64(labels[row])).Value * (weights == null ? 1 : weights[row]);
            return sum;
        }
    }

    readonly struct TransformJob(TFormula formula, int count, float* scores) : IJob, ILaneRows
    {
        public void Run(int index) => LaneChoice.Run<float, TransformJob>(this, index * RowsPerJob, Math.Min((index + 1) * RowsPerJob, count));

        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (nint row = first; row < end; row += Lane<V, float>.Width)
            {
                nint lanes = Math.Min(Lane<V, float>.Width, end - row);
                Lane<V, float>.StoreUpTo(scores + row, formula.Transform(Lane<V, float>.LoadUpTo(scores + row, lanes, V.Constant(0))), lanes);
            }
        }
    }

    readonly struct DeriveJob(TFormula formula, int count, float* scores, float* labels, float* weights, float* gradients, float* hessians)
        : IJob, ILaneRows
    {
        public void Run(int index) => LaneChoice.Run<float, DeriveJob>(this, index * RowsPerJob, Math.Min((index + 1) * RowsPerJob, count));

        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            V none = V.Constant(0);
            for (nint row = first; row < end; row += Lane<V, float>.Width)
            {
                nint lanes = Math.Min(Lane<V, float>.Width, end - row);      // a short last vector computes on zeros beyond its end
                V score = Lane<V, float>.LoadUpTo(scores + row, lanes, none), label = Lane<V, float>.LoadUpTo(labels + row, lanes, none);
                formula.Derive(score, label, out V gradient, out V hessian);
                if (weights != null)
                {
                    V weight = Lane<V, float>.LoadUpTo(weights + row, lanes, none);
                    gradient *= weight;
                    hessian *= weight;
                }
                Lane<V, float>.StoreUpTo(gradients + row, gradient, lanes);
                Lane<V, float>.StoreUpTo(hessians + row, hessian, lanes);
            }
        }
    }
}

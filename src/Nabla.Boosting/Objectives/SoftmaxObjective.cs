using System.Globalization;
using Nabla.Kernels;

namespace Nabla.Boosting.Objectives;

/// <summary>Cross-entropy of classes: g = p − [y = c], h = 2·p·(1 − p) as XGBoost has it.</summary>
internal sealed unsafe class SoftmaxObjective(int classes) : Objective
{
    const int RowsPerJob = 1 << 12;

    public override string Name => "multi:softprob";

    public override int Outputs => classes;

    public override string Metric => "mlogloss";

    internal override void Check(LabeledRows rows)
    {
        CheckEach(rows, label => label >= 0 && label < classes && label == MathF.Floor(label), $"whole classes in [0, {classes})");
        if (rows.Labels.All(label => label == rows.Labels[0]))
            throw new ArgumentException($"{Name}: expected labels of at least two classes, got only {rows.Labels[0]} in all {rows.Count} rows.");
    }

    internal override void Derive(PinnedArray<float> scores, LabeledRows rows, PinnedArray<float> gradients, PinnedArray<float> hessians)
    {
        var job = new DeriveJob(classes, rows, scores.Pointer, gradients.Pointer, hessians.Pointer);
        Workers.For((rows.Count + RowsPerJob - 1) / RowsPerJob, ref job);
    }

    internal override void Transform(Span<float> scores)
    {
        for (int at = 0; at < scores.Length; at += classes) Softmax(scores.Slice(at, classes), scores.Slice(at, classes));
    }

    internal override double Evaluate(ReadOnlySpan<float> scores, LabeledRows rows)
    {
        double sum = 0;
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<float> own = scores.Slice(row * classes, classes);
            double most = double.NegativeInfinity, total = 0;
            foreach (float score in own) most = Math.Max(most, score);
            foreach (float score in own) total += Math.Exp(score - most);
            sum += rows.WeightOf(row) * (most + Math.Log(total) - own[(int)rows.Labels[row]]);
        }
        return sum / rows.TotalWeight;
    }

    internal override IEnumerable<(string Group, string Name, string Value)> Parameters =>
        [("softmax_multiclass_param", "num_class", classes.ToString(CultureInfo.InvariantCulture))];

    static void Softmax(ReadOnlySpan<float> scores, Span<float> probabilities)
    {
        float most = float.NegativeInfinity, sum = 0;
        foreach (float score in scores) most = MathF.Max(most, score);
        for (int c = 0; c < scores.Length; c++) sum += probabilities[c] = MathF.Exp(scores[c] - most);
        for (int c = 0; c < scores.Length; c++) probabilities[c] /= sum;
    }

    readonly struct DeriveJob(int classes, LabeledRows rows, float* scores, float* gradients, float* hessians) : IJob
    {
        public void Run(int index)
        {
            var p = new float[classes];
            int end = Math.Min((index + 1) * RowsPerJob, rows.Count);
            for (int row = index * RowsPerJob; row < end; row++)
            {
                Softmax(new ReadOnlySpan<float>(scores + (long)row * classes, classes), p);
                float weight = rows.WeightOf(row);
                for (int c = 0; c < classes; c++)
                {
                    long at = (long)c * rows.Count + row;
                    gradients[at] = weight * (p[c] - (rows.Labels[row] == c ? 1 : 0));
                    hessians[at] = weight * MathF.Max(2 * p[c] * (1 - p[c]), 1e-16f);
                }
            }
        }
    }
}

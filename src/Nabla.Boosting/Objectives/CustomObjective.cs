namespace Nabla.Boosting.Objectives;

/// <summary>A loss given as a function of tensors; autograd gives both derivatives.</summary>
internal sealed class CustomObjective(Func<Tensor, Tensor, Tensor> loss) : Objective
{
    public override string Name => "custom";

    public override string Metric => "loss";

    internal override void Check(LabeledRows rows) { }

    /// <summary>
    /// Each loss depends on its own score alone, so the gradient of Σ loss is the row of first derivatives, and the gradient of
    /// its sum the row of second ones. Where the loss is concave the second derivative counts as 0.
    /// </summary>
    internal override void Derive(PinnedArray<float> scores, LabeledRows rows, PinnedArray<float> gradients, PinnedArray<float> hessians)
    {
        Tensor score = Tensor.From<float>(scores.Span, [rows.Count]);
        score.RequiresGradient = true;
        Tensor sum = Loss(score, rows).Sum();
        if (!sum.RequiresGradient)
            throw new InvalidOperationException("Objective.Custom: expected a loss that depends on the scores, got one that does not.");
        Tensor first = Autograd.Gradient(sum, score, createGraph: true);
        first.CopyTo(gradients.Span);
        if (first.RequiresGradient) Autograd.Gradient(first.Sum(), score).CopyTo(hessians.Span);
        else hessians.Span.Fill(1);     // a loss made of lines: plain gradient descent
        for (int row = 0; row < rows.Count; row++)
        {
            float weight = rows.WeightOf(row);
            gradients.Span[row] *= weight;
            hessians.Span[row] = weight * MathF.Max(hessians.Span[row], 0);
        }
    }

    internal override double Evaluate(ReadOnlySpan<float> scores, LabeledRows rows)
    {
        using (Autograd.NoGradient())
        {
            Tensor losses = Loss(Tensor.From(scores, [rows.Count]), rows);
            if (losses.Length == 1) return (double)losses / rows.Count;
            float[] each = losses.ToArray<float>();
            return rows.Mean(row => each[row]);
        }
    }

    Tensor Loss(Tensor scores, LabeledRows rows)
    {
        Tensor losses = loss(scores, Tensor.From<float>(rows.Labels, [rows.Count]));
        if (losses.Length != 1 && losses.Shape != scores.Shape)
            throw new ShapeException($"Objective.Custom: expected a loss per row {scores.Shape} or their sum, got {losses.Shape}.");
        return losses;
    }
}

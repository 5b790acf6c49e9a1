namespace Nabla.Boosting.Trees;

/// <summary>GradientSums over the rows of a node, in units of the packed gradients.</summary>
internal readonly record struct GradientSums(long Gradient, long Hessian)
{
    public static GradientSums operator +(GradientSums a, GradientSums b) => new(a.Gradient + b.Gradient, a.Hessian + b.Hessian);

    public static GradientSums operator -(GradientSums a, GradientSums b) => new(a.Gradient - b.Gradient, a.Hessian - b.Hessian);
}

/// <summary>A way to divide a node. Null stands for none that gains.</summary>
/// <param name="Gain">Decrease of the objective, doubled as in XGBoost's loss_change.</param>
/// <param name="Column">The column that decides.</param>
/// <param name="GoesRight">Per bin of the column, the missing one included.</param>
/// <param name="Cut">Numbers: the last bin that goes left. Categories: −1.</param>
/// <param name="MissingGoesLeft">Where rows without a value go.</param>
/// <param name="Left">GradientSums of the left child.</param>
internal sealed record Split(double Gain, int Column, bool[] GoesRight, int Cut, bool MissingGoesLeft, GradientSums Left);

using System.Globalization;

namespace Nabla.Layers;

/// <summary>
/// In training each element becomes 0 with probability p, else x / (1 − p); in evaluation nothing happens (Srivastava et al., 2014).
/// </summary>
/// <remarks>
/// That is the inverted form. With <c>scaledWhenServing</c> it is the one printed in the paper: training keeps x as it is and
/// evaluation multiplies by 1 − p. In both, a unit's expectation in training equals its value in evaluation.
/// </remarks>
public sealed class Dropout : Module
{
    readonly double p;
    readonly bool scaledWhenServing;

    /// <summary>Creates the layer.</summary>
    /// <param name="p">Share to remove, in [0, 1). Default 0.5.</param>
    /// <param name="scaledWhenServing">True scales by 1 − p in evaluation in place of 1 / (1 − p) in training.</param>
    public Dropout(double p = 0.5, bool scaledWhenServing = false) =>
        (this.p, this.scaledWhenServing) = (Rates.Checked(p, "Dropout"), scaledWhenServing);

    /// <inheritdoc/>
    protected override string Notation => $"{p.ToString(CultureInfo.InvariantCulture)}{(scaledWhenServing ? ", scaled when serving" : "")}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (p == 0) return x;
        Tensor y = pass.IsTraining ? x.Dropout(p, pass.NextStream()) : x;
        return scaledWhenServing ? y * (1 - p) : y;
    }
}

/// <summary>
/// Dropout of whole channels: [N, C, d…] → the same shape. Neighboring pixels say much the same, so single ones are no loss to learn
/// from (Tompson et al., 2015).
/// </summary>
/// <param name="p">Share of channels to remove, in [0, 1). Default 0.5.</param>
public sealed class SpatialDropout(double p = 0.5) : Module
{
    readonly double p = Rates.Checked(p, "SpatialDropout");

    /// <inheritdoc/>
    protected override string Notation => p.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank < 3) throw new ShapeException($"expected [N, C, d…], got {x.Shape}. Use Dropout for rows of features.");
        return pass.IsTraining && p > 0 ? x * Rates.Mask(x, sharedAxes: 2, p, pass.NextStream()) : x;
    }
}

/// <summary>
/// Stochastic depth: the branch of a residual block is left out for whole samples with probability p, else scaled by 1 / (1 − p)
/// (Huang, Sun, Liu, Sedra, Weinberger, 2016). Put it at the end of the block: <c>new Residual([…, new DropPath(0.1)])</c>.
/// </summary>
/// <param name="p">Share of samples whose branch is removed, in [0, 1). Default 0.1.</param>
public sealed class DropPath(double p = 0.1) : Module
{
    readonly double p = Rates.Checked(p, "DropPath");

    /// <inheritdoc/>
    protected override string Notation => p.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank < 1) throw new ShapeException($"expected [N, d…], got {x.Shape}.");
        return pass.IsTraining && p > 0 ? x * Rates.Mask(x, sharedAxes: 1, p, pass.NextStream()) : x;
    }
}

/// <summary>
/// Dropout for networks of SELU: removed elements become the SELU's lower limit −λα, then a·x + b brings mean 0 and variance 1 back
/// (Klambauer et al., 2017).
/// </summary>
/// <param name="p">Share to remove, in [0, 1). Default 0.1.</param>
public sealed class AlphaDropout(double p = 0.1) : Module
{
    const double Limit = -1.7580993408473766;

    readonly double p = Rates.Checked(p, "AlphaDropout");

    /// <inheritdoc/>
    protected override string Notation => p.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (!pass.IsTraining || p == 0) return x;
        x = x.Computed();
        Tensor kept = Tensor.Bernoulli(x.Shape, pass.NextStream(), 1 - p, x.DType);
        double a = 1 / Math.Sqrt((1 - p) * (1 + p * Limit * Limit));
        return (x * kept + Limit * (1 - kept)) * a - a * p * Limit;
    }
}

/// <summary>What layers that remove things share.</summary>
internal static class Rates
{
    public static double Checked(double p, string who) => p is >= 0 and < 1
        ? p
        : throw new ArgumentOutOfRangeException(nameof(p), p, $"{who}: expected a probability in [0, 1), got {p}. It is the share to remove.");

    /// <summary>0 or 1 / (1 − p) per position of the first axes of x, with size 1 along the others.</summary>
    public static Tensor Mask(Tensor x, int sharedAxes, double p, RandomStream stream)
    {
        int[] sizes = x.Shape.ToArray();
        sizes.AsSpan(sharedAxes).Fill(1);
        return Tensor.Ones(sizes, x.Computed().DType).Dropout(p, stream);
    }
}

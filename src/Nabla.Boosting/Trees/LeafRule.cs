using System.Numerics;

namespace Nabla.Boosting.Trees;

/// <summary>
/// What a leaf with gradient sum G and hessian sum H predicts and gains under the regularized second-order objective
/// G·w + ½·(H + λ)·w² + α·|w| (Chen, Guestrin: XGBoost, 2016, equations 4 to 7).
/// </summary>
internal interface ILeafRule
{
    /// <summary>Twice the decrease of the objective by a leaf that keeps to the bounds of its node.</summary>
    double Gain(double gradient, double hessian, in WeightBounds bounds);

    /// <summary>The same of several leaves, bit for bit.</summary>
    Vector<double> Gain(Vector<double> gradient, Vector<double> hessian, in WeightBounds bounds);

    /// <summary>The weight w of such a leaf.</summary>
    double Weight(double gradient, double hessian, in WeightBounds bounds);
}

/// <summary>Where the weights of a node must stay so that monotone columns above it hold.</summary>
internal readonly record struct WeightBounds(double Low, double High)
{
    public static WeightBounds None { get; } = new(double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>The bounds of both children of a split on a column with this direction.</summary>
    public (WeightBounds Left, WeightBounds Right) Divide(int monotone, double leftWeight, double rightWeight)
    {
        double middle = (leftWeight + rightWeight) / 2;
        return monotone switch
        {
            > 0 => (this with { High = middle }, this with { Low = middle }),
            < 0 => (this with { Low = middle }, this with { High = middle }),
            _ => (this, this),
        };
    }
}

/// <summary>λ alone: the gain is one division.</summary>
internal readonly struct PlainRule(double lambda) : ILeafRule
{
    public double Gain(double gradient, double hessian, in WeightBounds bounds) => gradient * gradient / (hessian + lambda);

    public Vector<double> Gain(Vector<double> gradient, Vector<double> hessian, in WeightBounds bounds) =>
        gradient * gradient / (hessian + new Vector<double>(lambda));

    public double Weight(double gradient, double hessian, in WeightBounds bounds) => hessian + lambda > 0 ? -gradient / (hessian + lambda) : 0;
}

/// <summary>λ, α, a largest step and bounds.</summary>
internal readonly struct BoundedRule(double lambda, double alpha, double maxDeltaStep) : ILeafRule
{
    public double Gain(double gradient, double hessian, in WeightBounds bounds)
    {
        double w = Weight(gradient, hessian, bounds);
        return -(2 * gradient * w + (hessian + lambda) * w * w + 2 * alpha * Math.Abs(w));
    }

    public Vector<double> Gain(Vector<double> gradient, Vector<double> hessian, in WeightBounds bounds)
    {
        Vector<double> none = Vector<double>.Zero, sum = hessian + new Vector<double>(lambda);
        Vector<double> soft = Vector.CopySign(Vector.Max(Vector.Abs(gradient) - new Vector<double>(alpha), none), gradient), w = -soft / sum;
        if (maxDeltaStep > 0) w = Vector.Min(Vector.Max(w, new Vector<double>(-maxDeltaStep)), new Vector<double>(maxDeltaStep));
        w = Vector.Min(Vector.Max(w, new Vector<double>(bounds.Low)), new Vector<double>(bounds.High));
        w = Vector.ConditionalSelect(Vector.GreaterThan(sum, none), w, none);
        return -(2 * gradient * w + sum * w * w + new Vector<double>(2 * alpha) * Vector.Abs(w));
    }

    public double Weight(double gradient, double hessian, in WeightBounds bounds)
    {
        if (hessian + lambda <= 0) return 0;
        double soft = Math.Sign(gradient) * Math.Max(Math.Abs(gradient) - alpha, 0);
        double w = -soft / (hessian + lambda);
        if (maxDeltaStep > 0) w = Math.Clamp(w, -maxDeltaStep, maxDeltaStep);
        return Math.Min(Math.Max(w, bounds.Low), bounds.High);
    }
}

namespace Nabla.Optimizers;

/// <summary>How far a step goes along its direction.</summary>
public enum LineSearch
{
    /// <summary>The learning rate times the direction.</summary>
    None,

    /// <summary>Halves the step until the loss falls by at least 1e-4 of what its slope promises (Armijo, 1966), up to twenty times.</summary>
    Armijo,

    /// <summary>
    /// Looks for a step with enough descent and a slope of at most 0.9 of the first one (Wolfe, 1969), by brackets and cubic interpolation
    /// (Nocedal, Wright: Numerical optimization, algorithms 3.5 and 3.6). Each trial computes gradients.
    /// </summary>
    StrongWolfe,
}

/// <summary>A trial of a step: its length, the loss there and the slope along the direction.</summary>
internal readonly record struct Trial(double Length, double Loss, double Slope);

/// <summary>The search for strong Wolfe conditions, with the constants of PyTorch's.</summary>
/// <param name="start">The point of departure: length 0.</param>
/// <param name="evaluate">The loss and the slope at a length.</param>
/// <param name="largest">Largest number of the direction: where brackets are too short to matter.</param>
internal sealed class WolfeSearch(Trial start, Func<double, Trial> evaluate, double largest)
{
    const double Descent = 1e-4, Flatness = 0.9, LeastChange = 1e-9, Margin = 0.1;
    const int MostTrials = 25;

    int trials;

    /// <summary>The length to go, from a first guess.</summary>
    public double Run(double guess)
    {
        Trial before = start, at = evaluate(guess);
        while (trials < MostTrials)
        {
            if (IsTooHigh(at) || (trials > 1 && at.Loss >= before.Loss)) return Zoom(before, at);
            if (IsFlat(at)) return at.Length;
            if (at.Slope >= 0) return Zoom(before, at);
            double next = Lowest(before, at, at.Length + 0.01 * (at.Length - before.Length), 10 * at.Length);
            (before, at) = (at, evaluate(next));
            trials++;
        }
        return Zoom(start, at);
    }

    /// <summary>Narrows a bracket that holds an acceptable length down to one.</summary>
    double Zoom(Trial first, Trial second)
    {
        var (low, high) = first.Loss <= second.Loss ? (first, second) : (second, first);
        bool wasNearAnEnd = false;
        for (; trials < MostTrials && Math.Abs(high.Length - low.Length) * largest >= LeastChange; trials++)
        {
            double left = Math.Min(low.Length, high.Length), right = Math.Max(low.Length, high.Length), margin = Margin * (right - left);
            double length = Lowest(low, high, left, right);
            bool isNearAnEnd = Math.Min(right - length, length - left) < margin;
            if (isNearAnEnd && (wasNearAnEnd || length >= right || length <= left))
            {
                length = Math.Abs(length - right) < Math.Abs(length - left) ? right - margin : left + margin;
                isNearAnEnd = false;
            }
            wasNearAnEnd = isNearAnEnd;
            Trial at = evaluate(length);
            if (IsTooHigh(at) || at.Loss >= low.Loss)
            {
                (low, high) = low.Loss <= at.Loss ? (low, at) : (at, low);
                continue;
            }
            if (IsFlat(at)) return at.Length;
            (low, high) = (at, at.Slope * (high.Length - low.Length) >= 0 ? low : high);
        }
        return low.Length;
    }

    bool IsTooHigh(Trial at) => at.Loss > start.Loss + Descent * at.Length * start.Slope;

    bool IsFlat(Trial at) => Math.Abs(at.Slope) <= -Flatness * start.Slope;

    /// <summary>Where the cubic through two trials is lowest, within bounds; their middle if it has no minimum.</summary>
    static double Lowest(Trial a, Trial b, double least, double most)
    {
        if (a.Length > b.Length) (a, b) = (b, a);
        double chord = a.Slope + b.Slope - 3 * (a.Loss - b.Loss) / (a.Length - b.Length), square = chord * chord - a.Slope * b.Slope;
        if (square < 0) return (least + most) / 2;
        double root = Math.Sqrt(square);
        double length = b.Length - (b.Length - a.Length) * ((b.Slope + root - chord) / (b.Slope - a.Slope + 2 * root));
        return Math.Min(Math.Max(length, least), most);
    }
}

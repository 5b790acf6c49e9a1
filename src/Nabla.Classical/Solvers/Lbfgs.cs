using Nabla.Kernels;

namespace Nabla.Classical;

/// <summary>A function to minimize.</summary>
internal interface IObjective
{
    /// <summary>The value at w; fills the gradient.</summary>
    double Evaluate(ReadOnlySpan<double> w, Span<double> gradient);
}

/// <summary>How a minimization ended.</summary>
/// <param name="Value">The least value.</param>
/// <param name="Gradient">The largest absolute element of the gradient there.</param>
/// <param name="Iterations">Steps taken.</param>
/// <param name="HasConverged">Whether a tolerance was met.</param>
internal readonly record struct Minimum(double Value, double Gradient, int Iterations, bool HasConverged);

/// <summary>
/// Quasi-Newton steps from the last few changes of the gradient, without a matrix (Liu, Nocedal: On the limited memory BFGS
/// method, 1989), with a line search for the strong Wolfe conditions (Nocedal, Wright: Numerical Optimization, algorithm 3.5).
/// </summary>
internal static class Lbfgs
{
    const int Memory = 10, MostTrials = 40;
    const double Decrease = 1e-4, Curvature = 0.9;

    /// <summary>
    /// Moves w to a minimum. Stops when no element of the gradient exceeds <paramref name="tolerance"/>, or a step lowers the value
    /// by less than <paramref name="valueTolerance"/> of it.
    /// </summary>
    public static Minimum Minimize<TObjective>(TObjective objective, double[] w, int most, double tolerance, double valueTolerance = 2.2e-9)
        where TObjective : IObjective
    {
        int n = w.Length;
        var search = new Search<TObjective>(objective, n);
        double[] gradient = new double[n], direction = new double[n];
        var steps = new List<(double[] S, double[] Y, double Rho)>();
        Span<double> alpha = stackalloc double[Memory];
        double value = objective.Evaluate(w, gradient);
        int iteration = 0;
        for (; iteration < most; iteration++)
        {
            double largest = Largest(gradient);
            if (largest <= tolerance) return new(value, largest, iteration, true);

            gradient.CopyTo(direction, 0);
            for (int i = steps.Count - 1; i >= 0; i--)
            {
                alpha[i] = steps[i].Rho * Vectors.Dot<double>(steps[i].S, direction);
                Vectors.AddScaled(direction, -alpha[i], steps[i].Y);
            }
            double scale = steps.Count == 0
                ? 1 / Math.Max(Math.Sqrt(Vectors.Dot<double>(gradient, gradient)), 1e-300)
                : 1 / (steps[^1].Rho * Vectors.Dot<double>(steps[^1].Y, steps[^1].Y));
            foreach (ref double d in direction.AsSpan()) d *= scale;
            for (int i = 0; i < steps.Count; i++)
                Vectors.AddScaled(direction, alpha[i] - steps[i].Rho * Vectors.Dot<double>(steps[i].Y, direction), steps[i].S);
            foreach (ref double d in direction.AsSpan()) d = -d;

            double slope = Vectors.Dot<double>(gradient, direction);
            if (!(slope < 0) || !search.Run(w, value, slope, direction))
            {
                if (steps.Count == 0) return new(value, largest, iteration, false);
                steps.Clear();          // rounding has spoilt the curvature: start again along the gradient
                continue;
            }
            double[] s = new double[n], y = new double[n];
            for (int i = 0; i < n; i++)
            {
                s[i] = search.Point[i] - w[i];
                y[i] = search.Gradient[i] - gradient[i];
            }
            double curvature = Vectors.Dot<double>(s, y);
            if (curvature > 1e-300)
            {
                if (steps.Count == Memory) steps.RemoveAt(0);
                steps.Add((s, y, 1 / curvature));
            }
            search.Point.CopyTo(w, 0);
            search.Gradient.CopyTo(gradient, 0);
            double last = value;
            value = search.Value;
            if (last - value <= valueTolerance * Math.Max(Math.Max(Math.Abs(last), Math.Abs(value)), 1))
                return new(value, Largest(gradient), iteration + 1, true);
        }
        return new(value, Largest(gradient), iteration, Largest(gradient) <= tolerance);
    }

    static double Largest(double[] gradient)
    {
        double largest = 0;
        foreach (double g in gradient) largest = Math.Max(largest, Math.Abs(g));
        return largest;
    }

    /// <summary>A step along a direction that lowers both the value and the slope enough.</summary>
    sealed class Search<TObjective>(TObjective objective, int n) where TObjective : IObjective
    {
        public double[] Point { get; } = new double[n];

        public double[] Gradient { get; } = new double[n];

        public double Value { get; private set; }

        public bool Run(double[] w, double value, double slope, double[] direction)
        {
            double low = 0, lowValue = value, lowSlope = slope, high = double.PositiveInfinity, highValue = 0, highSlope = 0, step = 1;
            for (int trial = 0; trial < MostTrials; trial++)
            {
                double here = Evaluate(w, direction, step);
                if (!(Value <= value + Decrease * step * slope) || (low > 0 && Value >= lowValue))
                    (high, highValue, highSlope) = (step, Value, here);
                else if (Math.Abs(here) <= -Curvature * slope) return true;
                else
                {
                    if (here * (double.IsInfinity(high) ? 1 : high - low) >= 0) (high, highValue, highSlope) = (low, lowValue, lowSlope);
                    (low, lowValue, lowSlope) = (step, Value, here);
                }
                step = double.IsInfinity(high) ? 4 * step : Between(low, lowValue, lowSlope, high, highValue, highSlope);
                if (Math.Abs(high - low) <= 1e-16 * Math.Max(low, 1e-300)) break;
            }
            // Good enough to go on from, if it is lower at all.
            if (low == 0) return false;
            Evaluate(w, direction, low);
            return Value < value;
        }

        double Evaluate(double[] w, double[] direction, double step)
        {
            w.CopyTo(Point, 0);
            Vectors.AddScaled(Point, step, direction);
            Value = objective.Evaluate(Point, Gradient);
            return Vectors.Dot<double>(Gradient, direction);
        }

        // The minimum of the cubic through both ends, kept away from them.
        static double Between(double a, double fa, double ga, double b, double fb, double gb)
        {
            double d1 = ga + gb - 3 * (fa - fb) / (a - b), square = d1 * d1 - ga * gb, middle = (a + b) / 2;
            if (!(square >= 0) || !double.IsFinite(fb)) return middle;
            double d2 = Math.CopySign(Math.Sqrt(square), b - a), at = b - (b - a) * ((gb + d2 - d1) / (gb - ga + 2 * d2));
            double edge = 0.1 * Math.Abs(b - a), least = Math.Min(a, b) + edge, most = Math.Max(a, b) - edge;
            return at >= least && at <= most ? at : double.IsNaN(at) ? middle : Math.Clamp(at, least, most);
        }
    }
}

using System.Runtime.CompilerServices;

namespace Nabla.Classical.SupportVectors;

/// <summary>
/// min ½αᵀQα + pᵀα with yᵀα constant and 0 ≤ α ≤ C, two variables at a time (Platt, 1998), the pair chosen by second-order information (Fan,
/// Chen, Lin: Working set selection using second order information, 2005). Q_ij = y_i y_j K(i mod m, j mod m), m the rows of K.
/// </summary>
internal static class Smo
{
    const double Least = 1e-12;

    /// <summary>α, the threshold ρ of the decision Σ yα·k − ρ, and the violation left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double[] Alpha, double Rho, double Violation) Solve(
        double[] kernel, int m, double[] p, double[] y, double c, double tolerance, long most)
    {
        int n = p.Length;
        double[] alpha = new double[n], gradient = [.. p];
        double violation = double.PositiveInfinity;
        for (long step = 0; step < most; step++)
        {
            int i = -1, j = -1;
            double up = double.NegativeInfinity, down = double.NegativeInfinity, best = double.PositiveInfinity;
            for (int t = 0; t < n; t++)
                if ((y[t] > 0 ? alpha[t] < c : alpha[t] > 0) && -y[t] * gradient[t] > up) (up, i) = (-y[t] * gradient[t], t);
            if (i < 0) break;
            int rowI = i % m * m;
            for (int t = 0; t < n; t++)
            {
                if (!(y[t] > 0 ? alpha[t] > 0 : alpha[t] < c)) continue;
                double slope = y[t] * gradient[t], gain = up + slope;
                down = Math.Max(down, slope);
                if (gain <= 0) continue;
                double curvature = kernel[rowI + i % m] + kernel[t % m * m + t % m] - 2 * kernel[rowI + t % m];
                double value = -gain * gain / (curvature > 0 ? curvature : Least);
                if (value <= best) (best, j) = (value, t);
            }
            violation = up + down;
            if (violation < tolerance || j < 0) break;
            Step(kernel, m, y, c, alpha, gradient, i, j);
        }
        return (alpha, Threshold(y, c, alpha, gradient), violation);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Step(double[] kernel, int m, double[] y, double c, double[] alpha, double[] gradient, int i, int j)
    {
        int rowI = i % m * m, rowJ = j % m * m;
        double a = kernel[rowI + i % m] + kernel[rowJ + j % m] - 2 * kernel[rowI + j % m], oldI = alpha[i], oldJ = alpha[j];
        if (a <= 0) a = Least;
        double t = (-y[i] * gradient[i] + y[j] * gradient[j]) / a;
        // Along (y_i, −y_j): how far both stay in their boxes.
        t = Math.Min(t, y[i] > 0 ? c - oldI : oldI);
        t = Math.Min(t, y[j] > 0 ? oldJ : c - oldJ);
        alpha[i] = Snap(oldI + y[i] * t, c);
        alpha[j] = Snap(oldJ - y[j] * t, c);
        double di = y[i] * (alpha[i] - oldI), dj = y[j] * (alpha[j] - oldJ);
        for (int k = 0; k < gradient.Length; k++) gradient[k] += y[k] * (di * kernel[rowI + k % m] + dj * kernel[rowJ + k % m]);
    }

    static double Snap(double value, double c) => value < 1e-14 * c ? 0 : value > c * (1 - 1e-14) ? c : value;

    // The mean of yG over free variables; between the bounds if none is free.
    static double Threshold(double[] y, double c, double[] alpha, double[] gradient)
    {
        double sum = 0, low = double.NegativeInfinity, high = double.PositiveInfinity;
        int free = 0;
        for (int t = 0; t < y.Length; t++)
        {
            double value = y[t] * gradient[t];
            if (alpha[t] > 0 && alpha[t] < c)
            {
                sum += value;
                free++;
            }
            else if (alpha[t] >= c == y[t] > 0) low = Math.Max(low, value);
            else high = Math.Min(high, value);
        }
        return free > 0 ? sum / free : (low + high) / 2;
    }
}

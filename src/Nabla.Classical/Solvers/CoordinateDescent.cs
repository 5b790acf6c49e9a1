using System.Runtime.CompilerServices;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical;

/// <summary>
/// Minimizes one coefficient at a time: each has a closed form, a soft threshold (Friedman, Hastie, Tibshirani: Regularization
/// paths for generalized linear models via coordinate descent, 2010).
/// </summary>
internal static class CoordinateDescent
{
    /// <summary>
    /// w of least ½‖xw − y‖² + l1‖w‖₁ + ½·l2‖w‖², from the w given; the duality gap left, to be compared with tolerance·‖y‖².
    /// </summary>
    /// <param name="columns">xᵀ: one column of the table per row.</param>
    /// <param name="y">Targets.</param>
    /// <param name="l1">Weight of Σ|wⱼ|.</param>
    /// <param name="l2">Weight of ½Σwⱼ².</param>
    /// <param name="isPositive">Keeps coefficients at 0 or above.</param>
    /// <param name="most">Passes over all coefficients at most.</param>
    /// <param name="tolerance">Gap to stop at, as a share of ‖y‖².</param>
    /// <param name="w">First guess, then the solution.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double Gap, int Passes) ElasticNet(
        Matrix<double> columns, double[] y, double l1, double l2, bool isPositive, int most, double tolerance, double[] w)
    {
        double[] rest = [.. y], norms = new double[w.Length];
        for (int j = 0; j < w.Length; j++)
        {
            norms[j] = Vectors.Dot<double>(columns.Row(j), columns.Row(j));
            Vectors.AddScaled(rest, -w[j], columns.Row(j));
        }
        double goal = tolerance * Vectors.Dot<double>(y, y), gap = double.PositiveInfinity;
        int pass = 0;
        while (pass < most)
        {
            double largest = 0, change = 0;
            for (int j = 0; j < w.Length; j++)
            {
                if (norms[j] == 0) continue;        // a constant column: its coefficient stays as it is
                double old = w[j], along = Vectors.Dot<double>(columns.Row(j), rest) + old * norms[j];
                double size = Math.Max(isPositive ? along - l1 : Math.Abs(along) - l1, 0);
                w[j] = Math.CopySign(size, isPositive ? 1 : along) / (norms[j] + l2);
                if (w[j] != old) Vectors.AddScaled(rest, old - w[j], columns.Row(j));
                change = Math.Max(change, Math.Abs(w[j] - old));
                largest = Math.Max(largest, Math.Abs(w[j]));
            }
            pass++;
            if (largest > 0 && change / largest >= tolerance && pass < most) continue;
            gap = Gap(columns, y, rest, w, l1, l2, isPositive);
            if (gap < goal || goal == 0) break;
        }
        return (goal == 0 ? 0 : gap, pass);
    }

    // Objective minus dual objective at the residual scaled into the dual's feasible set.
    static double Gap(Matrix<double> columns, double[] y, double[] rest, double[] w, double l1, double l2, bool isPositive)
    {
        double dual = 0, squares = Vectors.Dot<double>(w, w), length = 0;
        for (int j = 0; j < w.Length; j++)
        {
            double slope = Vectors.Dot<double>(columns.Row(j), rest) - l2 * w[j];
            dual = Math.Max(dual, isPositive ? slope : Math.Abs(slope));
            length += Math.Abs(w[j]);
        }
        double r2 = Vectors.Dot<double>(rest, rest), scale = dual > l1 ? l1 / dual : 1;
        double gap = dual > l1 ? 0.5 * (r2 + r2 * scale * scale) : r2;
        return gap + l1 * length - scale * Vectors.Dot<double>(rest, y) + 0.5 * l2 * (1 + scale * scale) * squares;
    }
}

using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Linear;

/// <summary>
/// Logistic regression of two classes with ρ‖w‖₁ + ½(1 − ρ)‖w‖²: Newton's quadratic model of the loss is weighted least squares,
/// which coordinate descent solves with the penalty; a step is halved until the objective falls.
/// </summary>
internal static class SparseLogistic
{
    public static Minimum Minimize(Matrix<double> x, int[] targets, double[]? counts, LogisticRegressionOptions options, double[] w)
    {
        int n = x.Rows, columns = x.Columns;
        double l1 = options.L1Ratio / options.C, l2 = (1 - options.L1Ratio) / options.C;
        double[] last = [.. w], working = new double[n], curvature = new double[n];
        double value = Objective(x, targets, counts, w, l1, l2), change = double.PositiveInfinity;
        int pass = 0;
        for (; pass < options.MaxIterations && change > options.Tolerance; pass++)
        {
            w.CopyTo(last, 0);
            for (int i = 0; i < n; i++)
            {
                double score = Score(x, w, i), p = 1 / (1 + Math.Exp(-score)), slope = Math.Max(p * (1 - p), 1e-10);
                working[i] = score + (targets[i] - p) / slope;
                curvature[i] = slope * (counts?[i] ?? 1);
            }
            Matrix<double> scaled = new([.. x.Values], n, columns), goal = new([.. working], n, 1);
            var centering = new Centering(scaled, goal, options.FitIntercept, curvature);
            double[] slopes = w[..columns];
            CoordinateDescent.ElasticNet(scaled.Transposed(), goal.Values, l1, l2, false, 1000, 1e-14, slopes);
            double intercept = centering.Intercepts(slopes)[0];

            double step = 1, next;
            while (true)
            {
                for (int j = 0; j < columns; j++) w[j] = last[j] + step * (slopes[j] - last[j]);
                w[columns] = last[columns] + step * (intercept - last[columns]);
                next = Objective(x, targets, counts, w, l1, l2);
                if (next <= value || step < 1e-10) break;
                step /= 2;
            }
            change = 0;
            for (int j = 0; j <= columns; j++) change = Math.Max(change, Math.Abs(w[j] - last[j]));
            value = Math.Min(value, next);
        }
        return new(value, change, pass, change <= options.Tolerance);
    }

    static double Score(Matrix<double> x, double[] w, int row) => Vectors.Dot<double>(x.Row(row), w.AsSpan(0, x.Columns)) + w[x.Columns];

    static double Objective(Matrix<double> x, int[] targets, double[]? counts, double[] w, double l1, double l2)
    {
        double sum = 0;
        for (int i = 0; i < x.Rows; i++)
        {
            double s = Score(x, w, i);
            sum += (counts?[i] ?? 1) * (Math.Max(targets[i] == 1 ? -s : s, 0) + Math.Log(1 + Math.Exp(-Math.Abs(s))));
        }
        for (int j = 0; j < x.Columns; j++) sum += l1 * Math.Abs(w[j]) + 0.5 * l2 * w[j] * w[j];
        return sum;
    }
}

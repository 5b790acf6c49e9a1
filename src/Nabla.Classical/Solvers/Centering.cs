using System.Runtime.CompilerServices;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical;

/// <summary>
/// Takes the means off a table and its targets: a model without intercept on what is left has the coefficients of one with an
/// unpenalized intercept on the original. Weighted rows are also scaled by √weight, which makes them plain least squares.
/// </summary>
internal sealed class Centering
{
    readonly double[] means;
    readonly bool hasIntercept;

    /// <summary>Changes x and y in place.</summary>
    public Centering(Matrix<double> x, Matrix<double> y, bool hasIntercept, double[]? weights = null)
    {
        this.hasIntercept = hasIntercept;
        means = new double[x.Columns];
        TargetMeans = new double[y.Columns];
        if (hasIntercept)
        {
            Shift(x, means, weights);
            Shift(y, TargetMeans, weights);
        }
        if (weights is null) return;
        for (int i = 0; i < x.Rows; i++)
        {
            double root = Math.Sqrt(weights[i]);
            foreach (ref double v in x.Row(i)) v *= root;
            foreach (ref double v in y.Row(i)) v *= root;
        }
    }

    public double[] TargetMeans { get; }

    /// <summary>b of each output: mean of y − w · mean of x.</summary>
    public double[] Intercepts(double[] w)
    {
        var b = new double[TargetMeans.Length];
        if (hasIntercept)
            for (int j = 0; j < b.Length; j++)
                b[j] = TargetMeans[j] - Vectors.Dot<double>(means, w.AsSpan(j * means.Length, means.Length));
        return b;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Shift(Matrix<double> table, double[] means, double[]? weights)
    {
        double total = weights?.Sum() ?? table.Rows;
        double[] shift = new double[means.Length];
        // Twice: the second time takes off what rounding left of a column that hardly varies, which would count as one more independent column.
        for (int turn = 0; turn < 2; turn++)
        {
            Array.Clear(shift);
            for (int i = 0; i < table.Rows; i++) Vectors.AddScaled(shift, (weights?[i] ?? 1) / total, table.Row(i));
            for (int i = 0; i < table.Rows; i++) Vectors.AddScaled(table.Row(i), -1, shift);
            for (int j = 0; j < shift.Length; j++) means[j] += shift[j];
        }
    }
}

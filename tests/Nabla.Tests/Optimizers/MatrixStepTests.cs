using Nabla.Optimizers;
using Nabla.Tests.Kernels;

namespace Nabla.Tests.Optimizers;

/// <summary>
/// Methods that treat rows of a matrix together, against their formulas element by element: matrices whose rows and columns fill whole groups and
/// vectors or leave some over.
/// </summary>
[Collection(KernelSettings.Name)]
public class MatrixStepTests
{
    const int Steps = 3;
    const double Rate = 0.1;

    static double[] Gradient(int step, int length) => Tensor.Uniform(length, new RandomStream(7).Split(step), -1, 1).To(DType.Float64).ToArray<double>();

    static double[] Start(int length) => Tensor.Uniform(length, new RandomStream(3), -1, 1).To(DType.Float64).ToArray<double>();

    static double[] Run(Func<Bag, Optimizer> make, int rows, int columns, DType dtype, double factor)
    {
        Tensor w = Tensor.From(Start(rows * columns), (rows, columns)).To(dtype);
        Optimizer optimizer = make(new Bag(("w", w)));
        for (int t = 1; t <= Steps; t++)
        {
            w.Gradient = Tensor.From(Gradient(t, rows * columns), (rows, columns)).To(dtype);
            optimizer.Step();
            if (factor == 1) continue;
            using Autograd.Scope scope = Autograd.NoGradient();
            w[..] = factor * w;
        }
        return w.To(DType.Float64).ToArray<double>();
    }

    // The parameter is multiplied by the factor after every step, as a user might.
    static void Check(double[] expected, Func<Bag, Optimizer> make, int rows, int columns, double factor = 1) => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (int threads in (int[])[1, 2])
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
            {
                using IDisposable setting = KernelSettings.Threads(threads);
                double[] actual = Run(make, rows, columns, dtype, factor);
                double tolerance = dtype == DType.Float32 ? 2e-5 : 1e-12;
                for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance);
            }
    });

    /// <summary>Algorithm 4 of the paper, its rate as it is.</summary>
    [Theory]
    [InlineData(8, 32)]
    [InlineData(19, 37)]
    [InlineData(7, 5)]
    [InlineData(1, 70)]
    [InlineData(33, 1)]
    public void AdaFactor_follows_its_formula(int rows, int columns)
    {
        var options = new AdaFactorOptions { UsesOwnSchedule = false, ScalesByParameter = false };
        Check(AdaFactor(rows, columns, static _ => 1, static w => w), m => new AdaFactor(m, Rate, options), rows, columns);
    }

    /// <summary>Steps scaled by the parameter as it is, also where a penalty or the user changed it since the last one.</summary>
    [Theory]
    [InlineData(19, 37, 0, 1)]
    [InlineData(2, 16 * 1024 + 21, 0, 1)]
    [InlineData(19, 37, 0.05, 1)]
    [InlineData(19, 37, 0, 0.5)]
    public void AdaFactor_scales_by_the_parameter_as_it_is(int rows, int columns, double lasso, double factor)
    {
        double[] expected = AdaFactor(
            rows, columns, static w => Math.Sqrt(w.Average(static x => x * x)), w => factor * Math.Sign(w) * Math.Max(Math.Abs(w) - lasso * Rate, 0));
        Check(expected, m => new AdaFactor(m, Rate, new AdaFactorOptions { UsesOwnSchedule = false, L1Decay = lasso }), rows, columns, factor);
    }

    static double[] AdaFactor(int rows, int columns, Func<double[], double> scale, Func<double, double> then)
    {
        const double Epsilon = 1e-30;
        double[] w = Start(rows * columns), r = new double[rows], c = new double[columns];
        for (int t = 1; t <= Steps; t++)
        {
            double[] g = Gradient(t, w.Length), u = new double[w.Length];
            double memory = 1 - Math.Pow(t, -0.8), total;
            for (int i = 0; i < rows; i++) r[i] = memory * r[i] + (1 - memory) * Enumerable.Range(0, columns).Sum(j => g[i * columns + j] * g[i * columns + j] + Epsilon);
            for (int j = 0; j < columns; j++) c[j] = memory * c[j] + (1 - memory) * Enumerable.Range(0, rows).Sum(i => g[i * columns + j] * g[i * columns + j] + Epsilon);
            total = r.Sum();
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < columns; j++) u[i * columns + j] = g[i * columns + j] / Math.Sqrt(r[i] * c[j] / total);
            double step = Rate * scale(w) / Math.Max(1, Math.Sqrt(u.Average(x => x * x)));
            for (int k = 0; k < w.Length; k++) w[k] = then(w[k] - step * u[k]);
        }
        return w;
    }

    /// <summary>One sum of mean squares per row; λ in the gradient, or beside the step.</summary>
    [Theory]
    [InlineData(3, 64, false)]
    [InlineData(9, 37, false)]
    [InlineData(9, 37, true)]
    [InlineData(4, 5, true)]
    public void RowWiseAdaGrad_follows_its_formula(int rows, int columns, bool decoupled)
    {
        const double Decay = 0.2;
        double[] w = Start(rows * columns), s = new double[rows];
        for (int t = 1; t <= Steps; t++)
        {
            double[] g = [.. Gradient(t, w.Length).Zip(w, (x, y) => decoupled ? x : x + Decay * y)];
            for (int i = 0; i < rows; i++)
            {
                s[i] += g.Skip(i * columns).Take(columns).Average(static x => x * x);
                for (int k = i * columns; k < (i + 1) * columns; k++) w[k] = (decoupled ? 1 - Rate * Decay : 1) * w[k] - Rate * g[k] / (Math.Sqrt(s[i]) + 1e-10);
            }
        }
        Check(w, m => new RowWiseAdaGrad(m, Rate, new RowWiseAdaGradOptions { WeightDecay = Decay, DecoupledDecay = decoupled }), rows, columns);
    }

    /// <summary>The proximal step, then each row shortened by its own threshold.</summary>
    [Theory]
    [InlineData(4, 32)]
    [InlineData(5, 37)]
    [InlineData(3, 16 * 1024 + 21)]
    public void Rows_of_Ftrl_follow_their_formula(int rows, int columns)
    {
        const double Alpha = 0.1, Beta = 1, Lasso = 0.01, RowDecay = 0.02;
        double[] w = new double[rows * columns], z = new double[w.Length], n = new double[w.Length];
        for (int t = 1; t <= Steps; t++)
        {
            double[] g = Gradient(t, w.Length);
            for (int k = 0; k < w.Length; k++)
            {
                double root = Math.Sqrt(n[k] + g[k] * g[k]);
                z[k] += g[k] - (root - Math.Sqrt(n[k])) / Alpha * w[k];
                n[k] += g[k] * g[k];
            }
            for (int i = 0; i < rows; i++)
            {
                double[] soft = [.. z.Skip(i * columns).Take(columns).Select(x => Math.Sign(x) * Math.Max(Math.Abs(x) - Lasso, 0))];
                double norm = Math.Sqrt(soft.Sum(x => x * x)), factor = Math.Max(1 - RowDecay * Math.Sqrt(columns) / norm, 0);
                for (int j = 0; j < columns; j++) w[i * columns + j] = -factor * soft[j] * Alpha / (Beta + Math.Sqrt(n[i * columns + j]));
            }
        }
        Check(w, m => new Ftrl(m, Alpha, new FtrlOptions { Beta = Beta, L1Decay = Lasso, RowDecay = RowDecay }), rows, columns);
    }
}

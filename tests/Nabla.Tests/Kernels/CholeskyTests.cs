using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

/// <summary>Cholesky factors against the textbook's loops, with every instruction set and any number of threads.</summary>
[Collection(KernelSettings.Name)]
public class CholeskyTests
{
    // Less than a register, whole registers and one more, blocks of 32 rows.
    static readonly int[] Sizes = [1, 2, 3, 7, 8, 9, 16, 31, 32, 33, 64, 75, 100, 150];

    [Fact]
    public void Factors_are_those_of_the_textbook() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (int n in Sizes)
        {
            Check<double>(n, 1e-13);
            Check<float>(n, 1e-4f);
        }
    });

    [Fact]
    public void Gradients_are_those_of_the_recurrence() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (int n in Sizes)
        {
            CheckSlope<double>(n, 1e-12);
            CheckSlope<float>(n, 1e-3);
        }
    });

    [Fact]
    public void The_first_matrix_that_is_not_positive_definite_is_named()
    {
        const int n = 40, count = 5;
        double[] good = Positive(n, 1), bad = [.. good];
        bad[35 * n + 35] = -1;
        (double[] _, int failed) = Factor([.. good, .. good, .. bad, .. good, .. bad], count, n);
        Assert.Equal(2, failed);
        Assert.Equal(35, Cholesky.Solve([.. bad], new double[n]));
        bad[7 * n + 7] = double.NaN;
        Assert.Equal(7, Cholesky.Solve([.. bad], new double[n]));
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        const int n = 33, count = 30;
        float[] a = [.. Enumerable.Range(0, count).SelectMany(i => Positive(n, i)).Select(x => (float)x)];
        var results = new List<float[]>();
        foreach (int threads in new[] { 1, 2, 7 }) KernelSettings.With(threads, () => results.Add(Factor(a, count, n).L));
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    static void Check<T>(int n, double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] a = Positive(n, n), expected = Textbook(a, n);
        for (int i = 0; i < n; i++)
            for (int j = i + 1; j < n; j++) a[i * n + j] = double.NaN;                      // must not be read
        (T[] l, int failed) = Factor<T>([.. a.Select(T.CreateTruncating)], 1, n);
        Assert.Equal(-1, failed);
        for (int i = 0; i < l.Length; i++) Assert.Equal(expected[i], double.CreateTruncating(l[i]), tolerance * n);
    }

    static unsafe void CheckSlope<T>(int n, double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] l = Textbook(Positive(n, n), n), g = Tensor.Normal(2 * n * n, new RandomStream(9), dtype: DType.Float64).ToArray<double>();
        double[] both = [.. l, .. l], expected = [.. Reverse(l, g[..(n * n)], n), .. Reverse(l, g[(n * n)..], n)];
        T[] result = new T[2 * n * n];
        fixed (T* pl = Array.ConvertAll(both, T.CreateTruncating), pg = Array.ConvertAll(g, T.CreateTruncating), pr = result)
            MatrixBatch.Run<T, CholeskySlope<T>>(2, n, n, new() { N = n, L = pl, G = pg, Result = pr });
        double scale = expected.Max(Math.Abs);
        for (int i = 0; i < result.Length; i++) Assert.Equal(expected[i], double.CreateTruncating(result[i]), tolerance * scale);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) Assert.Equal(result[i * n + j], result[j * n + i]);
    }

    /// <summary>Smith: Differentiation of the Cholesky algorithm, 1995. The gradient of the lower triangle, shared with the upper one.</summary>
    static double[] Reverse(double[] l, double[] g, int n)
    {
        double[] f = [.. g];
        for (int k = n - 1; k >= 0; k--)
        {
            for (int j = k + 1; j < n; j++)
                for (int i = j; i < n; i++)
                {
                    f[i * n + k] -= f[i * n + j] * l[j * n + k];
                    f[j * n + k] -= f[i * n + j] * l[i * n + k];
                }
            for (int j = k + 1; j < n; j++)
            {
                f[j * n + k] /= l[k * n + k];
                f[k * n + k] -= l[j * n + k] * f[j * n + k];
            }
            f[k * n + k] *= 0.5 / l[k * n + k];
        }
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) f[j * n + i] = f[i * n + j] *= 0.5;
        return f;
    }

    static unsafe (T[] L, int Failed) Factor<T>(T[] a, int count, int n) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] l = new T[a.Length];
        fixed (T* pa = a, pl = l) return (l, Cholesky.Factor(count, n, pa, pl));
    }

    /// <summary>Golub, Van Loan, 4.2: column by column.</summary>
    static double[] Textbook(double[] a, int n)
    {
        double[] l = new double[n * n];
        for (int j = 0; j < n; j++)
            for (int i = j; i < n; i++)
            {
                double rest = a[i * n + j];
                for (int k = 0; k < j; k++) rest -= l[i * n + k] * l[j * n + k];
                l[i * n + j] = i == j ? Math.Sqrt(rest) : rest / l[j * n + j];
            }
        return l;
    }

    static double[] Positive(int n, int seed)
    {
        Tensor x = Tensor.Normal((n, n), new RandomStream((ulong)seed), dtype: DType.Float64);
        return (x.MatMul(x.T) / n + Tensor.Eye(n, DType.Float64)).ToArray<double>();
    }
}

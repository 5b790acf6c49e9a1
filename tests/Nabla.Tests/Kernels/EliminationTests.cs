using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

/// <summary>Elimination against the textbook's three loops, with every instruction set and any number of threads.</summary>
[Collection(KernelSettings.Name)]
public class EliminationTests
{
    // One register and less, panels of 32, blocks of 64, sizes that fill no register, rows whose length crowds the cache.
    static readonly int[] Sizes = [1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 64, 65, 100, 128, 130];

    [Fact]
    public void Solutions_fit_the_equations() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (int n in Sizes)
        {
            CheckSolution<double>(n, n % 11 + 1, transposed: false, 1e-14);
            CheckSolution<double>(n, n % 11 + 1, transposed: true, 1e-14);
            CheckSolution<float>(n, n % 19 + 1, transposed: false, 5e-6);
            CheckSolution<float>(n, n % 19 + 1, transposed: true, 5e-6);
        }
        CheckSolution<float>(70, 300, transposed: false, 5e-6);                 // right sides whose rows crowd the cache
        CheckSolution<double>(70, 150, transposed: true, 1e-14);
        CheckSolution<float>(603, 2, transposed: false, 5e-6);                  // long rows, of which few make a panel; odd strips of rows of L
        CheckSolution<double>(301, 2, transposed: true, 1e-14);
    });

    [Fact]
    public void Inverses_are_solutions_for_the_identity() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (int n in (int[])[.. Sizes, 200])
        {
            double[] a = Numbers(n * n, n + 3), expected = new double[n * n];
            for (int i = 0; i < n; i++) expected[i * n + i] = 1;
            Solve(a, n, expected, n, transposed: false);
            double[] actual = Inverse(a, n);
            double scale = expected.Max(Math.Abs);
            for (int i = 0; i < actual.Length; i++) Assert.Equal(expected[i], actual[i], 1e-11 * scale);
        }
    });

    [Fact]
    public void Determinants_are_those_of_the_textbook() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (int n in Sizes)
        {
            double[] a = Numbers(n * n, n);
            (int sign, double log) = Textbook(a, n);
            (int ours, double ourLog) = Determinant(a, n);
            Assert.Equal(sign, ours);
            Assert.Equal(log, ourLog, 1e-11 * n);
        }
    });

    [Fact]
    public void An_infinite_pivot_makes_an_infinite_determinant() => KernelSettings.ForEachInstructionSet(() =>
        Assert.Equal((1, double.PositiveInfinity), Determinant([double.PositiveInfinity, 1, 1, 2], 2)));

    [Fact]
    public void Pivots_are_the_largest_of_their_row()
    {
        const int n = 70;
        (double[] factors, int[] pivots) = Factor(Numbers(n * n, 3), n);
        int stride = Elimination.Stride<double>(n);
        for (int k = 0; k < n; k++)
        {
            Assert.InRange(pivots[k], k, n - 1);
            for (int j = k + 1; j < n; j++) Assert.InRange(factors[k * stride + j], -1, 1);         // −U: what is divided is never larger than the pivot
        }
    }

    [Fact]
    public void Matrices_in_need_of_exchanges_are_solved()
    {
        // Zeros on the diagonal, and pivots of 1e-30 that would swallow everything: [[ε, 1], [1, 1]].
        foreach (double[] a in new double[][] { [0, 1, 1, 0], [1e-30, 1, 1, 1], [1, 1, 1, 1e-30] })
        {
            double[] x = [a[0] * 2 + a[1] * 3, a[2] * 2 + a[3] * 3];
            Solve(a, 2, x, 1, transposed: false);
            Assert.Equal(2, x[0], 1e-14);
            Assert.Equal(3, x[1], 1e-14);
        }
    }

    [Fact]
    public unsafe void The_first_singular_matrix_is_named()
    {
        double[] regular = [2, 1, 1, 3], singular = [1, 2, 2, 4], zero = [0, 0, 0, 0];
        double[] all = [.. regular, .. singular, .. zero];
        int stride = Elimination.Stride<double>(2);
        double[] factors = new double[3 * 2 * stride];
        int[] pivots = new int[6];
        fixed (double* pa = all, pf = factors)
        fixed (int* pp = pivots)
        {
            Elimination.Factor(3, 2, pa, pf, pp);
            Assert.Equal(1, Elimination.FirstSingular(3, 2, pf));
            Assert.Equal(-1, Elimination.FirstSingular(1, 2, pf));
        }
    }

    [Theory, InlineData(24), InlineData(400)]
    public unsafe void Any_number_of_threads_gives_the_same_bits(int n)
    {
        const int columns = 5;
        int count = n < 100 ? 40 : 1, stride = Elimination.Stride<float>(n);
        float[] a = [.. Numbers(count * n * n, 7).Select(x => (float)x)], b = [.. Numbers(count * n * columns, 8).Select(x => (float)x)];
        var results = new List<float[]>();
        foreach (int threads in new[] { 1, 2, 7 })
            KernelSettings.With(threads, () =>
            {
                float[] factors = new float[count * n * stride], x = [.. b];
                int[] pivots = new int[count * n];
                fixed (float* pa = a, pf = factors, px = x)
                fixed (int* pp = pivots)
                {
                    Elimination.Factor(count, n, pa, pf, pp);
                    Elimination.Solve(count, n, pf, pp, false, columns, px);
                }
                results.Add(x);
            });
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void The_largest_magnitude_is_found_at_any_length()
    {
        for (int n = 1; n < 40; n++)
            for (int at = 0; at < n; at++)
            {
                float[] x = new float[n];
                x[at] = at % 2 == 0 ? 2 : -2;
                if (at + 1 < n) x[at + 1] = 2;
                Assert.Equal(at, Vectors.IndexOfLargest<float>(x));
            }
        Assert.Equal(0, Vectors.IndexOfLargest<float>([1, float.NaN, 2]));
    }

    static void CheckSolution<T>(int n, int columns, bool transposed, double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] a = [.. Numbers(n * n, n + 1).Select(T.CreateTruncating)], b = [.. Numbers(n * columns, n + 2).Select(T.CreateTruncating)], x = [.. b];
        Solve(a, n, x, columns, transposed);
        double Size(T[] m) => m.Max(value => Math.Abs(double.CreateTruncating(value)));
        double scale = n * Size(a) * Size(x) + Size(b);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < columns; j++)
            {
                double sum = 0;
                for (int k = 0; k < n; k++) sum += double.CreateTruncating(transposed ? a[k * n + i] : a[i * n + k]) * double.CreateTruncating(x[k * columns + j]);
                Assert.InRange(Math.Abs(sum - double.CreateTruncating(b[i * columns + j])), 0, tolerance * scale);     // backward stable: small beside A·x
            }
    }

    static unsafe (T[] Factors, int[] Pivots) Factor<T>(T[] a, int n) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] factors = new T[n * Elimination.Stride<T>(n)];
        int[] pivots = new int[n];
        fixed (T* pa = a, pf = factors)
        fixed (int* pp = pivots)
            Elimination.Factor(1, n, pa, pf, pp);
        return (factors, pivots);
    }

    static unsafe void Solve<T>(T[] a, int n, T[] x, int columns, bool transposed) where T : unmanaged, IFloatingPointIeee754<T>
    {
        (T[] factors, int[] pivots) = Factor(a, n);
        fixed (T* pf = factors, px = x)
        fixed (int* pp = pivots)
            Elimination.Solve(1, n, pf, pp, transposed, columns, px);
    }

    static unsafe double[] Inverse(double[] a, int n)
    {
        (double[] factors, int[] pivots) = Factor(a, n);
        double[] x = new double[n * n];
        fixed (double* pf = factors, px = x)
        fixed (int* pp = pivots)
            Elimination.Invert(1, n, pf, pp, px);
        return x;
    }

    static unsafe (int Sign, double Log) Determinant(double[] a, int n)
    {
        (double[] factors, int[] pivots) = Factor(a, n);
        fixed (double* pf = factors)
        fixed (int* pp = pivots)
            return Elimination.LogDeterminant(n, pf, pp);
    }

    /// <summary>Golub, Van Loan, algorithm 3.4.1, and the product of the diagonal.</summary>
    static (int Sign, double Log) Textbook(double[] matrix, int n)
    {
        double[] a = [.. matrix];
        int sign = 1;
        double log = 0;
        for (int k = 0; k < n; k++)
        {
            int pivot = k;
            for (int i = k + 1; i < n; i++)
                if (Math.Abs(a[i * n + k]) > Math.Abs(a[pivot * n + k])) pivot = i;
            if (pivot != k) sign = -sign;
            for (int j = 0; j < n; j++) (a[k * n + j], a[pivot * n + j]) = (a[pivot * n + j], a[k * n + j]);
            for (int i = k + 1; i < n; i++)
                for (int j = n - 1; j >= k; j--) a[i * n + j] -= a[i * n + k] / a[k * n + k] * a[k * n + j];
            sign *= Math.Sign(a[k * n + k]);
            log += Math.Log(Math.Abs(a[k * n + k]));
        }
        return (sign, log);
    }

    static double[] Numbers(int count, int seed) => Tensor.Normal(count, new RandomStream((ulong)seed), dtype: DType.Float64).ToArray<double>();
}

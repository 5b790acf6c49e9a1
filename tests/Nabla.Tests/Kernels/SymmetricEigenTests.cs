using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

/// <summary>Eigenvalues that are known beforehand and the definition of eigenvectors, with every instruction set and any number of threads.</summary>
[Collection(KernelSettings.Name)]
public class SymmetricEigenTests
{
    static readonly int[] Sizes = [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 33, 64, 70];

    [Fact]
    public void Vectors_are_stretched_by_their_values() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (int n in Sizes)
        {
            Check(Symmetric(n, n), n, 1e-14);
            Check(Array.ConvertAll(Symmetric(n, n + 1), x => (float)x), n, 3e-7);
        }
    });

    [Fact]
    public void Second_differences_have_the_values_of_the_closed_form()
    {
        foreach (int n in Sizes.Append(131))
        {
            double[] a = new double[n * n];
            for (int i = 0; i < n; i++)
            {
                a[i * n + i] = 2;
                if (i > 0) a[i * n + i - 1] = a[(i - 1) * n + i] = -1;
            }
            double[] values = Factor(a, n)[..n];
            for (int k = 0; k < n; k++) Assert.Equal(2 - 2 * Math.Cos((k + 1) * Math.PI / (n + 1)), values[k], 2e-15 * n);
        }
    }

    public static TheoryData<string> Names => [.. Cases.Keys];

    static readonly Dictionary<string, double[]> Cases = new()
    {
        ["zero"] = new double[36],
        ["identity"] = Diagonal(1, 1, 1, 1, 1, 1),
        ["diagonal"] = Diagonal(3, -1, 0, 7, 7, -2),
        ["rank one"] = [.. from i in Enumerable.Range(1, 6) from j in Enumerable.Range(1, 6) select (double)i * j],
        ["graded"] = [.. from i in Enumerable.Range(0, 6) from j in Enumerable.Range(0, 6) select Math.Pow(10, -3 * Math.Max(i, j))],
        ["exchange"] = [.. from i in Enumerable.Range(0, 6) from j in Enumerable.Range(0, 6) select i + j == 5 ? 1.0 : 0],
        ["tiny"] = Array.ConvertAll(Symmetric(6, 1), x => x * 1e-300),
        ["denormal"] = Array.ConvertAll(Symmetric(6, 2), x => x * 1e-315),
        ["huge"] = Array.ConvertAll(Symmetric(6, 3), x => x * 1e305),
    };

    [Theory, MemberData(nameof(Names))]
    public void Hard_matrices_are_no_exception(string name) => Check(Cases[name], 6, 1e-14);

    /// <summary>Around the size from which matrices are large, widths of panels and blocks, and halves that do not come out even.</summary>
    static readonly int[] LargeSizes = [95, 96, 97, 131, 163, 260];

    [Fact]
    public void Large_matrices_are_solved_by_halves() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (int n in LargeSizes)
        {
            Check(Symmetric(n, n), n, 1e-15);
            Check(Array.ConvertAll(Symmetric(n, n + 1), x => (float)x), n, 5e-7);
        }
    });

    public static TheoryData<string> LargeNames => [.. LargeCases.Keys];

    const int Large = 150;

    static readonly Dictionary<string, Func<int, int, double>> LargeCases = new()
    {
        ["zero"] = static (_, _) => 0,
        ["identity"] = static (i, j) => i == j ? 1 : 0,
        ["three values"] = static (i, j) => i == j ? i % 3 - 1 : 0,
        ["rank one"] = static (i, j) => (i + 1.0) * (j + 1),
        ["identity and rank one"] = static (i, j) => (i == j ? 1 : 0) + 1e-3,
        ["graded"] = static (i, j) => Math.Pow(10, -0.1 * Math.Max(i, j)),
        ["graded the other way"] = static (i, j) => Math.Pow(10, -0.1 * (Large - Math.Min(i, j))),
        ["exchange"] = static (i, j) => i + j == Large - 1 ? 1 : 0,
        ["blocks"] = static (i, j) => i / 10 == j / 10 ? 1 : 0,
        ["Wilkinson's pairs"] = static (i, j) => i == j ? Math.Abs(i % 21 - 10) : Math.Abs(i - j) == 1 ? i / 21 == j / 21 ? 1 : 1e-9 : 0,
        ["Hilbert"] = static (i, j) => 1 / (i + j + 1.0),
        ["clusters"] = static (i, j) => (i == j ? i % 5 : 0) + 1e-9 * Math.Cos(i * j),
        ["tiny"] = static (i, j) => 1e-300 * Math.Cos((i + 1) * (j + 1)),
        ["denormal"] = static (i, j) => 1e-315 * Math.Cos((i + 1) * (j + 1)),
        ["huge"] = static (i, j) => 1e307 * Math.Cos((i + 1) * (j + 1)),
    };

    [Theory, MemberData(nameof(LargeNames))]
    public void Hard_large_matrices_are_no_exception(string name)
    {
        double[] a = [.. from i in Enumerable.Range(0, Large) from j in Enumerable.Range(0, Large) select LargeCases[name](i, j)];
        Check(a, Large, 1e-15);
        Check(Array.ConvertAll(a, x => (float)Math.Clamp(x, -1e37, 1e37)), Large, 5e-7);
    }

    [Fact]
    public void The_symmetric_part_counts()
    {
        double[] a = Symmetric(9, 4), skew = [.. a];
        for (int i = 0; i < 9; i++)
            for (int j = 0; j < i; j++)
            {
                skew[i * 9 + j] += 0.5;
                skew[j * 9 + i] -= 0.5;
            }
        double[] expected = Factor(a, 9), actual = Factor(skew, 9);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-12);
    }

    [Fact]
    public void Matrices_with_NaN_or_infinity_are_refused()
    {
        foreach (double bad in new[] { double.NaN, double.NegativeInfinity })
        {
            double[] a = Symmetric(5, 5);
            a[7] = bad;
            Assert.Equal("SymmetricEigen: expected to converge, got a matrix with NaN or infinity.", Assert.Throws<ArithmeticException>(() => Factor(a, 5)).Message);
        }
    }

    [Fact]
    public unsafe void Any_number_of_threads_gives_the_same_bits()
    {
        foreach ((int n, int count) in new[] { (19, 50), (140, 3), (390, 1) })
        {
            float[] a = [.. Enumerable.Range(0, count).SelectMany(i => Symmetric(n, i)).Select(x => (float)x)];
            var results = new List<float[]>();
            foreach (int threads in new[] { 1, 2, 7 })
                KernelSettings.With(threads, () =>
                {
                    float[] factors = new float[count * n * (n + 1)];
                    fixed (float* pa = a, pf = factors) SymmetricEigen.Factor(count, n, pa, pf);
                    results.Add(factors);
                });
            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[0], results[2]);
        }
    }

    static void Check<T>(T[] matrix, int n, double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] a = Array.ConvertAll(matrix, double.CreateTruncating), factors = Array.ConvertAll(Factor(matrix, n), double.CreateTruncating), v = factors[n..];
        // Below the normal numbers of the type every product is rounded to its quanta.
        double scale = a.Max(Math.Abs) * n + double.CreateTruncating(T.Epsilon) * Math.Max(8, n) / tolerance;
        double[] rows = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++) rows[k * n + i] = v[i * n + k];
        for (int k = 0; k < n; k++)
        {
            if (k > 0) Assert.True(factors[k - 1] <= factors[k]);
            Assert.True(Enumerable.Range(0, n).Select(i => v[i * n + k]).MaxBy(Math.Abs) > 0);
            for (int i = 0; i < n; i++)
            {
                double stretched = Dot(a.AsSpan(i * n, n), rows.AsSpan(k * n, n)), product = Dot(rows.AsSpan(i * n, n), rows.AsSpan(k * n, n));
                Assert.InRange(Math.Abs(stretched - factors[k] * v[i * n + k]), 0, tolerance * scale);
                Assert.Equal(i == k ? 1 : 0, product, tolerance * n);
            }
        }
    }

    static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y) => Vectors.Dot(x, y);

    static unsafe T[] Factor<T>(T[] a, int n) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] factors = new T[n * (n + 1)];
        fixed (T* pa = a, pf = factors) SymmetricEigen.Factor(1, n, pa, pf);
        return factors;
    }

    static double[] Diagonal(params double[] values)
    {
        double[] a = new double[values.Length * values.Length];
        for (int i = 0; i < values.Length; i++) a[i * (values.Length + 1)] = values[i];
        return a;
    }

    static double[] Symmetric(int n, int seed)
    {
        Tensor x = Tensor.Normal((n, n), new RandomStream((ulong)seed), dtype: DType.Float64);
        return (x + x.T).ToArray<double>();
    }
}

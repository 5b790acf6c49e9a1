using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

/// <summary>Orthogonal factors against their definition and Gram and Schmidt, with every instruction set and any number of threads.</summary>
[Collection(KernelSettings.Name)]
public class OrthogonalTests
{
    // Less than a register, whole registers and one more, panels of 32 columns, short and long rests.
    static readonly (int Rows, int Columns)[] Sizes =
    [
        (1, 1), (2, 1), (2, 2), (5, 3), (7, 7), (8, 8), (9, 9), (33, 1), (31, 31), (32, 32), (33, 33), (40, 32), (100, 31), (65, 64), (70, 70), (130, 40),
    ];

    [Fact]
    public void Factors_are_orthonormal_and_a_triangle() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach ((int m, int n) in Sizes)
            foreach (int vectors in new[] { n, m })
            {
                Check(Array.ConvertAll(Numbers(m * n, m + n), x => (float)x), m, n, vectors, 2e-6);
                Check(Numbers(m * n, m + n), m, n, vectors, 4e-15);
            }
    });

    [Fact]
    public void Factors_are_those_of_Gram_and_Schmidt()
    {
        foreach ((int m, int n) in Sizes)
        {
            double[] a = Numbers(m * n, 5);
            for (int k = 0; k < n; k++) a[k * n + k] += 8;          // well conditioned
            (double[] q, double[] r) = Factor(a, m, n, n);
            (double[] expectedQ, double[] expectedR) = GramSchmidt(a, m, n);
            for (int i = 0; i < q.Length; i++) Assert.Equal(expectedQ[i], q[i], 1e-13);
            for (int i = 0; i < r.Length; i++) Assert.Equal(expectedR[i], r[i], 1e-12);
        }
    }

    [Theory, InlineData(1e-30f), InlineData(1e-40f), InlineData(1e30f), InlineData(1e37f)]
    public void Tiny_and_huge_columns_keep_their_digits(float scale)
    {
        const int m = 40, n = 35;
        float[] a = Array.ConvertAll(Numbers(m * n, 6), x => (float)x);
        for (int i = 0; i < m * n; i++) if (i % n % 3 == 1) a[i] *= scale;
        (float[] q, float[] r) = Factor(a, m, n, n);
        CheckOrthonormal(q, m, n, 2e-6);
        for (int j = 0; j < n; j++)
            for (int i = 0; i < m; i++)
            {
                double sum = 0;
                for (int k = 0; k <= j; k++) sum += (double)q[i * n + k] * r[k * n + j];
                // Below the normal numbers each of the n reflections rounds to whole quanta.
                Assert.Equal(a[i * n + j], sum, 2e-5 * (j % 3 == 1 ? scale : 1) + n * float.Epsilon);
            }
    }

    [Fact]
    public void Dependent_columns_have_a_zero_on_the_diagonal()
    {
        const int m = 50, n = 40;
        double[] a = Numbers(m * n, 7);
        for (int i = 0; i < m; i++)
        {
            a[i * n + 3] = 0;
            a[i * n + 35] = a[i * n + 1] - 2 * a[i * n + 34];
        }
        (double[] q, double[] r) = Factor(a, m, n, n);
        CheckOrthonormal(q, m, n, 1e-13);
        for (int k = 0; k < n; k++) Assert.Equal(k is 3 or 35, r[k * n + k] == 0);
        foreach (double bad in new[] { double.NaN, double.PositiveInfinity })
        {
            a[5 * n + 2] = bad;
            Assert.Equal(0, Factor(a, m, n, n).R[2 * n + 2]);
        }
    }

    [Theory, InlineData(30, 20, 33), InlineData(1, 420, 400)]
    public unsafe void Any_number_of_threads_gives_the_same_bits(int count, int m, int n)
    {
        m = Math.Max(m, n);
        float[] a = Array.ConvertAll(Numbers(count * m * n, 8), x => (float)x);
        var results = new List<float[]>();
        foreach (int threads in new[] { 1, 2, 7 })
            KernelSettings.With(threads, () =>
            {
                float[] both = new float[count * (m + n) * n];
                fixed (float* pa = a, pb = both) Orthogonal.Factor(count, m, n, n, pa, pb, (m + n) * n, pb + m * n, (m + n) * n);
                results.Add(both);
            });
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Fact]
    public void Reflections_that_lean_the_same_way_stay_orthogonal()
    {
        // Their squares are sums of equal small numbers behind a 1, which a float rounds the same way every time.
        const int n = 140;
        var a = new float[n * n];
        for (int i = 0; i < a.Length; i++) a[i] = i % (n + 1) == 0 ? 1 : 0.5f;
        KernelSettings.ForEachInstructionSet(() => CheckOrthonormal(Factor(a, n, n, n).Q, n, n, 6e-6));
    }

    static void Check<T>(T[] a, int m, int n, int vectors, double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
    {
        (T[] q, T[] r) = Factor(a, m, n, vectors);
        CheckOrthonormal(q, m, vectors, tolerance);
        for (int k = 0; k < n; k++)
        {
            Assert.True(r[k * n + k] > T.Zero);
            for (int j = 0; j < k; j++) Assert.Equal(T.Zero, r[k * n + j]);
        }
        double scale = Math.Sqrt(a.Sum(x => double.CreateTruncating(x * x)));
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
            {
                double sum = 0;
                for (int k = 0; k <= j; k++) sum += double.CreateTruncating(q[i * vectors + k]) * double.CreateTruncating(r[k * n + j]);
                Assert.Equal(double.CreateTruncating(a[i * n + j]), sum, tolerance * scale);
            }
    }

    static void CheckOrthonormal<T>(T[] q, int m, int vectors, double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < vectors; i++)
            for (int j = 0; j <= i; j++)
            {
                double sum = 0;
                for (int k = 0; k < m; k++) sum += double.CreateTruncating(q[k * vectors + i]) * double.CreateTruncating(q[k * vectors + j]);
                Assert.Equal(i == j ? 1 : 0, sum, tolerance);
            }
    }

    static unsafe (T[] Q, T[] R) Factor<T>(T[] a, int m, int n, int vectors) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] q = new T[m * vectors], r = new T[n * n];
        fixed (T* pa = a, pq = q, pr = r) Orthogonal.Factor(1, m, n, vectors, pa, pq, 0, pr, 0);
        return (q, r);
    }

    /// <summary>Each column minus what the ones before have of it, twice.</summary>
    static (double[] Q, double[] R) GramSchmidt(double[] a, int m, int n)
    {
        double[] q = [.. a], r = new double[n * n];
        for (int j = 0; j < n; j++)
        {
            for (int turn = 0; turn < 2; turn++)
                for (int k = 0; k < j; k++)
                {
                    double along = 0;
                    for (int i = 0; i < m; i++) along += q[i * n + k] * q[i * n + j];
                    for (int i = 0; i < m; i++) q[i * n + j] -= along * q[i * n + k];
                    r[k * n + j] += along;
                }
            double square = 0;
            for (int i = 0; i < m; i++) square += q[i * n + j] * q[i * n + j];
            r[j * n + j] = Math.Sqrt(square);
            for (int i = 0; i < m; i++) q[i * n + j] /= r[j * n + j];
        }
        return (q, r);
    }

    static double[] Numbers(int count, int seed) => Tensor.Normal(count, new RandomStream((ulong)seed), dtype: DType.Float64).ToArray<double>();
}

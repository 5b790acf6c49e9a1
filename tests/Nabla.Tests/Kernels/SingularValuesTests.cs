using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

/// <summary>
/// Singular value decompositions by their defining properties and against Jacobi's rotations, with every instruction set and any number of threads.
/// </summary>
[Collection(KernelSettings.Name)]
public class SingularValuesTests
{
    public static TheoryData<string> Names => [.. Cases.Keys];

    static readonly Dictionary<string, (int Rows, int Columns, double[] A)> Cases = new()
    {
        ["one"] = (1, 1, [-3]),
        ["column"] = (5, 1, Numbers(5, 1)),
        ["row"] = (1, 7, Numbers(7, 2)),
        ["two"] = (2, 2, Numbers(4, 3)),
        ["a register and one"] = (5, 5, Numbers(25, 4)),
        ["a wide register"] = (8, 8, Numbers(64, 5)),
        ["odd"] = (37, 37, Numbers(37 * 37, 6)),
        ["tall"] = (40, 11, Numbers(440, 7)),
        ["wide"] = (9, 30, Numbers(270, 8)),
        ["zero"] = (6, 6, new double[36]),
        ["zero column"] = (6, 6, [.. Numbers(36, 9).Select((x, i) => i % 6 == 2 ? 0 : x)]),
        ["zero first row"] = (6, 6, [.. Numbers(36, 10).Select((x, i) => i < 6 ? 0 : x)]),
        ["rank one"] = Outer(12, 9),
        ["unit"] = (10, 10, [.. Enumerable.Range(0, 100).Select(i => i % 11 == 0 ? 1.0 : 0)]),
        ["negative diagonal, rising"] = (9, 9, [.. Enumerable.Range(0, 81).Select(i => i % 10 == 0 ? -Math.Pow(10, i / 10 - 8) : 0)]),
        ["bidiagonal with zeros inside"] = (8, 8, [.. Enumerable.Range(0, 64).Select(i => i % 9 == 0 ? (i / 9 is 3 or 5 ? 0 : 1.5) : i % 9 == 1 ? 2.0 : 0)]),
        ["nilpotent"] = (7, 7, [.. Enumerable.Range(0, 49).Select(i => i % 8 == 1 ? 1.0 : 0)]),
        ["graded, falling"] = (12, 12, [.. Numbers(144, 11).Select((x, i) => x * Math.Pow(10, -2 * (i / 12) - i % 12))]),
        ["graded, rising"] = (12, 12, [.. Numbers(144, 12).Select((x, i) => x * Math.Pow(10, i / 12 + 2 * (i % 12) - 33))]),
        ["two of each"] = (10, 10, [.. Enumerable.Range(0, 100).Select(i => i % 11 == 0 ? i / 22 : 0.0)]),
        ["large"] = (6, 6, [.. Numbers(36, 13).Select(x => x * 1e300)]),
        ["smallest"] = (6, 6, [.. Numbers(36, 14).Select(x => x * 1e-310)]),
        ["some beyond squares"] = (4, 4, [1, 0, 0, 0, 0, 1e-180, 1e-185, 0, 0, 1e-190, 1e-200, 0, 0, 0, 0, 1e-220]),
    };

    [Theory, MemberData(nameof(Names))]
    public void Factors_are_orthonormal_and_multiply_to_the_matrix(string name) => KernelSettings.ForEachInstructionSet(() =>
    {
        (int rows, int columns, double[] a) = Cases[name];
        CheckFactors(a, rows, columns);
    });

    public static TheoryData<string> LargeNames => [.. LargeCases.Keys];

    static readonly double[] Random = Numbers(40_000, 18);

    /// <summary>Around the size from which matrices are large, widths of panels and blocks, and halves that do not come out even.</summary>
    static readonly Dictionary<string, (int Rows, int Columns, Func<int, int, double> A)> LargeCases = new()
    {
        ["square"] = (128, 128, Waves),
        ["odd"] = (131, 131, Waves),
        ["larger"] = (193, 193, Waves),
        ["tall"] = (170, 130, Waves),
        ["wide"] = (129, 140, Waves),
        ["random"] = (200, 200, static (i, j) => Random[i * 200 + j]),
        ["zero"] = (130, 130, static (_, _) => 0),
        ["unit"] = (130, 130, static (i, j) => i == j ? 1 : 0),
        ["three values, one of them 0"] = (130, 130, static (i, j) => i == j ? i % 3 : 0),
        ["rank one"] = (130, 130, static (i, j) => (i + 1.0) * (j + 1)),
        ["rank two, tall"] = (150, 130, static (i, j) => i + j),
        ["graded, falling"] = (130, 130, static (i, j) => Waves(i, j) * Math.Pow(10, -0.1 * i - 0.05 * j)),
        ["graded, rising"] = (130, 130, static (i, j) => Waves(i, j) * Math.Pow(10, 0.1 * i + 0.05 * j - 19)),
        ["exchange"] = (130, 130, static (i, j) => i + j == 129 ? 1 : 0),
        ["nilpotent"] = (130, 130, static (i, j) => i + 1 == j ? 1 : 0),
        ["blocks"] = (130, 130, static (i, j) => i / 10 == j / 10 ? 1 : 0),
        ["bidiagonal"] = (150, 150, static (i, j) => i == j ? i % 7 == 3 ? 0 : 1.5 : i + 1 == j ? 2 : 0),
        ["Hilbert"] = (130, 130, static (i, j) => 1 / (i + j + 1.0)),
        ["clusters"] = (130, 130, static (i, j) => (i == j ? i % 5 : 0) + 1e-9 * Waves(i, j)),
        ["two zero columns"] = (130, 130, static (i, j) => j is 3 or 100 ? 0 : Waves(i, j)),
        ["tiny"] = (130, 130, static (i, j) => 1e-300 * Waves(i, j)),
        ["huge"] = (130, 130, static (i, j) => 1e305 * Waves(i, j)),
    };

    static double Waves(int i, int j) => Math.Cos((i + 1.0) * (j + 2) * 0.7) + (i == j ? 1 : 0);

    [Theory, MemberData(nameof(LargeNames))]
    public void Large_matrices_are_no_exception(string name) => CheckLarge(name);

    [Theory, InlineData("odd"), InlineData("larger"), InlineData("tall")]
    public void Large_matrices_have_factors_with_every_instruction_set(string name) => KernelSettings.ForEachInstructionSet(() => CheckLarge(name));

    static void CheckLarge(string name)
    {
        var (rows, columns, element) = LargeCases[name];
        double[] a = [.. from i in Enumerable.Range(0, rows) from j in Enumerable.Range(0, columns) select element(i, j)];
        CheckFactors(a, rows, columns);
        CheckFactors(Array.ConvertAll(a, x => (float)Math.Clamp(x, -1e37, 1e37)), rows, columns);
        if (rows < columns) return;
        double[] expected = SingularValues.Factor(a, rows, columns).Values, actual = Batch(a, 1, rows, columns, hasVectors: false);
        float[] single = Batch(Array.ConvertAll(a, x => (float)(x / expected[0])), 1, rows, columns, hasVectors: false);
        for (int i = 0; i < columns; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-15 * columns * expected[0]);
            if (expected[0] > 0) Assert.Equal(expected[i] / expected[0], single[i], 1e-8 * columns);
        }
    }

    [Fact]
    public void Zeros_on_the_diagonal_of_bidiagonal_matrices_do_not_stop_the_iteration()
    {
        for (int n = 3; n < 43; n++)
            for (ulong seed = 0; seed < 5; seed++) CheckFactors(Bidiagonal(n, seed), n, n);
    }

    [Fact]
    public void Values_alone_are_those_of_factors()
    {
        // Zeros on the diagonal, nothing but zeros, falling and rising by powers that leave nothing of squares, equal values glued together, blocks.
        foreach (int n in (int[])[1, 2, 3, 4, 7, 40, 90])
            for (ulong seed = 0; seed < 40; seed++)
            {
                double[] random = Numbers(2 * n, (int)seed + 23), a = Bidiagonal(n, seed);
                for (int i = 0; i < n; i++)
                {
                    double power = (seed % 8) switch { 1 => Math.Pow(10, -i), 2 => Math.Pow(10, i - n), 3 => Math.Pow(1e-7, i % 5), _ => 1 };
                    a[i * n + i] = (seed % 8) switch { 4 => 1, 5 => 0, _ => a[i * n + i] * power };
                    if (i + 1 < n) a[i * n + i + 1] = (seed % 8) switch { 4 => i % 10 == 9 ? 1e-9 : 1, 6 => random[i] < 0 ? 0 : 1e-8, _ => a[i * n + i + 1] * power };
                }
                double[] expected = SingularValues.Factor(a, n, n).Values, actual = Batch(a, 1, n, n, hasVectors: false);
                for (int i = 0; i < n; i++) Assert.Equal(expected[i], actual[i], 1e-15 * n * expected[0]);
            }
    }

    [Theory, MemberData(nameof(Names))]
    public void Values_are_those_of_rotations(string name)
    {
        (int rows, int columns, double[] a) = Cases[name];
        if (rows >= columns)
        {
            double[] alone = Batch(a, 1, rows, columns, hasVectors: false), all = SingularValues.Factor(a, rows, columns).Values;
            for (int i = 0; i < columns; i++) Assert.Equal(all[i], alone[i], 1e-15 * columns * all[0]);
        }
        double scale = Math.ScaleB(1, Math.Clamp(Math.ILogB(Math.Max(a.Max(Math.Abs), double.Epsilon)), -1000, 1000));
        double[] expected = Rotated([.. a.Select(x => x / scale)], rows, columns), values = SingularValues.Factor(a, rows, columns).Values;
        for (int i = 0; i < values.Length; i++) Assert.Equal(expected[i], values[i] / scale, 1e-14 * expected[0] * values.Length);
    }

    [Theory, InlineData(double.NaN), InlineData(double.PositiveInfinity)]
    public void What_is_not_finite_has_no_factors(double value)
    {
        double[] a = [1, 2, value, 4, 5, 6];
        (double[] ut, double[] values, double[] vt) = SingularValues.Factor(a, 3, 2);
        Assert.All([.. ut, .. values, .. vt], x => Assert.True(double.IsNaN(x)));
    }

    [Theory, InlineData(32, 32), InlineData(20, 13)]
    public void A_batch_is_its_matrices_on_any_number_of_threads(int rows, int columns)
    {
        const int count = 21;
        double[] a = Numbers(count * rows * columns, 15);
        int size = (rows + 1 + columns) * columns;
        foreach (int threads in new[] { 1, 2, 7 })
            KernelSettings.With(threads, () =>
            {
                double[] factors = Batch(a, count, rows, columns, hasVectors: true), only = Batch(a, count, rows, columns, hasVectors: false);
                for (int i = 0; i < count; i++)
                {
                    var (ut, values, vt) = SingularValues.Factor(a.AsSpan(i * rows * columns, rows * columns), rows, columns);
                    Assert.Equal(
                        [.. SingularValues.Transposed(ut, columns, rows), .. values, .. SingularValues.Transposed(vt, columns, columns)],
                        factors[(i * size)..((i + 1) * size)]);
                    for (int k = 0; k < columns; k++) Assert.Equal(values[k], only[i * columns + k], 1e-15 * columns * values[0]);
                }
            });
    }

    [Theory, InlineData(390, 390, 1), InlineData(150, 130, 3)]
    public void Large_matrices_have_the_same_bits_on_any_number_of_threads(int rows, int columns, int count)
    {
        float[] a = Array.ConvertAll(Numbers(count * rows * columns, 19), x => (float)x);
        var results = new List<float[]>();
        foreach (int threads in new[] { 1, 2, 7 })
            KernelSettings.With(threads, () => results.Add([.. Batch(a, count, rows, columns, hasVectors: true), .. Batch(a, count, rows, columns, hasVectors: false)]));
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    static unsafe T[] Batch<T>(T[] a, int count, int rows, int columns, bool hasVectors) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] factors = new T[count * (hasVectors ? (rows + 1 + columns) * columns : columns)];
        fixed (T* pa = a, pf = factors) SingularValues.Factor(count, rows, columns, pa, hasVectors, pf);
        return factors;
    }

    static void CheckFactors(double[] a, int rows, int columns)
    {
        (double[] ut, double[] values, double[] vt) = SingularValues.Factor(a, rows, columns);
        Check(a, rows, columns, ut, values, vt, 1e-14);
    }

    static void CheckFactors(float[] a, int rows, int columns)
    {
        if (rows < columns) return;
        double[] factors = Array.ConvertAll(Batch(a, 1, rows, columns, hasVectors: true), x => (double)x);
        int above = rows * columns;
        Check(
            Array.ConvertAll(a, x => (double)x), rows, columns, SingularValues.Transposed(factors.AsSpan(0, above), rows, columns), factors[above..(above + columns)],
            SingularValues.Transposed(factors.AsSpan(above + columns), columns, columns), 5e-7);
    }

    static void Check(double[] a, int rows, int columns, double[] ut, double[] values, double[] vt, double tolerance)
    {
        int m = Math.Min(rows, columns);
        double largest = a.Max(Math.Abs);
        CheckOrthonormal(ut, m, rows, tolerance);
        CheckOrthonormal(vt, m, columns, tolerance);
        for (int i = 0; i < m; i++)
        {
            Assert.InRange(values[i], 0, i == 0 ? double.MaxValue : values[i - 1]);
            double[] left = ut[(i * rows)..((i + 1) * rows)];
            if (rows >= columns) Assert.InRange(left.Max(), left.Max(Math.Abs) * (1 - tolerance), 1.1);
        }
        double[] u = SingularValues.Transposed(ut, m, rows), v = SingularValues.Transposed(vt, m, columns);
        for (int row = 0; row < rows; row++)
        {
            for (int i = 0; i < m; i++) u[row * m + i] *= values[i];
            for (int column = 0; column < columns; column++)
                Assert.InRange(Math.Abs(Vectors.Dot<double>(u.AsSpan(row * m, m), v.AsSpan(column * m, m)) - a[row * columns + column]), 0, tolerance * m * largest);
        }
    }

    static void CheckOrthonormal(double[] vectors, int count, int length, double tolerance)
    {
        for (int i = 0; i < count; i++)
            for (int j = 0; j <= i; j++)
                Assert.Equal(i == j ? 1 : 0, Vectors.Dot<double>(vectors.AsSpan(i * length, length), vectors.AsSpan(j * length, length)), tolerance * length);
    }

    /// <summary>Singular values by rotating pairs of columns until they are orthogonal (Hestenes, 1958): slow, and exact for small ones.</summary>
    static double[] Rotated(double[] a, int rows, int columns)
    {
        if (rows < columns) return Rotated(SingularValues.Transposed(a, rows, columns), columns, rows);
        double[] w = SingularValues.Transposed(a, rows, columns);
        Span<double> Column(int i) => w.AsSpan(i * rows, rows);
        for (int sweep = 0; sweep < 40; sweep++)
            for (int p = 0; p < columns; p++)
                for (int q = p + 1; q < columns; q++)
                {
                    double x = Vectors.Dot<double>(Column(p), Column(p)), y = Vectors.Dot<double>(Column(q), Column(q)), z = Vectors.Dot<double>(Column(p), Column(q));
                    if (Math.Abs(z) <= 1e-16 * Math.Sqrt(x * y)) continue;
                    double zeta = (y - x) / (2 * z), t = Math.CopySign(1 / (Math.Abs(zeta) + Math.Sqrt(1 + zeta * zeta)), zeta), cos = 1 / Math.Sqrt(1 + t * t);
                    Rotate(Column(p), Column(q), cos, cos * t);
                }
        double[] values = [.. Enumerable.Range(0, columns).Select(i => Math.Sqrt(Vectors.Dot<double>(Column(i), Column(i))))];
        return [.. values.OrderDescending()];
    }

    /// <summary>An upper bidiagonal matrix of random numbers with some zeros on its diagonal.</summary>
    static double[] Bidiagonal(int n, ulong seed)
    {
        double[] numbers = Numbers(2 * n, (int)seed), a = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            a[i * n + i] = numbers[i] < -0.5 ? 0 : numbers[i];
            if (i + 1 < n) a[i * n + i + 1] = numbers[n + i];
        }
        return a;
    }

    static (int, int, double[]) Outer(int rows, int columns)
    {
        double[] x = Numbers(rows, 16), y = Numbers(columns, 17);
        return (rows, columns, [.. Enumerable.Range(0, rows * columns).Select(i => x[i / columns] * y[i % columns])]);
    }

    static double[] Numbers(int count, int seed) => Tensor.Normal(count, new RandomStream((ulong)seed), dtype: DType.Float64).ToArray<double>();

    static void Rotate(Span<double> x, Span<double> y, double cos, double sin)
    {
        for (int i = 0; i < x.Length; i++) (x[i], y[i]) = (cos * x[i] - sin * y[i], sin * x[i] + cos * y[i]);
    }
}

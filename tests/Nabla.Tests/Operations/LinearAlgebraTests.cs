namespace Nabla.Tests.Operations;

/// <summary>Defining properties of decompositions, on easy and on hard matrices, and what is refused.</summary>
public class LinearAlgebraTests
{
    static Tensor Random(Shape shape, ulong seed = 1) => Tensor.Normal(shape, new RandomStream(seed), dtype: DType.Float64);

    /// <summary>Hilbert's matrix 1/(i + j + 1): condition 1.5e10 for 8.</summary>
    static Tensor Hilbert(int n) => 1 / (Tensor.Arange(0, n, 1, DType.Float64).Unsqueeze(1) + Tensor.Arange(1, n + 1, 1, DType.Float64));

    public static TheoryData<string> Names => [.. Cases.Keys];

    static readonly Dictionary<string, Tensor> Cases = new()
    {
        ["random"] = Random((9, 9)),
        ["batch"] = Random((3, 5, 5), 2),
        ["ill-conditioned"] = Hilbert(8),
        ["tiny"] = Random((6, 6), 3) * 1e-150,
        ["one by one"] = Tensor.From(new double[,] { { -3 } }),
    };

    [Theory, MemberData(nameof(Names))]
    public void Qr_is_orthonormal_times_a_triangle(string name)
    {
        Tensor a = Cases[name];
        (Tensor q, Tensor r) = a.Qr();
        Near(a, q.MatMul(r));
        Near(Identity(a), q.T.MatMul(q));
        Assert.True(r.Diagonal().Greater(0).All().Item<bool>());
        Near(r.UpperTriangle(), r);
    }

    [Fact]
    public void Qr_of_wide_matrices_and_complete_ones()
    {
        Tensor wide = Random((2, 3, 7), 11), tall = Random((2, 7, 3), 12);
        (Tensor q, Tensor r) = wide.Qr();
        Near(wide, q.MatMul(r));
        Near(Identity(q), q.T.MatMul(q));
        Assert.Equal(Shape.Create(2, 3, 7), r.Shape);
        (q, r) = tall.Qr(complete: true);
        Near(tall, q.MatMul(r));
        Near(Identity(q), q.T.MatMul(q));
        Assert.Equal(Shape.Create(2, 7, 3), r.Shape);
        Assert.Equal(Shape.Create(0, 4, 2), Random((0, 4, 2)).Qr().Q.Shape);
        Tensor leaf = tall.Detach();
        leaf.RequiresGradient = true;
        Assert.Equal(
            "Qr: expected matrices without a gradient, got [2, 7, 3] that have one. The columns that complete Q have no derivative: use complete: false, or detach.",
            Assert.Throws<InvalidOperationException>(() => leaf.Qr(complete: true)).Message);
    }

    [Theory, InlineData(40, 40), InlineData(70, 33)]
    public void Gradients_without_a_graph_are_those_with_one(int m, int n)
    {
        Tensor a = Random((2, m, n), 13);
        a.RequiresGradient = true;
        (Tensor q, Tensor r) = a.Qr();
        Tensor loss = (q * Random(q.Shape, 14)).Sum() + (r * Random(r.Shape, 15)).Sum();
        Tensor graph = Autograd.Gradient(loss, [a], createGraph: true)[0];
        loss.Backward();
        Near(graph, a.Gradient!);
    }

    [Theory, MemberData(nameof(Names))]
    public void Svd_is_orthonormal_times_falling_values_times_orthonormal(string name)
    {
        Tensor a = Cases[name];
        (Tensor u, Tensor s, Tensor vt) = a.Svd();
        Near(a, (u * s.Unsqueeze(-2)).MatMul(vt));
        Near(Identity(a), u.T.MatMul(u));
        Near(Identity(a), vt.MatMul(vt.T));
        Assert.True(s.GreaterOrEqual(0).All().Item<bool>());
        Near(s.Sort(-1, descending: true).Values, s);
    }

    [Theory, MemberData(nameof(Names))]
    public void Eigenvectors_are_stretched_by_their_values(string name)
    {
        Tensor a = Cases[name] + Cases[name].T;
        (Tensor values, Tensor v) = a.SymmetricEigen();
        Near(a.MatMul(v), v * values.Unsqueeze(-2));
        Near(Identity(a), v.T.MatMul(v));
        Near(values.Sort(-1).Values, values);
    }

    [Fact]
    public void The_gradient_of_large_eigenvectors_is_that_of_their_graph()
    {
        const int n = 150;
        Tensor a = Random((n, n), 9) + Tensor.From([.. Enumerable.Range(0, n).Select(i => 3.0 * i)]).DiagonalMatrix(), w = Random((n + 1, n), 10);
        a.RequiresGradient = true;
        Tensor Loss()
        {
            (Tensor values, Tensor v) = a.SymmetricEigen();
            return (values * w[0]).Sum() + (v * w.Narrow(0, 1, n)).Sum();
        }
        Tensor expected = Autograd.Gradient(Loss(), a, createGraph: true), actual = Autograd.Gradient(Loss(), a);
        Near(expected.Detach(), actual);
        Near(actual, actual.T);
    }

    [Fact]
    public void Equal_eigenvalues_have_a_gradient()
    {
        Tensor a = Tensor.Eye(3, DType.Float64);
        a.RequiresGradient = true;
        Near(Tensor.Eye(3, DType.Float64), Autograd.Gradient(a.SymmetricEigen().Values.Sum(), a));
    }

    [Theory, MemberData(nameof(Names))]
    public void Singular_values_alone_are_those_of_the_decomposition(string name)
    {
        Tensor a = Cases[name].Narrow(-1, 0, 1 + Cases[name].Shape[^1] / 2), leaf = a.Detach();
        leaf.RequiresGradient = true;
        double[] expected = a.Svd().S.ToArray<double>();
        foreach (Tensor x in new[] { a, a.T, leaf })
        {
            double[] actual = x.SingularValues().ToArray<double>();
            Assert.Equal(expected.Length, actual.Length);
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-14 * expected.Max());
        }
    }

    [Fact]
    public void Small_singular_values_keep_their_digits()
    {
        // Hilbert(8): the smallest singular value to its known digits.
        Assert.Equal(1.11153896637e-10, Hilbert(8).Svd().S.ToArray<double>()[^1], 1e-16);                  // an ulp of the entries
    }

    [Fact]
    public void Solutions_inverses_and_determinants_fit()
    {
        Tensor a = Random((2, 6, 6), 4), b = Random((2, 6, 3), 5);
        Near(b, a.MatMul(a.Solve(b)));
        Near(Identity(a), a.MatMul(a.Inverse()));
        (Tensor sign, Tensor log) = a.LogDeterminant();
        Near(a.Determinant(), sign * log.Exp());
        Near((a.Determinant() * a.Determinant()), a.MatMul(a).Determinant());
    }

    [Fact]
    public void Triangles_are_solved_from_either_half_and_transposed()
    {
        Tensor a = Random((2, 6, 6), 7) + 3 * Tensor.Eye(6, DType.Float64), b = Random((2, 6, 3), 8);
        Near(b, a.LowerTriangle().MatMul(a.SolveTriangular(b, upper: false)));
        Near(b, a.UpperTriangle().MatMul(a.SolveTriangular(b, upper: true)));
        Near(b, a.T.UpperTriangle().MatMul(a.T.SolveTriangular(b, upper: true)));
        Near(b.Narrow(0, 1, 1), a.Narrow(0, 1, 1).T.LowerTriangle().MatMul(a.Narrow(0, 1, 1).T.SolveTriangular(b.Narrow(0, 1, 1), upper: false)));
    }

    [Fact]
    public void Factors_of_positive_definite_matrices_fit()
    {
        Tensor a = Random((4, 5, 5), 6), positive = a.MatMul(a.T) + Identity(a);
        Tensor l = positive.Cholesky();
        Near(positive, l.MatMul(l.T));
        Near(positive.Determinant().Log(), 2 * l.Diagonal().Log().Sum(-1));
    }

    [Fact]
    public void Determinants_of_singular_matrices_are_0()
    {
        Tensor a = Tensor.From(new double[,] { { 1, 2 }, { 2, 4 } });
        Assert.Equal(0, (double)a.Determinant());
        Assert.Equal(double.NegativeInfinity, (double)a.LogDeterminant().LogMagnitude);
    }

    /// <summary>Cofactors by their definition: of rank 3, of rank 2, of rank 1, and none at all; a regular one beside them.</summary>
    [Fact]
    public void Determinants_of_singular_matrices_have_a_derivative()
    {
        double[,] values = { { 1, 2, 3, 4 }, { 2, 4, 6, 8 }, { 0, 1, -1, 2 }, { 3, 0, 1, 1 } };
        Tensor rank3 = Tensor.From(values), column = Tensor.From([1.0, -2, 3, 0.5]).Unsqueeze(1), row = Tensor.From([2.0, 1, 0, -1]).Unsqueeze(0);
        Tensor rank1 = column.MatMul(row), rank2 = rank1 + row.T.MatMul(column.T), none = Tensor.Zeros((4, 4), DType.Float64);
        Tensor a = Tensor.Stack([rank3, rank1, none, rank2, Tensor.Eye(4, DType.Float64) + rank1]);
        a.RequiresGradient = true;
        a.Determinant().Backward(Tensor.From([1.0, 2, 3, 4, 5]));
        double[] x = a.Detach().ToArray<double>(), slopes = a.Gradient!.ToArray<double>();
        for (int k = 0; k < slopes.Length; k++)
            Assert.Equal((k / 16 + 1) * Cofactor(x.AsSpan(k / 16 * 16, 16), k % 16 / 4, k % 4), slopes[k], 1e-12);
        CheckSecond(a, x);
    }

    // Cofactors are linear in each element, so that central differences of them are exact.
    static void CheckSecond(Tensor a, double[] x)
    {
        double[] weights = Random((5, 4, 4), 9).ToArray<double>();
        a.ClearGradient();
        a.Determinant().Sum().Backward(createGraph: true);
        Tensor weighed = (a.Gradient! * Tensor.From(weights, (5, 4, 4))).Sum();
        a.ClearGradient();
        weighed.Backward();
        double[] second = a.Gradient!.ToArray<double>();
        for (int k = 0; k < x.Length; k++)
        {
            double[] up = [.. x.Skip(k / 16 * 16).Take(16)], down = [.. up], own = [.. weights.Skip(k / 16 * 16).Take(16)];
            up[k % 16]++;
            down[k % 16]--;
            Assert.Equal(Enumerable.Range(0, 16).Sum(i => own[i] * (Cofactor(up, i / 4, i % 4) - Cofactor(down, i / 4, i % 4)) / 2), second[k], 1e-10);
        }
    }

    /// <summary>The trace of the cofactors of diag(0, s, s, s) changes by 3s² with the first element, where products of three, s³, must not come in.</summary>
    [Fact]
    public void Second_derivatives_of_large_singular_matrices_keep_their_digits()
    {
        const double Large = 1e8;
        Tensor a = Tensor.From([0, Large, Large, Large]).DiagonalMatrix().Detach();
        a.RequiresGradient = true;
        a.Determinant().Backward(createGraph: true);
        Tensor trace = a.Gradient!.Diagonal().Sum();
        a.ClearGradient();
        trace.Backward();
        Assert.Equal(1, a.Gradient!.ToArray<double>()[0] / (3 * Large * Large), 1e-13);
    }

    static double Cofactor(ReadOnlySpan<double> a, int row, int column)
    {
        Span<double> m = stackalloc double[9];
        for (int i = 0, k = 0; i < 16; i++)
            if (i / 4 != row && i % 4 != column) m[k++] = a[i];
        double minor = m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);
        return (row + column) % 2 == 0 ? minor : -minor;
    }

    [Fact]
    public void Single_precision_comes_back_as_single_precision()
    {
        Tensor a = Random((4, 4)).To(DType.Float32);
        Assert.Equal(DType.Float32, a.Solve(a).DType);
        Assert.Equal(DType.Float32, a.Svd().S.DType);
        Assert.InRange((double)(a.Solve(a) - Tensor.Eye(4)).Abs().Max(), 0, 1e-6);
    }

    [Fact]
    public void What_has_no_answer_is_refused()
    {
        Tensor singular = Tensor.From(new double[,] { { 1, 2 }, { 2, 4 } }), wide = Random((2, 3));
        Assert.Equal("Solve: expected regular matrices, got a singular one at 0 of [2, 2].", Assert.Throws<ArithmeticException>(() => singular.Solve(Random((2, 1)))).Message);
        Assert.Equal(
            "Cholesky: expected positive definite matrices, got another one at 0 of [2, 2]. Add a small multiple of Eye to its diagonal.",
            Assert.Throws<ArithmeticException>(() => singular.Cholesky()).Message);
        Assert.Equal("Qr: expected independent columns, got dependent ones in matrix 0 of [2, 2].", Assert.Throws<ArithmeticException>(() => singular.Qr()).Message);
        Tensor broken = Tensor.From([1f, 0f, 0f, 1f, 1f, float.NaN, 0f, 1f], (2, 2, 2));
        Assert.Equal("Qr: expected finite numbers, got NaN in matrix 1 of [2, 2, 2].", Assert.Throws<ArithmeticException>(() => broken.Qr()).Message);
        Assert.Equal("Qr: expected matrices [..., m, n], got [0, 3].", Assert.Throws<ShapeException>(() => Random((0, 3)).Qr()).Message);
        Assert.Equal("Inverse: expected square matrices [..., n, n], got [2, 3].", Assert.Throws<ShapeException>(() => wide.Inverse()).Message);
        Assert.Equal("Solve: expected right sides [..., 2, k] for matrices [2, 2], got [3, 1].", Assert.Throws<ShapeException>(() => singular.Solve(Random((3, 1)))).Message);
        Assert.Equal("SolveTriangular: expected right sides [..., 2, k] for matrices [2, 2], got [3, 1].", Assert.Throws<ShapeException>(() => singular.SolveTriangular(Random((3, 1)), true)).Message);
        Assert.Equal(
            "SolveTriangular: expected diagonals without zeros, got one at 1 in matrix 0 of [2, 2].",
            Assert.Throws<ArithmeticException>(() => Tensor.From(new double[,] { { 1, 2 }, { 2, 0 } }).SolveTriangular(Random((2, 1)), true)).Message);
        Assert.Equal("Svd: expected matrices [..., m, n], got [3].", Assert.Throws<ShapeException>(() => Random(3).Svd()).Message);
        Assert.Equal("SingularValues: expected matrices [..., m, n], got [3].", Assert.Throws<ShapeException>(() => Random(3).SingularValues()).Message);
        Assert.Equal("Covariance: expected samples [n, features] with n above 1, got [1, 3].", Assert.Throws<ShapeException>(() => Random((1, 3)).Covariance()).Message);
    }

    static Tensor Identity(Tensor a) => Tensor.Eye(a.Shape[^1], DType.Float64).Expand(a.Shape);

    static void Near(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double scale = (double)expected.Abs().Max();
        Assert.InRange((double)(expected - actual).Abs().Max(), 0, 1e-12 * scale);
    }
}

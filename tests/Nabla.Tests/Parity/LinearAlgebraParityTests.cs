namespace Nabla.Tests.Parity;

/// <summary>Linear algebra and derivatives of whole functions against PyTorch.</summary>
public class LinearAlgebraParityTests
{
    internal static readonly ParityTable Table = new("linear_algebra")
    {
        { "Solve", c => c["a"].Solve(c["b"]) },
        { "SolveTriangular", c => c["a"].SolveTriangular(c["b"], c.Bool("upper")) },
        { "Inverse", c => c["a"].Inverse() },
        { "Determinant", c => c["a"].Determinant() },
        { "LogDeterminant", c => Both(c["a"].LogDeterminant()) },
        { "Cholesky", c => c["a"].Cholesky() },
        { "SymmetricEigen", c => Both(c["a"].SymmetricEigen()) },
        { "Qr", c => Both(c["a"].Qr()) },
        { "Svd", Svd },
        { "SingularValues", c => c["a"].SingularValues() },
        { "Covariance", c => c["a"].Covariance(c.Double("correction")) },
        { "Jacobian", c => Calculus.Jacobian(x => (x.Exp() * x.Roll(1, 0)).CumulativeSum(0), c["x"]) },
        { "Hessian", c => Calculus.Hessian(Outer, c["x"]) },
        { "HessianVectorProduct", c => Calculus.HessianVectorProduct(Outer, c["x"], c["v"]) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static Tensor Outer(Tensor x) => (x.Sin() * x.Roll(1, 0).Square()).Sum();

    static Tensor[] Both((Tensor First, Tensor Second) pair) => [pair.First, pair.Second];

    static Tensor[] Svd(GoldenCase c)
    {
        (Tensor u, Tensor s, Tensor vt) = c["a"].Svd();
        return [u, s, vt];
    }
}

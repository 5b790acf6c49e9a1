namespace Nabla.Tests.Gradients;

/// <summary>Linear algebra. A multiple of the unit matrix keeps the spread-out inputs regular and their spectra simple.</summary>
internal static class LinearAlgebraRows
{
    public static GradientTable All { get; } = new()
    {
        { "Solve", x => Regular(x[0]).Solve(x[1]), [(3, 3), (3, 2)] },
        { "Solve/batch", x => Regular(x[0]).Solve(x[1]), [(2, 2, 2), (2, 2, 1)] },
        { "Inverse", x => Regular(x[0]).Inverse(), [(3, 3)] },
        { "Inverse/batch", x => Regular(x[0]).Inverse(), [(2, 2, 2)] },
        { "SolveTriangular/lower", x => Regular(x[0]).SolveTriangular(x[1], upper: false), [(3, 3), (3, 2)] },
        { "SolveTriangular/upper", x => Regular(x[0]).SolveTriangular(x[1], upper: true), [(2, 3, 3), (2, 3, 2)] },
        { "Determinant", x => x[0].Determinant() * 0.1, [(2, 3, 3)] },
        { "Determinant/singular", x => Tensor.Stack([x[0], Tensor.Ones((3, 3), DType.Float64)]).Determinant() * 0.1, [(3, 3)] },
        { "LogDeterminant", x => Regular(x[0]).LogDeterminant().LogMagnitude, [(2, 3, 3)] },
        { "Cholesky", x => (x[0].MatMul(x[0].T) + 2 * Tensor.Eye(3, DType.Float64)).Cholesky(), [(3, 3)] },
        { "Cholesky/batch", x => (x[0].MatMul(x[0].T) + 2 * Tensor.Eye(2, DType.Float64)).Cholesky(), [(2, 2, 2)] },
        { "Qr/Q", x => Tall(x[0]).Qr().Q, [(4, 3)] },
        { "Qr/R", x => Tall(x[0]).Qr().R, [(4, 3)] },
        { "Qr/batch", x => Tensor.Concatenate([Tall(x[0]).Qr().Q, Tall(x[0]).Qr().R], -2), [(2, 4, 3)] },
        { "Qr/wide", x => (x[0] + 5 * Tensor.Eye(5, DType.Float64).Narrow(0, 0, 3)).Qr().R, [(3, 5)] },
        { "SymmetricEigen/values", x => Simple(x[0]).SymmetricEigen().Values, [(3, 3)] },
        { "SymmetricEigen/vectors", x => Simple(x[0]).SymmetricEigen().Vectors, [(3, 3)] },
        { "Svd/U", x => Long(x[0]).Svd().U, [(4, 3)] },
        { "Svd/S", x => Long(x[0]).Svd().S, [(4, 3)] },
        { "Svd/Vt", x => Long(x[0]).Svd().Vt, [(4, 3)] },
        { "Svd/wide", x => Long(x[0]).T.Svd().U, [(4, 3)] },
        { "SingularValues", x => Long(x[0]).SingularValues(), [(4, 3)] },
        { "SingularValues/wide", x => Long(x[0]).T.SingularValues(), [(4, 3)] },
        { "Covariance", x => x[0].Covariance(), [(5, 3)] },
    };

    static Tensor Regular(Tensor x) => x + 5 * Tensor.Eye(x.Shape[^1], DType.Float64);

    /// <summary>Eigenvalues near 0, 6, 12.</summary>
    static Tensor Simple(Tensor x) => x * 0.5 + Tensor.From([0.0, 6, 12]).DiagonalMatrix();

    static Tensor Tall(Tensor x) => x + Rectangle(5, 5, 5);

    /// <summary>Singular values near 4, 8, 12.</summary>
    static Tensor Long(Tensor x) => x * 0.5 + Rectangle(12, 8, 4);

    static Tensor Rectangle(double first, double second, double third) => Tensor.From(new double[,] { { first, 0, 0 }, { 0, second, 0 }, { 0, 0, third }, { 0, 0, 0 } });
}

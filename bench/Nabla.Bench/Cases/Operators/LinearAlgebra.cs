using static Nabla.Bench.Cases.Operators.Differentiated;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Systems of equations and decompositions: many small matrices, and single large ones.</summary>
internal static class LinearAlgebra
{
    const string Script = "bench/peers/torch_toolbox.py";

    /// <summary>All cases.</summary>
    public static Case[] All { get; } = [.. Of((64, 32, 32)), .. Of((512, 512)), .. Of((1024, 1024))];

    static IEnumerable<Case> Of(Shape shape)
    {
        int n = shape[^1];
        string size = string.Join('x', shape.Axes.ToArray());
        Shape right = shape.With(shape.Rank - 1, n / 4);
        return
        [
            .. Of("svd", static t => t[0].SingularValues()),
            .. Of("solve", static t => t[0].Solve(t[1]), () => [Uniform(1, shape), Uniform(2, right)]),
            .. Of("inverse", static t => t[0].Inverse()),
            .. Of("log determinant", static t => t[0].LogDeterminant().LogMagnitude),
            .. Of("symmetric eigen", static t => t[0].SymmetricEigen().Vectors),
            .. Of("qr", static t => t[0].Qr().Q),
            .. Of("cholesky", static t => t[0].Cholesky(), () => [Uniform(1, shape) + n * Tensor.Eye(n)]),
        ];

        IEnumerable<Case> Of(string name, Func<Tensor[], Tensor> operation, Func<Tensor[]>? inputs = null) =>
            Both($"{name} {size}", Work.Traffic(4.0 * shape.Length, 4.0 * shape.Length), () => (inputs is null ? [Uniform(1, shape)] : inputs(), operation))
                .Select(static one => one with { Script = Script });
    }
}

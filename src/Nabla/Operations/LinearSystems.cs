using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// Systems of equations, inverses, determinants and Cholesky factors of the last two axes; axes before them are a batch. Computed in
/// Float64, returned in the type of the input.
/// </summary>
public static class LinearSystems
{
    extension(Tensor a)
    {
        /// <summary>x with A·x = b: A [..., n, n] and b [..., n, k] → [..., n, k], by elimination with partial pivoting. b may be a vector [n] for a single A.</summary>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        /// <exception cref="ArithmeticException">A is singular.</exception>
        public Tensor Solve(Tensor b)
        {
            int n = Matrices.RequireSquare(a, "Solve");
            if (b.Rank == 1 && a.Rank == 2) return a.Solve(b.Unsqueeze(1)).Squeeze(1);
            if (b.Rank != a.Rank || b.Shape[^2] != n || !b.Shape.Axes[..^2].SequenceEqual(a.Shape.Axes[..^2]))
                throw new ShapeException($"Solve: expected right sides [..., {n}, k] for matrices {a.Shape}, got {b.Shape}.");
            (a, b) = Promotion.Common(a, b, "Solve");
            int columns = b.Shape[^1];
            double[] matrices = Matrices.Copy(a), right = Matrices.Copy(b), x = new double[right.Length];
            int[] order = new int[n];
            for (int i = 0; i < Matrices.Count(a); i++)
            {
                Span<double> factors = matrices.AsSpan(i * n * n, n * n);
                Elimination.Factor(factors, n, order);
                RequireRegular(factors, n, i, a.Shape, "Solve");
                Elimination.Solve(factors, order, n, right.AsSpan(i * n * columns, n * columns), columns, x.AsSpan(i * n * columns, n * columns));
            }
            Tensor y = Tensor.From(x, b.Shape).To(a.DType);
            return Autograd.Record("Solve", y, [a, b], [a, y], static (g, saved) =>
            {
                Tensor db = saved[0].T.Solve(g);
                return [saved.Needs(0) ? -db.MatMul(saved[1].T) : null, db];
            });
        }

        /// <summary>A⁻¹ of [..., n, n]. Where it is only multiplied with something, <see cref="Solve"/> is faster and more exact.</summary>
        /// <exception cref="ArithmeticException">A is singular.</exception>
        public Tensor Inverse()
        {
            int n = Matrices.RequireSquare(a, "Inverse");
            a = a.Computed();
            return a.Solve(Tensor.Eye(n, a.DType).Expand(a.Shape).Contiguous());
        }

        /// <summary>The sign of the determinant, a constant, and the logarithm of its magnitude: 0 and −∞ for a singular matrix. [..., n, n] → two [...].</summary>
        /// <remarks>The derivative of log|det A| is A⁻ᵀ; a singular matrix has none, and backward says so.</remarks>
        public (Tensor Sign, Tensor LogMagnitude) LogDeterminant()
        {
            int n = Matrices.RequireSquare(a, "LogDeterminant");
            a = a.Computed();
            double[] matrices = Matrices.Copy(a), signs = new double[Matrices.Count(a)], logs = new double[signs.Length];
            int[] order = new int[n];
            for (int i = 0; i < signs.Length; i++)
            {
                Span<double> factors = matrices.AsSpan(i * n * n, n * n);
                signs[i] = Elimination.Factor(factors, n, order);
                for (int k = 0; k < n; k++)
                {
                    signs[i] *= Math.Sign(factors[k * n + k]);
                    logs[i] += Math.Log(Math.Abs(factors[k * n + k]));
                }
            }
            Shape batch = Shape.Create(a.Shape.Axes[..^2]);
            Tensor y = Tensor.From(logs, batch).To(a.DType);
            y = Autograd.Record("LogDeterminant", y, [a], [a], static (g, saved) =>
                [saved[0].Inverse().T * g.Unsqueeze(-1).Unsqueeze(-1)]);
            return (Tensor.From(signs, batch).To(a.DType), y);
        }

        /// <summary>The determinant: [..., n, n] → [...]. May overflow where <see cref="LogDeterminant"/> does not.</summary>
        public Tensor Determinant()
        {
            (Tensor sign, Tensor log) = a.LogDeterminant();
            return sign * log.Exp();
        }

        /// <summary>The lower triangle L with A = L·Lᵀ of symmetric positive definite matrices [..., n, n]; reads the lower triangle of A.</summary>
        /// <remarks>The gradient is symmetric: A is taken to stay symmetric (Murray, 2016).</remarks>
        /// <exception cref="ArithmeticException">A is not positive definite.</exception>
        public Tensor Cholesky()
        {
            int n = Matrices.RequireSquare(a, "Cholesky");
            a = a.Computed();
            double[] factors = Matrices.Copy(a);
            for (int i = 0; i < Matrices.Count(a); i++)
                if (!Kernels.Cholesky.Factor(factors.AsSpan(i * n * n, n * n), n))
                    throw new ArithmeticException($"Cholesky: expected positive definite matrices, got another one at {i} of {a.Shape}. Add a small multiple of Eye to its diagonal.");
            Tensor l = Tensor.From(factors, a.Shape).LowerTriangle().To(a.DType);
            return Autograd.Record("Cholesky", l, [a], [l], static (g, saved) =>
            {
                Tensor l = saved[0], inner = l.T.MatMul(g);
                Tensor half = inner.LowerTriangle() - inner.LowerTriangle().UpperTriangle() * 0.5;
                Tensor s = l.T.Solve(half).MatMul(l.Inverse());
                return [(s + s.T) * 0.5];
            });
        }
    }

    static void RequireRegular(ReadOnlySpan<double> factors, int n, int index, Shape shape, string who)
    {
        for (int k = 0; k < n; k++)
            if (factors[k * n + k] == 0) throw new ArithmeticException($"{who}: expected regular matrices, got a singular one at {index} of {shape}.");
    }
}

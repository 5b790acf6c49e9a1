using System.Numerics;
using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// Orthogonal decompositions of the last two axes; axes before them are a batch. Computed in Float64, returned in the type of the
/// input. Signs are fixed, so that results do not depend on a library's mood.
/// </summary>
public static unsafe class Decompositions
{
    extension(Tensor a)
    {
        /// <summary>A = Q·R with orthonormal columns Q [..., m, n] and an upper triangle R [..., n, n] with positive diagonal, for m ≥ n.</summary>
        /// <exception cref="ShapeException">There are more columns than rows.</exception>
        /// <exception cref="ArithmeticException">The columns are not independent.</exception>
        public (Tensor Q, Tensor R) Qr()
        {
            if (a.Rank < 2 || a.Shape[^2] < a.Shape[^1] || a.Length == 0) throw new ShapeException($"Qr: expected matrices with at least as many rows as columns, got {a.Shape}.");
            a = a.Computed();
            int m = a.Shape[^2], n = a.Shape[^1], size = (m + n) * n;
            double[] matrices = Matrices.Copy(a), packed = new double[Matrices.Count(a) * size];
            for (int i = 0; i < Matrices.Count(a); i++)
            {
                double[] columns = Kernels.SingularValues.Transposed(matrices.AsSpan(i * m * n, m * n), m, n);
                Span<double> to = packed.AsSpan(i * size, size), r = to[(m * n)..];
                Orthogonal.Factor(columns, m, n, r);
                if (!MakePositive(columns, m, n, r))
                    throw new ArithmeticException($"Qr: expected independent columns, got dependent ones in matrix {i} of {a.Shape}.");
                Kernels.SingularValues.Transposed(columns, n, m).CopyTo(to);
            }
            // One result for the tape: Q above R.
            Tensor y = Tensor.From(packed, a.Shape.With(a.Rank - 2, m + n)).To(a.DType);
            y = Autograd.Record("Qr", y, [a], [y], static (g, saved) =>
            {
                int n = g.Shape[^1], m = g.Shape[^2] - n;
                Tensor q = saved[0].Narrow(-2, 0, m), r = saved[0].Narrow(-2, m, n), dq = g.Narrow(-2, 0, m), dr = g.Narrow(-2, m, n).UpperTriangle();
                // Walter, Lehmann, 2018: the lower triangle of this decides, mirrored.
                Tensor inner = r.MatMul(dr.T) - dq.T.MatMul(q), mirrored = inner.LowerTriangle() + inner.LowerTriangle(-1).T;
                return [r.Solve((dq + q.MatMul(mirrored)).T).T];
            });
            return (y.Narrow(-2, 0, m), y.Narrow(-2, m, n));
        }

        /// <summary>
        /// Eigenvalues in rising order, [..., n], and orthonormal eigenvectors, the columns of [..., n, n], of symmetric matrices. The largest
        /// component of each vector is positive.
        /// </summary>
        /// <remarks>Reads (A + Aᵀ)/2. Vectors of equal eigenvalues have no derivative: the gradient is then infinite or NaN, that of the values is not.</remarks>
        /// <exception cref="ShapeException">The matrices are not square.</exception>
        public (Tensor Values, Tensor Vectors) SymmetricEigen()
        {
            int n = Matrices.RequireSquare(a, "SymmetricEigen");
            a = a.Computed();
            a = (a + a.T) * 0.5;
            double[] matrices = Matrices.Copy(a), packed = new double[matrices.Length / n * (n + 1)];
            for (int i = 0; i < Matrices.Count(a); i++)
            {
                double[] rows = matrices.AsSpan(i * n * n, n * n).ToArray(), values = Kernels.SymmetricEigen.Factor(rows, n);
                Matrices.Orient(rows, n, []);
                Span<double> to = packed.AsSpan(i * n * (n + 1), n * (n + 1));
                for (int k = 0; k < n; k++)                                             // the kernel has them falling and as rows
                {
                    to[k] = values[n - 1 - k];
                    for (int row = 0; row < n; row++) to[(row + 1) * n + k] = rows[(n - 1 - k) * n + row];
                }
            }
            // One result for the tape: the values as a row above the vectors.
            Tensor y = Tensor.From(packed, a.Shape.With(a.Rank - 2, n + 1)).To(a.DType);
            y = Autograd.Record("SymmetricEigen", y, [a], [y], static (g, saved) =>
            {
                int n = g.Shape[^1];
                Tensor values = saved[0].Narrow(-2, 0, 1).Squeeze(-2), v = saved[0].Narrow(-2, 1, n);
                Tensor dValues = g.Narrow(-2, 0, 1).Squeeze(-2), dv = g.Narrow(-2, 1, n);
                Tensor inner = Matrices.InverseGaps(values) * v.T.MatMul(dv);
                Tensor s = Matrices.ScaleColumns(v, dValues).MatMul(v.T) + v.MatMul(inner).MatMul(v.T);
                return [(s + s.T) * 0.5];
            });
            return (y.Narrow(-2, 0, 1).Squeeze(-2), y.Narrow(-2, 1, n));
        }

        /// <summary>
        /// A = U·diag(S)·Vᵀ: U [..., m, k], singular values S [..., k] in falling order, Vᵀ [..., k, n] with k = min(m, n). The largest component of
        /// each left vector is positive.
        /// </summary>
        /// <remarks>The vectors of equal or zero singular values have no derivative: the gradient is then infinite or NaN, that of the values is not.</remarks>
        /// <exception cref="ShapeException">A is no matrix.</exception>
        public (Tensor U, Tensor S, Tensor Vt) Svd()
        {
            if (a.Rank < 2 || a.Length == 0) throw new ShapeException($"Svd: expected matrices [..., m, n], got {a.Shape}.");
            a = a.Computed();
            if (a.Shape[^2] < a.Shape[^1])
            {
                (Tensor right, Tensor values, Tensor left) = a.T.Svd();
                return (left.T, values, right.T);
            }
            int m = a.Shape[^2], n = a.Shape[^1];
            // One result for the tape: U above S above V.
            Tensor y = Singular(a, a.Shape.With(a.Rank - 2, m + 1 + n), hasVectors: true);
            y = Autograd.Record("Svd", y, [a], [y], static (g, saved) =>
            {
                int n = g.Shape[^1], m = g.Shape[^2] - n - 1;
                Tensor u = saved[0].Narrow(-2, 0, m), s = saved[0].Narrow(-2, m, 1).Squeeze(-2), v = saved[0].Narrow(-2, m + 1, n);
                Tensor du = g.Narrow(-2, 0, m), ds = g.Narrow(-2, m, 1).Squeeze(-2), dv = g.Narrow(-2, m + 1, n);
                Tensor gaps = Matrices.InverseGaps(s.Square()), left = u.T.MatMul(du), right = v.T.MatMul(dv);
                // Townsend, 2016: turns within the span, then what leaves it.
                Tensor inner = Matrices.ScaleColumns(gaps * (left - left.T), s) + Matrices.ScaleRows(s, gaps * (right - right.T)) + Matrices.ScaleRows(ds, Tensor.Eye(n, g.DType));
                Tensor result = u.MatMul(inner).MatMul(v.T) + Matrices.ScaleColumns(du - u.MatMul(left), 1 / s).MatMul(v.T);
                return [result];
            });
            return (y.Narrow(-2, 0, m), y.Narrow(-2, m, 1).Squeeze(-2), y.Narrow(-2, m + 1, n).T);
        }

        /// <summary>
        /// The singular values of [..., m, n] in falling order, [..., min(m, n)]: those of <see cref="Svd"/>, without the vectors where no gradient
        /// asks for them.
        /// </summary>
        /// <remarks>The derivative, u·vᵀ for each value, is one of several where values are equal.</remarks>
        /// <exception cref="ShapeException">A is no matrix.</exception>
        public Tensor SingularValues()
        {
            if (a.Rank < 2 || a.Length == 0) throw new ShapeException($"SingularValues: expected matrices [..., m, n], got {a.Shape}.");
            a = a.Computed();
            int m = a.Shape[^2], n = a.Shape[^1];
            if (m < n) return a.T.SingularValues();
            if (a.Node is null || !Autograd.IsRecording) return Singular(a, Shape.Create([.. a.Shape.Axes[..^2], n]), hasVectors: false);
            Tensor factors = Singular(a, a.Shape.With(a.Rank - 2, m + 1 + n), hasVectors: true);
            Tensor s = factors.Narrow(-2, m, 1).Squeeze(-2).Contiguous();
            return Autograd.Record("SingularValues", s, [a], [a, factors], static (g, saved) =>
            {
                if (saved.CreatesGraph)
                {
                    (Tensor left, _, Tensor right) = saved[0].Svd();
                    return [Matrices.ScaleColumns(left, g).MatMul(right)];
                }
                int n = g.Shape[^1], m = saved[0].Shape[^2];
                return [Matrices.ScaleColumns(saved[1].Narrow(-2, 0, m), g).MatMul(saved[1].Narrow(-2, m + 1, n).T)];
            });
        }

        /// <summary>
        /// Covariance of the columns of samples [n, features]: (x − mean)ᵀ·(x − mean) / (n − correction), [features, features]. NumPy's and
        /// PyTorch's <c>cov</c> take variables as rows: pass the transpose.
        /// </summary>
        /// <param name="correction">1 for the unbiased estimate (default), 0 for the mean square.</param>
        /// <exception cref="ShapeException">x is no matrix, or has too few samples.</exception>
        public Tensor Covariance(double correction = 1)
        {
            if (a.Rank != 2 || a.Shape[0] <= correction) throw new ShapeException($"Covariance: expected samples [n, features] with n above {correction}, got {a.Shape}.");
            a = a.Computed();
            Tensor centered = a - a.Mean(0, keepAxis: true);
            return centered.T.MatMul(centered) / (a.Shape[0] - correction);
        }
    }

    static Tensor Singular(Tensor a, Shape result, bool hasVectors)
    {
        Tensor y = Tensor.Uninitialized(result, a.DType);
        if (a.DType == DType.Float32) SingularInto<float>(a.Contiguous(), y, hasVectors);
        else SingularInto<double>(a.Contiguous(), y, hasVectors);
        return y;
    }

    static void SingularInto<T>(Tensor a, Tensor y, bool hasVectors) where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* pa = a.Span<T>(), py = y.Span<T>()) Kernels.SingularValues.Factor(Matrices.Count(a), a.Shape[^2], a.Shape[^1], pa, hasVectors, py);
        GC.KeepAlive(a);
        GC.KeepAlive(y);
    }

    /// <summary>Turns columns of Q (rows of <paramref name="columns"/>) and rows of R until R's diagonal is positive; false where it is 0 but for rounding.</summary>
    static bool MakePositive(Span<double> columns, int m, int n, Span<double> r)
    {
        for (int k = 0; k < n; k++)
        {
            double square = 0, diagonal = r[k * n + k];
            for (int i = 0; i <= k; i++) square += r[i * n + k] * r[i * n + k];
            if (!(Math.Abs(diagonal) > 1e-15 * Math.Sqrt(square))) return false;
            if (diagonal > 0) continue;
            foreach (ref double value in columns.Slice(k * m, m)) value = -value;
            foreach (ref double value in r.Slice(k * n, n)) value = -value;
        }
        return true;
    }
}

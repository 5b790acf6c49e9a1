using System.Numerics;
using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// Orthogonal decompositions of the last two axes; axes before them are a batch. QR, and what large matrices have, are computed in the type of the
/// input, the others in Float64 and returned in the type of the input. Signs are fixed, so that results do not depend on a library's mood.
/// </summary>
public static unsafe class Decompositions
{
    extension(Tensor a)
    {
        /// <summary>
        /// A = Q·R of [..., m, n] with orthonormal columns Q [..., m, k] and an upper triangle R [..., k, n] with positive diagonal, k = min(m, n).
        /// </summary>
        /// <param name="complete">
        /// Whether Q gets the m − k columns that make it square, and R as many rows of zeros. Those columns are any basis of what is
        /// orthogonal to A, so they have no derivative.
        /// </param>
        /// <exception cref="ShapeException">A is no matrix, or an empty one.</exception>
        /// <exception cref="ArithmeticException">The first k columns are not independent, or hold a number that is not finite.</exception>
        /// <exception cref="InvalidOperationException">The derivative of columns without one would be recorded.</exception>
        public (Tensor Q, Tensor R) Qr(bool complete = false)
        {
            if (a.Rank < 2 || a.Shape[^1] * a.Shape[^2] == 0) throw new ShapeException($"Qr: expected matrices [..., m, n], got {a.Shape}.");
            a = a.Computed();
            int m = a.Shape[^2], n = a.Shape[^1];
            if (m < n)
            {
                (Tensor left, Tensor triangle) = a.Narrow(-1, 0, m).Qr();
                return (left, Tensor.Concatenate([triangle, left.T.MatMul(a.Narrow(-1, m, n - m))], -1));
            }
            if (complete && m > n) return Complete(a);
            // One result for the tape: Q above R.
            Tensor y = Tensor.Uninitialized(a.Shape.With(a.Rank - 2, m + n), a.DType);
            if (a.DType == DType.Float32) FactorInto<float>(a.Contiguous(), y, (m + n) * n, y.Narrow(-2, m, n), (m + n) * n, n);
            else FactorInto<double>(a.Contiguous(), y, (m + n) * n, y.Narrow(-2, m, n), (m + n) * n, n);
            y = Autograd.Record("Qr", y, [a], [y], static (g, saved) =>
            {
                if (!saved.CreatesGraph) return [OrthogonalSlope(saved[0], g)];
                int n = g.Shape[^1], m = g.Shape[^2] - n;
                Tensor q = saved[0].Narrow(-2, 0, m), r = saved[0].Narrow(-2, m, n), dq = g.Narrow(-2, 0, m), dr = g.Narrow(-2, m, n).UpperTriangle();
                // Walter, Lehmann, 2018: the lower triangle of this decides, mirrored.
                Tensor inner = r.MatMul(dr.T) - dq.T.MatMul(q), mirrored = inner.LowerTriangle() + inner.LowerTriangle(-1).T;
                return [r.SolveTriangular((dq + q.MatMul(mirrored)).T, upper: true).T];
            });
            return (y.Narrow(-2, 0, m).AsWhole(), y.Narrow(-2, m, n).AsWhole());
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
            // One result for the tape: the values as a row above the vectors.
            Tensor y = Tensor.Uninitialized(a.Shape.With(a.Rank - 2, n + 1), a.DType);
            if (a.DType == DType.Float32) EigenInto<float>(a.Contiguous(), y);
            else EigenInto<double>(a.Contiguous(), y);
            y = Autograd.Record("SymmetricEigen", y, [a], [y], static (g, saved) =>
            {
                if (!saved.CreatesGraph) return [EigenSlope(saved[0], g)];
                int n = g.Shape[^1];
                Tensor values = saved[0].Narrow(-2, 0, 1).Squeeze(-2), v = saved[0].Narrow(-2, 1, n);
                Tensor dValues = g.Narrow(-2, 0, 1).Squeeze(-2), dv = g.Narrow(-2, 1, n);
                Tensor inner = Matrices.InverseGaps(values) * v.T.MatMul(dv);
                Tensor s = Matrices.ScaleColumns(v, dValues).MatMul(v.T) + v.MatMul(inner).MatMul(v.T);
                return [(s + s.T) * 0.5];
            });
            return (y.Narrow(-2, 0, 1).Squeeze(-2).AsWhole(), y.Narrow(-2, 1, n).AsWhole());
        }

        /// <summary>
        /// A = U·diag(S)·Vᵀ: U [..., m, k], singular values S [..., k] in falling order, Vᵀ [..., k, n] with k = min(m, n). The largest component of
        /// each left vector is positive.
        /// </summary>
        /// <remarks>
        /// The vectors of equal or zero singular values have no derivative: the gradient is then infinite or NaN, that of the values is not. A matrix with NaN
        /// or infinity has NaN throughout.
        /// </remarks>
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
            return (y.Narrow(-2, 0, m).AsWhole(), y.Narrow(-2, m, 1).Squeeze(-2).AsWhole(), y.Narrow(-2, m + 1, n).T.AsWhole());
        }

        /// <summary>
        /// The singular values of [..., m, n] in falling order, [..., min(m, n)]: those of <see cref="Svd"/>, without the vectors where no gradient
        /// asks for them: then by another algorithm, which may differ in the last digits of the largest value.
        /// </summary>
        /// <remarks>The derivative, u·vᵀ for each value, is one of several where values are equal. A matrix with NaN or infinity has NaN throughout.</remarks>
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

    static void EigenInto<T>(Tensor a, Tensor y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* pa = a.Span<T>(), py = y.Span<T>()) Kernels.SymmetricEigen.Factor(Matrices.Count(a), a.Shape[^1], pa, py);
        GC.KeepAlive(a);
        GC.KeepAlive(y);
    }

    static Tensor EigenSlope(Tensor factors, Tensor g)
    {
        Tensor result = Tensor.Uninitialized(g.Shape.With(g.Rank - 2, g.Shape[^1]), g.DType);
        if (g.DType == DType.Float32) EigenSlopeInto<float>(factors, g.Contiguous(), result);
        else EigenSlopeInto<double>(factors, g.Contiguous(), result);
        return result;
    }

    static void EigenSlopeInto<T>(Tensor factors, Tensor g, Tensor result) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = result.Shape[^1];
        fixed (T* pf = factors.Span<T>(), pg = g.Span<T>(), pr = result.Span<T>())
            MatrixBatch.Run<T, SymmetricEigenSlope<T>>(Matrices.Count(result), n, 3L * n * n * n, new() { N = n, Factors = pf, Slopes = pg, Result = pr });
        GC.KeepAlive(factors);
        GC.KeepAlive(g);
        GC.KeepAlive(result);
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

    /// <summary>Q [..., m, m] and R [..., m, n] of tall matrices.</summary>
    static (Tensor Q, Tensor R) Complete(Tensor a)
    {
        if (a.Node is not null && Autograd.IsRecording)
            throw new InvalidOperationException($"Qr: expected matrices without a gradient, got {a.Shape} that have one. The columns that complete Q have no derivative: use complete: false, or detach.");
        int m = a.Shape[^2], n = a.Shape[^1];
        Tensor q = Tensor.Uninitialized(a.Shape.With(a.Rank - 1, m), a.DType), r = Tensor.Zeros(a.Shape, a.DType);
        if (a.DType == DType.Float32) FactorInto<float>(a.Contiguous(), q, m * m, r, m * n, m);
        else FactorInto<double>(a.Contiguous(), q, m * m, r, m * n, m);
        return (q, r);
    }

    static void FactorInto<T>(Tensor a, Tensor q, int qDistance, Tensor r, int rDistance, int vectors) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = a.Shape[^1], count = Matrices.Count(a);
        fixed (T* pa = a.Span<T>(), pq = &q.Origin<T>(), pr = &r.Origin<T>())
        {
            Orthogonal.Factor(count, a.Shape[^2], n, vectors, pa, pq, qDistance, pr, rDistance);
            for (int i = 0; i < count; i++)
                for (int k = 0; k < n; k++)
                    if (pr[i * (nint)rDistance + k * ((nint)n + 1)] == T.Zero)
                        throw NoFactors(a.Shape, i, new ReadOnlySpan<T>(pa + (nint)i * a.Shape[^2] * n, a.Shape[^2] * n));
        }
        GC.KeepAlive(a);
        GC.KeepAlive(q);
        GC.KeepAlive(r);
    }

    static ArithmeticException NoFactors<T>(Shape shape, int index, ReadOnlySpan<T> matrix) where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (T x in matrix)
            if (!T.IsFinite(x)) return new($"Qr: expected finite numbers, got {x} in matrix {index} of {shape}.");
        return new($"Qr: expected independent columns, got dependent ones in matrix {index} of {shape}.");
    }

    static Tensor OrthogonalSlope(Tensor factors, Tensor g)
    {
        int n = g.Shape[^1], m = g.Shape[^2] - n;
        Tensor result = Tensor.Uninitialized(g.Shape.With(g.Rank - 2, m), g.DType);
        if (g.DType == DType.Float32) OrthogonalSlopeInto<float>(factors, g.Contiguous(), result);
        else OrthogonalSlopeInto<double>(factors, g.Contiguous(), result);
        return result;
    }

    static void OrthogonalSlopeInto<T>(Tensor factors, Tensor g, Tensor result) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int m = result.Shape[^2], n = result.Shape[^1];
        fixed (T* pf = factors.Span<T>(), pg = g.Span<T>(), pr = result.Span<T>())
            MatrixBatch.Run<T, OrthogonalSlope<T>>(Matrices.Count(result), n, 3L * m * n * n, new() { Rows = m, Columns = n, Factors = pf, Slopes = pg, Result = pr });
        GC.KeepAlive(factors);
        GC.KeepAlive(g);
        GC.KeepAlive(result);
    }
}

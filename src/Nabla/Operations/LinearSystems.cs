using System.Numerics;
using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// Systems of equations, inverses, determinants and Cholesky factors of the last two axes; axes before them are a batch. Computed in the
/// type of the input.
/// </summary>
public static unsafe class LinearSystems
{
    extension(Tensor a)
    {
        /// <summary>x with A·x = b: A [..., n, n] and b [..., n, k] → [..., n, k], by elimination with partial pivoting. b may be a vector [n] for a single A.</summary>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        /// <exception cref="ArithmeticException">A is singular.</exception>
        public Tensor Solve(Tensor b)
        {
            if (b.Rank == 1 && a.Rank == 2) return a.Solve(b.Unsqueeze(1)).Squeeze(1);
            Matrices.RequireRightSides(a, b, "Solve");
            (a, b) = Promotion.Common(a, b, "Solve");
            (Tensor factors, Tensor pivots) = FactorRegular(a, "Solve");
            return SolveFactored(a, factors, pivots, b, transposed: false);
        }

        /// <summary>A⁻¹ of [..., n, n]. Where it is only multiplied with something, <see cref="Solve"/> is faster and more exact.</summary>
        /// <exception cref="ArithmeticException">A is singular.</exception>
        public Tensor Inverse()
        {
            Matrices.RequireSquare(a, "Inverse");
            a = a.Computed();
            (Tensor factors, Tensor pivots) = FactorRegular(a, "Inverse");
            Tensor x = InverseFactored(a, factors, pivots);
            Arena.Disown(factors);
            Arena.Disown(pivots);
            return x;
        }

        /// <summary>The sign of the determinant, a constant, and the logarithm of its magnitude: 0 and −∞ for a singular matrix. [..., n, n] → two [...].</summary>
        /// <remarks>The derivative of log|det A| is A⁻ᵀ; a singular matrix has none, and backward says so.</remarks>
        public (Tensor Sign, Tensor LogMagnitude) LogDeterminant()
        {
            (Tensor sign, Tensor log, _) = Magnitudes(a, "LogDeterminant");
            return (sign, log);
        }

        /// <summary>The determinant: [..., n, n] → [...]. May overflow where <see cref="LogDeterminant"/> does not.</summary>
        /// <remarks>The derivative is the matrix of cofactors, which a singular matrix has too; there it is found from the singular values, for the first and second derivative.</remarks>
        public Tensor Determinant()
        {
            (Tensor sign, Tensor log, int singular) = Magnitudes(a, "Determinant");
            if (singular < 0 || a.Node is null) return sign * log.Exp();
            a = a.Computed();
            return Autograd.Record("Determinant", sign * log.Detach().Exp(), [a], [a], static (g, saved) =>
                [Cofactors.Of(saved[0]) * g.Unsqueeze(-1).Unsqueeze(-1)]);
        }

        /// <summary>The lower triangle L with A = L·Lᵀ of symmetric positive definite matrices [..., n, n]; reads the lower triangle of A.</summary>
        /// <remarks>The gradient is symmetric: A is taken to stay symmetric (Murray, 2016).</remarks>
        /// <exception cref="ArithmeticException">A is not positive definite.</exception>
        public Tensor Cholesky()
        {
            Matrices.RequireSquare(a, "Cholesky");
            a = a.Computed();
            Tensor l = Tensor.Uninitialized(a.Shape, a.DType);
            int failed = a.DType == DType.Float32 ? RootInto<float>(a.Contiguous(), l) : RootInto<double>(a.Contiguous(), l);
            if (failed >= 0)
                throw new ArithmeticException($"Cholesky: expected positive definite matrices, got another one at {failed} of {a.Shape}. Add a small multiple of Eye to its diagonal.");
            return Autograd.Record("Cholesky", l, [a], [l], static (g, saved) =>
            {
                Tensor l = saved[0];
                if (!saved.CreatesGraph) return [RootSlope(l, g)];
                Tensor inner = l.T.MatMul(g), half = inner.LowerTriangle() - inner.LowerTriangle().UpperTriangle() * 0.5;
                Tensor left = l.T.SolveTriangular(half, upper: true), s = l.T.SolveTriangular(left.T, upper: true);
                return [(s + s.T) * 0.5];
            });
        }
    }

    static (Tensor Sign, Tensor LogMagnitude, int Singular) Magnitudes(Tensor a, string who)
    {
        Matrices.RequireSquare(a, who);
        a = a.Computed();
        (Tensor factors, Tensor pivots, int singular) = Factor(a);
        Shape batch = Shape.Create(a.Shape.Axes[..^2]);
        Tensor sign = Tensor.Uninitialized(batch, a.DType), y = Tensor.Uninitialized(batch, a.DType);
        if (a.DType == DType.Float32) ReadDeterminants<float>(factors, pivots, sign, y);
        else ReadDeterminants<double>(factors, pivots, sign, y);
        y = Autograd.Record("LogDeterminant", y, [a], [a, factors, pivots], singular, static (g, saved, singular) =>
        {
            Tensor a = saved[0];
            if (singular >= 0) throw Singular("LogDeterminant", singular, a.Shape);
            return [InverseFactored(a, saved[1], saved[2]).T * g.Unsqueeze(-1).Unsqueeze(-1)];
        });
        return (sign, y, singular);
    }

    static int RootInto<T>(Tensor a, Tensor l) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int failed;
        fixed (T* pa = a.Span<T>(), pl = l.Span<T>()) failed = Kernels.Cholesky.Factor(Matrices.Count(a), a.Shape[^1], pa, pl);
        GC.KeepAlive(a);
        GC.KeepAlive(l);
        return failed;
    }

    static Tensor RootSlope(Tensor l, Tensor g)
    {
        Tensor result = Tensor.Uninitialized(l.Shape, l.DType);
        if (l.DType == DType.Float32) RootSlopeInto<float>(l, g.Contiguous(), result);
        else RootSlopeInto<double>(l, g.Contiguous(), result);
        return result;
    }

    static void RootSlopeInto<T>(Tensor l, Tensor g, Tensor result) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = l.Shape[^1];
        fixed (T* pl = l.Span<T>(), pg = g.Span<T>(), pr = result.Span<T>())
            MatrixBatch.Run<T, CholeskySlope<T>>(Matrices.Count(l), n, 2L * n * n * n, new() { N = n, L = pl, G = pg, Result = pr });
        GC.KeepAlive(l);
        GC.KeepAlive(g);
        GC.KeepAlive(result);
    }

    static ArithmeticException Singular(string who, int index, Shape shape) =>
        new($"{who}: expected regular matrices, got a singular one at {index} of {shape}.");

    static (Tensor Factors, Tensor Pivots) FactorRegular(Tensor a, string who)
    {
        (Tensor factors, Tensor pivots, int singular) = Factor(a);
        if (singular < 0) return (factors, pivots);
        Arena.Disown(factors);
        Arena.Disown(pivots);
        throw Singular(who, singular, a.Shape);
    }

    /// <summary>Factors [count, n, stride] and pivots [count, n] for an operation to save, and the first singular matrix or −1.</summary>
    static (Tensor Factors, Tensor Pivots, int Singular) Factor(Tensor a)
    {
        int n = a.Shape[^1], count = a.Length / (n * n);
        int stride = a.DType == DType.Float32 ? Elimination.Stride<float>(n) : Elimination.Stride<double>(n);
        Tensor factors = Arena.Private((count, n, stride), a.DType), pivots = Arena.Private((count, n), DType.Int32);
        int singular = a.DType == DType.Float32 ? Factor<float>(a, factors, pivots) : Factor<double>(a, factors, pivots);
        return (factors, pivots, singular);
    }

    static int Factor<T>(Tensor a, Tensor factors, Tensor pivots) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int singular, count = pivots.Shape[0], n = pivots.Shape[1];
        a = a.Contiguous();
        fixed (T* pa = a.Span<T>(), pf = factors.Span<T>())
        fixed (int* pp = pivots.Span<int>())
        {
            Elimination.Factor(count, n, pa, pf, pp);
            singular = Elimination.FirstSingular(count, n, pf);
        }
        GC.KeepAlive(a);
        GC.KeepAlive(factors);
        GC.KeepAlive(pivots);
        return singular;
    }

    /// <summary>x with A·x = b or Aᵀ·x = b. Derivatives of any order use the same factors; <paramref name="a"/> stands for them in the graph.</summary>
    static Tensor SolveFactored(Tensor a, Tensor factors, Tensor pivots, Tensor b, bool transposed)
    {
        Tensor x = Tensor.Uninitialized(b.Shape, b.DType);
        if (x.DType == DType.Float32) SolveInto<float>(x, factors, pivots, b, transposed);
        else SolveInto<double>(x, factors, pivots, b, transposed);
        return Autograd.Record("Solve", x, [a, b], [a, factors, pivots, x], transposed, static (g, saved, transposed) =>
        {
            Tensor db = SolveFactored(saved[0], saved[1], saved[2], g, !transposed), x = saved[3];
            Tensor? da = !saved.Needs(0) ? null : transposed ? x.MatMul(-db.T) : (-db).MatMul(x.T);
            return [da, db];
        });
    }

    static Tensor InverseFactored(Tensor a, Tensor factors, Tensor pivots)
    {
        Tensor x = Tensor.Uninitialized(a.Shape, a.DType);
        if (x.DType == DType.Float32) InvertInto<float>(x, factors, pivots);
        else InvertInto<double>(x, factors, pivots);
        return Autograd.Record("Inverse", x, [a], [x], static (g, saved) => [saved[0].T.MatMul(g).MatMul(-saved[0].T)]);
    }

    static void InvertInto<T>(Tensor x, Tensor factors, Tensor pivots) where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* pf = factors.Span<T>(), px = x.Span<T>())
        fixed (int* pp = pivots.Span<int>())
            Elimination.Invert(pivots.Shape[0], pivots.Shape[1], pf, pp, px);
        GC.KeepAlive(factors);
        GC.KeepAlive(pivots);
        GC.KeepAlive(x);
    }

    static void SolveInto<T>(Tensor x, Tensor factors, Tensor pivots, Tensor b, bool transposed) where T : unmanaged, IFloatingPointIeee754<T>
    {
        b = b.Contiguous();
        Span<T> right = b.Span<T>();
        right.CopyTo(x.Span<T>());
        fixed (T* pf = factors.Span<T>(), px = x.Span<T>())
        fixed (int* pp = pivots.Span<int>())
            Elimination.Solve(pivots.Shape[0], pivots.Shape[1], pf, pp, transposed, x.Shape[^1], px);
        GC.KeepAlive(b);
        GC.KeepAlive(factors);
        GC.KeepAlive(pivots);
        GC.KeepAlive(x);
    }

    static void ReadDeterminants<T>(Tensor factors, Tensor pivots, Tensor sign, Tensor logMagnitude) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = pivots.Shape[0], n = pivots.Shape[1], size = factors.Shape[1] * factors.Shape[2];
        Span<T> signs = sign.Span<T>(), logs = logMagnitude.Span<T>();
        fixed (T* pf = factors.Span<T>())
        fixed (int* pp = pivots.Span<int>())
            for (int i = 0; i < count; i++)
            {
                var (s, log) = Elimination.LogDeterminant(n, pf + (nint)i * size, pp + (nint)i * n);
                (signs[i], logs[i]) = (T.CreateTruncating(s), T.CreateTruncating(log));
            }
        GC.KeepAlive(factors);
        GC.KeepAlive(pivots);
        GC.KeepAlive(sign);
        GC.KeepAlive(logMagnitude);
    }
}

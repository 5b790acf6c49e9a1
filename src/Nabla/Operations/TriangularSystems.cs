using System.Numerics;
using Nabla.Kernels;

namespace Nabla;

/// <summary>Systems of equations with triangles.</summary>
public static unsafe class TriangularSystems
{
    extension(Tensor a)
    {
        /// <summary>
        /// x with A·x = b for triangles A [..., n, n] and b [..., n, k] → [..., n, k]; the other half of A is not read. Aᵀ·x = b is
        /// <c>a.T.SolveTriangular(b, !upper)</c>, which copies nothing.
        /// </summary>
        /// <param name="b">Right sides.</param>
        /// <param name="upper">Whether A is an upper triangle, or a lower one.</param>
        /// <exception cref="ShapeException">The shapes do not fit.</exception>
        /// <exception cref="ArithmeticException">There is a zero on the diagonal.</exception>
        public Tensor SolveTriangular(Tensor b, bool upper)
        {
            Matrices.RequireRightSides(a, b, "SolveTriangular");
            (a, b) = Promotion.Common(a, b, "SolveTriangular");
            Tensor x = Tensor.Uninitialized(b.Shape, b.DType);
            using (Autograd.NoGradient()) x.Overwrite(b);
            if (a.DType == DType.Float32) SolveInto<float>(a, x, upper);
            else SolveInto<double>(a, x, upper);
            return Autograd.Record("SolveTriangular", x, [a, b], [a, x], upper, static (g, saved, upper) =>
            {
                Tensor db = saved[0].T.SolveTriangular(g, !upper);
                if (!saved.Needs(0)) return [null, db];
                Tensor da = (-db).MatMul(saved[1].T);
                return [upper ? da.UpperTriangle() : da.LowerTriangle(), db];
            });
        }
    }

    static void SolveInto<T>(Tensor a, Tensor x, bool isUpper) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = a.Shape[^1], columns = x.Shape[^1];
        bool isTransposed = !a.IsContiguous && a.T.IsContiguous;
        if (!isTransposed) a = a.Contiguous();
        fixed (T* pa = &a.Origin<T>(), px = x.Span<T>())
        {
            int count = Matrices.Count(a);
            for (int i = 0; i < count; i++)
                for (int k = 0; k < n; k++)
                    if (pa[(nint)i * n * n + k * ((nint)n + 1)] == T.Zero)
                        throw new ArithmeticException($"SolveTriangular: expected diagonals without zeros, got one at {k} in matrix {i} of {a.Shape}.");
            MatrixBatch.Run<T, TriangularWork<T>>(count, n, (long)n * n * columns / 2, new()
            {
                N = n, Columns = columns, Triangle = pa, X = px, Row = isTransposed ? 1 : n, Column = isTransposed ? n : 1, IsUpper = isUpper,
            });
        }
        GC.KeepAlive(a);
        GC.KeepAlive(x);
    }
}

using Nabla.Kernels;

namespace Nabla;

/// <summary>Spread of elements, and the smooth maximum.</summary>
public static class Statistics
{
    extension(Tensor x)
    {
        /// <summary>Variance of all elements; see <see cref="Variance(Tensor, ReadOnlySpan{int}, bool, double)"/>.</summary>
        public Tensor Variance(double correction = 1) => x.Variance(AxisList.All(x.Rank), false, correction);

        /// <summary>Variance along <paramref name="axis"/>.</summary>
        public Tensor Variance(int axis, bool keepAxis = false, double correction = 1) => x.Variance([axis], keepAxis, correction);

        /// <summary>
        /// Σ (x − mean)² / (n − correction) over several axes, in two passes, so that a large mean costs no digits. Correction 1 (the
        /// default) is unbiased, 0 is the maximum-likelihood estimate.
        /// </summary>
        /// <exception cref="ShapeException">There are not more than <paramref name="correction"/> elements.</exception>
        public Tensor Variance(ReadOnlySpan<int> axes, bool keepAxis = false, double correction = 1)
        {
            x = x.Computed();
            Tensor squares = (x - x.Mean(axes, keepAxis: true)).Square().Sum(axes, keepAxis);
            double count = squares.Length == 0 ? double.PositiveInfinity : (double)x.Length / squares.Length;
            if (!(count > correction))
                throw new ShapeException($"Variance: expected more than {correction} elements, got {count} over axes [{string.Join(", ", axes.ToArray())}] of {x.Shape}.");
            return squares / (count - correction);
        }

        /// <summary>Standard deviation of all elements: the square root of the variance. Its gradient is 0 where all elements are equal.</summary>
        public Tensor StandardDeviation(double correction = 1) => x.Variance(correction).Root();

        /// <summary>Standard deviation along <paramref name="axis"/>.</summary>
        public Tensor StandardDeviation(int axis, bool keepAxis = false, double correction = 1) => x.Variance(axis, keepAxis, correction).Root();

        /// <summary>Standard deviation over several axes.</summary>
        public Tensor StandardDeviation(ReadOnlySpan<int> axes, bool keepAxis = false, double correction = 1) => x.Variance(axes, keepAxis, correction).Root();

        /// <summary>log Σ eˣ of all elements.</summary>
        public Tensor LogSumExp() => x.LogSumExp(AxisList.All(x.Rank));

        /// <summary>log Σ eˣ along <paramref name="axis"/>.</summary>
        public Tensor LogSumExp(int axis, bool keepAxis = false) => x.LogSumExp([axis], keepAxis);

        /// <summary>log Σ eˣ over several axes, shifted by the maximum so that nothing overflows. Its gradient is the softmax.</summary>
        public Tensor LogSumExp(ReadOnlySpan<int> axes, bool keepAxis = false)
        {
            x = x.Computed();
            Tensor y;
            using (Autograd.NoGradient())
            {
                ReductionPlan plan = ReductionPlan.Create(x, axes, "LogSumExp");
                y = plan.Inner == 1 && plan.Reduced is > 0 and <= LongestRow ? LogSums(plan, x) : Composed(x, axes);
                y = y.Reshape(keepAxis ? plan.Kept : plan.Dropped);
            }
            if (x.Node is null) return y;
            Shape kept = ReductionPlan.Create(x, axes, "LogSumExp").Kept;
            return Autograd.Record("LogSumExp", y, [x], [x, y], kept, static (g, saved, kept) =>
                [g.Reshape(kept) * (saved[0] - Bounded(saved[1].Reshape(kept))).Exp()]);
        }
    }

    /// <summary>Elements of a row that are added up lane by lane; of longer ones the sum would lose digits, and one thread would have all the work.</summary>
    const int LongestRow = 1 << 15;

    static Tensor Composed(Tensor x, ReadOnlySpan<int> axes)
    {
        Tensor shift = Finite(x.Max(axes, keepAxis: true));
        return (x - shift).Exp().Sum(axes, keepAxis: true).Log() + shift;
    }

    /// <summary>The same of rows, reading them once from memory.</summary>
    static Tensor LogSums(in ReductionPlan plan, Tensor x)
    {
        Tensor rows = plan.Arrange(x), y = Tensor.Uninitialized(plan.Outer, x.DType);
        if (x.DType == DType.Float32) LogSums<float>(rows, plan.Reduced, y);
        else LogSums<double>(rows, plan.Reduced, y);
        return y;
    }

    static unsafe void LogSums<T>(Tensor x, int columns, Tensor y) where T : unmanaged
    {
        fixed (T* px = &x.Origin<T>(), py = &y.Origin<T>()) SoftmaxKernel.LogSums(px, y.Length, columns, py);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }

    /// <summary>0 in place of −∞, the sum of nothing: its softmax is 0. Beside +∞ all else is 0.</summary>
    static Tensor Bounded(Tensor y) => Tensor.Where(y.EqualTo(double.NegativeInfinity), Tensor.Scalar(0, y.DType), y);

    /// <summary>0 in place of infinities: the difference of two equal ones would be NaN.</summary>
    static Tensor Finite(Tensor x) => Tensor.Where(x.Abs().EqualTo(double.PositiveInfinity), Tensor.Scalar(0, x.DType), x);
}

namespace Nabla;

/// <summary>
/// Elements by their rank among the others: median, quantiles, the k-th smallest. One NaN makes a median or quantile NaN; for
/// <c>KthValue</c>, as in sorting, NaN is larger than every number.
/// </summary>
public static class OrderStatistics
{
    extension(Tensor x)
    {
        /// <summary>
        /// The middle element of all, a scalar of x's type; of an even number the lower of the two in the middle. Equal elements share the
        /// gradient evenly.
        /// </summary>
        /// <exception cref="ShapeException">There is no element.</exception>
        public Tensor Median()
        {
            Tensor y;
            using (Autograd.NoGradient()) y = x.Reshape(-1).Median(0);
            if (x.Node is null) return y;
            return Autograd.Record("Median", y, [x], [x, y], static (g, saved) => [Extrema.Share(g, saved[0], saved[1], AxisList.All(saved[0].Rank))]);
        }

        /// <summary>
        /// The middle element along <paramref name="axis"/>; of an even number the lower of the two in the middle (their mean is
        /// <c>Quantile(0.5, axis)</c>). The gradient goes to the element chosen.
        /// </summary>
        /// <exception cref="ShapeException">There is no such axis, or no element along it.</exception>
        public Tensor Median(int axis, bool keepAxis = false)
        {
            axis = Filled(x, axis, "Median");
            int last = x.Shape[axis] - 1;
            Tensor order = x.ArgSort(axis), end = order.Narrow(axis, last, 1);                     // where NaN would be
            Tensor at = Tensor.Where(x.Detach().GatherAlong(axis, end.Contiguous()).IsNan(), end, order.Narrow(axis, last / 2, 1));
            return Dropped(x.GatherAlong(axis, at), axis, keepAxis);
        }

        /// <summary>The quantile of all elements: see <see cref="Quantile(Tensor, double, int, bool)"/>.</summary>
        public Tensor Quantile(double q) => x.Reshape(-1).Quantile(q, 0);

        /// <summary>Several quantiles of all elements, a vector.</summary>
        public Tensor Quantile(ReadOnlySpan<double> q) => x.Reshape(-1).Quantile(q, 0);

        /// <summary>
        /// The number below which a part q of the elements along <paramref name="axis"/> lies: of n elements in order, the one at
        /// place q·(n − 1), between two of them on the straight line. Integers become Float32.
        /// </summary>
        /// <param name="q">The part, in [0, 1]; 0.5 is the median as the mean of the two in the middle.</param>
        /// <param name="axis">The axis that disappears.</param>
        /// <param name="keepAxis">Whether it stays, with size 1.</param>
        /// <exception cref="ArgumentOutOfRangeException">q is not in [0, 1].</exception>
        /// <exception cref="ShapeException">There is no such axis, or no element along it.</exception>
        public Tensor Quantile(double q, int axis, bool keepAxis = false) => x.Quantile([q], axis, keepAxis).Squeeze(0);

        /// <summary>Several quantiles at once, along a new first axis: [..] → [number of q, ..].</summary>
        /// <exception cref="ArgumentOutOfRangeException">A q is not in [0, 1].</exception>
        /// <exception cref="ShapeException">There is no such axis, or no element along it.</exception>
        public Tensor Quantile(ReadOnlySpan<double> q, int axis, bool keepAxis = false)
        {
            axis = Filled(x, axis, "Quantile");
            long[] below = new long[q.Length], above = new long[q.Length];
            double[] weights = new double[q.Length];
            int last = x.Shape[axis] - 1;
            for (int i = 0; i < q.Length; i++)
            {
                if (!(q[i] >= 0 && q[i] <= 1))
                    throw new ArgumentOutOfRangeException(nameof(q), q[i], $"Quantile: expected q in [0, 1], got {q[i]}. Percentages need a division by 100.");
                double place = q[i] * last;
                (below[i], above[i], weights[i]) = ((long)Math.Floor(place), (long)Math.Ceiling(place), place - Math.Floor(place));
            }
            Tensor sorted = x.Computed().Sort(axis).Values, largest = sorted.Narrow(axis, last, 1);
            Tensor weight = Tensor.From(weights).To(sorted.DType).Reshape(Shape.Create([q.Length, .. Enumerable.Repeat(1, x.Rank - 1 - axis)]));
            Tensor y = sorted.IndexSelect(axis, Tensor.From(below)).Lerp(sorted.IndexSelect(axis, Tensor.From(above)), weight);
            y = Tensor.Where(largest.Detach().IsNan(), largest, y);
            return keepAxis ? y.Unsqueeze(0).Transpose(0, axis + 1) : y.Permute([axis, .. Enumerable.Range(0, x.Rank).Where(other => other != axis)]);
        }

        /// <summary>
        /// The <paramref name="k"/>-th smallest element along an axis, k from 1 on, and its position. NaN is larger than every number.
        /// The gradient goes to the element chosen.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">k is not in [1, size of the axis].</exception>
        public (Tensor Values, Tensor Indices) KthValue(int k, int axis = -1, bool keepAxis = false)
        {
            axis = x.Shape.Axis(axis, "KthValue");
            if (k < 1 || k > x.Shape[axis])
                throw new ArgumentOutOfRangeException(nameof(k), k, $"KthValue: expected k in [1, {x.Shape[axis]}] for axis {axis} of {x.Shape}, got {k}.");
            Tensor at = Sorting.Order(x, axis, k, descending: false).Narrow(axis, k - 1, 1).Contiguous();
            return (Dropped(x.GatherAlong(axis, at), axis, keepAxis), Dropped(at, axis, keepAxis));
        }
    }

    static int Filled(Tensor x, int axis, string who)
    {
        axis = x.Shape.Axis(axis, who);
        return x.Shape[axis] > 0 ? axis : throw new ShapeException($"{who}: expected at least one element along axis {axis}, got {x.Shape}.");
    }

    static Tensor Dropped(Tensor x, int axis, bool keepAxis) => keepAxis ? x : x.Squeeze(axis);
}

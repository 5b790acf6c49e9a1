namespace Nabla;

/// <summary>Softmax with exact zeros.</summary>
public static class SparsemaxOperations
{
    extension(Tensor x)
    {
        /// <summary>
        /// The point of the probability simplex nearest to x along <paramref name="axis"/>: y = max(x − τ, 0) with τ such that Σ y = 1.
        /// Same shape as the input. Martins, Astudillo, 2016.
        /// </summary>
        /// <remarks>
        /// Elements far below the largest get exactly 0, and slope 0: a class outside the support learns nothing from this output, so
        /// losses take the scores. With two elements x and 0 it is the hard sigmoid x/2 + ½ bounded to [0, 1].
        /// </remarks>
        /// <param name="axis">The axis to sum over; negative counts from the end.</param>
        /// <exception cref="ShapeException">There is no such axis.</exception>
        public Tensor Sparsemax(int axis = -1)
        {
            axis = x.Shape.Axis(axis, "Sparsemax");
            x = x.Computed();
            if (x.Length == 0) return x;
            Tensor y;
            using (Autograd.NoGradient()) y = (x - Threshold(x, axis)).Relu();
            return Autograd.Record("Sparsemax", y, [x], [y], axis, static (g, saved, axis) =>
            {
                // On the support the projection subtracts the mean of the change; elsewhere y stays 0.
                Tensor support = saved[0].Detach().Greater(0).To(g.DType), kept = g * support;
                return [kept - support * (kept.Sum(axis, keepAxis: true) / support.Sum(axis, keepAxis: true))];
            });
        }
    }

    /// <summary>τ = (Σ of the k largest − 1) / k, with k the largest count for which the k-th element is still above that τ.</summary>
    static Tensor Threshold(Tensor x, int axis)
    {
        // Relative to the largest: sums of large scores would lose the 1.
        Tensor largest = x.Max(axis, keepAxis: true), sorted = (x - largest).Sort(axis, descending: true).Values;
        Tensor excess = sorted.CumulativeSum(axis) - 1, count = Tensor.Arange(1, x.Shape[axis] + 1, 1, x.DType).Reshape(Along(x, axis));
        Tensor inside = sorted.Greater(excess / count).To(x.DType).Sum(axis, keepAxis: true).Clamp(1, x.Shape[axis]);
        return excess.Gather(axis, (inside - 1).To(DType.Int64)) / inside + largest;
    }

    /// <summary>Sizes of a vector along one axis of x.</summary>
    static int[] Along(Tensor x, int axis)
    {
        int[] sizes = new int[x.Rank];
        sizes.AsSpan().Fill(1);
        sizes[axis] = x.Shape[axis];
        return sizes;
    }
}

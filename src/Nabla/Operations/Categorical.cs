namespace Nabla;

/// <summary>Draws of classes.</summary>
public static class CategoricalDraws
{
    extension(Tensor)
    {
        /// <summary>
        /// Class indices [..., count] drawn from weights [..., classes] that need not sum to 1: with replacement by inverting the
        /// cumulative sum, without by the largest of log weight + Gumbel noise (Efraimidis, Spirakis, 2006).
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">A weight is negative or not finite, or a row has too few positive ones.</exception>
        public static Tensor Categorical(Tensor weights, int count, RandomStream stream, bool replacement = true)
        {
            if (weights.Rank == 0 || weights.Shape[^1] == 0) throw new ShapeException($"Categorical: expected weights [..., classes], got {weights.Shape}.");
            ArgumentOutOfRangeException.ThrowIfNegative(count);
            using Autograd.Scope scope = Autograd.NoGradient();
            Tensor w = weights.To(DType.Float64).Contiguous();
            int classes = w.Shape[^1], rows = w.Length / classes;
            Check(w, classes, replacement ? 1 : count);
            if (!replacement) return (w.Log() + Tensor.Gumbel(w.Shape, stream, DType.Float64)).TopK(count).Indices;

            Tensor y = Tensor.Uninitialized(w.Shape.With(-1, count), DType.Int64), sums = w.CumulativeSum(-1);
            ReadOnlySpan<double> all = sums.Span<double>();
            Span<long> target = y.Span<long>();
            for (int i = 0; i < target.Length; i++)
            {
                ReadOnlySpan<double> row = all.Slice(i / count * classes, classes);
                double wanted = stream.NextUniform(i) * row[^1];
                int low = 0, high = classes - 1;
                while (low < high)
                {
                    int middle = (low + high) / 2;
                    if (row[middle] > wanted) high = middle;
                    else low = middle + 1;
                }
                while (low > 0 && row[low] == row[low - 1]) low--;                      // rounding must not choose a weight of 0
                target[i] = low;
            }
            GC.KeepAlive(sums);
            GC.KeepAlive(y);
            return y;
        }
    }

    static void Check(Tensor weights, int classes, int needed)
    {
        ReadOnlySpan<double> values = weights.Span<double>();
        for (int start = 0; start < values.Length; start += classes)
        {
            int positive = 0;
            for (int i = start; i < start + classes; i++)
            {
                if (!(values[i] >= 0) || double.IsInfinity(values[i]))
                    throw new ArgumentOutOfRangeException(
                        nameof(weights), $"Categorical: expected finite weights of at least 0, got {values[i]} at {Positions.Place(i, weights.Shape)}.");
                if (values[i] > 0) positive++;
            }
            if (positive < needed)
                throw new ArgumentOutOfRangeException(
                    nameof(weights), $"Categorical: expected at least {needed} positive weights in every row, got {positive} in row {start / classes}.");
        }
        GC.KeepAlive(weights);
    }
}

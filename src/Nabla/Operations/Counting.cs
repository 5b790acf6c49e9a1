using System.Numerics;

namespace Nabla;

/// <summary>How often something occurs.</summary>
public static class Counting
{
    extension(Tensor x)
    {
        /// <summary>
        /// How often each of 0, 1, 2, … occurs in a vector of integers: Int64 counts [largest + 1]. With weights, their sums, in the
        /// weights' type and with a gradient to them.
        /// </summary>
        /// <param name="weights">What each element counts, of the shape of x; null for 1.</param>
        /// <param name="minimumLength">Least length of the result; zeros follow the largest element.</param>
        /// <exception cref="ShapeException">x is not a vector, or the weights are not as long.</exception>
        /// <exception cref="DTypeException">x is not an integer tensor.</exception>
        /// <exception cref="ArgumentOutOfRangeException">An element or the length is negative.</exception>
        public Tensor BinCount(Tensor? weights = null, int minimumLength = 0)
        {
            if (x.Rank != 1) throw new ShapeException($"BinCount: expected a vector, got {x.Shape}. Flatten it first.");
            if (weights is not null && weights.Shape != x.Shape)
                throw new ShapeException($"BinCount: expected a weight for each of {x.Shape}, got {weights.Shape}.");
            ArgumentOutOfRangeException.ThrowIfNegative(minimumLength);
            Tensor plain = Positions.Plain(x, "BinCount");
            ReadOnlySpan<long> values = plain.Span<long>();
            long length = minimumLength;
            foreach (long value in values)
            {
                if (value is < 0 or >= int.MaxValue)
                    throw new ArgumentOutOfRangeException(null, value, $"BinCount: expected elements in [0, {int.MaxValue}), got {value}.");
                length = Math.Max(length, value + 1);
            }
            if (weights is not null) return Tensor.Zeros((int)length, weights.Computed().DType).IndexAdd(0, plain, weights);

            Tensor counts = Tensor.Zeros((int)length, DType.Int64);
            Span<long> bins = counts.Span<long>();
            foreach (long value in values) bins[(int)value]++;
            GC.KeepAlive(plain);
            GC.KeepAlive(counts);
            return counts;
        }

        /// <summary>The histogram from the smallest to the largest element; see <see cref="Histogram(Tensor, int, double, double)"/>. Around a single value it is 1 wide.</summary>
        /// <exception cref="ArgumentException">An element is infinite or NaN.</exception>
        public (Tensor Counts, Tensor Edges) Histogram(int bins)
        {
            if (x.Length == 0) return x.Histogram(bins, 0, 1);
            double low = x.Detach().Min().To(DType.Float64).Item<double>(), high = x.Detach().Max().To(DType.Float64).Item<double>();
            if (!double.IsFinite(low) || !double.IsFinite(high))
                throw new ArgumentException($"Histogram: expected finite elements, got some from {low} to {high}. Give a range, which leaves out the others.");
            return low < high ? x.Histogram(bins, low, high) : x.Histogram(bins, low - 0.5, high + 0.5);
        }

        /// <summary>
        /// How many elements, of all, fall into each of a number of equally wide bins: Int64 counts [bins] and the edges [bins + 1] between
        /// them. A bin holds its lower edge, the last its upper one too; elements outside of the range and NaN are left out.
        /// </summary>
        /// <param name="bins">How many, at least 1.</param>
        /// <param name="low">Lower end of the range.</param>
        /// <param name="high">Upper end, above <paramref name="low"/>.</param>
        /// <exception cref="ArgumentOutOfRangeException">There is no bin, or the range is empty or infinite.</exception>
        public (Tensor Counts, Tensor Edges) Histogram(int bins, double low, double high)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
            if (!(low < high && double.IsFinite(high - low)))
                throw new ArgumentOutOfRangeException(nameof(high), high, $"Histogram: expected a finite range with low below high, got [{low}, {high}].");
            Tensor plain = (x.DType is DType.Float16 or DType.BFloat16 ? x.To(DType.Float32) : x).Contiguous(), counts = Tensor.Zeros(bins, DType.Int64);
            double[] edges = [.. Enumerable.Range(0, bins + 1).Select(i => i == bins ? high : low + (high - low) * i / bins)];
            plain.DType.Calculate(new Sharing(plain, edges, counts));
            return (counts, Tensor.From(edges).To(plain.Computed().DType));
        }
    }

    /// <summary>The rounded quotient may miss a bin by one; the edges themselves decide.</summary>
    readonly struct Sharing(Tensor x, double[] edges, Tensor counts) : ICalculation
    {
        public void Run<T>() where T : unmanaged, INumber<T>
        {
            Span<long> bins = counts.Span<long>();
            double low = edges[0], high = edges[^1], scale = bins.Length / (high - low);
            foreach (T element in x.Span<T>())
            {
                double value = double.CreateTruncating(element);
                if (!(value >= low && value <= high)) continue;
                int at = Math.Min((int)((value - low) * scale), bins.Length - 1);
                if (value < edges[at]) at--;
                else if (at < bins.Length - 1 && value >= edges[at + 1]) at++;
                bins[at]++;
            }
            GC.KeepAlive(x);
            GC.KeepAlive(counts);
        }
    }
}

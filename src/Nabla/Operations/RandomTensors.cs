using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// Tensors of random numbers. Element k is number k of the stream, so the same stream gives the same tensor for any number of
/// threads; use <see cref="RandomStream.Split(string)"/> for each new purpose.
/// </summary>
public static class RandomTensors
{
    extension(Tensor)
    {
        /// <summary>Uniform in [low, high).</summary>
        public static Tensor Uniform(Shape shape, RandomStream stream, double low = 0, double high = 1, DType dtype = DType.Float32)
        {
            if (!(low <= high) || !double.IsFinite(high - low))
                throw new ArgumentOutOfRangeException(nameof(high), high, $"Uniform: expected finite low ≤ high, got {low} and {high}.");
            return Drawn(shape, dtype, new UniformNumbers(stream, low, high), "Uniform");
        }

        /// <summary>Normal with a mean and a standard deviation.</summary>
        public static Tensor Normal(Shape shape, RandomStream stream, double mean = 0, double deviation = 1, DType dtype = DType.Float32)
        {
            if (!(deviation >= 0))
                throw new ArgumentOutOfRangeException(nameof(deviation), deviation, $"Normal: expected a deviation of at least 0, got {deviation}.");
            return Drawn(shape, dtype, new NormalNumbers(stream, mean, deviation), "Normal");
        }

        /// <summary>Normal restricted to [low, high] by rejection (Robert, 1995); by default two deviations around the mean.</summary>
        public static Tensor TruncatedNormal(
            Shape shape, RandomStream stream, double mean = 0, double deviation = 1, double? low = null, double? high = null, DType dtype = DType.Float32)
        {
            double from = low ?? mean - 2 * deviation, to = high ?? mean + 2 * deviation;
            if (!(deviation > 0))
                throw new ArgumentOutOfRangeException(nameof(deviation), deviation, $"TruncatedNormal: expected a deviation above 0, got {deviation}.");
            if (!(from < to)) throw new ArgumentOutOfRangeException(nameof(low), low, $"TruncatedNormal: expected low < high, got {from} and {to}.");
            return Drawn(shape, dtype, new TruncatedNumbers(stream, mean, deviation, from, to), "TruncatedNormal");
        }

        /// <summary>Exponential with a rate: density rate · e^(−rate·x), mean 1/rate.</summary>
        public static Tensor Exponential(Shape shape, RandomStream stream, double rate = 1, DType dtype = DType.Float32)
        {
            if (!(rate > 0)) throw new ArgumentOutOfRangeException(nameof(rate), rate, $"Exponential: expected a rate above 0, got {rate}.");
            return Drawn(shape, dtype, new ExponentialNumbers(stream, rate), "Exponential");
        }

        /// <summary>Standard Gumbel, −ln(−ln u): the argmax of logits plus this noise is a draw from their softmax.</summary>
        public static Tensor Gumbel(Shape shape, RandomStream stream, DType dtype = DType.Float32) =>
            Drawn(shape, dtype, new GumbelNumbers(stream), "Gumbel");

        /// <summary>Gamma with a shape parameter and a scale: mean concentration · scale (Marsaglia, Tsang, 2000).</summary>
        public static Tensor Gamma(Shape shape, RandomStream stream, double concentration, double scale = 1, DType dtype = DType.Float32)
        {
            CheckConcentration(concentration, "Gamma");
            return Drawn(shape, dtype, new GammaNumbers(stream, concentration, scale), "Gamma");
        }

        /// <summary>Beta in (0, 1) with mean alpha / (alpha + beta): g₁ / (g₁ + g₂) of two gammas.</summary>
        public static Tensor Beta(Shape shape, RandomStream stream, double alpha, double beta, DType dtype = DType.Float32)
        {
            CheckConcentration(alpha, "Beta");
            CheckConcentration(beta, "Beta");
            Tensor first = Tensor.Gamma(shape, stream.Split("first"), alpha, 1, DType.Float64);
            Tensor second = Tensor.Gamma(shape, stream.Split("second"), beta, 1, DType.Float64);
            return (first / (first + second)).To(dtype);
        }

        /// <summary>Dirichlet: <paramref name="count"/> rows of probabilities [count, k], from concentrations [k]. Gammas divided by their sum.</summary>
        public static Tensor Dirichlet(int count, RandomStream stream, ReadOnlySpan<double> concentrations, DType dtype = DType.Float32)
        {
            var columns = new Tensor[concentrations.Length];
            for (int i = 0; i < columns.Length; i++)
                columns[i] = Tensor.Gamma(count, stream.Split(i), concentrations[i], 1, DType.Float64);
            Tensor all = Tensor.Stack(columns, 1);
            return (all / all.Sum(1, keepAxis: true)).To(dtype);
        }

        /// <summary>1 with a probability, else 0.</summary>
        public static Tensor Bernoulli(Shape shape, RandomStream stream, double probability = 0.5, DType dtype = DType.Float32)
        {
            if (!(probability is >= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(probability), probability, $"Bernoulli: expected a probability in [0, 1], got {probability}.");
            return Drawn(shape, DType.Float32, new BernoulliNumbers(stream, probability), "Bernoulli").To(dtype);
        }

        /// <summary>Per element 1 with the probability given there, else 0; same shape and type.</summary>
        public static Tensor Bernoulli(Tensor probabilities, RandomStream stream)
        {
            Tensor p = probabilities.Detach().To(DType.Float64);
            if (p.Length > 0 && !(bool)(p.GreaterOrEqual(0).All().Item<bool>() && p.LessOrEqual(1).All().Item<bool>()))
                throw new ArgumentOutOfRangeException(nameof(probabilities), $"Bernoulli: expected probabilities in [0, 1], got {(double)p.Min()} to {(double)p.Max()}.");
            return Tensor.Uniform(p.Shape, stream, 0, 1, DType.Float64).Less(p).To(probabilities.DType);
        }

        /// <summary>Integers in [low, high), every one equally likely.</summary>
        public static Tensor Randint(Shape shape, RandomStream stream, long low, long high, DType dtype = DType.Int64)
        {
            if (low >= high) throw new ArgumentOutOfRangeException(nameof(high), high, $"Randint: expected low < high, got {low} and {high}.");
            Tensor y = Tensor.Uninitialized(shape, DType.Int64);
            Fill(y, new Integers(stream, low, high));
            return y.To(dtype);
        }

        /// <summary>The numbers 0 … count − 1 in random order, as Int64.</summary>
        public static Tensor RandomPermutation(int count, RandomStream stream) => Tensor.From(stream.Permutation(count)).To(DType.Int64);
    }

    static void CheckConcentration(double value, string who)
    {
        if (!(value > 0) || !double.IsFinite(value))
            throw new ArgumentOutOfRangeException(nameof(value), value, $"{who}: expected a parameter above 0, got {value}.");
    }

    static Tensor Drawn<TNumbers>(Shape shape, DType dtype, TNumbers numbers, string who) where TNumbers : struct, INumbers<float>, INumbers<double>
    {
        if (!dtype.IsFloat) throw new DTypeException($"{who}: expected a float type, got {dtype}.");
        Tensor y = Tensor.Uninitialized(shape, dtype == DType.Float64 ? dtype : DType.Float32);
        if (dtype == DType.Float64) Fill<TNumbers, double>(y, numbers);
        else Fill<TNumbers, float>(y, numbers);
        return y.To(dtype);
    }

    static void Fill(Tensor y, Integers numbers) => Fill<Integers, long>(y, numbers);

    static unsafe void Fill<TNumbers, T>(Tensor y, TNumbers numbers) where TNumbers : struct, INumbers<T> where T : unmanaged
    {
        fixed (T* to = &y.Origin<T>()) Ranges.For(y.Length, 4, new Filling<TNumbers, T>(numbers, to));
        GC.KeepAlive(y);
    }

    readonly unsafe struct Filling<TNumbers, T>(TNumbers numbers, T* to) : IRange where TNumbers : struct, INumbers<T> where T : unmanaged
    {
        public void Run(int first, int end) => numbers.Draw(first, new Span<T>(to + first, end - first));
    }
}

using Nabla.Kernels;

namespace Nabla.Layers;

/// <summary>
/// First values of a parameter, a pure function of the random stream it is given. For weights, axis 0 counts outputs, axis 1
/// inputs, and further axes are the window of a convolution: fan-in = shape[1]·window, fan-out = shape[0]·window.
/// </summary>
public abstract class Initializer
{
    /// <summary>All zeros.</summary>
    public static Initializer Zeros { get; } = new ConstantInitializer(0);

    /// <summary>All ones.</summary>
    public static Initializer Ones { get; } = new ConstantInitializer(1);

    /// <summary>One value everywhere.</summary>
    public static Initializer Constant(double value) => new ConstantInitializer(value);

    /// <summary>Uniform in [low, high). The default ±0.07 is the field's small start for any layer.</summary>
    public static Initializer Uniform(double low = -0.07, double high = 0.07) => new UniformInitializer(_ => (low, high));

    /// <summary>Uniform in ±1/√<paramref name="fanIn"/>: what PyTorch gives weights and biases of linear and convolution layers.</summary>
    public static Initializer FanInUniform(int fanIn) => Uniform(-1 / Math.Sqrt(fanIn), 1 / Math.Sqrt(fanIn));

    /// <summary>Normal with the given mean and standard deviation; a deviation of 0.01 is the field's small start for any layer.</summary>
    public static Initializer Normal(double mean = 0, double deviation = 1) => new NormalInitializer(mean, _ => deviation);

    /// <summary>Normal, redrawn beyond <paramref name="bound"/> deviations from the mean.</summary>
    public static Initializer TruncatedNormal(double mean = 0, double deviation = 1, double bound = 2) =>
        new TruncatedNormalInitializer(mean, deviation, bound);

    /// <summary>Uniform in ±gain·√(6 / (fan-in + fan-out)): keeps the variance of values and gradients (Glorot, Bengio, 2010).</summary>
    public static Initializer XavierUniform(double gain = 1) => Symmetric(shape => gain * Math.Sqrt(6.0 / (Fans(shape).In + Fans(shape).Out)));

    /// <summary>Normal with deviation gain·√(2 / (fan-in + fan-out)) (Glorot, Bengio, 2010).</summary>
    public static Initializer XavierNormal(double gain = 1) =>
        new NormalInitializer(0, shape => gain * Math.Sqrt(2.0 / (Fans(shape).In + Fans(shape).Out)));

    /// <summary>Uniform in ±gain·√(3 / fan-in); the default gain √2 is that of ReLU (He et al., 2015).</summary>
    public static Initializer HeUniform(double gain = Gain.Relu) => Symmetric(shape => gain * Math.Sqrt(3.0 / Fans(shape).In));

    /// <summary>Normal with deviation gain/√fan-in; the default gain √2 is that of ReLU (He et al., 2015).</summary>
    public static Initializer HeNormal(double gain = Gain.Relu) => new NormalInitializer(0, shape => gain / Math.Sqrt(Fans(shape).In));

    /// <summary>Uniform in ±√(3 / fan-in): unit variance for linear units (LeCun et al., 1998).</summary>
    public static Initializer LeCunUniform() => HeUniform(1);

    /// <summary>Normal with deviation 1/√fan-in: for SELU networks (LeCun et al., 1998; Klambauer et al., 2017).</summary>
    public static Initializer LeCunNormal() => HeNormal(1);

    /// <summary>
    /// gain times a random matrix with orthonormal rows (or columns, if there are fewer), uniform over all such; axes after the
    /// first count as one (Saxe, McClelland, Ganguli, 2014).
    /// </summary>
    public static Initializer Orthogonal(double gain = 1) => new OrthogonalInitializer(gain);

    /// <summary>
    /// Each output starts with <paramref name="inputs"/> of its inputs only, chosen at random, with normal weights; the others are 0
    /// (Martens, 2010). So units differ and do not saturate, however many inputs they have.
    /// </summary>
    /// <param name="inputs">Weights per output that are not 0, at most fan-in; the paper has 15.</param>
    /// <param name="deviation">Their standard deviation; the paper has 1 for tanh and sigmoid.</param>
    public static Initializer Sparse(int inputs = 15, double deviation = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        return new SparseInitializer(inputs, deviation);
    }

    /// <summary>
    /// The usual start of weights before an activation, for inputs from 0 to 1 or of unit variance: He for the ReLU family, LeCun for
    /// SELU, Xavier for tanh, sigmoid and those that have no rule of their own.
    /// </summary>
    public static Initializer For(Activation activation) => activation.Weights;

    /// <summary>These values, with zeros in one row of a table.</summary>
    internal Initializer WithZeroRow(int row) => new ZeroRowInitializer(this, row);

    /// <summary>These values for each of some equal blocks of rows, drawn apart.</summary>
    internal Initializer ForBlocks(int count) => new BlockInitializer(this, count);

    /// <summary>Overwrites a contiguous Float32 or Float64 tensor.</summary>
    /// <param name="tensor">The parameter's memory.</param>
    /// <param name="stream">Where its random numbers come from.</param>
    public void Fill(Tensor tensor, RandomStream stream)
    {
        if (tensor.DType == DType.Float32) Fill(tensor.Span<float>(), tensor.Shape, stream);
        else if (tensor.DType == DType.Float64) Fill(tensor.Span<double>(), tensor.Shape, stream);
        else throw new DTypeException($"Initializer: expected Float32 or Float64, got {tensor.DType}.");
        GC.KeepAlive(tensor);
    }

    /// <summary>Writes single-precision values in row-major order.</summary>
    protected abstract void Fill(Span<float> values, Shape shape, RandomStream stream);

    /// <summary>Writes double-precision values in row-major order. Default: the single-precision ones.</summary>
    protected virtual void Fill(Span<double> values, Shape shape, RandomStream stream)
    {
        var singles = new float[values.Length];
        Fill(singles, shape, stream);
        for (int i = 0; i < singles.Length; i++) values[i] = singles[i];
    }

    static UniformInitializer Symmetric(Func<Shape, double> bound) => new(shape => (-bound(shape), bound(shape)));

    static (int In, int Out) Fans(Shape shape)
    {
        if (shape.Rank < 2)
            throw new ShapeException($"Initializer: expected a weight with at least two axes for fan-in and fan-out, got {shape}. Use Zeros or Uniform for biases.");
        int window = 1;
        foreach (int size in shape.Axes[2..]) window *= size;
        return (shape[1] * window, shape[0] * window);
    }

    sealed class ConstantInitializer(double value) : Initializer
    {
        protected override void Fill(Span<float> values, Shape shape, RandomStream stream) => values.Fill((float)value);

        protected override void Fill(Span<double> values, Shape shape, RandomStream stream) => values.Fill(value);
    }

    sealed class UniformInitializer(Func<Shape, (double Low, double High)> range) : Initializer
    {
        protected override void Fill(Span<float> values, Shape shape, RandomStream stream)
        {
            var (low, high) = range(shape);
            Draw.Uniform(stream, 0, values, (float)low, (float)high);
        }
    }

    sealed class NormalInitializer(double mean, Func<Shape, double> deviation) : Initializer
    {
        protected override void Fill(Span<float> values, Shape shape, RandomStream stream) =>
            Draw.Normal(stream, 0, values, (float)mean, (float)deviation(shape));
    }

    sealed class TruncatedNormalInitializer(double mean, double deviation, double bound) : Initializer
    {
        protected override void Fill(Span<float> values, Shape shape, RandomStream stream) =>
            Rejection.TruncatedNormal(stream, 0, values, mean, deviation, mean - bound * deviation, mean + bound * deviation);
    }

    sealed class ZeroRowInitializer(Initializer others, int row) : Initializer
    {
        protected override void Fill(Span<float> values, Shape shape, RandomStream stream)
        {
            others.Fill(values, shape, stream);
            values.Slice(row * shape[1], shape[1]).Clear();
        }

        protected override void Fill(Span<double> values, Shape shape, RandomStream stream)
        {
            others.Fill(values, shape, stream);
            values.Slice(row * shape[1], shape[1]).Clear();
        }
    }

    sealed class BlockInitializer(Initializer block, int count) : Initializer
    {
        protected override void Fill(Span<float> values, Shape shape, RandomStream stream)
        {
            int size = values.Length / count;
            for (int i = 0; i < count; i++) block.Fill(values.Slice(i * size, size), BlockOf(shape), stream.Split(i));
        }

        protected override void Fill(Span<double> values, Shape shape, RandomStream stream)
        {
            int size = values.Length / count;
            for (int i = 0; i < count; i++) block.Fill(values.Slice(i * size, size), BlockOf(shape), stream.Split(i));
        }

        Shape BlockOf(Shape shape) => (shape[0] / count, shape[1]);
    }

    sealed class SparseInitializer(int inputs, double deviation) : Initializer
    {
        protected override void Fill(Span<float> values, Shape shape, RandomStream stream)
        {
            int fan = Fans(shape).In, kept = Math.Min(inputs, fan);
            Span<float> drawn = stackalloc float[kept];
            values.Clear();
            for (int output = 0; output < shape[0]; output++)
            {
                RandomStream own = stream.Split(output);
                Draw.Normal(own, 0, drawn, 0, (float)deviation);
                int[] order = own.Split("inputs").Permutation(fan);
                for (int i = 0; i < kept; i++) values[output * fan + order[i]] = drawn[i];
            }
        }
    }

    sealed class OrthogonalInitializer(double gain) : Initializer
    {
        protected override void Fill(Span<float> values, Shape shape, RandomStream stream)
        {
            var exact = new double[values.Length];
            Fill(exact, shape, stream);
            for (int i = 0; i < exact.Length; i++) values[i] = (float)exact[i];
        }

        protected override void Fill(Span<double> values, Shape shape, RandomStream stream)
        {
            if (shape.Rank < 2) throw new ShapeException($"Orthogonal: expected at least two axes, got {shape}.");
            int rows = shape[0], columns = shape.Length / Math.Max(rows, 1);
            int count = Math.Min(rows, columns), size = Math.Max(rows, columns);
            var basis = new double[count * size];
            Draw.Normal(stream, 0, basis);
            Orthonormalize(basis, count, size);
            for (int r = 0; r < rows; r++)
                for (int c = 0; c < columns; c++)
                    values[r * columns + c] = gain * (rows <= columns ? basis[r * size + c] : basis[c * size + r]);
        }

        /// <summary>Modified Gram-Schmidt, each vector twice: enough for orthogonality to the last bits (Giraud et al., 2005).</summary>
        static void Orthonormalize(double[] basis, int count, int size)
        {
            for (int i = 0; i < count; i++)
            {
                Span<double> v = basis.AsSpan(i * size, size);
                for (int pass = 0; pass < 2; pass++)
                {
                    for (int j = 0; j < i; j++)
                    {
                        ReadOnlySpan<double> u = basis.AsSpan(j * size, size);
                        double along = 0;
                        for (int k = 0; k < size; k++) along += u[k] * v[k];
                        for (int k = 0; k < size; k++) v[k] -= along * u[k];
                    }
                    double norm = 0;
                    foreach (double x in v) norm += x * x;
                    norm = Math.Sqrt(norm);
                    foreach (ref double x in v) x /= norm;
                }
            }
        }
    }
}

/// <summary>
/// By how much an activation shrinks the standard deviation of a unit normal input, inverted: the factor initial weights need so
/// that signals neither grow nor die from layer to layer. PyTorch's values.
/// </summary>
public static class Gain
{
    /// <summary>Identity, sigmoid, convolutions without activation: 1.</summary>
    public const double Linear = 1;

    /// <summary>√2 (He et al., 2015).</summary>
    public const double Relu = 1.4142135623730951;

    /// <summary>5/3.</summary>
    public const double Tanh = 5.0 / 3;

    /// <summary>3/4.</summary>
    public const double Selu = 0.75;

    /// <summary>√(2 / (1 + slope²)).</summary>
    public static double LeakyRelu(double slope = 0.01) => Math.Sqrt(2 / (1 + slope * slope));
}

namespace Nabla;

/// <summary>Activations, elementwise, each of the same shape as its input. Formula, paper and where it saturates stand at each operation's struct.</summary>
public static class Activations
{
    extension(Tensor x)
    {
        /// <summary>max(x, 0). See <see cref="ReluOperation"/>.</summary>
        public Tensor Relu() => x.Map(default(ReluOperation));

        /// <summary>min(max(x, 0), 6). See <see cref="HardTanhOperation"/>.</summary>
        public Tensor Relu6() => x.Map(new HardTanhOperation(0, 6));

        /// <summary>x above 0, slope·x below. See <see cref="LeakyReluOperation"/>.</summary>
        /// <param name="slope">Slope below 0, at least 0. Default 0.01.</param>
        public Tensor LeakyRelu(double slope = 0.01)
        {
            if (!(slope >= 0 && double.IsFinite(slope)))
                throw new ArgumentOutOfRangeException(nameof(slope), slope, "LeakyRelu: expected a finite slope of at least 0.");
            return x.Map(new LeakyReluOperation(slope));
        }

        /// <summary>x above 0, x/divisor below: the form of Xu et al. (2015), who write a for the divisor and 1/a for the slope.</summary>
        /// <param name="divisor">At least 1; the paper has 100 for the leaky and 5.5 for the very leaky unit. Default 100.</param>
        public Tensor LeakyReluByDivisor(double divisor = 100)
        {
            if (!(divisor >= 1 && double.IsFinite(divisor)))
                throw new ArgumentOutOfRangeException(nameof(divisor), divisor, "LeakyReluByDivisor: expected a finite divisor of at least 1. For a slope use LeakyRelu.");
            return x.LeakyRelu(1 / divisor);
        }

        /// <summary>x above 0, w·x below with one slope w per element, uniform in [lower, upper) (Xu, Wang, Chen, Li, 2015). For training.</summary>
        /// <remarks>Neither saturates nor dies. Evaluation takes the mean slope: <c>x.LeakyRelu((lower + upper) / 2)</c>.</remarks>
        /// <param name="lower">Smallest slope, at least 0. PyTorch's default is 1/8.</param>
        /// <param name="upper">Largest slope, at least <paramref name="lower"/>. PyTorch's default is 1/3.</param>
        /// <param name="stream">The random numbers to use.</param>
        public Tensor Rrelu(double lower, double upper, RandomStream stream)
        {
            if (!(lower >= 0 && lower <= upper && double.IsFinite(upper)))
                throw new ArgumentOutOfRangeException(nameof(upper), upper, $"Rrelu: expected finite slopes 0 ≤ lower ≤ upper, got {lower} and {upper}.");
            x = x.Computed();
            return x.Zip(Tensor.Uniform(x.Shape, stream, lower, upper, x.DType), default(PreluOperation));
        }

        /// <summary>
        /// x above 0, x/a below with one divisor a per element, uniform in [lower, upper) (Xu, Wang, Chen, Li, 2015, as printed). For training.
        /// </summary>
        /// <remarks>Evaluation divides by the mean: <c>x.LeakyReluByDivisor((lower + upper) / 2)</c>, which is not the mean of the slopes 1/a.</remarks>
        /// <param name="lower">Smallest divisor, at least 1. The paper has 3.</param>
        /// <param name="upper">Largest divisor, at least <paramref name="lower"/>. The paper has 8.</param>
        /// <param name="stream">The random numbers to use.</param>
        public Tensor RreluByDivisor(double lower, double upper, RandomStream stream)
        {
            if (!(lower >= 1 && lower <= upper && double.IsFinite(upper)))
                throw new ArgumentOutOfRangeException(nameof(upper), upper, $"RreluByDivisor: expected finite divisors 1 ≤ lower ≤ upper, got {lower} and {upper}.");
            x = x.Computed();
            return x.Zip(Tensor.Uniform(x.Shape, stream, lower, upper, x.DType).Reciprocal(), default(PreluOperation));
        }

        /// <summary>x above 0, weight·x below. See <see cref="PreluOperation"/>.</summary>
        /// <param name="weight">Broadcasts to x: a scalar, or [C, 1, 1] for one slope a channel of [N, C, H, W].</param>
        /// <exception cref="ShapeException"><paramref name="weight"/> does not broadcast to x.</exception>
        public Tensor Prelu(Tensor weight)
        {
            if (!weight.Shape.BroadcastsTo(x.Shape))
                throw new ShapeException($"Prelu: expected a weight that broadcasts to {x.Shape}, got {weight.Shape}. One slope a channel of images has shape [C, 1, 1].");
            return x.Zip(weight, default(PreluOperation));
        }

        /// <summary>x above 0, α(eˣ − 1) below. See <see cref="EluOperation"/>.</summary>
        /// <param name="alpha">What −y tends to far below 0, positive. Default 1.</param>
        public Tensor Elu(double alpha = 1)
        {
            if (!(alpha > 0 && double.IsFinite(alpha)))
                throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Elu: expected a finite alpha above 0.");
            return x.Map(new EluOperation(alpha));
        }

        /// <summary>x above 0, α(e^(x/α) − 1) below. See <see cref="CeluOperation"/>.</summary>
        /// <param name="alpha">α, positive. Default 1.</param>
        public Tensor Celu(double alpha = 1)
        {
            if (alpha is not (> 0 and < double.PositiveInfinity))
                throw new ArgumentOutOfRangeException(nameof(alpha), alpha, $"Celu: expected a finite alpha above 0, got {alpha}.");
            return x.Map(new CeluOperation(alpha));
        }

        /// <summary>ELU scaled so that mean 0 and variance 1 are kept. See <see cref="SeluOperation"/>.</summary>
        public Tensor Selu() => x.Map(default(SeluOperation));

        /// <summary>x·Φ(x), exact. See <see cref="GeluOperation"/>.</summary>
        public Tensor Gelu() => x.Map(default(GeluOperation));

        /// <summary>GELU by its tanh approximation. See <see cref="GeluTanhOperation"/>.</summary>
        public Tensor GeluTanh() => x.Map(default(GeluTanhOperation));

        /// <summary>x·σ(x), also called Swish. See <see cref="SiluOperation"/>.</summary>
        public Tensor Silu() => x.Map(default(SiluOperation));

        /// <summary>x·σ(βx). See <see cref="SwishOperation"/>.</summary>
        /// <param name="beta">How sharp the bend is, finite: 0 gives x/2, 1 the SiLU, a large number nearly a ReLU. Default 1.</param>
        public Tensor Swish(double beta = 1)
        {
            if (!double.IsFinite(beta)) throw new ArgumentOutOfRangeException(nameof(beta), beta, "Swish: expected a finite beta.");
            return x.Map(new SwishOperation(beta));
        }

        /// <summary>x·min(max(x + 3, 0), 6)/6. See <see cref="HardSwishOperation"/>.</summary>
        public Tensor HardSwish() => x.Map(default(HardSwishOperation));

        /// <summary>x·tanh(softplus x). See <see cref="MishOperation"/>.</summary>
        public Tensor Mish() => x.Map(default(MishOperation));

        /// <summary>1 from 0 on, else 0; no gradient. See <see cref="ThresholdOperation"/>.</summary>
        public Tensor Threshold() => x.Map(new ThresholdOperation(0));

        /// <summary>1 from 0 on, else −1; no gradient. See <see cref="ThresholdOperation"/>.</summary>
        public Tensor BipolarThreshold() => x.Map(new ThresholdOperation(-1));

        /// <summary>1 / (1 + e⁻ˣ). See <see cref="SigmoidOperation"/>.</summary>
        public Tensor Sigmoid() => x.Map(default(SigmoidOperation));

        /// <summary>log σ(x), exact in both tails. See <see cref="LogSigmoidOperation"/>.</summary>
        public Tensor LogSigmoid() => x.Map(default(LogSigmoidOperation));

        /// <summary>log(x / (1 − x)), the inverse of the sigmoid. See <see cref="LogitOperation"/>.</summary>
        public Tensor Logit() => x.Map(default(LogitOperation));

        /// <summary>log(1 + eˣ). See <see cref="SoftplusOperation"/>.</summary>
        public Tensor Softplus() => x.Map(default(SoftplusOperation));

        /// <summary>x/6 + ½ bounded to [0, 1]. See <see cref="HardSigmoidOperation"/>.</summary>
        public Tensor HardSigmoid() => x.Map(default(HardSigmoidOperation));

        /// <summary>x bounded to [min, max], slope 0 at the bounds. See <see cref="HardTanhOperation"/>.</summary>
        /// <param name="min">Lower bound. Default −1.</param>
        /// <param name="max">Upper bound, above <paramref name="min"/>. Default 1.</param>
        public Tensor HardTanh(double min = -1, double max = 1)
        {
            if (!(min < max)) throw new ArgumentOutOfRangeException(nameof(max), max, $"HardTanh: expected min below max, got [{min}, {max}].");
            return x.Map(new HardTanhOperation(min, max));
        }

        /// <summary>x / (1 + |x|). See <see cref="SoftsignOperation"/>.</summary>
        public Tensor Softsign() => x.Map(default(SoftsignOperation));
    }
}

using System.Globalization;

namespace Nabla.Layers;

/// <summary>
/// An elementwise function as a layer: <c>new Sequential([new Linear(784, 512), Activation.Relu(), new Linear(512, 10)])</c>.
/// Formulas, papers and option ranges stand at the tensor operations of the same names.
/// </summary>
public sealed class Activation : Module
{
    readonly string name, notation;
    readonly Func<Tensor, Tensor> function;
    readonly bool isForeign;

    Activation(string name, Func<Tensor, Tensor> function, Initializer weights, string notation = "", bool isForeign = false) =>
        (this.name, this.function, Weights, this.notation, this.isForeign) = (name, function, weights, notation, isForeign);

    /// <summary>First values for weights of the layer before it, under which signals neither grow nor fade: what <see cref="Initializer.For"/> returns.</summary>
    internal Initializer Weights { get; }

    /// <summary>Any function of a tensor, with a name for summaries.</summary>
    public static Activation From(string name, Func<Tensor, Tensor> function) =>
        new(name, function, Initializer.XavierUniform(), isForeign: true);

    /// <summary>max(x, 0).</summary>
    public static Activation Relu() => new("Relu", static x => x.Relu(), Initializer.HeNormal());

    /// <summary>min(max(x, 0), 6).</summary>
    public static Activation Relu6() => new("Relu6", static x => x.Relu6(), Initializer.HeNormal());

    /// <summary>x above 0, slope·x below.</summary>
    public static Activation LeakyRelu(double slope = 0.01) =>
        new("LeakyRelu", x => x.LeakyRelu(slope), Initializer.HeNormal(Gain.LeakyRelu(slope)), Text(slope));

    /// <summary>x above 0, x/divisor below.</summary>
    public static Activation LeakyReluByDivisor(double divisor = 100) =>
        new("LeakyReluByDivisor", x => x.LeakyReluByDivisor(divisor), Initializer.HeNormal(Gain.LeakyRelu(1 / divisor)), Text(divisor));

    /// <summary>x above 0, α(eˣ − 1) below.</summary>
    public static Activation Elu(double alpha = 1) => new("Elu", x => x.Elu(alpha), Initializer.HeNormal(), Text(alpha));

    /// <summary>x above 0, α(e^(x/α) − 1) below.</summary>
    public static Activation Celu(double alpha = 1) => new("Celu", x => x.Celu(alpha), Initializer.HeNormal(), Text(alpha));

    /// <summary>ELU scaled so that mean 0 and variance 1 are kept.</summary>
    public static Activation Selu() => new("Selu", static x => x.Selu(), Initializer.LeCunNormal());

    /// <summary>x·Φ(x), exact.</summary>
    public static Activation Gelu() => new("Gelu", static x => x.Gelu(), Initializer.HeNormal());

    /// <summary>GELU by its tanh approximation.</summary>
    public static Activation GeluTanh() => new("GeluTanh", static x => x.GeluTanh(), Initializer.HeNormal());

    /// <summary>x·σ(x).</summary>
    public static Activation Silu() => new("Silu", static x => x.Silu(), Initializer.HeNormal());

    /// <summary>x·σ(βx).</summary>
    public static Activation Swish(double beta = 1) => new("Swish", x => x.Swish(beta), Initializer.HeNormal(), Text(beta));

    /// <summary>x·min(max(x + 3, 0), 6)/6.</summary>
    public static Activation HardSwish() => new("HardSwish", static x => x.HardSwish(), Initializer.HeNormal());

    /// <summary>x·tanh(softplus x).</summary>
    public static Activation Mish() => new("Mish", static x => x.Mish(), Initializer.HeNormal());

    /// <summary>1 from 0 on, else 0. No gradient: for a trained perceptron, or for output only.</summary>
    public static Activation Threshold() => new("Threshold", static x => x.Threshold(), Initializer.XavierUniform());

    /// <summary>1 from 0 on, else −1. No gradient.</summary>
    public static Activation BipolarThreshold() => new("BipolarThreshold", static x => x.BipolarThreshold(), Initializer.XavierUniform());

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public static Activation Sigmoid() => new("Sigmoid", static x => x.Sigmoid(), Initializer.XavierUniform());

    /// <summary>log σ(x).</summary>
    public static Activation LogSigmoid() => new("LogSigmoid", static x => x.LogSigmoid(), Initializer.XavierUniform());

    /// <summary>Hyperbolic tangent.</summary>
    public static Activation Tanh() => new("Tanh", static x => x.Tanh(), Initializer.XavierUniform());

    /// <summary>log(1 + eˣ).</summary>
    public static Activation Softplus() => new("Softplus", static x => x.Softplus(), Initializer.HeNormal());

    /// <summary>x / (1 + |x|).</summary>
    public static Activation Softsign() => new("Softsign", static x => x.Softsign(), Initializer.XavierUniform());

    /// <summary>x moved toward 0 by λ, 0 within.</summary>
    public static Activation SoftShrink(double lambda = 0.5) => new("SoftShrink", x => x.SoftShrink(lambda), Initializer.HeNormal(), Text(lambda));

    /// <summary>x, but 0 within λ of 0.</summary>
    public static Activation HardShrink(double lambda = 0.5) => new("HardShrink", x => x.HardShrink(lambda), Initializer.HeNormal(), Text(lambda));

    /// <summary>x − tanh x.</summary>
    public static Activation TanhShrink() => new("TanhShrink", static x => x.TanhShrink(), Initializer.HeNormal());

    /// <summary>x/6 + ½ bounded to [0, 1].</summary>
    public static Activation HardSigmoid() => new("HardSigmoid", static x => x.HardSigmoid(), Initializer.XavierUniform());

    /// <summary>x bounded to [min, max].</summary>
    public static Activation HardTanh(double min = -1, double max = 1) =>
        new("HardTanh", x => x.HardTanh(min, max), Initializer.XavierUniform(), $"{Text(min)}, {Text(max)}");

    /// <summary>First half · σ(second half) of an axis, which becomes half as long.</summary>
    public static Activation Glu(int axis = -1) => new("Glu", x => x.Glu(axis), Initializer.XavierUniform(), Along(axis));

    /// <summary>First half · silu(second half) of an axis, which becomes half as long.</summary>
    public static Activation Swiglu(int axis = -1) => new("Swiglu", x => x.Swiglu(axis), Initializer.XavierUniform(), Along(axis));

    /// <summary>First half · gelu(second half) of an axis, which becomes half as long.</summary>
    public static Activation Geglu(int axis = -1) => new("Geglu", x => x.Geglu(axis), Initializer.XavierUniform(), Along(axis));

    /// <summary>Positive numbers that add up to 1 along an axis. Losses take logits: use it for predictions only.</summary>
    public static Activation Softmax(int axis = -1, double temperature = 1) =>
        new("Softmax", x => x.Softmax(axis, temperature), Initializer.XavierUniform(), Along(axis, temperature));

    /// <summary>The logarithm of softmax along an axis, exact in both tails.</summary>
    public static Activation LogSoftmax(int axis = -1, double temperature = 1) =>
        new("LogSoftmax", x => x.LogSoftmax(axis, temperature), Initializer.XavierUniform(), Along(axis, temperature));

    /// <summary>Probabilities with exact zeros along an axis.</summary>
    public static Activation Sparsemax(int axis = -1) => new("Sparsemax", x => x.Sparsemax(axis), Initializer.XavierUniform(), Along(axis));

    /// <inheritdoc/>
    protected override string Notation => notation;

    private protected override string TypeName => name;

    private protected override bool RunsForeignCode => isForeign;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => function(x);

    static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    static string Along(int axis, double temperature = 1) =>
        $"{(axis == -1 ? "" : $"axis {axis}")}{(axis == -1 || temperature == 1 ? "" : ", ")}{(temperature == 1 ? "" : $"temperature {Text(temperature)}")}";
}

/// <summary>x above 0, weight·x below, with one trained weight, or one per channel (axis 1) (He et al., 2015).</summary>
public sealed class Prelu : Module
{
    readonly Tensor weight;
    readonly int channels;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">1 for one slope in all, or the size of axis 1.</param>
    /// <param name="slope">First value. Default 0.25.</param>
    public Prelu(int channels = 1, double slope = 0.25)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        this.channels = channels;
        Parameter(out weight, channels, Initializer.Constant(slope));
    }

    /// <inheritdoc/>
    protected override string Notation => channels == 1 ? "" : channels.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (channels == 1) return x.Prelu(weight);
        if (x.Rank < 2 || x.Shape[1] != channels) throw new ShapeException($"expected {channels} channels on axis 1, got {x.Shape}.");
        return x.Prelu(weight.Reshape(Channels.Along(x)));
    }
}

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

    Activation(string name, Func<Tensor, Tensor> function, string notation = "") =>
        (this.name, this.function, this.notation) = (name, function, notation);

    /// <summary>Any function of a tensor, with a name for summaries.</summary>
    public static Activation From(string name, Func<Tensor, Tensor> function) => new(name, function);

    /// <summary>max(x, 0).</summary>
    public static Activation Relu() => new("Relu", static x => x.Relu());

    /// <summary>min(max(x, 0), 6).</summary>
    public static Activation Relu6() => new("Relu6", static x => x.Relu6());

    /// <summary>x above 0, slope·x below.</summary>
    public static Activation LeakyRelu(double slope = 0.01) => new("LeakyRelu", x => x.LeakyRelu(slope), Text(slope));

    /// <summary>x above 0, α(eˣ − 1) below.</summary>
    public static Activation Elu(double alpha = 1) => new("Elu", x => x.Elu(alpha), Text(alpha));

    /// <summary>ELU scaled so that mean 0 and variance 1 are kept.</summary>
    public static Activation Selu() => new("Selu", static x => x.Selu());

    /// <summary>x·Φ(x), exact.</summary>
    public static Activation Gelu() => new("Gelu", static x => x.Gelu());

    /// <summary>GELU by its tanh approximation.</summary>
    public static Activation GeluTanh() => new("GeluTanh", static x => x.GeluTanh());

    /// <summary>x·σ(x).</summary>
    public static Activation Silu() => new("Silu", static x => x.Silu());

    /// <summary>x·tanh(softplus x).</summary>
    public static Activation Mish() => new("Mish", static x => x.Mish());

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public static Activation Sigmoid() => new("Sigmoid", static x => x.Sigmoid());

    /// <summary>log σ(x).</summary>
    public static Activation LogSigmoid() => new("LogSigmoid", static x => x.LogSigmoid());

    /// <summary>Hyperbolic tangent.</summary>
    public static Activation Tanh() => new("Tanh", static x => x.Tanh());

    /// <summary>log(1 + eˣ).</summary>
    public static Activation Softplus() => new("Softplus", static x => x.Softplus());

    /// <summary>x / (1 + |x|).</summary>
    public static Activation Softsign() => new("Softsign", static x => x.Softsign());

    /// <summary>x/6 + ½ bounded to [0, 1].</summary>
    public static Activation HardSigmoid() => new("HardSigmoid", static x => x.HardSigmoid());

    /// <summary>x bounded to [min, max].</summary>
    public static Activation HardTanh(double min = -1, double max = 1) =>
        new("HardTanh", x => x.HardTanh(min, max), $"{Text(min)}, {Text(max)}");

    /// <summary>Positive numbers that add up to 1 along an axis. Losses take logits: use it for predictions only.</summary>
    public static Activation Softmax(int axis = -1) => new("Softmax", x => x.Softmax(axis), axis == -1 ? "" : $"axis {axis}");

    /// <summary>The logarithm of softmax along an axis, exact in both tails.</summary>
    public static Activation LogSoftmax(int axis = -1) => new("LogSoftmax", x => x.LogSoftmax(axis), axis == -1 ? "" : $"axis {axis}");

    /// <inheritdoc/>
    protected override string Notation => notation;

    private protected override string TypeName => name;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => function(x);

    static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
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
        Span<int> shape = stackalloc int[x.Rank - 1];
        shape.Fill(1);
        shape[0] = channels;
        return x.Prelu(weight.Reshape(shape));
    }
}

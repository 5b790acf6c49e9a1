namespace Nabla.Layers;

/// <summary>
/// An elementwise function as a layer: <c>new Sequential([new Linear(784, 512), Activation.Relu(), new Linear(512, 10)])</c>. The
/// formulas are those of the tensor operations of the same names.
/// </summary>
public sealed class Activation : Module
{
    readonly string notation;
    readonly Func<Tensor, Tensor> function;

    Activation(string notation, Func<Tensor, Tensor> function) => (this.notation, this.function) = (notation, function);

    /// <summary>Any function of a tensor, under a name for summaries.</summary>
    public static Activation From(string name, Func<Tensor, Tensor> function) => new(name, function);

    /// <summary>max(x, 0).</summary>
    public static Activation Relu() => new("Relu()", static x => Tensor.Where(x.Greater(0), x, Tensor.Scalar(0, x.DType)));

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    public static Activation Sigmoid() => new("Sigmoid()", static x => 0.5 * (0.5 * x).Tanh() + 0.5);

    /// <summary>Hyperbolic tangent.</summary>
    public static Activation Tanh() => new("Tanh()", static x => x.Tanh());

    /// <inheritdoc/>
    public override string ToString() => notation;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => function(x);
}

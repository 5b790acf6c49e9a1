namespace Nabla.Kernels;

/// <summary>
/// An elementwise function y = f(x): value, slope, and where both are defined. One formula serves the vector loops, the scalar
/// oracle, the gradient and (over whole tensors) the gradient's gradient. Constants are fields of the struct.
/// </summary>
public interface IUnaryOperation
{
    /// <summary>Name for messages and tables.</summary>
    static abstract string Name { get; }

    /// <summary>f(x).</summary>
    V Value<V>(V x) where V : struct, ILanes<V>;

    /// <summary>dy/dx from input and output.</summary>
    V Slope<V>(V x, V y) where V : struct, ILanes<V>;

    /// <summary>What the slope reads; less to keep until backward.</summary>
    static virtual Reads SlopeReads => Reads.InputAndResult;

    /// <summary>True for activations: under mixed precision, what their slope reads is kept in 16 bits.</summary>
    static virtual bool IsActivation => false;

    /// <summary>Operations that this one is composed of: see <see cref="Composition"/>.</summary>
    static virtual int Links => 1;

    /// <summary>Interval to draw test points from.</summary>
    static virtual (double Low, double High) Domain => (-4, 4);

    /// <summary>Points where the slope jumps; tests keep away from them.</summary>
    static virtual ReadOnlySpan<double> Kinks => [];
}

/// <summary>An elementwise function y = f(a, b).</summary>
public interface IBinaryOperation
{
    /// <summary>Name for messages and tables.</summary>
    static abstract string Name { get; }

    /// <summary>f(a, b).</summary>
    V Value<V>(V a, V b) where V : struct, ILanes<V>;

    /// <summary>∂y/∂a.</summary>
    V SlopeA<V>(V a, V b) where V : struct, ILanes<V>;

    /// <summary>∂y/∂b.</summary>
    V SlopeB<V>(V a, V b) where V : struct, ILanes<V>;

    /// <summary>True if the slopes read a and b, so that backward must keep them.</summary>
    static virtual bool SlopesReadInputs => true;

    /// <summary>True if ∂y/∂a is 1 and the slopes read nothing: the gradient of y is that of a, and no pass over it is needed.</summary>
    static virtual bool HasSlopeOneA => false;

    /// <summary>The same for b.</summary>
    static virtual bool HasSlopeOneB => false;

    /// <summary>Interval to draw test points of both arguments from.</summary>
    static virtual (double Low, double High) Domain => (-4, 4);
}

/// <summary>Which tensors a derivative reads.</summary>
public enum Reads
{
    /// <summary>Neither: the slope is constant.</summary>
    Nothing,

    /// <summary>Only x.</summary>
    Input,

    /// <summary>Only y.</summary>
    Result,

    /// <summary>Both.</summary>
    InputAndResult,
}

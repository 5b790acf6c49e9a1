using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>1 from 0 on, else the lower value: 0 (McCulloch, Pitts, 1943) or −1, the perceptron's output (Rosenblatt, 1958).</summary>
/// <remarks>
/// Saturated everywhere: its slope is 0, so gradients end here, which is why the perceptron has a learning rule of its own. A unit
/// that fires when w·x ≥ θ is this function of w·x + b with the bias b = −θ.
/// </remarks>
/// <param name="lower">Value below 0.</param>
public readonly struct ThresholdOperation(double lower) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Threshold";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Nothing;

    /// <inheritdoc/>
    public static ReadOnlySpan<double> Kinks => [0];

    // A comparison with NaN is false, so NaN would become a number without the outer choice.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> =>
        V.IfEqual(x, x, V.IfLess(x, V.Constant(0), V.Parameter(lower), V.Constant(1)), x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Constant(0);
}

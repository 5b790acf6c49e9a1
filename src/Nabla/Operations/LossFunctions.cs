using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>½x² for |x| ≤ δ, δ(|x| − ½δ) beyond: its slope is x bounded to [−δ, δ] (Huber, 1964).</summary>
/// <param name="delta">δ, above 0.</param>
public readonly struct HuberOperation(double delta) : IUnaryOperation
{
    readonly float single = (float)delta;

    /// <inheritdoc/>
    public static string Name => "Huber";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V>
    {
        // With c = x bounded to [−δ, δ], both branches are c·(x − ½c).
        V c = Slope(x, x);
        return c * (x - V.Constant(0.5) * c);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V> => V.Min(V.Max(x, V.Parameter(-delta, -single)), V.Parameter(delta, single));
}

/// <summary>−t·log σ(x) − (1 − t)·log(1 − σ(x)) of a logit x and a target t, without the logarithm of a rounded 0: softplus(x) − t·x.</summary>
public readonly struct LogisticLossOperation : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "LogisticLoss";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => default(SoftplusOperation).Value(a) - b * a;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> => V.Sigmoid(a) - b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> => -a;
}

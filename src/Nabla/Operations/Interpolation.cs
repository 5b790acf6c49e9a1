using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>a + weight·(b − a), computed from the nearer end: slopes 1 − weight and weight.</summary>
public readonly struct LerpOperation(double weight) : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Lerp";

    /// <inheritdoc/>
    public static bool SlopesReadInputs => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => weight < 0.5
        ? V.FusedMultiplyAdd(b - a, V.Parameter(weight), a)
        : V.FusedMultiplyAdd(b - a, V.Parameter(weight - 1), b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> => V.Parameter(1 - weight);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> => V.Parameter(weight);
}

/// <summary>Between two tensors.</summary>
public static class Interpolation
{
    extension(Tensor x)
    {
        /// <summary>x + weight·(other − x), elementwise with broadcasting: x for weight 0, <paramref name="other"/> for 1, both exactly. Other weights extrapolate.</summary>
        public Tensor Lerp(Tensor other, double weight) => x.Zip(other, new LerpOperation(weight));

        /// <summary>The same with a weight for each element; all three broadcast, and all have gradients.</summary>
        public Tensor Lerp(Tensor other, Tensor weight)
        {
            Tensor difference = other - x;
            return Tensor.Where(weight.Less(0.5), x + weight * difference, other - (1 - weight) * difference);
        }
    }
}

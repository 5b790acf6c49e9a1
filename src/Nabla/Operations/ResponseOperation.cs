using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>a · (k + α·b)⁻ᵝ: an element over a power of its neighbors' mean square (Krizhevsky, Sutskever, Hinton, 2012).</summary>
internal readonly struct ResponseOperation(double alpha, double beta, double k) : IBinaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Response";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => a * Scale(Base(b));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> => Scale(Base(b));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> => V.Parameter(-alpha * beta) * a * Scale(Base(b)) / Base(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    V Base<V>(V b) where V : struct, ILanes<V> => V.Parameter(alpha) * b + V.Parameter(k);

    // The exponent of the paper is two square roots, a fraction of a general power.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    V Scale<V>(V t) where V : struct, ILanes<V>
    {
        if (beta != 0.75) return V.Pow(t, V.Parameter(-beta));
        V root = V.Sqrt(t);
        return V.Constant(1) / (root * V.Sqrt(root));
    }
}

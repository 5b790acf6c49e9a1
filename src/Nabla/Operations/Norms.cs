using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>|x|ᵖ for p above 0. Where the slope does not exist (at 0, for p ≤ 1) it is 0.</summary>
public readonly struct AbsolutePowerOperation(double exponent) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "AbsolutePower";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.3, 3);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => V.Pow(V.Abs(x), V.Parameter(exponent));

    // The base of the power is moved off 0 first: an infinite slope times a chosen 0 would be NaN, here or one derivative later.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V>
    {
        V zero = V.Constant(0), one = V.Constant(1);
        V safe = V.IfEqual(x, zero, one, V.Abs(x)), sign = V.IfLess(x, zero, V.Constant(-1), one);
        return V.IfEqual(x, zero, zero, sign * V.Parameter(exponent) * V.Pow(safe, V.Parameter(exponent - 1)));
    }
}

/// <summary>xᑫ for 0 &lt; q &lt; 1 and x ≥ 0, with slope 0 at 0.</summary>
public readonly struct RootOperation(double exponent) : IUnaryOperation
{
    /// <inheritdoc/>
    public static string Name => "Root";

    /// <inheritdoc/>
    public static Reads SlopeReads => Reads.Input;

    /// <inheritdoc/>
    public static (double Low, double High) Domain => (0.3, 3);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => exponent == 0.5 ? V.Sqrt(x) : V.Pow(x, V.Parameter(exponent));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V>
    {
        V zero = V.Constant(0), safe = V.IfEqual(x, zero, V.Constant(1), x);
        V slope = exponent == 0.5 ? V.Constant(0.5) / V.Sqrt(safe) : V.Parameter(exponent) * V.Pow(safe, V.Parameter(exponent - 1));
        return V.IfEqual(x, zero, zero, slope);
    }
}

/// <summary>Lengths of vectors.</summary>
public static class Norms
{
    extension(Tensor x)
    {
        /// <summary>Norm of all elements; see <see cref="Norm(Tensor, ReadOnlySpan{int}, double, bool)"/>.</summary>
        public Tensor Norm(double p = 2) => x.Norm(AxisList.All(x.Rank), p);

        /// <summary>Norm along <paramref name="axis"/>.</summary>
        public Tensor Norm(int axis, double p, bool keepAxis = false) => x.Norm([axis], p, keepAxis);

        /// <summary>
        /// (Σ |x|ᵖ)^(1/p) over several axes. p = 0 counts the elements that are not 0, p = ∞ takes the largest magnitude. The
        /// gradient is 0 where the norm is 0; that of the count is 0 everywhere.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">p is negative or NaN.</exception>
        public Tensor Norm(ReadOnlySpan<int> axes, double p = 2, bool keepAxis = false)
        {
            x = x.Computed();
            return p switch
            {
                0 => x.NotEqualTo(0).To(x.DType).Sum(axes, keepAxis),
                1 => x.Abs().Sum(axes, keepAxis),
                2 => x.SquareSum(axes, keepAxis).Root(),
                double.PositiveInfinity => x.Abs().Max(axes, keepAxis),
                > 0 => x.Map(new AbsolutePowerOperation(p)).Sum(axes, keepAxis).Map(new RootOperation(1 / p)),
                _ => throw new ArgumentOutOfRangeException(nameof(p), p, $"Norm: expected p of at least 0, got {p}."),
            };
        }

        /// <summary>Vectors along <paramref name="axis"/> divided by their norm: x / max(‖x‖ₚ, ε), same shape.</summary>
        /// <param name="axis">Where the vectors lie. Default: the last axis.</param>
        /// <param name="p">Which norm. Default 2.</param>
        /// <param name="epsilon">ε, positive: what shorter vectors are divided by. Default 1e-12.</param>
        /// <exception cref="ArgumentOutOfRangeException">p is negative or NaN, or ε not positive and finite.</exception>
        public Tensor Normalize(int axis = -1, double p = 2, double epsilon = 1e-12)
        {
            if (epsilon is not (> 0 and < double.PositiveInfinity))
                throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, $"Normalize: expected a finite epsilon above 0, got {epsilon}.");
            return x.Computed() / x.Norm(axis, p, keepAxis: true).Maximum(epsilon);
        }

        /// <summary>Σ x² over several axes, without a tensor of squares.</summary>
        internal Tensor SquareSum(ReadOnlySpan<int> axes, bool keepAxis)
        {
            ReductionPlan plan = ReductionPlan.Create(x, axes, "Norm");
            Tensor y = plan.Fold<SquareSumFold, SumFold>(x, keepAxis);
            return Autograd.Record("SquareSum", y, [x], [x], plan.Kept, static (g, saved, kept) => [g.Reshape(kept) * 2 * saved[0]]);
        }

        /// <summary>√x with slope 0 at 0.</summary>
        internal Tensor Root() => x.Map(new RootOperation(0.5));
    }
}

using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Something a formula can be computed on: a vector of floats, a single float or double, or whole tensors under recording. An
/// elementwise operation states its value and its slope once, over lanes; the fast loops, the scalar oracle and the derivatives
/// of derivatives all come from that one formula.
/// </summary>
public interface ILanes<V> where V : struct, ILanes<V>
{
    /// <summary>Sum.</summary>
    static abstract V operator +(V a, V b);

    /// <summary>Difference.</summary>
    static abstract V operator -(V a, V b);

    /// <summary>Product.</summary>
    static abstract V operator *(V a, V b);

    /// <summary>Quotient.</summary>
    static abstract V operator /(V a, V b);

    /// <summary>Negative.</summary>
    static abstract V operator -(V a);

    /// <summary>The same number in every lane: one that stands in the formula.</summary>
    static abstract V Constant(double value);

    /// <summary>The same for a number that is known at run time only, a field of the operation. Vectors convert the two differently.</summary>
    static virtual V Parameter(double value) => V.Constant(value);

    /// <summary>The same for a number that the operation keeps in both precisions: a loop that converts it does so in every turn.</summary>
    static virtual V Parameter(double value, float single) => V.Constant(value);

    /// <summary>a·b + c, rounded once where the hardware can.</summary>
    static abstract V FusedMultiplyAdd(V a, V b, V c);

    /// <summary>Absolute value.</summary>
    static abstract V Abs(V x);

    /// <summary>The size of x with the sign of <paramref name="sign"/>, zeros included.</summary>
    static abstract V CopySign(V x, V sign);

    /// <summary>Square root; NaN below 0.</summary>
    static abstract V Sqrt(V x);

    /// <summary>The smaller; NaN if either is NaN.</summary>
    static abstract V Min(V a, V b);

    /// <summary>The larger; NaN if either is NaN.</summary>
    static abstract V Max(V a, V b);

    /// <summary>The largest integer not above x.</summary>
    static abstract V Floor(V x);

    /// <summary>The nearest integer, ties to even.</summary>
    static abstract V Round(V x);

    /// <summary>eˣ.</summary>
    static abstract V Exp(V x);

    /// <summary>eˣ for x ≤ 0, the cheapest there is: 0 where it would be below the smallest normal number.</summary>
    static virtual V ExpOfNegative(V x) => V.Exp(x);

    /// <summary>The same of four at once, which takes vectors less time.</summary>
    static virtual void ExpOfNegative(ref V a, ref V b, ref V c, ref V d) =>
        (a, b, c, d) = (V.ExpOfNegative(a), V.ExpOfNegative(b), V.ExpOfNegative(c), V.ExpOfNegative(d));

    /// <summary>eˣ − 1, exact near 0.</summary>
    static abstract V Expm1(V x);

    /// <summary>Natural logarithm; −∞ at 0, NaN below.</summary>
    static abstract V Log(V x);

    /// <summary>Logarithm to base 2; exact for powers of 2.</summary>
    static abstract V Log2(V x);

    /// <summary>Logarithm to base 10.</summary>
    static abstract V Log10(V x);

    /// <summary>log(1 + x), exact near 0.</summary>
    static abstract V Log1p(V x);

    /// <summary>
    /// Hyperbolic sine, sinh |x| = h·(1 + r)·(h + 1 + r)/2 with h = e^(|x|/2) − 1 and r = e^(−|x|/2): exact near 0, and no part
    /// overflows before the result does.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Sinh(V x)
    {
        V one = V.Constant(1), half = V.Constant(0.5), h = V.Expm1(V.Abs(x) * half), root = h + one, r = one / root;
        return V.CopySign(h * (one + r) * (half * (root + r)), x);
    }

    /// <summary>Hyperbolic cosine, from e^(|x|/2), which does not overflow before the result does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Cosh(V x)
    {
        V half = V.Constant(0.5), root = V.Exp(V.Abs(x) * half);
        return V.FusedMultiplyAdd(half * root, root, half / (root * root));
    }

    /// <summary>Hyperbolic tangent.</summary>
    static abstract V Tanh(V x);

    /// <summary>1 / (1 + e⁻ˣ), exact in both tails.</summary>
    static abstract V Sigmoid(V x);

    /// <summary>log(1 + e^−|x|), exact in both tails: what softplus adds to max(x, 0).</summary>
    static virtual V SoftplusTail(V x) => V.Log1p(V.Exp(-V.Abs(x)));

    /// <summary>Gauss error function.</summary>
    static abstract V Erf(V x);

    /// <summary>Φ(x), the probability that a standard normal variable is below x; exact in both tails.</summary>
    static abstract V NormalDistribution(V x);

    /// <summary>x·Φ(x).</summary>
    static virtual V Gelu(V x)
    {
        V bounded = V.Max(x, V.Constant(-40));                                         // −∞ · 0 would be NaN; Φ(−40) is 0
        return bounded * V.NormalDistribution(bounded);
    }

    /// <summary>Its slope, Φ(x) + x·φ(x).</summary>
    static virtual V GeluSlope(V x)
    {
        V bounded = V.Min(V.Max(x, V.Constant(-40)), V.Constant(40));
        V density = V.Constant(0.3989422804014327) * V.Exp(bounded * bounded * V.Constant(-0.5));
        return V.FusedMultiplyAdd(bounded, density, V.NormalDistribution(bounded));
    }

    /// <summary>Sine.</summary>
    static abstract V Sin(V x);

    /// <summary>Cosine.</summary>
    static abstract V Cos(V x);

    /// <summary>Arcus tangent, from −π/2 to π/2.</summary>
    static abstract V Atan(V x);

    /// <summary>√(a² + b²) without overflow between; ∞ if either is infinite, even beside NaN (IEEE 754-2019, 9.2.1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Hypot(V a, V b)
    {
        V zero = V.Constant(0), one = V.Constant(1), infinity = V.Constant(double.PositiveInfinity);
        a = V.Abs(a);
        b = V.Abs(b);
        V large = V.Max(a, b), ratio = V.Min(a, b) / V.IfEqual(large, zero, one, large);
        V y = large * V.Sqrt(V.FusedMultiplyAdd(ratio, ratio, one));
        return V.IfEqual(a, infinity, infinity, V.IfEqual(b, infinity, infinity, y));
    }

    /// <summary>aᵇ.</summary>
    static abstract V Pow(V a, V b);

    /// <summary>Per lane: <paramref name="then"/> where a &lt; b, else <paramref name="otherwise"/> (also for NaN).</summary>
    static abstract V IfLess(V a, V b, V then, V otherwise);

    /// <summary>Per lane: <paramref name="then"/> where a = b, else <paramref name="otherwise"/>.</summary>
    static abstract V IfEqual(V a, V b, V then, V otherwise);
}

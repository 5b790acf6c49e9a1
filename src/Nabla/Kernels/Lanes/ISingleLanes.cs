using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Lanes of 32-bit floats whose bits can be taken apart: what the vector mathematics is built on.</summary>
internal interface ISingleLanes<V> : ILanes<V> where V : struct, ISingleLanes<V>
{
    /// <summary>x · 2ᵖ for an integral p; overflows to infinity and underflows through denormals.</summary>
    static abstract V Scale(V x, V power);

    /// <summary>2ⁿ for the float 1.5·2²³ + 127 + n, whose last bits are those of an exponent; n from −127, which gives 0, to 128.</summary>
    static abstract V PowerOfTwo(V shifted);

    /// <summary>
    /// x = m·2ᵉ with m in [¾, 3⁄2), denormals included. 0 is 1·2^−∞ and ∞ is 1·2^∞; the fraction of NaN and of negative numbers
    /// is NaN.
    /// </summary>
    static abstract V Fraction(V x, out V exponent);

    /// <summary>The smaller of x and a bound; NaN stays NaN. One instruction, which <see cref="ILanes{V}.Min"/> is not.</summary>
    static abstract V AtMost(V x, V high);

    /// <summary>The larger of x and a bound, likewise.</summary>
    static abstract V AtLeast(V x, V low);

    /// <summary>x within [low, high]; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static virtual V Bound(V x, V low, V high) => V.AtLeast(V.AtMost(x, high), low);

    /// <summary>−x where an integer is odd, else x.</summary>
    static abstract V NegateIfOdd(V x, V integer);

    /// <summary>2^(b·(e + log₂(1 + f))), computed in doubles: see <see cref="PowerMath"/>.</summary>
    static abstract V Power(V f, V e, V b);
}

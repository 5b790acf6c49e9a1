namespace Nabla.Kernels;

/// <summary>Lanes of 32-bit floats whose exponents can be taken apart: what the vector mathematics is built on.</summary>
internal interface ISingleLanes<V> : ILanes<V> where V : struct, ISingleLanes<V>
{
    /// <summary>x · 2ᵖ for an integral p; overflows to infinity and underflows through denormals.</summary>
    static abstract V Scale(V x, V power);

    /// <summary>⌊log₂ x⌋ of positive normal numbers.</summary>
    static abstract V Exponent(V x);

    /// <summary>x scaled by a power of two into [1, 2), for positive normal numbers.</summary>
    static abstract V Mantissa(V x);
}

namespace Nabla.Kernels;

/// <summary>Doubles that floats are widened to where 24 bits do not do: what <see cref="PowerMath"/> needs of them.</summary>
internal interface IWideLanes<D> where D : struct, IWideLanes<D>
{
    static abstract D operator +(D a, D b);

    static abstract D operator -(D a, D b);

    static abstract D operator *(D a, D b);

    static abstract D operator /(D a, D b);

    static abstract D Constant(double value);

    static abstract D FusedMultiplyAdd(D a, D b, D c);

    /// <summary>x within ±size; NaN stays NaN.</summary>
    static abstract D Bound(D x, double size);

    /// <summary>0 where <paramref name="test"/> is 0, else x.</summary>
    static abstract D ZeroIfZero(D x, D test);

    /// <summary>2ⁿ⁻¹⁰²³ for the integer n in the low bits.</summary>
    static abstract D LowBitsAsExponent(D x);
}

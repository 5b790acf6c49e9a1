using System.Numerics;
using Nabla.Kernels;

namespace Nabla;

/// <summary>Arithmetic that stays within integers: exact, wrapping around on overflow, without a gradient.</summary>
internal static class IntegerArithmetic
{
    /// <summary>
    /// op(a, b) if both are integers, in the wider of their types; null if one is a float. Two Bools count as Int64, as in sums.
    /// </summary>
    public static Tensor? TryZip<TOp>(Tensor a, Tensor b) where TOp : struct, IIntegerOperation
    {
        if (a.DType.IsFloat || b.DType.IsFloat) return null;
        DType type = Promotion.Type(a.DType, a.Rank, b.DType, b.Rank);
        return Zip<TOp>(a, b, type == DType.Bool ? DType.Int64 : type);
    }

    /// <summary>op(a, c) if a holds integers (Bool counts as Int64) and c is one; null otherwise.</summary>
    public static Tensor? TryZip<TOp>(Tensor a, double c) where TOp : struct, IIntegerOperation =>
        IsInteger(a, c) ? Zip<TOp>(a, Number(c), a.DType == DType.Bool ? DType.Int64 : a.DType) : null;

    /// <summary>op(c, a) under the same condition.</summary>
    public static Tensor? TryZip<TOp>(double c, Tensor a) where TOp : struct, IIntegerOperation =>
        IsInteger(a, c) ? Zip<TOp>(Number(c), a, a.DType == DType.Bool ? DType.Int64 : a.DType) : null;

    /// <summary>op(a, b) with both converted to <paramref name="type"/>.</summary>
    public static Tensor Zip<TOp>(Tensor a, Tensor b, DType type) where TOp : struct, IIntegerOperation
    {
        Tensor y = Tensor.Uninitialized(Shape.Broadcast(a.Shape, b.Shape, TOp.Name), type);
        (a, b) = (a.To(type), b.To(type));
        switch (type)
        {
            case DType.Int32: Run<TOp, int>(a, b, y); break;
            case DType.Int64: Run<TOp, long>(a, b, y); break;
            default: Run<TOp, byte>(a, b, y); break;
        }
        return y;
    }

    static void Run<TOp, T>(Tensor a, Tensor b, Tensor y) where TOp : struct, IIntegerOperation where T : unmanaged, IBinaryInteger<T>
    {
        if (TOp.Divides) RefuseZero<T>(b, TOp.Name);
        Mapping.RunRows<IntegerLoop<TOp, T>, T, T>(default, a, b, a, y);
    }

    static void RefuseZero<T>(Tensor divisor, string who) where T : unmanaged, IBinaryInteger<T>
    {
        Tensor plain = divisor.Contiguous();
        int at = plain.Span<T>().IndexOf(T.Zero);
        GC.KeepAlive(plain);
        if (at >= 0)
            throw new DivideByZeroException($"{who}: expected integers other than 0 to divide by, got 0 at element {at} of {divisor.Shape}.");
    }

    static bool IsInteger(Tensor a, double c) => !a.DType.IsFloat && Math.Floor(c) == c && Math.Abs(c) < 1L << 53;

    static Tensor Number(double c) => Tensor.Scalar(c, DType.Int64);
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla;

/// <summary>Tensors of positions, checked before a kernel uses them as addresses.</summary>
internal static class Positions
{
    /// <summary>The positions as contiguous Int64 within [0, size); with <paramref name="fromEnd"/>, negative ones count from the end.</summary>
    /// <exception cref="DTypeException">The type is not an integer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A position is outside; the message says which, where and of what.</exception>
    public static Tensor Checked(Tensor positions, int size, bool fromEnd, string who, int axis, Shape of)
    {
        if (positions.DType is not (DType.Int64 or DType.Int32 or DType.UInt8))
            throw new DTypeException($"{who}: expected positions of type Int64 or Int32, got {positions.DType}. Convert with To(DType.Int64).");
        Tensor plain = positions.Contiguous().To(DType.Int64);
        ReadOnlySpan<long> values = plain.Span<long>();
        long low = fromEnd ? -size : 0;
        (long least, long most) = Extremes(values);
        bool hasNegative = least < 0;
        if (least < low || most >= size)
        {
            int wrong = 0;
            while (values[wrong] >= low && values[wrong] < size) wrong++;
            throw new ArgumentOutOfRangeException(
                nameof(positions), $"{who}: expected positions in [{low}, {size}) for axis {axis} of {of}, got {values[wrong]} at {Place(wrong, plain.Shape)}.");
        }
        if (hasNegative)
        {
            Tensor wrapped = Tensor.Uninitialized(plain.Shape, DType.Int64);
            Span<long> target = wrapped.Span<long>();
            for (int i = 0; i < values.Length; i++) target[i] = values[i] < 0 ? values[i] + size : values[i];
            GC.KeepAlive(plain);
            return wrapped;
        }
        GC.KeepAlive(plain);
        return plain;
    }

    /// <summary>The least and the largest of some positions, and of 0 and −1: what no position needs to be refused for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static (long Least, long Most) Extremes(ReadOnlySpan<long> values)
    {
        Vector<long> lows = Vector<long>.Zero, highs = -Vector<long>.One;
        int i = 0;
        for (; i + Vector<long>.Count <= values.Length; i += Vector<long>.Count)
        {
            var next = new Vector<long>(values[i..]);
            (lows, highs) = (Vector.Min(lows, next), Vector.Max(highs, next));
        }
        long least = 0, most = -1;
        for (int lane = 0; lane < Vector<long>.Count; lane++) (least, most) = (Math.Min(least, lows[lane]), Math.Max(most, highs[lane]));
        for (; i < values.Length; i++) (least, most) = (Math.Min(least, values[i]), Math.Max(most, values[i]));
        return (least, most);
    }

    /// <summary>Row-major element number <paramref name="index"/> as coordinates, for messages.</summary>
    public static string Place(int index, Shape shape)
    {
        var place = new int[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
        {
            place[axis] = index % shape[axis];
            index /= shape[axis];
        }
        return $"[{string.Join(", ", place)}]";
    }
}

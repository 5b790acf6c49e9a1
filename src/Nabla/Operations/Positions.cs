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
        Tensor plain = Plain(positions, who);
        ReadOnlySpan<long> values = plain.Span<long>();
        long low = fromEnd ? -size : 0;
        (long least, long most) = Extremes(values);
        bool hasNegative = least < 0;
        if (least < low || most >= size) throw Refusal(plain, low, size, who, axis, of);
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

    /// <summary>The positions as contiguous Int64, for a kernel that checks them where it reads them.</summary>
    /// <exception cref="DTypeException">The type is not an integer.</exception>
    public static Tensor Plain(Tensor positions, string who) => positions.DType is DType.Int64 or DType.Int32 or DType.UInt8
        ? positions.Contiguous().To(DType.Int64)
        : throw new DTypeException($"{who}: expected positions of type Int64 or Int32, got {positions.DType}. Convert with To(DType.Int64).");

    /// <summary>The exception for positions of which one is outside of [low, size).</summary>
    public static ArgumentOutOfRangeException Refusal(Tensor positions, long low, int size, string who, int axis, Shape of)
    {
        long[] values = Plain(positions, who).ToArray<long>();
        int wrong = Array.FindIndex(values, value => value < low || value >= size);
        return new(
            nameof(positions), $"{who}: expected positions in [{low}, {size}) for axis {axis} of {of}, got {values[wrong]} at {Place(wrong, positions.Shape)}.");
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

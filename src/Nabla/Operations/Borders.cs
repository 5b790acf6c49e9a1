namespace Nabla;

/// <summary>What <c>Pad</c> puts around a tensor.</summary>
public enum PadMode
{
    /// <summary>A number.</summary>
    Constant,

    /// <summary>The elements mirrored at the edge, which is not repeated: 3 2 | 1 2 3 | 2 1.</summary>
    Reflect,

    /// <summary>The edge, repeated: 1 1 | 1 2 3 | 3 3.</summary>
    Replicate,
}

/// <summary>Elements put around a tensor.</summary>
public static class Borders
{
    extension(Tensor x)
    {
        /// <summary>x with elements put before and after its last axes, one pair of widths per axis: <c>x.Pad([(1, 1), (2, 0)])</c> for rows and columns.</summary>
        /// <exception cref="ShapeException">There are more pairs than axes, or too few elements to mirror or repeat.</exception>
        public Tensor Pad(ReadOnlySpan<(int Before, int After)> widths, PadMode mode = PadMode.Constant, double value = 0)
        {
            if (widths.Length > x.Rank)
                throw new ShapeException($"Pad: expected at most {x.Rank} pairs of widths for {x.Shape}, got {widths.Length}.");
            int skipped = x.Rank - widths.Length;
            for (int i = 0; i < widths.Length; i++)
            {
                (int before, int after) = widths[i];
                if (before < 0 || after < 0)
                    throw new ArgumentOutOfRangeException(nameof(widths), $"Pad: expected widths of at least 0, got ({before}, {after}). Cut with x[…].");
                if ((long)x.Shape[skipped + i] + before + after > int.MaxValue)
                    throw new ShapeException($"Pad: expected at most {int.MaxValue:N0} elements along axis {skipped + i}, got {x.Shape} padded by ({before}, {after}).");
            }
            if (mode == PadMode.Constant) return Framed(x, skipped, widths, value);

            Tensor y = x;
            for (int i = 0; i < widths.Length; i++)
                if (widths[i] != (0, 0)) y = y.SelectRows(skipped + i, Around(x.Shape, skipped + i, widths[i].Before, widths[i].After, mode));
            return y;
        }

        /// <summary>The elements shifted along an axis; what leaves at one end comes in at the other.</summary>
        public Tensor Roll(int shift, int axis)
        {
            axis = x.Shape.Axis(axis, "Roll");
            int size = x.Shape[axis];
            if (size == 0) return x;
            int first = (shift % size + size) % size;
            if (first == 0) return x;
            Tensor y;
            using (Autograd.NoGradient()) y = Tensor.Concatenate([x.Narrow(axis, size - first, first), x.Narrow(axis, 0, size - first)], axis);
            return Autograd.Record("Roll", y, [x], [], (first, axis), static (g, _, s) => [g.Roll(-s.first, s.axis)]);
        }

        /// <summary>Each element <paramref name="count"/> times in a row along an axis: 1 2 → 1 1 2 2.</summary>
        public Tensor Repeat(int count, int axis)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(count);
            axis = x.Shape.Axis(axis, "Repeat");
            return x.Unsqueeze(axis + 1).Expand(x.Shape.Insert(axis + 1, count)).Reshape(x.Shape.With(axis, checked(x.Shape[axis] * count)));
        }

        /// <summary>The whole tensor repeated, one count per axis from the last: 1 2 → 1 2 1 2. More counts than axes add axes in front.</summary>
        public Tensor Tile(params ReadOnlySpan<int> counts)
        {
            Tensor y = x;
            while (y.Rank < counts.Length) y = y.Unsqueeze(0);
            for (int i = 1; i <= counts.Length; i++)
            {
                int axis = y.Rank - i, count = counts[^i];
                ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(counts));
                long size = (long)y.Shape[axis] * count;
                if (size > int.MaxValue)
                    throw new ArgumentOutOfRangeException(nameof(counts), count, $"Tile: expected axes of at most {int.MaxValue} elements, got {count} times {y.Shape[axis]}.");
                if (count != 1) y = y.Unsqueeze(axis).Expand(y.Shape.Insert(axis, count)).Reshape(y.Shape.With(axis, (int)size));
            }
            return y;
        }
    }

    static Tensor Framed(Tensor x, int skipped, ReadOnlySpan<(int Before, int After)> widths, double value)
    {
        int[] sizes = x.Shape.ToArray();
        for (int i = 0; i < widths.Length; i++) sizes[skipped + i] += widths[i].Before + widths[i].After;
        var builder = new Region.Builder(Shape.Create(sizes));
        for (int axis = 0; axis < x.Rank; axis++) builder.Keep(axis < skipped ? 0 : widths[axis - skipped].Before, 1, x.Shape[axis]);
        Region middle = builder.Build();
        Tensor y = Tensor.Full(middle.Source, value, x.DType);
        middle.Write(y, x);
        return Autograd.Record("Pad", y, [x], [], middle, static (g, _, middle) => [g.Slice(middle)]);
    }

    /// <summary>Positions within an axis and beyond both its ends.</summary>
    static Tensor Around(Shape shape, int axis, int before, int after, PadMode mode)
    {
        int size = shape[axis], least = mode == PadMode.Reflect ? Math.Max(before, after) + 1 : 1;
        if (size < least)
            throw new ShapeException($"Pad: expected at least {least} elements along axis {axis} for {mode} by ({before}, {after}), got {shape}.");
        var positions = new long[before + size + after];
        for (int i = 0; i < positions.Length; i++)
        {
            int at = i - before;
            positions[i] = mode == PadMode.Replicate ? Math.Clamp(at, 0, size - 1) : at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
        }
        return Tensor.From(positions);
    }
}

using Nabla.Kernels;

namespace Nabla;

/// <summary>Several tensors as one, and one as several.</summary>
public static unsafe class Joining
{
    extension(Tensor x)
    {
        /// <summary>The tensors one after the other along an existing axis; their other axes are equal. The type is the widest of theirs.</summary>
        /// <exception cref="ShapeException">There are none, or their shapes do not fit.</exception>
        public static Tensor Concatenate(ReadOnlySpan<Tensor> tensors, int axis = 0)
        {
            if (tensors.IsEmpty) throw new ShapeException("Concatenate: expected at least one tensor, got none.");
            Shape first = tensors[0].Shape;
            axis = first.Axis(axis, "Concatenate");
            DType dtype = tensors[0].DType;
            int total = 0;
            for (int i = 0; i < tensors.Length; i++)
            {
                Shape shape = tensors[i].Shape;
                if (shape.Rank != first.Rank || shape.With(axis, first[axis]) != first)
                    throw new ShapeException($"Concatenate: expected shapes that differ only along axis {axis}, got {first} and, at number {i}, {shape}.");
                dtype = Promotion.Type(dtype, first.Rank, tensors[i].DType, shape.Rank);
                total = checked(total + shape[axis]);
            }
            var inputs = new Tensor[tensors.Length];
            var sizes = new int[tensors.Length];
            Tensor y = Tensor.Uninitialized(first.With(axis, total), dtype);
            for (int i = 0; i < inputs.Length; i++)
            {
                inputs[i] = tensors[i].To(dtype);
                sizes[i] = inputs[i].Shape[axis];
            }
            if (!JoinRows(inputs, axis, y))
                for (int i = 0, start = 0; i < inputs.Length; start += sizes[i++]) Region.Narrow(y.Shape, axis, start, sizes[i]).Write(y, inputs[i]);
            return Autograd.Record("Concatenate", y, inputs, [], (axis, sizes), static (g, saved, s) =>
            {
                var gradients = new Tensor?[s.sizes.Length];
                for (int i = 0, start = 0; i < gradients.Length; start += s.sizes[i++])
                    if (saved.Needs(i)) gradients[i] = g.Narrow(s.axis, start, s.sizes[i]);
                return Gradients.Create(gradients);
            });
        }

        /// <summary>Tensors of one shape one after the other along a new axis before <paramref name="axis"/>.</summary>
        public static Tensor Stack(ReadOnlySpan<Tensor> tensors, int axis = 0)
        {
            if (tensors.IsEmpty) throw new ShapeException("Stack: expected at least one tensor, got none.");
            var layers = new Tensor[tensors.Length];
            for (int i = 0; i < layers.Length; i++)
            {
                if (tensors[i].Shape != tensors[0].Shape)
                    throw new ShapeException($"Stack: expected one shape, got {tensors[0].Shape} and, at number {i}, {tensors[i].Shape}.");
                layers[i] = tensors[i].Unsqueeze(axis);
            }
            return Tensor.Concatenate(layers, axis);
        }

        /// <summary>Views of parts with the given sizes along an axis, which add up to its size.</summary>
        public Tensor[] Split(ReadOnlySpan<int> sizes, int axis = 0)
        {
            axis = x.Shape.Axis(axis, "Split");
            long total = 0;
            foreach (int size in sizes) total += Math.Max(size, 0);
            if (total != x.Shape[axis])
                throw new ShapeException(
                    $"Split: expected sizes that add up to {x.Shape[axis]}, axis {axis} of {x.Shape}, got [{string.Join(", ", sizes.ToArray())}].");
            var parts = new Tensor[sizes.Length];
            for (int i = 0, start = 0; i < parts.Length; start += sizes[i++]) parts[i] = x.Narrow(axis, start, sizes[i]);
            return parts;
        }

        /// <summary>Views of parts of <paramref name="size"/> along an axis; the last may be smaller.</summary>
        public Tensor[] Split(int size, int axis = 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
            axis = x.Shape.Axis(axis, "Split");
            int length = x.Shape[axis];
            var parts = new Tensor[length == 0 ? 0 : (length - 1) / size + 1];
            for (int i = 0; i < parts.Length; i++) parts[i] = x.Narrow(axis, i * size, Math.Min(size, length - i * size));
            return parts;
        }

        /// <summary><paramref name="count"/> views of parts along an axis; the first ones are one longer if the axis does not divide evenly.</summary>
        public Tensor[] Chunk(int count, int axis = 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
            axis = x.Shape.Axis(axis, "Chunk");
            int length = x.Shape[axis];
            var sizes = new int[count];
            for (int i = 0; i < count; i++) sizes[i] = length / count + (i < length % count ? 1 : 0);
            return x.Split(sizes, axis);
        }
    }

    /// <summary>Joins tensors whose elements from the axis on lie side by side. False if some do not, or are so few that copying them one by one is faster.</summary>
    static bool JoinRows(Tensor[] inputs, int axis, Tensor y)
    {
        const int Shortest = 64;
        int rows = AxisBlock.Of(y.Shape, axis).Outer, size = y.DType.Size;
        nint bytes = (nint)y.Length * size;
        if (!y.Storage.IsNative || bytes < (nint)rows * inputs.Length * Shortest) return false;
        var blocks = new RowBlock[inputs.Length];
        for (int i = 0; i < blocks.Length; i++)
        {
            Tensor x = inputs[i];
            if (x.Length == 0) continue;
            if (!x.Storage.IsNative || !IsRows(x, axis, out int stride)) return false;
            blocks[i] = new(x.Storage.Pointer + (nint)x.Offset * size, (nint)stride * size, (nint)x.Length / rows * size);
        }
        fixed (RowBlock* start = blocks)
            Concatenation.Run(start, blocks.Length, rows, bytes / rows, y.Storage.Pointer, Streaming.SuitsCopy(y.Length, size));
        return true;
    }

    /// <summary>Whether the axes from one on lie like those of a contiguous tensor, and the axes before it at one distance.</summary>
    static bool IsRows(Tensor x, int axis, out int stride)
    {
        stride = 0;
        int expected = 1;
        bool isKnown = true;
        for (int i = x.Rank - 1; i >= 0; i--)
        {
            if (i == axis - 1) isKnown = false;
            if (x.Shape[i] == 1) continue;
            if (!isKnown) (stride, expected, isKnown) = (x.Strides[i], x.Strides[i], true);
            if (x.Strides[i] != expected) return false;
            expected *= x.Shape[i];
        }
        return true;
    }
}

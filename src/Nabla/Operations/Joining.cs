namespace Nabla;

/// <summary>Several tensors as one, and one as several.</summary>
public static class Joining
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
            for (int i = 0, start = 0; i < inputs.Length; start += sizes[i++])
            {
                inputs[i] = tensors[i].To(dtype);
                sizes[i] = inputs[i].Shape[axis];
                Region.Narrow(y.Shape, axis, start, sizes[i]).Write(y, inputs[i]);
            }
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
            var parts = new Tensor[(length + size - 1) / size];
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
}

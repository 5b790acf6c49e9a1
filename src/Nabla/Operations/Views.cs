using System.Runtime.CompilerServices;

namespace Nabla;

/// <summary>Other looks at the same memory. None of them copies, except <c>Reshape</c> of a view whose strides do not allow it.</summary>
public static class Views
{
    extension(Tensor x)
    {
        /// <summary>The same elements in row-major order under another shape; one size may be −1 and is then inferred.</summary>
        /// <exception cref="ShapeException">The numbers of elements differ.</exception>
        [OverloadResolutionPriority(1)]
        public Tensor Reshape(params ReadOnlySpan<int> sizes)
        {
            Shape shape = Infer(x.Shape, sizes);
            if (shape == x.Shape) return x;
            Tensor plain = x.Contiguous();
            Tensor y = Tensor.View(plain, shape, shape.Strides, plain.Offset);
            return Autograd.RecordReshape(y, plain);
        }

        /// <summary>The same elements under another shape.</summary>
        public Tensor Reshape(Shape shape) => x.Reshape(shape.Axes);

        /// <summary>The axes in another order: axis i of the result is axis <c>order[i]</c> of x.</summary>
        public Tensor Permute(params ReadOnlySpan<int> order)
        {
            if (order.Length != x.Rank)
                throw new ShapeException($"Permute: expected {x.Rank} axes for {x.Shape}, got {order.Length}.");
            Span<int> sizes = stackalloc int[x.Rank], inverse = stackalloc int[x.Rank];
            var strides = new int[x.Rank];
            inverse.Fill(-1);
            for (int i = 0; i < order.Length; i++)
            {
                int axis = x.Shape.Axis(order[i], "Permute");
                if (inverse[axis] >= 0) throw new ShapeException($"Permute: expected each axis once, got axis {axis} twice.");
                (sizes[i], strides[i], inverse[axis]) = (x.Shape[axis], x.Strides[axis], i);
            }
            Tensor y = Tensor.View(x, Shape.Create(sizes), strides, x.Offset);
            return Autograd.Record("Permute", y, [x], [], x.Node is null ? null : inverse.ToArray(), static (g, _, back) => [g.Permute(back!)]);
        }

        /// <summary>Two axes exchanged.</summary>
        public Tensor Transpose(int first, int second)
        {
            Span<int> order = stackalloc int[x.Rank];
            for (int i = 0; i < order.Length; i++) order[i] = i;
            first = x.Shape.Axis(first, "Transpose");
            second = x.Shape.Axis(second, "Transpose");
            (order[first], order[second]) = (second, first);
            return x.Permute(order);
        }

        /// <summary>The last two axes exchanged: the transpose of a matrix, or of each matrix of a batch.</summary>
        public Tensor T => x.Rank >= 2
            ? x.Transpose(-2, -1)
            : throw new ShapeException($"T: expected at least two axes, got {x.Shape}. Add one with Unsqueeze.");

        /// <summary>Repeats along axes of size 1 (and new leading axes) without copying. −1 keeps a size.</summary>
        [OverloadResolutionPriority(1)]
        public Tensor Expand(params ReadOnlySpan<int> sizes)
        {
            Span<int> wanted = stackalloc int[sizes.Length];
            for (int i = 1; i <= sizes.Length; i++) wanted[^i] = sizes[^i] == -1 && i <= x.Rank ? x.Shape[^i] : sizes[^i];
            return x.Expand(Shape.Create(wanted));
        }

        /// <summary>Repeats along axes of size 1 (and new leading axes) without copying.</summary>
        public Tensor Expand(Shape shape)
        {
            if (shape == x.Shape) return x;
            if (!x.Shape.BroadcastsTo(shape))
                throw new ShapeException($"Expand: expected a shape that {x.Shape} broadcasts to, got {shape}. Only axes of size 1 can grow.");
            var strides = new int[shape.Rank];
            Mapping.Aligned(x, shape, strides);
            Tensor y = Tensor.View(x, shape, strides, x.Offset);
            return Autograd.Record("Expand", y, [x], [], static (g, _) => [g]);       // the engine sums back over broadcast axes
        }

        /// <summary>A new axis of size 1 before <paramref name="axis"/>.</summary>
        public Tensor Unsqueeze(int axis)
        {
            if (axis < -x.Rank - 1 || axis > x.Rank)
                throw new ShapeException($"Unsqueeze: expected an axis in [{-x.Rank - 1}, {x.Rank}], got {axis} for {x.Shape}.");
            if (axis < 0) axis += x.Rank + 1;
            int[] strides = [.. x.Strides.AsSpan(0, axis), 1, .. x.Strides.AsSpan(axis)];
            Tensor y = Tensor.View(x, x.Shape.Insert(axis), strides, x.Offset);
            return Autograd.Record("Unsqueeze", y, [x], [], axis, static (g, _, axis) => [g.Squeeze(axis)]);
        }

        /// <summary>Without an axis of size 1.</summary>
        public Tensor Squeeze(int axis)
        {
            axis = x.Shape.Axis(axis, "Squeeze");
            if (x.Shape[axis] != 1) throw new ShapeException($"Squeeze: expected axis {axis} of size 1, got {x.Shape}.");
            int[] strides = [.. x.Strides.AsSpan(0, axis), .. x.Strides.AsSpan(axis + 1)];
            Tensor y = Tensor.View(x, x.Shape.Without(axis), strides, x.Offset);
            return Autograd.Record("Squeeze", y, [x], [], axis, static (g, _, axis) => [g.Unsqueeze(axis)]);
        }

        /// <summary>Axes from <paramref name="first"/> to <paramref name="last"/> as one.</summary>
        public Tensor Flatten(int first = 0, int last = -1)
        {
            if (x.Rank == 0) return x.Reshape(1);
            first = x.Shape.Axis(first, "Flatten");
            last = x.Shape.Axis(last, "Flatten");
            if (first > last) throw new ShapeException($"Flatten: expected first ≤ last, got axes {first} and {last} of {x.Shape}.");
            int merged = 1;
            for (int axis = first; axis <= last; axis++) merged *= x.Shape[axis];
            return x.Reshape([.. x.Shape.Axes[..first], merged, .. x.Shape.Axes[(last + 1)..]]);
        }
    }

    static Shape Infer(Shape from, ReadOnlySpan<int> sizes)
    {
        Span<int> wanted = stackalloc int[Math.Min(sizes.Length, Shape.MaximumRank + 1)];
        sizes[..wanted.Length].CopyTo(wanted);
        int unknown = wanted.IndexOf(-1);
        if (unknown >= 0)
        {
            long known = 1;
            for (int i = 0; i < wanted.Length; i++) if (i != unknown) known *= wanted[i];
            wanted[unknown] = known > 0 && from.Length % known == 0 ? (int)(from.Length / known) : 0;
        }
        Shape shape = Shape.Create(wanted);
        if (shape.Length != from.Length)
            throw new ShapeException(
                $"Reshape: expected {from.Length} elements like {from}, got [{string.Join(", ", sizes.ToArray())}].");
        return shape;
    }
}

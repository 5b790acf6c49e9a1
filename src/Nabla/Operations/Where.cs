using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>Choice between two tensors by a mask.</summary>
public static class Choice
{
    extension(Tensor)
    {
        /// <summary>
        /// Per element <paramref name="then"/> where <paramref name="condition"/> is true, else <paramref name="otherwise"/>; all
        /// three broadcast. Integers stay integers. The gradient goes where the value came from, and is exactly 0 elsewhere.
        /// </summary>
        /// <exception cref="DTypeException">The condition is not Bool.</exception>
        public static Tensor Where(Tensor condition, Tensor then, Tensor otherwise)
        {
            if (condition.DType != DType.Bool)
                throw new DTypeException($"Where: expected a Bool condition, got {condition.DType}. Compare first, for example x.Greater(0).");
            DType type = Promotion.Type(then.DType, then.Rank, otherwise.DType, otherwise.Rank);
            (Tensor a, Tensor b) = (then.To(type), otherwise.To(type));
            Shape shape = Shape.Broadcast(condition.Shape, Shape.Broadcast(a.Shape, b.Shape, "Where"), "Where");
            Tensor y = Select(condition, a, b, shape);
            return Autograd.Record("Where", y, [a, b], [condition], static (g, saved) =>
            {
                Tensor zero = Tensor.Zeros(Shape.Scalar, g.DType);
                return [saved.Needs(0) ? Tensor.Where(saved[0], g, zero) : null, saved.Needs(1) ? Tensor.Where(saved[0], zero, g) : null];
            });
        }
    }

    /// <summary>
    /// Elements of 4 bytes are selected as floats and those of 8 as doubles, whatever they are: a selection moves bits. Smaller
    /// ones take the way over Float32, which holds every one of them.
    /// </summary>
    static Tensor Select(Tensor condition, Tensor a, Tensor b, Shape shape)
    {
        switch (a.DType.Size)
        {
            case 4:
                Tensor y = Tensor.Uninitialized(shape, a.DType);
                Mapping.RunRows<Selection, float>(default, condition.To(DType.Float32), a, b, y);
                return y;
            case 8:
                y = Tensor.Uninitialized(shape, a.DType);
                Mapping.RunRows<Selection, double>(default, condition.To(DType.Float64), a, b, y);
                return y;
            default:
                return Select(condition, a.To(DType.Float32), b.To(DType.Float32), shape).To(a.DType);
        }
    }

    /// <summary>b where the mask is not 0, else c.</summary>
    readonly struct Selection : ILaneFunction3
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Run<V>(V a, V b, V c) where V : struct, ILanes<V> => V.IfEqual(a, V.Constant(0), c, b);
    }
}

using Nabla.Kernels;

namespace Nabla;

/// <summary>Choice between two tensors by a mask.</summary>
public static class Choice
{
    extension(Tensor)
    {
        /// <summary>Per element <paramref name="then"/> where <paramref name="condition"/> is true, else <paramref name="otherwise"/>; all three broadcast.</summary>
        public static Tensor Where(Tensor condition, Tensor then, Tensor otherwise)
        {
            if (condition.DType != DType.Bool)
                throw new DTypeException($"Where: expected a Bool condition, got {condition.DType}. Compare first, for example x.Greater(0).");
            (Tensor a, Tensor b) = Promotion.Common(then, otherwise, "Where");
            Shape shape = Shape.Broadcast(condition.Shape, Shape.Broadcast(a.Shape, b.Shape, "Where"), "Where");
            Tensor mask = condition.To(a.DType);
            Tensor y = Tensor.Uninitialized(shape, a.DType);
            if (a.DType == DType.Float32) Mapping.RunRows<Selection, float>(default, mask, a, b, y);
            else Mapping.RunRows<Selection, double>(default, mask, a, b, y);
            return Autograd.Record("Where", y, [a, b], [mask], static (g, saved) =>
                [saved.Needs(0) ? g * saved[0] : null, saved.Needs(1) ? g * (1 - saved[0]) : null]);
        }
    }

    /// <summary>b where the mask is not 0, else c.</summary>
    readonly struct Selection : ILaneFunction3
    {
        public V Run<V>(V a, V b, V c) where V : struct, ILanes<V> => V.IfEqual(a, V.Constant(0), c, b);
    }
}

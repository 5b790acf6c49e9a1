using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// Changes in place. Where nothing is recorded they reuse the memory; where the tensor takes part in a graph, the handle comes
/// to stand for the new value and the old one lives on for backward, and for views that were made of it before. A part of another tensor
/// cannot change while operations are recorded. Shape and type stay as they are.
/// </summary>
public static class InPlace
{
    extension(Tensor x)
    {
        /// <summary>x += y; y broadcasts to x.</summary>
        /// <exception cref="ShapeException">y does not broadcast to x.</exception>
        /// <exception cref="DTypeException">x cannot hold the result: integers and a fraction.</exception>
        public void operator +=(Tensor y) => x.Update(y, "+=", default(AddOperation), static (a, b) => a + b);

        /// <summary>x −= y; y broadcasts to x.</summary>
        /// <exception cref="ShapeException">y does not broadcast to x.</exception>
        /// <exception cref="DTypeException">x cannot hold the result: integers and a fraction.</exception>
        public void operator -=(Tensor y) => x.Update(y, "-=", default(SubtractOperation), static (a, b) => a - b);

        /// <summary>x *= y; y broadcasts to x.</summary>
        /// <exception cref="ShapeException">y does not broadcast to x.</exception>
        /// <exception cref="DTypeException">x cannot hold the result: integers and a fraction.</exception>
        public void operator *=(Tensor y) => x.Update(y, "*=", default(MultiplyOperation), static (a, b) => a * b);

        /// <summary>x /= y; y broadcasts to x.</summary>
        /// <exception cref="ShapeException">y does not broadcast to x.</exception>
        /// <exception cref="DTypeException">x holds integers.</exception>
        public void operator /=(Tensor y) => x.Update(y, "/=", default(DivideOperation), static (a, b) => a / b);

        void Update<TOp>(Tensor y, string who, TOp operation, Func<Tensor, Tensor, Tensor> compute) where TOp : struct, IBinaryOperation
        {
            if (!y.Shape.BroadcastsTo(x.Shape))
                throw new ShapeException($"{who}: expected a shape that broadcasts to {x.Shape}, got {y.Shape}. A change in place keeps its shape.");
            if (!x.DType.IsFloat && (x.DType == DType.Bool || y.DType.IsFloat || TOp.Name == DivideOperation.Name))
                throw new DTypeException(
                    $"{who}: expected a tensor that can hold the result, got {x.DType} and {y.DType}. Convert it first: x = x.To(DType.Float32).");
            if (!Autograd.IsRecording || (x.Node is null && y.Node is null))
            {
                x.CheckDistinct(who);
                using Autograd.Scope scope = Autograd.NoGradient();
                if (x.DType.IsComputed && x.IsContiguous) Mapping.ZipInPlace(x, y, operation);
                else x.Overwrite(compute(x, y));
                return;
            }
            x.Become(compute(x, y), who);
        }

        /// <exception cref="ArgumentException">Several elements share one place in memory, as after Expand.</exception>
        internal void CheckDistinct(string who)
        {
            for (int axis = 0; axis < x.Rank; axis++)
                if (x.Strides[axis] == 0 && x.Shape[axis] > 1)
                    throw new ArgumentException(
                        $"{who}: expected a tensor whose elements have memory of their own, got {x.Shape} expanded along axis {axis}. Change a copy: x.Clone().");
        }

        /// <summary>The handle takes over a recorded result.</summary>
        internal void Become(Tensor result, string who)
        {
            if (x.Node is LeafNode)
                throw new InvalidOperationException(
                    $"{who}: a leaf that requires a gradient cannot change in place while operations are recorded. Wrap the update in Autograd.NoGradient().");
            if (x.IsPart)
                throw new InvalidOperationException(
                    $"{who}: expected a tensor with memory of its own, got a part of another; while operations are recorded, that would not change. " +
                    "Assign through that one, whole[1] = whole[1] + y, or write x = x + y.");
            x.Adopt(result.DType == x.DType ? result : result.To(x.DType));
        }

        /// <summary>Overwrites this tensor with <paramref name="source"/>, which broadcasts and is converted. Not recorded.</summary>
        internal void Overwrite(Tensor source)
        {
            source = x.Apart(source.To(x.DType));
            Copies.CopyElements(source.Expand(x.Shape), x);
            x.Storage.Changed();
        }

        /// <summary>x += y without recording. y broadcasts to x.</summary>
        internal void AddInPlace(Tensor y) => x.AddScaledInPlace(y, 1);

        /// <summary>x += scale·y without recording. y broadcasts to x.</summary>
        internal void AddScaledInPlace(Tensor y, double scale)
        {
            if (x.DType.IsComputed && x.IsContiguous) Mapping.ChangeInPlace(x, y, new ScaledSum(scale));
            else x.Overwrite(x + y * scale);
        }

        /// <summary>What is read while this tensor is written: a copy, if it is another look at the same memory.</summary>
        internal Tensor Apart(Tensor source) =>
            !ReferenceEquals(source.Storage, x.Storage) ? source
            : source.Offset == x.Offset && source.Shape == x.Shape && ReferenceEquals(source.Strides, x.Strides) ? source
            : source.Clone();
    }

    readonly struct ScaledSum(double scale) : ILaneFunction2
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Run<V>(V a, V b) where V : struct, ILanes<V> => V.FusedMultiplyAdd(b, V.Parameter(scale), a);
    }
}

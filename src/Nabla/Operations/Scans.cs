using System.Numerics;
using Nabla.Kernels;

namespace Nabla;

/// <summary>Running sums, products and extrema, and differences of neighbors.</summary>
public static class Scans
{
    extension(Tensor x)
    {
        /// <summary>yⱼ = Σ xᵢ over i ≤ j along an axis, or over i ≥ j if <paramref name="reverse"/>. Types as for Sum.</summary>
        public Tensor CumulativeSum(int axis, bool reverse = false)
        {
            axis = x.Shape.Axis(axis, "CumulativeSum");
            x = Sums.Summable(x).Contiguous();
            Tensor y = Scan<SumFold>(x, axis, reverse);
            return Autograd.Record("CumulativeSum", y, [x], [], (axis, reverse), static (g, _, s) => [g.CumulativeSum(s.axis, !s.reverse)]);
        }

        /// <summary>yⱼ = Π xᵢ over i ≤ j along an axis, in floats. Recorded as products of doubling spans, whose gradients are right with zeros.</summary>
        public Tensor CumulativeProduct(int axis)
        {
            axis = x.Shape.Axis(axis, "CumulativeProduct");
            Tensor y = x.Computed();
            if (y.Node is null) return Scan<ProductFold>(y.Contiguous(), axis, reverse: false);
            int size = x.Shape[axis];
            for (int span = 1; span < size; span *= 2)
                y = Tensor.Concatenate([y.Narrow(axis, 0, span), y.Narrow(axis, span, size - span) * y.Narrow(axis, 0, size - span)], axis);
            return y;
        }

        /// <summary>
        /// The largest of the elements up to each one along an axis, and its position, the last of equals. NaN stays once it has come.
        /// Gradients go to the elements chosen.
        /// </summary>
        public (Tensor Values, Tensor Indices) CumulativeMax(int axis) => Extremes<MaximumFold>(x, axis, "CumulativeMax");

        /// <summary>The smallest of the elements up to each one along an axis, and its position, likewise.</summary>
        public (Tensor Values, Tensor Indices) CumulativeMin(int axis) => Extremes<MinimumFold>(x, axis, "CumulativeMin");

        /// <summary>
        /// Differences of neighbors along an axis, yⱼ = xⱼ₊₁ − xⱼ, taken <paramref name="order"/> times: each takes one element from the
        /// axis, until none is left.
        /// </summary>
        /// <param name="order">How often; 0 is x itself.</param>
        /// <param name="axis">Along which axis.</param>
        /// <exception cref="ArgumentOutOfRangeException">The order is negative.</exception>
        public Tensor Difference(int order = 1, int axis = -1)
        {
            axis = x.Shape.Axis(axis, "Difference");
            ArgumentOutOfRangeException.ThrowIfNegative(order);
            for (int i = 0; i < order && x.Shape[axis] > 0; i++)
                x = x.Narrow(axis, 1, x.Shape[axis] - 1) - x.Narrow(axis, 0, x.Shape[axis] - 1);
            return x;
        }
    }

    static (Tensor, Tensor) Extremes<TFold>(Tensor x, int axis, string who) where TFold : struct, IFold
    {
        axis = x.Shape.Axis(axis, who);
        Tensor plain = Sorting.Sortable(x.Detach()), at = Tensor.Uninitialized(x.Shape, DType.Int64);
        if (x.Length > 0) plain.DType.Calculate(new Choosing<TFold>(plain, at, AxisBlock.Of(x.Shape, axis)));
        return (x.GatherAlong(axis, at), at);
    }

    static Tensor Scan<TFold>(Tensor x, int axis, bool reverse) where TFold : struct, IFold
    {
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType);
        if (x.Length > 0) x.DType.Calculate(new Scanning<TFold>(x, y, AxisBlock.Of(x.Shape, axis), reverse));
        return y;
    }

    readonly unsafe struct Scanning<TFold>(Tensor x, Tensor y, AxisBlock block, bool reverse) : ICalculation where TFold : struct, IFold
    {
        public void Run<T>() where T : unmanaged, INumber<T>
        {
            fixed (T* from = &x.Origin<T>(), to = &y.Origin<T>())
                ScanKernel.Run<TFold, T>(from, block.Outer, block.Size, block.Inner, reverse, to);
            GC.KeepAlive(x);
            GC.KeepAlive(y);
        }
    }

    readonly unsafe struct Choosing<TFold>(Tensor x, Tensor y, AxisBlock block) : ICalculation where TFold : struct, IFold
    {
        public void Run<T>() where T : unmanaged, INumber<T>
        {
            fixed (T* from = &x.Origin<T>())
            fixed (long* to = &y.Origin<long>())
                RunningArgument.Run<TFold, T>(from, block.Outer, block.Size, block.Inner, to);
            GC.KeepAlive(x);
            GC.KeepAlive(y);
        }
    }
}

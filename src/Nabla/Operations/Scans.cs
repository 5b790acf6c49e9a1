using System.Numerics;
using Nabla.Kernels;

namespace Nabla;

/// <summary>Running sums and products.</summary>
public static class Scans
{
    extension(Tensor x)
    {
        /// <summary>yⱼ = Σ xᵢ over i ≤ j along an axis, or over i ≥ j if <paramref name="reverse"/>. Types as for Sum.</summary>
        public Tensor CumulativeSum(int axis, bool reverse = false)
        {
            axis = x.Shape.Axis(axis, "CumulativeSum");
            x = Sums.Summable(x).Contiguous();
            Tensor y = Tensor.Uninitialized(x.Shape, x.DType);
            if (x.Length > 0) x.DType.Calculate(new Scanning(x, y, AxisBlock.Of(x.Shape, axis), reverse));
            return Autograd.Record("CumulativeSum", y, [x], [], (axis, reverse), static (g, _, s) => [g.CumulativeSum(s.axis, !s.reverse)]);
        }

        /// <summary>yⱼ = Π xᵢ over i ≤ j along an axis. Computed in floats by doubling spans, so that gradients are right with zeros.</summary>
        public Tensor CumulativeProduct(int axis)
        {
            axis = x.Shape.Axis(axis, "CumulativeProduct");
            Tensor y = x.Computed();
            int size = x.Shape[axis];
            for (int span = 1; span < size; span *= 2)
                y = Tensor.Concatenate([y.Narrow(axis, 0, span), y.Narrow(axis, span, size - span) * y.Narrow(axis, 0, size - span)], axis);
            return y;
        }
    }

    readonly unsafe struct Scanning(Tensor x, Tensor y, AxisBlock block, bool reverse) : ICalculation
    {
        public void Run<T>() where T : unmanaged, INumber<T>
        {
            fixed (T* from = &x.Origin<T>(), to = &y.Origin<T>())
                ScanKernel.Run(from, block.Outer, block.Size, block.Inner, reverse, to);
            GC.KeepAlive(x);
            GC.KeepAlive(y);
        }
    }
}

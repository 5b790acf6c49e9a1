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
}

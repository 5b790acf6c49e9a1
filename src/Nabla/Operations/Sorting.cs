using System.Numerics;
using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>Order along an axis. Stable: equal elements keep their order, in both directions. NaN comes last, in both directions.</summary>
public static class Sorting
{
    extension(Tensor x)
    {
        /// <summary>The elements in order along an axis and the Int64 positions they came from. Gradients go back there.</summary>
        public (Tensor Values, Tensor Indices) Sort(int axis = -1, bool descending = false)
        {
            axis = x.Shape.Axis(axis, "Sort");
            Tensor at = Order(x, axis, x.Shape[axis], descending);
            return (x.GatherAlong(axis, at), at);
        }

        /// <summary>The Int64 positions that put an axis in order.</summary>
        public Tensor ArgSort(int axis = -1, bool descending = false)
        {
            axis = x.Shape.Axis(axis, "ArgSort");
            return Order(x, axis, x.Shape[axis], descending);
        }

        /// <summary>The <paramref name="count"/> largest (or smallest) elements along an axis, best first, and their positions. NaN is chosen last.</summary>
        public (Tensor Values, Tensor Indices) TopK(int count, int axis = -1, bool largest = true)
        {
            axis = x.Shape.Axis(axis, "TopK");
            if (count < 0 || count > x.Shape[axis])
                throw new ArgumentOutOfRangeException(
                    nameof(count), count, $"TopK: expected at most the {x.Shape[axis]} elements of axis {axis} of {x.Shape}, got {count}.");
            Tensor at = Order(x, axis, count, largest);
            return (x.GatherAlong(axis, at), at);
        }

        /// <summary>The different elements in rising order, for every element of x which of them it is, and how often each occurs.</summary>
        public (Tensor Values, Tensor Inverse, Tensor Counts) Unique()
        {
            using Autograd.Scope scope = Autograd.NoGradient();
            Tensor plain = Sortable(x), inverse = Tensor.Uninitialized(x.Shape, DType.Int64);
            Tensor firsts = Tensor.Uninitialized(x.Length, DType.Int64), counts = Tensor.Uninitialized(x.Length, DType.Int64);
            var number = new StrongBox<int>();
            plain.DType.Calculate(new Distincts(plain, firsts, inverse, counts, number));
            return (x.Reshape(-1).SelectRows(0, firsts[..number.Value]), inverse, counts[..number.Value].Clone());
        }

        /// <summary>
        /// Where each of <paramref name="values"/> would be put into this rising vector: the number of elements below it, or with
        /// <paramref name="right"/> not above it. Int64 of the shape of the values.
        /// </summary>
        public Tensor SearchSorted(Tensor values, bool right = false)
        {
            if (x.Rank != 1) throw new ShapeException($"SearchSorted: expected a rising vector, got {x.Shape}.");
            DType dtype = Promotion.Type(x.DType, x.Rank, values.DType, 1);
            if (dtype is DType.Float16 or DType.BFloat16) dtype = DType.Float32;
            Tensor y = Tensor.Uninitialized(values.Shape, DType.Int64);
            dtype.Calculate(new Searching(x.To(dtype).Contiguous(), values.To(dtype).Contiguous(), y, right));
            return y;
        }
    }

    /// <summary>The positions of the first <paramref name="count"/> elements in order.</summary>
    internal static unsafe Tensor Order(Tensor x, int axis, int count, bool descending)
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        Tensor plain = Sortable(x);
        Tensor y = Tensor.Uninitialized(x.Shape.With(axis, count), DType.Int64);
        if (y.Length > 0) plain.DType.Calculate(new Ordering(plain, y, AxisBlock.Of(x.Shape, axis), descending, count));
        return y;
    }

    /// <summary>The elements side by side in a type that has an order.</summary>
    internal static Tensor Sortable(Tensor x) => (x.DType is DType.Float16 or DType.BFloat16 ? x.To(DType.Float32) : x).Contiguous();

    readonly unsafe struct Distincts(Tensor x, Tensor firsts, Tensor inverse, Tensor counts, StrongBox<int> number) : ICalculation
    {
        public void Run<T>() where T : unmanaged, INumber<T>
        {
            fixed (T* from = &x.Origin<T>())
            fixed (long* first = &firsts.Origin<long>(), which = &inverse.Origin<long>(), count = &counts.Origin<long>())
                number.Value = SortKernel.Distinct(from, x.Length, first, which, count);
            GC.KeepAlive(x);
            GC.KeepAlive(firsts);
            GC.KeepAlive(inverse);
            GC.KeepAlive(counts);
        }
    }

    readonly unsafe struct Ordering(Tensor x, Tensor y, AxisBlock block, bool descending, int count) : ICalculation
    {
        public void Run<T>() where T : unmanaged, INumber<T>
        {
            fixed (T* from = &x.Origin<T>())
            fixed (long* to = &y.Origin<long>())
                SortKernel.Run(from, block.Outer, block.Size, block.Inner, descending, count, to);
            GC.KeepAlive(x);
            GC.KeepAlive(y);
        }
    }

    readonly struct Searching(Tensor sorted, Tensor values, Tensor y, bool right) : ICalculation
    {
        public void Run<T>() where T : unmanaged, INumber<T>
        {
            ReadOnlySpan<T> row = sorted.Span<T>(), wanted = values.Span<T>();
            Span<long> target = y.Span<long>();
            for (int i = 0; i < target.Length; i++)
            {
                int low = 0, high = row.Length;
                while (low < high)
                {
                    int middle = (low + high) >>> 1;
                    if (right ? !(row[middle] > wanted[i]) : row[middle] < wanted[i]) low = middle + 1;
                    else high = middle;
                }
                target[i] = low;
            }
            GC.KeepAlive(sorted);
            GC.KeepAlive(values);
            GC.KeepAlive(y);
        }
    }
}

using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>Applies elementwise operations to tensors: values by the fast loops, gradients from the same formula.</summary>
public static unsafe class Mapping
{
    extension(Tensor x)
    {
        /// <summary>y = f(x), elementwise, for any operation stated over lanes. Integers are computed in Float32.</summary>
        public Tensor Map<TOp>(TOp operation) where TOp : struct, IUnaryOperation
        {
            x = x.Computed().Contiguous();
            Tensor y = Tensor.Uninitialized(x.Shape, x.DType);
            if (x.DType == DType.Float32) Forward<TOp, float>(operation, x, y);
            else Forward<TOp, double>(operation, x, y);
            return TOp.SlopeReads switch
            {
                Reads.Nothing => Autograd.Record(TOp.Name, y, [x], [], operation, static (g, saved, op) => [Backward(op, g, g, g, saved)]),
                Reads.Input => Autograd.Record(TOp.Name, y, [x], [x], operation, static (g, saved, op) => [Backward(op, g, saved[0], saved[0], saved)], TOp.IsActivation),
                Reads.Result => Autograd.Record(TOp.Name, y, [x], [y], operation, static (g, saved, op) => [Backward(op, g, saved[0], saved[0], saved)], TOp.IsActivation),
                _ => Autograd.Record(TOp.Name, y, [x], [x, y], operation, static (g, saved, op) => [Backward(op, g, saved[0], saved[1], saved)], TOp.IsActivation),
            };
        }

        /// <summary>y = f(x, other), elementwise with broadcasting, for any operation stated over lanes.</summary>
        public Tensor Zip<TOp>(Tensor other, TOp operation) where TOp : struct, IBinaryOperation
        {
            (Tensor a, Tensor b) = Promotion.Common(x, other, TOp.Name);
            Tensor y = Tensor.Uninitialized(Shape.Broadcast(a.Shape, b.Shape, TOp.Name), a.DType);
            if (a.DType == DType.Float32) Forward<TOp, float>(operation, a, b, y);
            else Forward<TOp, double>(operation, a, b, y);
            return TOp.SlopesReadInputs
                ? Autograd.Record(TOp.Name, y, [a, b], [a, b], operation, static (g, saved, op) =>
                    [saved.Needs(0) ? BackwardA(op, g, saved[0], saved[1], saved) : null,
                     saved.Needs(1) ? BackwardB(op, g, saved[0], saved[1], saved) : null])
                : Autograd.Record(TOp.Name, y, [a, b], [], operation, static (g, saved, op) =>
                    [!saved.Needs(0) ? null : TOp.HasSlopeOneA ? g : BackwardA(op, g, g, g, saved),
                     !saved.Needs(1) ? null : TOp.HasSlopeOneB ? g : BackwardB(op, g, g, g, saved)]);
        }
    }

    static void Forward<TOp, T>(TOp operation, Tensor x, Tensor y) where TOp : struct, IUnaryOperation where T : unmanaged
    {
        fixed (T* from = x.Span<T>(), to = y.Span<T>())
            Elementwise.Run(new ValueOf<TOp>(operation), new Operand<T>(from, false), to, y.Length);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }

    static void Forward<TOp, T>(TOp operation, Tensor a, Tensor b, Tensor y) where TOp : struct, IBinaryOperation where T : unmanaged =>
        RunRows<ValueOf2<TOp>, T>(new(operation), a, b, y);

    static Tensor Backward<TOp>(TOp operation, Tensor g, Tensor x, Tensor y, Saved saved) where TOp : struct, IUnaryOperation
    {
        if (saved.CreatesGraph) return g * operation.Slope(new TensorLanes(x), new TensorLanes(y)).In(x.DType);
        return Run3(new SlopeOf<TOp>(operation), g, x, y);
    }

    internal static Tensor BackwardA<TOp>(TOp operation, Tensor g, Tensor a, Tensor b, Saved saved) where TOp : struct, IBinaryOperation
    {
        if (saved.CreatesGraph) return g * operation.SlopeA(new TensorLanes(a), new TensorLanes(b)).In(g.DType);
        return Run3(new SlopeAOf<TOp>(operation), g, a, b);
    }

    internal static Tensor BackwardB<TOp>(TOp operation, Tensor g, Tensor a, Tensor b, Saved saved) where TOp : struct, IBinaryOperation
    {
        if (saved.CreatesGraph) return g * operation.SlopeB(new TensorLanes(a), new TensorLanes(b)).In(g.DType);
        return Run3(new SlopeBOf<TOp>(operation), g, a, b);
    }

    /// <summary>A fresh tensor f(a, b, c) of a's shape; b and c broadcast to it.</summary>
    static Tensor Run3<F>(F f, Tensor a, Tensor b, Tensor c) where F : struct, ILaneFunction3
    {
        Tensor y = Tensor.Uninitialized(a.Shape, a.DType);
        if (a.DType == DType.Float32) RunRows<F, float>(f, a, b, c, y);
        else RunRows<F, double>(f, a, b, c, y);
        return y;
    }

    /// <summary>y = f(a, b); both broadcast to y.</summary>
    internal static void RunRows<F, T>(F f, Tensor a, Tensor b, Tensor y) where F : struct, ILaneFunction2 where T : unmanaged =>
        RunRows<Elementwise.Lanes2<F, T>, T, T>(new(f, Streams<T>(y, a, b, b)), a, b, a, y);

    /// <summary>y = f(a, b, c); all broadcast to y.</summary>
    internal static void RunRows<F, T>(F f, Tensor a, Tensor b, Tensor c, Tensor y) where F : struct, ILaneFunction3 where T : unmanaged =>
        RunRows<Elementwise.Lanes3<F, T>, T, T>(new(f, Streams<T>(y, a, b, c)), a, b, c, y);

    /// <summary>True if y should go past the caches: it is large, and not one of the inputs, whose lines are read anyway.</summary>
    static bool Streams<T>(Tensor y, Tensor a, Tensor b, Tensor c) where T : unmanaged =>
        Streaming.Suits<T>(y.Length) && !ReferenceEquals(y, a) && !ReferenceEquals(y, b) && !ReferenceEquals(y, c);

    /// <summary>Runs a loop over y, to which the inputs broadcast. An input that the loop does not use is any other.</summary>
    internal static void RunRows<R, T, U>(R run, Tensor a, Tensor b, Tensor c, Tensor y)
        where R : struct, IRunFunction<T, U> where T : unmanaged where U : unmanaged
    {
        if (IsPlain(a, y) && IsPlain(b, y) && IsPlain(c, y))
        {
            fixed (T* pa = &a.Origin<T>(), pb = &b.Origin<T>(), pc = &c.Origin<T>())
            fixed (U* py = &y.Origin<U>())
                Elementwise.Run(run, new Operand<T>(pa, false), new(pb, false), new(pc, false), py, y.Length);
        }
        else if (y.Length > 0)
        {
            Span<int> strides = stackalloc int[3 * Shape.MaximumRank];
            if (!Plan(y.Shape, a, b, c, strides, out RowPlan plan))
            {
                (a, b, c) = (a.Contiguous(), b.Contiguous(), c.Contiguous());
                Plan(y.Shape, a, b, c, strides, out plan);
            }
            fixed (T* pa = &a.Origin<T>(), pb = &b.Origin<T>(), pc = &c.Origin<T>())
            fixed (U* py = &y.Origin<U>())
                Elementwise.Run(run, plan, pa, pb, pc, py);
        }
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(c);
        GC.KeepAlive(y);
    }

    /// <summary>x = f(x, y) without recording; x is contiguous and of a computed type, y broadcasts to it.</summary>
    internal static void ChangeInPlace<F>(Tensor x, Tensor y, F f) where F : struct, ILaneFunction2
    {
        y = x.Apart(y.To(x.DType));
        if (x.DType == DType.Float32) RunRows<F, float>(f, x, y, x);
        else RunRows<F, double>(f, x, y, x);
        x.Storage.Changed();
    }

    /// <summary>x = f(x, y) for an operation.</summary>
    internal static void ZipInPlace<TOp>(Tensor x, Tensor y, TOp operation) where TOp : struct, IBinaryOperation =>
        ChangeInPlace(x, y, new ValueOf2<TOp>(operation));

    /// <summary>Element i of the input belongs to element i of the output: no plan is needed.</summary>
    static bool IsPlain(Tensor x, Tensor y) => ReferenceEquals(x.Shape, y.Shape) && x.IsContiguous;

    static bool Plan(Shape output, Tensor a, Tensor b, Tensor c, Span<int> strides, out RowPlan plan)
    {
        int rank = output.Rank;
        Span<int> ofA = strides[..rank], ofB = strides.Slice(Shape.MaximumRank, rank), ofC = strides.Slice(2 * Shape.MaximumRank, rank);
        Aligned(a, output, ofA);
        Aligned(b, output, ofB);
        Aligned(c, output, ofC);
        return RowPlan.TryCreate(output.Axes, ofA, ofB, ofC, out plan);
    }

    /// <summary>Strides of a tensor along the axes of what it broadcasts to: 0 where it repeats.</summary>
    internal static void Aligned(Tensor tensor, Shape output, Span<int> strides)
    {
        int missing = output.Rank - tensor.Rank;
        for (int axis = 0; axis < output.Rank; axis++)
            strides[axis] = axis < missing || (tensor.Shape[axis - missing] == 1 && output[axis] != 1) ? 0 : tensor.Strides[axis - missing];
    }

    readonly struct ValueOf<TOp>(TOp operation) : ILaneFunction1 where TOp : struct, IUnaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Run<V>(V a) where V : struct, ILanes<V> => operation.Value(a);
    }

    readonly struct SlopeOf<TOp>(TOp operation) : ILaneFunction3 where TOp : struct, IUnaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Run<V>(V a, V b, V c) where V : struct, ILanes<V> => a * operation.Slope(b, c);
    }

    internal readonly struct ValueOf2<TOp>(TOp operation) : ILaneFunction2 where TOp : struct, IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Run<V>(V a, V b) where V : struct, ILanes<V> => operation.Value(a, b);
    }

    readonly struct SlopeAOf<TOp>(TOp operation) : ILaneFunction3 where TOp : struct, IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Run<V>(V a, V b, V c) where V : struct, ILanes<V> => a * operation.SlopeA(b, c);
    }

    readonly struct SlopeBOf<TOp>(TOp operation) : ILaneFunction3 where TOp : struct, IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Run<V>(V a, V b, V c) where V : struct, ILanes<V> => a * operation.SlopeB(b, c);
    }
}

using System.Numerics;
using Nabla.Kernels;

namespace Nabla;

/// <summary>How a reduction over any axes becomes one over the middle axis of a contiguous [outer, reduced, inner] block.</summary>
internal readonly ref struct ReductionPlan
{
    readonly int[]? order;

    ReductionPlan(int outer, int reduced, int inner, Shape kept, Shape dropped, int[]? order)
    {
        (Outer, Reduced, Inner, Kept, Dropped) = (outer, reduced, inner, kept, dropped);
        this.order = order;
    }

    public int Outer { get; }

    public int Reduced { get; }

    public int Inner { get; }

    /// <summary>Shape of the result with reduced axes of size 1.</summary>
    public Shape Kept { get; }

    /// <summary>Shape of the result without the reduced axes.</summary>
    public Shape Dropped { get; }

    public static ReductionPlan Create(Tensor x, ReadOnlySpan<int> axes, string who)
    {
        int rank = x.Rank, mask = 0;
        foreach (int axis in axes)
        {
            int named = x.Shape.Axis(axis, who), bit = 1 << named;
            if ((mask & bit) != 0) throw new ShapeException($"{who}: expected each axis once, got axis {named} twice.");
            mask |= bit;
        }
        Span<int> kept = stackalloc int[rank], dropped = stackalloc int[rank];
        int count = 0, first = -1, last = -1;
        for (int axis = 0; axis < rank; axis++)
        {
            bool isReduced = (mask >> axis & 1) != 0;
            kept[axis] = isReduced ? 1 : x.Shape[axis];
            if (!isReduced) dropped[count++] = x.Shape[axis];
            else if (x.Shape[axis] != 1) (first, last) = (first < 0 ? axis : first, axis);
        }
        Shape keptShape = Shape.Create(kept), droppedShape = Shape.Create(dropped[..count]);
        if (first < 0) return new(x.Length, 1, 1, keptShape, droppedShape, null);

        bool isBlock = true;
        int outer = 1, reduced = 1, inner = 1;
        for (int axis = 0; axis < rank; axis++)
        {
            bool isReduced = (mask >> axis & 1) != 0;
            isBlock &= isReduced || axis < first || axis > last || x.Shape[axis] == 1;
            if (isReduced) reduced *= x.Shape[axis];
            else if (axis < first) outer *= x.Shape[axis];
            else inner *= x.Shape[axis];
        }
        if (isBlock) return new(outer, reduced, inner, keptShape, droppedShape, null);

        var order = new int[rank];                                                    // kept axes first, reduced axes last
        int at = 0;
        for (int axis = 0; axis < rank; axis++) if ((mask >> axis & 1) == 0) order[at++] = axis;
        for (int axis = 0; axis < rank; axis++) if ((mask >> axis & 1) != 0) order[at++] = axis;
        return new(outer * inner, reduced, 1, keptShape, droppedShape, order);
    }

    /// <summary>Axes of the tensor in the order of the plan.</summary>
    public int[] Order => order ?? AxisList.All(Kept.Rank);

    /// <summary>
    /// Folds the tensor: a fresh result, not recorded. Reduced axes with others between them are folded group by group from the
    /// last, which reads x in the order it lies in memory.
    /// </summary>
    public Tensor Fold<TFold>(Tensor x, bool keepAxis) where TFold : struct, IFold => Fold<TFold, TFold>(x, keepAxis);

    /// <summary>The same for a fold of terms, which differs from the fold of what was folded before.</summary>
    public Tensor Fold<TFold, TJoin>(Tensor x, bool keepAxis) where TFold : struct, IFold where TJoin : struct, IFold
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        if (order is not null && x.Length > 0)
        {
            Shape shape = x.Shape;
            Span<int> group = stackalloc int[x.Rank];
            int count = 0, axis = x.Rank - 1;
            while (!IsReduced(shape, axis)) axis--;
            for (; axis >= 0 && (IsReduced(shape, axis) || shape[axis] == 1); axis--) group[count++] = axis;
            Tensor part = Create(x, group[..count], "").Fold<TFold, TJoin>(x, keepAxis: true);
            count = 0;
            for (; axis >= 0; axis--) if (IsReduced(shape, axis)) group[count++] = axis;
            Tensor whole = Create(part, group[..count], "").Fold<TJoin, TJoin>(part, keepAxis: true);
            return keepAxis ? whole : whole.Reshape(Dropped);
        }
        Tensor plain = Arrange(x), y = Tensor.Uninitialized(keepAxis ? Kept : Dropped, x.DType);
        x.DType.Calculate(new Folding<TFold, TJoin>(plain, y, Outer, Reduced, Inner));
        return y;
    }

    /// <summary>Whether an axis has more than one element in the whole and one in the result.</summary>
    bool IsReduced(Shape shape, int axis) => shape[axis] != 1 && Kept[axis] == 1;

    /// <summary>The tensor with its elements in the order of the plan.</summary>
    public Tensor Arrange(Tensor x)
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        return (order is null ? x : x.Permute(order)).Contiguous();
    }

    readonly unsafe struct Folding<TFold, TJoin>(Tensor x, Tensor y, int outer, int reduced, int inner) : ICalculation
        where TFold : struct, IFold where TJoin : struct, IFold
    {
        public void Run<T>() where T : unmanaged, INumber<T>
        {
            fixed (T* from = &x.Origin<T>(), to = &y.Origin<T>()) FoldKernel.Run<TFold, TJoin, T>(from, outer, reduced, inner, to);
            GC.KeepAlive(x);
            GC.KeepAlive(y);
        }
    }
}

using System.Numerics;
using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// Largest and smallest elements, and where they are. NaN wins over every number. The gradient of <c>Max</c> and <c>Min</c> is
/// shared evenly by all elements that reach the extremum; that of <c>MaxWithIndex</c> goes to the one element it names.
/// </summary>
public static class Extrema
{
    extension(Tensor x)
    {
        /// <summary>Largest element of all.</summary>
        public Tensor Max() => x.Max(AxisList.All(x.Rank));

        /// <summary>Largest element along <paramref name="axis"/>.</summary>
        public Tensor Max(int axis, bool keepAxis = false) => x.Max([axis], keepAxis);

        /// <summary>Largest element over several axes; they disappear, or stay with size 1 if <paramref name="keepAxis"/>.</summary>
        /// <exception cref="ShapeException">There is no element to choose from.</exception>
        public Tensor Max(ReadOnlySpan<int> axes, bool keepAxis = false) => Extremum<MaximumFold>(x, axes, keepAxis, "Max");

        /// <summary>Smallest element of all.</summary>
        public Tensor Min() => x.Min(AxisList.All(x.Rank));

        /// <summary>Smallest element along <paramref name="axis"/>.</summary>
        public Tensor Min(int axis, bool keepAxis = false) => x.Min([axis], keepAxis);

        /// <summary>Smallest element over several axes; they disappear, or stay with size 1 if <paramref name="keepAxis"/>.</summary>
        /// <exception cref="ShapeException">There is no element to choose from.</exception>
        public Tensor Min(ReadOnlySpan<int> axes, bool keepAxis = false) => Extremum<MinimumFold>(x, axes, keepAxis, "Min");

        /// <summary>Position of the largest element along <paramref name="axis"/>, the first of equals, as Int64.</summary>
        public Tensor ArgMax(int axis = -1, bool keepAxis = false) => Argument(x, axis, keepAxis, largest: true, "ArgMax");

        /// <summary>Position of the smallest element along <paramref name="axis"/>, the first of equals, as Int64.</summary>
        public Tensor ArgMin(int axis = -1, bool keepAxis = false) => Argument(x, axis, keepAxis, largest: false, "ArgMin");

        /// <summary>Largest elements along <paramref name="axis"/> and their positions, the first of equals.</summary>
        public (Tensor Values, Tensor Indices) MaxWithIndex(int axis = -1, bool keepAxis = false) => Picked(x, axis, keepAxis, largest: true, "MaxWithIndex");

        /// <summary>Smallest elements along <paramref name="axis"/> and their positions, the first of equals.</summary>
        public (Tensor Values, Tensor Indices) MinWithIndex(int axis = -1, bool keepAxis = false) => Picked(x, axis, keepAxis, largest: false, "MinWithIndex");

        /// <summary>Whether any element is true (not 0).</summary>
        public Tensor Any() => x.Any(AxisList.All(x.Rank));

        /// <summary>Whether any element along <paramref name="axis"/> is true (not 0).</summary>
        public Tensor Any(int axis, bool keepAxis = false) => x.Any([axis], keepAxis);

        /// <summary>Whether any element over several axes is true (not 0); false over nothing.</summary>
        public Tensor Any(ReadOnlySpan<int> axes, bool keepAxis = false) =>
            ReductionPlan.Create(x, axes, "Any").Fold<MaximumFold>(x.Contiguous().To(DType.Bool), keepAxis);

        /// <summary>Whether all elements are true (not 0).</summary>
        public Tensor All() => x.All(AxisList.All(x.Rank));

        /// <summary>Whether all elements along <paramref name="axis"/> are true (not 0).</summary>
        public Tensor All(int axis, bool keepAxis = false) => x.All([axis], keepAxis);

        /// <summary>Whether all elements over several axes are true (not 0); true over nothing.</summary>
        public Tensor All(ReadOnlySpan<int> axes, bool keepAxis = false) => x.Contiguous().To(DType.Bool).Negated().Any(axes, keepAxis).Negated();

        Tensor Negated() => x.EqualTo(0);
    }

    static Tensor Extremum<TFold>(Tensor x, ReadOnlySpan<int> axes, bool keepAxis, string who) where TFold : struct, IFold
    {
        if (x.DType is DType.Float16 or DType.BFloat16) x = x.To(DType.Float32);
        ReductionPlan plan = ReductionPlan.Create(x, axes, who);
        if (plan.Reduced == 0) throw new ShapeException($"{who}: expected at least one element to choose from, got {x.Shape}.");
        Tensor y = plan.Fold<TFold>(x, keepAxis);
        if (x.Node is null) return y;
        return Autograd.Record(who, y, [x], [x, y], (plan.Kept, axes.ToArray()), static (g, saved, s) =>
            [Share(g.Reshape(s.Kept), saved[0], saved[1].Reshape(s.Kept), s.Item2)]);
    }

    /// <summary>A gradient shared evenly, over some axes, by the elements of x that equal y; g and y broadcast to x.</summary>
    internal static Tensor Share(Tensor g, Tensor x, Tensor y, int[] axes)
    {
        Tensor winners = x.EqualTo(y).To(g.DType);
        return winners * (g / winners.Sum(axes, keepAxis: true));
    }

    static (Tensor, Tensor) Picked(Tensor x, int axis, bool keepAxis, bool largest, string who)
    {
        Tensor at = Argument(x, axis, keepAxis: true, largest, who);
        Tensor values = x.GatherAlong(x.Shape.Axis(axis, who), at);
        return keepAxis ? (values, at) : (values.Squeeze(axis), at.Squeeze(axis));
    }

    static Tensor Argument(Tensor x, int axis, bool keepAxis, bool largest, string who)
    {
        axis = x.Shape.Axis(axis, who);
        if (x.Shape[axis] == 0) throw new ShapeException($"{who}: expected at least one element along axis {axis}, got {x.Shape}.");
        using Autograd.Scope scope = Autograd.NoGradient();
        Tensor plain = (x.DType is DType.Float16 or DType.BFloat16 ? x.To(DType.Float32) : x).Contiguous();
        Tensor y = Tensor.Uninitialized(keepAxis ? x.Shape.With(axis, 1) : x.Shape.Without(axis), DType.Int64);
        AxisBlock block = AxisBlock.Of(x.Shape, axis);
        if (y.Length == 0) return y;
        if (largest) plain.DType.Calculate(new Arguments<MaximumFold>(plain, y, block));
        else plain.DType.Calculate(new Arguments<MinimumFold>(plain, y, block));
        return y;
    }

    readonly unsafe struct Arguments<TFold>(Tensor x, Tensor y, AxisBlock block) : ICalculation where TFold : struct, IFold
    {
        public void Run<T>() where T : unmanaged, INumber<T>
        {
            fixed (T* from = &x.Origin<T>())
            fixed (long* to = &y.Origin<long>())
                ArgumentKernel.Run<TFold, T>(from, block.Outer, block.Size, block.Inner, to);
            GC.KeepAlive(x);
            GC.KeepAlive(y);
        }
    }
}

using Nabla.Kernels;

namespace Nabla;

/// <summary>Sums and means over any axes.</summary>
public static unsafe class Sums
{
    extension(Tensor x)
    {
        /// <summary>Sum of all elements, a scalar. Integers are summed in their own type.</summary>
        public Tensor Sum() => x.Sum(AllAxes[..x.Rank]);

        /// <summary>Sum over <paramref name="axis"/>.</summary>
        public Tensor Sum(int axis, bool keepAxis = false) => x.Sum([axis], keepAxis);

        /// <summary>Sum over several axes; they disappear, or stay with size 1 if <paramref name="keepAxis"/>.</summary>
        public Tensor Sum(ReadOnlySpan<int> axes, bool keepAxis = false)
        {
            if (x.DType is DType.Float16 or DType.BFloat16) x = x.To(DType.Float32);
            if (x.DType is DType.Bool or DType.UInt8) x = x.To(DType.Int64);
            ReductionPlan plan = ReductionPlan.Create(x, axes, "Sum");
            Tensor plain = plan.Arrange(x);
            Tensor y = Tensor.Uninitialized(keepAxis ? plan.Kept : plan.Dropped, x.DType);
            switch (x.DType)
            {
                case DType.Float32: Run<float>(plan, plain, y); break;
                case DType.Float64: Run<double>(plan, plain, y); break;
                case DType.Int32: Run<int>(plan, plain, y); break;
                default: Run<long>(plan, plain, y); break;
            }
            return Autograd.Record("Sum", y, [x], [], (plan.Kept, x.Shape), static (g, _, shapes) => [g.Reshape(shapes.Kept).Expand(shapes.Shape)]);
        }

        /// <summary>Mean of all elements.</summary>
        public Tensor Mean() => x.Mean(AllAxes[..x.Rank]);

        /// <summary>Mean over <paramref name="axis"/>.</summary>
        public Tensor Mean(int axis, bool keepAxis = false) => x.Mean([axis], keepAxis);

        /// <summary>Mean over several axes. NaN over zero elements.</summary>
        public Tensor Mean(ReadOnlySpan<int> axes, bool keepAxis = false)
        {
            x = x.Computed();
            Tensor sum = x.Sum(axes, keepAxis);
            return sum * (sum.Length == 0 ? 1 : (double)sum.Length / x.Length);
        }

        /// <summary>Sums over what broadcasting from <paramref name="shape"/> repeated: the gradient of a broadcast.</summary>
        internal Tensor SumTo(Shape shape, string who)
        {
            if (!shape.BroadcastsTo(x.Shape))
                throw new ShapeException($"Backward: {who} has an input {shape}, its derivative returned a gradient {x.Shape}.");
            Span<int> axes = stackalloc int[x.Rank];
            int count = 0, missing = x.Rank - shape.Rank;
            for (int axis = 0; axis < x.Rank; axis++)
                if (axis < missing || (shape[axis - missing] == 1 && x.Shape[axis] != 1)) axes[count++] = axis;
            return x.Sum(axes[..count]).Reshape(shape);
        }
    }

    static ReadOnlySpan<int> AllAxes => [0, 1, 2, 3, 4, 5, 6, 7];

    static void Run<T>(in ReductionPlan plan, Tensor x, Tensor y) where T : unmanaged, System.Numerics.INumber<T>
    {
        fixed (T* from = &x.Origin<T>(), to = &y.Origin<T>())
            SumKernel.Run(from, plan.Outer, plan.Reduced, plan.Inner, to);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }
}

using Nabla.Kernels;

namespace Nabla;

/// <summary>Sums, means and products over any axes.</summary>
public static class Sums
{
    extension(Tensor x)
    {
        /// <summary>Sum of all elements, a scalar. Integers are summed in their own type; Bool and UInt8 are counted in Int64, half types in Float32.</summary>
        public Tensor Sum() => x.Sum(AxisList.All(x.Rank));

        /// <summary>Sum over <paramref name="axis"/>.</summary>
        public Tensor Sum(int axis, bool keepAxis = false) => x.Sum([axis], keepAxis);

        /// <summary>Sum over several axes; they disappear, or stay with size 1 if <paramref name="keepAxis"/>. 0 over nothing.</summary>
        public Tensor Sum(ReadOnlySpan<int> axes, bool keepAxis = false)
        {
            x = Summable(x);
            ReductionPlan plan = ReductionPlan.Create(x, axes, "Sum");
            Tensor y = plan.Fold<SumFold>(x, keepAxis);
            return Autograd.Record("Sum", y, [x], [], (plan.Kept, x.Shape), static (g, saved, shapes) =>
                [saved.CreatesGraph ? g.Reshape(shapes.Kept).Expand(shapes.Shape) : Repeated(g.Contiguous(), shapes.Kept, shapes.Shape)]);
        }

        /// <summary>Mean of all elements.</summary>
        public Tensor Mean() => x.Mean(AxisList.All(x.Rank));

        /// <summary>Mean over <paramref name="axis"/>.</summary>
        public Tensor Mean(int axis, bool keepAxis = false) => x.Mean([axis], keepAxis);

        /// <summary>Mean over several axes. NaN over zero elements.</summary>
        public Tensor Mean(ReadOnlySpan<int> axes, bool keepAxis = false)
        {
            x = x.Computed();
            Tensor sum = x.Sum(axes, keepAxis);
            return sum / (sum.Length == 0 ? 1 : (double)x.Length / sum.Length);          // one rounding: the mean of 49 ones is 1
        }

        /// <summary>Product of all elements.</summary>
        public Tensor Product() => x.Product(AxisList.All(x.Rank));

        /// <summary>Product over <paramref name="axis"/>.</summary>
        public Tensor Product(int axis, bool keepAxis = false) => x.Product([axis], keepAxis);

        /// <summary>Product over several axes; 1 over nothing. The gradient, each factor's product of the others, is right with zeros too.</summary>
        public Tensor Product(ReadOnlySpan<int> axes, bool keepAxis = false)
        {
            x = Summable(x);
            ReductionPlan plan = ReductionPlan.Create(x, axes, "Product");
            Tensor y = plan.Fold<ProductFold>(x, keepAxis);
            if (x.Node is null) return y;
            int[] order = plan.Order;
            return Autograd.Record("Product", y, [x], [x], (plan.Kept, order, plan.Outer, plan.Reduced, plan.Inner), static (g, saved, s) =>
            {
                Tensor factors = saved[0].Permute(s.order);
                Tensor others = factors.Reshape(s.Outer, s.Reduced, s.Inner).ProductOfOthers().Reshape(factors.Shape);
                return [g.Reshape(s.Kept) * others.Permute(AxisList.Inverse(s.order))];
            });
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

        /// <summary>
        /// For x [outer, n, inner] the product of all other elements along the middle axis, without a division: pairs are multiplied,
        /// the products of the other pairs found the same way, and given back to both of each pair crosswise.
        /// </summary>
        Tensor ProductOfOthers()
        {
            int n = x.Shape[1], half = n / 2;
            if (n == 1) return Tensor.Ones(x.Shape, x.DType);
            if (n == 0) return x;
            Tensor first = x.Narrow(1, 0, half), second = x.Narrow(1, half, half), pairs = first * second;
            if (n % 2 == 1) pairs = Tensor.Concatenate([pairs, x.Narrow(1, n - 1, 1)], 1);
            Tensor others = pairs.ProductOfOthers(), shared = others.Narrow(1, 0, half);
            return n % 2 == 1
                ? Tensor.Concatenate([shared * second, shared * first, others.Narrow(1, half, 1)], 1)
                : Tensor.Concatenate([shared * second, shared * first], 1);
        }
    }

    /// <summary>A look at a contiguous tensor that repeats it over axes of size 1 of <paramref name="kept"/>, its shape with such axes put back.</summary>
    static Tensor Repeated(Tensor g, Shape kept, Shape shape)
    {
        var strides = new int[shape.Rank];
        for (int axis = 0; axis < strides.Length; axis++) strides[axis] = kept[axis] == shape[axis] ? kept.Strides[axis] : 0;
        return Tensor.View(g, shape, strides, g.Offset);
    }

    /// <summary>In a type that has room for sums.</summary>
    internal static Tensor Summable(Tensor x) => x.DType switch
    {
        DType.Float16 or DType.BFloat16 => x.To(DType.Float32),
        DType.Bool or DType.UInt8 => x.To(DType.Int64),
        _ => x,
    };
}

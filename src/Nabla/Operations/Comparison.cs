using System.Numerics;
using Nabla.Kernels;

namespace Nabla;

/// <summary>Elementwise comparisons with broadcasting. The result is Bool and has no gradient; NaN compares as false.</summary>
public static class Comparison
{
    extension(Tensor a)
    {
        /// <summary>a &lt; b.</summary>
        public Tensor Less(Tensor b) => Compare<IsLess>(a, b, "Less");

        /// <summary>a &lt; c.</summary>
        public Tensor Less(double c) => Compare<IsLess>(a, Number(c, a), "Less");

        /// <summary>a ≤ b.</summary>
        public Tensor LessOrEqual(Tensor b) => Compare<IsLessOrEqual>(a, b, "LessOrEqual");

        /// <summary>a ≤ c.</summary>
        public Tensor LessOrEqual(double c) => Compare<IsLessOrEqual>(a, Number(c, a), "LessOrEqual");

        /// <summary>a &gt; b.</summary>
        public Tensor Greater(Tensor b) => Compare<IsLess>(b, a, "Greater");

        /// <summary>a &gt; c.</summary>
        public Tensor Greater(double c) => Compare<IsLess>(Number(c, a), a, "Greater");

        /// <summary>a ≥ b.</summary>
        public Tensor GreaterOrEqual(Tensor b) => Compare<IsLessOrEqual>(b, a, "GreaterOrEqual");

        /// <summary>a ≥ c.</summary>
        public Tensor GreaterOrEqual(double c) => Compare<IsLessOrEqual>(Number(c, a), a, "GreaterOrEqual");

        /// <summary>a = b.</summary>
        public Tensor EqualTo(Tensor b) => Compare<IsEqual>(a, b, "EqualTo");

        /// <summary>a = c.</summary>
        public Tensor EqualTo(double c) => Compare<IsEqual>(a, Number(c, a), "EqualTo");

        /// <summary>a ≠ b.</summary>
        public Tensor NotEqualTo(Tensor b) => Compare<IsNotEqual>(a, b, "NotEqualTo");

        /// <summary>a ≠ c.</summary>
        public Tensor NotEqualTo(double c) => Compare<IsNotEqual>(a, Number(c, a), "NotEqualTo");

        /// <summary>
        /// Whether |a − b| ≤ absolute + relative·|b| for all elements, with broadcasting: equal up to rounding. Infinities are close to
        /// themselves only. Compared in Float64, unless both are Float32.
        /// </summary>
        /// <param name="b">What is compared with; its size sets the scale of the relative tolerance.</param>
        /// <param name="relative">Relative tolerance, at least 0. Default 1e-5.</param>
        /// <param name="absolute">Absolute tolerance, at least 0; what decides around 0. Default 1e-8.</param>
        /// <param name="equalNan">Whether NaN is close to NaN.</param>
        /// <exception cref="ShapeException">The shapes do not broadcast.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A tolerance is negative or NaN.</exception>
        public bool AllClose(Tensor b, double relative = 1e-5, double absolute = 1e-8, bool equalNan = false)
        {
            if (!(relative >= 0 && absolute >= 0))
                throw new ArgumentOutOfRangeException(nameof(relative), $"AllClose: expected tolerances of at least 0, got {relative} and {absolute}.");
            using Autograd.Scope scope = Autograd.NoGradient();
            DType type = a.DType == DType.Float32 && b.DType == DType.Float32 ? DType.Float32 : DType.Float64;
            (Tensor x, Tensor y) = (a.To(type), b.To(type));
            Tensor distance = (x - y).Abs();
            Tensor isClose = distance.LessOrEqual(y.Abs() * relative + absolute).LogicalAnd(distance.IsFinite()).LogicalOr(x.EqualTo(y));
            if (equalNan) isClose = isClose.LogicalOr(x.IsNan().LogicalAnd(y.IsNan()));
            return isClose.All().Item<bool>();
        }
    }

    /// <summary>A number in the type it is compared in: integers stay integers unless the number has a fraction.</summary>
    static Tensor Number(double value, Tensor like) =>
        Tensor.Full(Shape.Scalar, value, like.DType.IsComputed || value == Math.Floor(value) ? like.DType : DType.Float32);

    static Tensor Compare<TRelation>(Tensor a, Tensor b, string who) where TRelation : struct, IRelation
    {
        DType type = Promotion.Type(a.DType, a.Rank, b.DType, b.Rank);
        if (type is DType.Float16 or DType.BFloat16) type = DType.Float32;
        if (type is DType.Bool) type = DType.UInt8;
        Shape shape = Shape.Broadcast(a.Shape, b.Shape, who);
        (a, b) = (a.To(type), b.To(type));
        Tensor y = Tensor.Uninitialized(shape, DType.Bool);
        switch (type)
        {
            case DType.Float32: Run<TRelation, float>(a, b, y); break;
            case DType.Float64: Run<TRelation, double>(a, b, y); break;
            case DType.Int32: Run<TRelation, int>(a, b, y); break;
            case DType.Int64: Run<TRelation, long>(a, b, y); break;
            default: Run<TRelation, byte>(a, b, y); break;
        }
        return y;
    }

    static void Run<TRelation, T>(Tensor a, Tensor b, Tensor y) where TRelation : struct, IRelation where T : unmanaged, INumber<T> =>
        Mapping.RunRows<RelationLoop<TRelation, T>, T, byte>(default, a, b, a, y);
}

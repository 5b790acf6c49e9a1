using Nabla.Kernels;

namespace Nabla;

/// <summary>Truth values, elementwise: what to do with the results of comparisons. No gradients.</summary>
public static class Logic
{
    extension(Tensor a)
    {
        /// <summary>True where both are true; broadcasts.</summary>
        /// <exception cref="DTypeException">A tensor is not Bool.</exception>
        public Tensor LogicalAnd(Tensor b) => Combine<BitwiseAnd>(a, b);

        /// <summary>True where one or both are true; broadcasts.</summary>
        /// <exception cref="DTypeException">A tensor is not Bool.</exception>
        public Tensor LogicalOr(Tensor b) => Combine<BitwiseOr>(a, b);

        /// <summary>True where exactly one is true; broadcasts.</summary>
        /// <exception cref="DTypeException">A tensor is not Bool.</exception>
        public Tensor LogicalXor(Tensor b) => Combine<BitwiseXor>(a, b);

        /// <summary>True where a is false.</summary>
        /// <exception cref="DTypeException">The tensor is not Bool.</exception>
        public Tensor LogicalNot() => Combine<BitwiseXor>(a, Tensor.Scalar(1, DType.Bool));

        /// <summary>True where the element is NaN; false everywhere for integers.</summary>
        public Tensor IsNan() => a.NotEqualTo(a);

        /// <summary>True where the element is neither NaN nor infinite; true everywhere for integers.</summary>
        public Tensor IsFinite() => a.Less(double.PositiveInfinity).LogicalAnd(a.Greater(double.NegativeInfinity));
    }

    static Tensor Combine<TOp>(Tensor a, Tensor b) where TOp : struct, IIntegerOperation
    {
        if (a.DType != DType.Bool || b.DType != DType.Bool)
            throw new DTypeException(
                $"{TOp.Name}: expected Bool tensors, got {a.DType} and {b.DType}. Compare first, for example x.NotEqualTo(0).");
        return IntegerArithmetic.Zip<TOp>(a, b, DType.Bool);
    }
}

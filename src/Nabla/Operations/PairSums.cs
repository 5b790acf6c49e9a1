using System.Numerics;
using Nabla.Kernels;

namespace Nabla;

/// <summary>Sums of elementwise functions of two tensors.</summary>
internal static unsafe class PairSums
{
    extension(Tensor x)
    {
        /// <summary>Σ f(x, other) over two tensors of one shape, a scalar: <c>x.Zip(other, f).Sum()</c> without a tensor of values between.</summary>
        public Tensor ZipSum<TOp>(Tensor other, TOp operation) where TOp : struct, IBinaryOperation
        {
            (Tensor a, Tensor b) = Promotion.Common(x, other, TOp.Name);
            Tensor y = Tensor.Uninitialized(Shape.Scalar, a.DType);
            if (a.DType == DType.Float32) Run<TOp, float>(operation, a.Contiguous(), b.Contiguous(), y);
            else Run<TOp, double>(operation, a.Contiguous(), b.Contiguous(), y);
            return Autograd.Record(TOp.Name, y, [a, b], [a, b], operation, static (g, saved, op) =>
            {
                Tensor slope = g.Expand(saved[0].Shape);
                return
                [
                    saved.Needs(0) ? Mapping.BackwardA(op, slope, saved[0], saved[1], saved) : null,
                    saved.Needs(1) ? Mapping.BackwardB(op, slope, saved[0], saved[1], saved) : null,
                ];
            });
        }
    }

    static void Run<TOp, T>(TOp operation, Tensor a, Tensor b, Tensor y) where TOp : struct, IBinaryOperation where T : unmanaged, INumber<T>
    {
        fixed (T* pa = &a.Origin<T>(), pb = &b.Origin<T>())
            y.Span<T>()[0] = PairSumKernel.Run(new Mapping.ValueOf2<TOp>(operation), pa, pb, a.Length);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(y);
    }
}

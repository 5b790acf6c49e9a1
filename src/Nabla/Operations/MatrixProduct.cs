using System.Numerics;
using MatMulKernel = Nabla.Kernels.MatMul;

namespace Nabla;

/// <summary>Products of matrices, of batches of matrices, and the affine map of a linear layer.</summary>
public static unsafe class MatrixProduct
{
    extension(Tensor a)
    {
        /// <summary>
        /// Matrix product with NumPy's rules: [m, k] × [k, n] → [m, n]; leading axes are a batch and broadcast; a vector counts as
        /// a row on the left, as a column on the right, and its axis disappears from the result.
        /// </summary>
        /// <exception cref="ShapeException">Inner dimensions differ, or an argument is a scalar.</exception>
        public Tensor MatMul(Tensor b)
        {
            (a, b) = Promotion.Common(a, b, "MatMul");
            if (a.Rank == 0 || b.Rank == 0)
                throw new ShapeException($"MatMul: expected tensors with at least one axis, got {a.Shape} × {b.Shape}. Use * for scalars.");
            int inner = a.Shape[^1], rows = b.Rank == 1 ? b.Shape[0] : b.Shape[^2];
            if (inner != rows)
                throw new ShapeException($"MatMul: inner dimensions differ: {a.Shape} × {b.Shape} ({inner} and {rows}).");
            if (a.Rank == 1) return a.Unsqueeze(0).MatMul(b).Squeeze(b.Rank == 1 ? 0 : -2);
            if (b.Rank == 1) return a.MatMul(b.Unsqueeze(1)).Squeeze(-1);
            if (a.Rank > 2 && b.Rank == 2)
                return a.Flatten(0, -2).MatMul(b).Reshape([.. a.Shape.Axes[..^1], b.Shape[1]]);

            Tensor y = Product(a, b);
            return Autograd.Record("MatMul", y, [a, b], [a, b], static (g, saved) =>
                [saved.Needs(0) ? g.MatMul(saved[1].T) : null, saved.Needs(1) ? saved[0].T.MatMul(g) : null], reduces: true);
        }

        /// <summary>The affine map y = x·Wᵀ + b of a linear layer: x [..., in], W [out, in], b [out] or null → [..., out].</summary>
        public Tensor Linear(Tensor weight, Tensor? bias = null)
        {
            if (weight.Rank != 2 || a.Rank == 0 || a.Shape[^1] != weight.Shape[1])
                throw new ShapeException($"Linear: expected [..., in] × [out, in], got {a.Shape} and {weight.Shape}.");
            if (bias is not null && bias.Shape != Shape.Create(weight.Shape[0]))
                throw new ShapeException($"Linear: expected a bias of shape [{weight.Shape[0]}], got {bias.Shape}.");
            if (a.Rank != 2)
                return a.Reshape([Rows(a.Shape), a.Shape[^1]]).Linear(weight, bias).Reshape([.. a.Shape.Axes[..^1], weight.Shape[0]]);
            weight = weight.Computed();
            (a, bias) = (a.To(weight.DType), bias?.To(weight.DType));

            Tensor y = Tensor.Uninitialized((a.Shape[0], weight.Shape[0]), a.DType);
            if (a.DType == DType.Float32) Affine<float>(a, weight, bias, y);
            else Affine<double>(a, weight, bias, y);
            if (bias is null)
                return Autograd.Record("Linear", y, [a, weight], [a, weight], static (g, saved) =>
                    [saved.Needs(0) ? g.MatMul(saved[1]) : null, saved.Needs(1) ? WeightGradient(g, saved) : null], reduces: true, takes: LinearByColumns.Derivative);
            return Autograd.Record("Linear", y, [a, weight, bias], [a, weight], static (g, saved) =>
                [saved.Needs(0) ? g.MatMul(saved[1]) : null,
                 saved.Needs(1) ? WeightGradient(g, saved) : null,
                 saved.Needs(2) ? g.Sum(0) : null], reduces: true, takes: LinearByColumns.Derivative);
        }
    }

    /// <summary>All places but those of the last axis, which −1 cannot tell where that axis is empty.</summary>
    static int Rows(Shape shape)
    {
        int rows = 1;
        foreach (int size in shape.Axes[..^1]) rows *= size;
        return rows;
    }

    /// <summary>gᵀ·x; without a graph straight from the kernel, which needs no transposed view.</summary>
    static Tensor WeightGradient(Tensor g, Saved saved)
    {
        Tensor x = saved[0];
        if (saved.CreatesGraph) return g.T.MatMul(x);
        Tensor y = Tensor.Uninitialized((g.Shape[1], x.Shape[1]), g.DType);
        if (y.DType == DType.Float32) Transposed<float>(g, x, y);
        else Transposed<double>(g, x, y);
        return y;
    }

    static void Transposed<T>(Tensor g, Tensor x, Tensor y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using MixedPrecision.Factor left = new(g), right = new(x);
        (g, x) = (left.Value, right.Value);
        fixed (T* pg = &g.Origin<T>(), px = &x.Origin<T>(), py = &y.Origin<T>())
            MatMulKernel.Run(
                g.Shape[1], x.Shape[1], g.Shape[0], pg, g.Strides[1], g.Strides[0], px, x.Strides[0], x.Strides[1], py, x.Shape[1]);
        GC.KeepAlive(g);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }

    /// <summary>y = a·b or, accumulating, y += a·b for matrices of one type, without recording; the rows of y are contiguous.</summary>
    internal static void MultiplyInto(Tensor y, Tensor a, Tensor b, bool accumulate)
    {
        if (y.DType == DType.Float32) MultiplyInto<float>(y, a, b, accumulate);
        else MultiplyInto<double>(y, a, b, accumulate);
    }

    static void MultiplyInto<T>(Tensor y, Tensor a, Tensor b, bool accumulate) where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* pa = &a.Origin<T>(), pb = &b.Origin<T>(), py = &y.Origin<T>())
            MatMulKernel.Run(
                a.Shape[0], b.Shape[1], a.Shape[1], pa, a.Strides[0], a.Strides[1], pb, b.Strides[0], b.Strides[1], py, y.Strides[0], accumulate);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(y);
    }

    static void Affine<T>(Tensor x, Tensor weight, Tensor? bias, Tensor y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using MixedPrecision.Factor left = new(x), right = new(weight);
        (x, weight, bias) = (left.Value, right.Value, bias?.Contiguous());
        fixed (T* px = &x.Origin<T>(), pw = &weight.Origin<T>(), pb = bias is null ? null : bias.Span<T>(), py = &y.Origin<T>())
            MatMulKernel.Run(
                x.Shape[0], weight.Shape[0], x.Shape[1], px, x.Strides[0], x.Strides[1], pw, weight.Strides[1], weight.Strides[0],
                py, weight.Shape[0], accumulate: false, bias is null ? null : pb);
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        GC.KeepAlive(y);
    }

    static Tensor Product(Tensor a, Tensor b)
    {
        using MixedPrecision.Factor first = new(a), second = new(b);
        (a, b) = (first.Value, second.Value);
        int m = a.Shape[^2], n = b.Shape[^1];
        if (a.Rank == 2 && b.Rank == 2)
        {
            Tensor y = Tensor.Uninitialized((m, n), a.DType);
            Multiply(a, 0, b, 0, y, 1);
            return y;
        }
        using Autograd.Scope scope = Autograd.NoGradient();
        Shape batch = Shape.Broadcast(Batch(a), Batch(b), "MatMul");
        Tensor left = Stacked(a, batch), right = Stacked(b, batch);
        Tensor product = Tensor.Uninitialized(Shape.Create([.. batch.Axes, m, n]), a.DType);
        Multiply(left, left.Rank == 2 ? 0 : left.Strides[0], right, right.Rank == 2 ? 0 : right.Strides[0], product, batch.Length);
        return product;
    }

    static Shape Batch(Tensor x) => Shape.Create(x.Shape.Axes[..^2]);

    /// <summary>The matrices one fixed distance apart: as one [batch, rows, columns] view if strides allow, else as a copy; one shared matrix stays one.</summary>
    static Tensor Stacked(Tensor x, Shape batch)
    {
        if (Batch(x).Length == 1) return Tensor.View(x, (x.Shape[^2], x.Shape[^1]), [x.Strides[^2], x.Strides[^1]], x.Offset);
        x = x.Expand([.. batch.Axes, x.Shape[^2], x.Shape[^1]]);
        bool uniform = true;
        int axes = batch.Rank;
        for (int axis = axes - 2; axis >= 0; axis--) uniform &= x.Strides[axis] == x.Strides[axis + 1] * x.Shape[axis + 1];
        if (!uniform) x = x.Contiguous();
        Shape merged = (batch.Length, x.Shape[^2], x.Shape[^1]);
        return Tensor.View(x, merged, [x.Strides[axes - 1], x.Strides[^2], x.Strides[^1]], x.Offset);
    }

    static void Multiply(Tensor a, int aBatch, Tensor b, int bBatch, Tensor y, int batch)
    {
        if (y.DType == DType.Float32) Multiply<float>(a, aBatch, b, bBatch, y, batch);
        else Multiply<double>(a, aBatch, b, bBatch, y, batch);
    }

    static void Multiply<T>(Tensor a, int aBatch, Tensor b, int bBatch, Tensor y, int batch) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int m = a.Shape[^2], k = a.Shape[^1], n = b.Shape[^1];
        fixed (T* pa = &a.Origin<T>(), pb = &b.Origin<T>(), py = &y.Origin<T>())
            if (batch > 0)
                MatMulKernel.RunBatch(
                    batch, m, n, k, pa, aBatch, a.Strides[^2], a.Strides[^1], pb, bBatch, b.Strides[^2], b.Strides[^1], py, m * n, n);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(y);
    }
}

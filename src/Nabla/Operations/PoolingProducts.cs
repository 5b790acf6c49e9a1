using System.Numerics;
using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// Pooling and its transposes. The maximum remembers where it stood: its derivative scatters to the winners, whose derivative gathers
/// from them. The mean is linear: its derivative spreads, whose derivative is the mean again.
/// </summary>
internal static unsafe class PoolingProducts
{
    /// <summary>Values only: where the maxima stood is written down if there will be a derivative.</summary>
    public static Tensor Maximum(Tensor x, PoolingPlan plan) =>
        Maximum(x, plan, Autograd.MustRecord([x]) ? Arena.Private(plan.Output, DType.Int32) : null);

    /// <summary>Values, and the position of each in its input plane.</summary>
    public static (Tensor Values, Tensor Indices) MaximumWithIndices(Tensor x, PoolingPlan plan)
    {
        Tensor winners = Tensor.Uninitialized(plan.Output, DType.Int32);
        return (Maximum(x, plan, winners), winners);
    }

    static Tensor Maximum(Tensor x, PoolingPlan plan, Tensor? winners)
    {
        x = x.Computed().Contiguous();
        Tensor y = Tensor.Uninitialized(plan.Output, x.DType);
        if (x.DType == DType.Float32) Maximum<float>(x, winners, plan, y);
        else Maximum<double>(x, winners, plan, y);
        return Autograd.Record("MaxPool", y, [x], winners is null ? [] : [winners], plan, static (g, saved, plan) => [Scatter(g, saved[0], plan)]);
    }

    public static Tensor Average(Tensor x, PoolingPlan plan)
    {
        x = x.Computed().Contiguous();
        Tensor y = Tensor.Uninitialized(plan.Output, x.DType);
        if (x.DType == DType.Float32) Average<float>(x, plan, y);
        else Average<double>(x, plan, y);
        return Autograd.Record("AveragePool", y, [x], [], plan, static (g, _, plan) => [Spread(g, plan)]);
    }

    /// <summary>Sums over whole windows, padding counted as zeros.</summary>
    public static Tensor Sum(Tensor x, PoolingPlan plan) => Average(x, plan with { Divisor = WindowDivisor.One });

    static Tensor Scatter(Tensor g, Tensor winners, PoolingPlan plan)
    {
        g = g.Contiguous();
        Tensor dx = Tensor.Uninitialized(plan.Input, g.DType);
        if (g.DType == DType.Float32) Scatter<float>(g, winners, plan, dx);
        else Scatter<double>(g, winners, plan, dx);
        return Autograd.Record("MaxPoolScatter", dx, [g], [winners], plan, static (h, saved, plan) => [Gather(h, saved[0], plan)]);
    }

    static Tensor Gather(Tensor h, Tensor winners, PoolingPlan plan)
    {
        h = h.Contiguous();
        Tensor y = Tensor.Uninitialized(plan.Output, h.DType);
        if (h.DType == DType.Float32) Gather<float>(h, winners, plan, y);
        else Gather<double>(h, winners, plan, y);
        return Autograd.Record("MaxPoolGather", y, [h], [winners], plan, static (g, saved, plan) => [Scatter(g, saved[0], plan)]);
    }

    static Tensor Spread(Tensor g, PoolingPlan plan)
    {
        g = g.Contiguous();
        Tensor dx = Tensor.Uninitialized(plan.Input, g.DType);
        if (g.DType == DType.Float32) Spread<float>(g, plan, dx);
        else Spread<double>(g, plan, dx);
        return Autograd.Record("AveragePoolSpread", dx, [g], [], plan, static (h, _, plan) => [Average(h, plan)]);
    }

    static void Maximum<T>(Tensor x, Tensor? winners, PoolingPlan plan, Tensor y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* px = x.Span<T>(), py = y.Span<T>())
        fixed (int* pw = winners is null ? default : winners.Span<int>())
            MaxPooling.Forward(plan.Geometry, px, py, pw);
        GC.KeepAlive(x);
        GC.KeepAlive(winners);
        GC.KeepAlive(y);
    }

    static void Average<T>(Tensor x, PoolingPlan plan, Tensor y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* px = x.Span<T>(), py = y.Span<T>()) AveragePooling.Forward(plan.Geometry, px, py, plan.Divisor);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }

    static void Scatter<T>(Tensor g, Tensor winners, PoolingPlan plan, Tensor dx) where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* pg = g.Span<T>(), px = dx.Span<T>())
        fixed (int* pw = winners.Span<int>())
            MaxPooling.Backward(plan.Geometry, pg, pw, px);
        GC.KeepAlive(g);
        GC.KeepAlive(winners);
        GC.KeepAlive(dx);
    }

    static void Gather<T>(Tensor h, Tensor winners, PoolingPlan plan, Tensor y) where T : unmanaged
    {
        ReadOnlySpan<T> from = h.Span<T>();
        ReadOnlySpan<int> where = winners.Span<int>();
        Span<T> to = y.Span<T>();
        for (int i = 0; i < to.Length; i++)
            to[i] = where[i] < 0 ? default : from[i / plan.Geometry.OutputPlane * plan.Geometry.InputPlane + where[i]];
        GC.KeepAlive(h);
        GC.KeepAlive(winners);
        GC.KeepAlive(y);
    }

    static void Spread<T>(Tensor g, PoolingPlan plan, Tensor dx) where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* pg = g.Span<T>(), px = dx.Span<T>()) AveragePooling.Backward(plan.Geometry, pg, px, plan.Divisor);
        GC.KeepAlive(g);
        GC.KeepAlive(dx);
    }
}

using System.Numerics;
using ConvolutionKernel = Nabla.Kernels.Convolution;

namespace Nabla;

/// <summary>
/// The three products of a convolution: the result from input and weight, the gradient of the input from that of the result and the
/// weight, the gradient of the weight from input and that of the result. Each is linear in both arguments, and the derivatives of
/// each are the other two: derivatives of any order are convolutions.
/// </summary>
internal static unsafe class ConvolutionProducts
{
    public static Tensor Convolve(Tensor x, Tensor weight, Tensor? bias, in ConvolutionSetting setting)
    {
        (x, weight) = Common(x, weight, setting);
        ConvolutionPlan plan = ConvolutionPlan.Create(x.Shape, weight.Shape, setting);
        return Result(x, weight, Checked(bias, plan.Output[1], weight.DType, setting.Who), plan);
    }

    public static Tensor Transpose(Tensor x, Tensor weight, Tensor? bias, PerAxis outputPadding, in ConvolutionSetting setting)
    {
        (x, weight) = Common(x, weight, setting);
        ConvolutionPlan plan = ConvolutionPlan.CreateTransposed(x.Shape, weight.Shape, outputPadding, setting);
        bias = Checked(bias, plan.Input[1], weight.DType, setting.Who);
        Tensor y = InputGradient(x, weight, plan);
        if (bias is null) return y;
        Span<int> sizes = stackalloc int[y.Rank - 1];
        sizes.Fill(1);
        sizes[0] = bias.Shape[0];
        return y + bias.Reshape(sizes);
    }

    static (Tensor, Tensor) Common(Tensor x, Tensor weight, in ConvolutionSetting setting)
    {
        if (setting.Flip && weight.Rank == setting.Rank + 2) weight = weight.Flip([.. Enumerable.Range(2, setting.Rank)]);
        weight = weight.Computed().Contiguous();
        return (x.To(weight.DType).Contiguous(), weight);
    }

    static Tensor? Checked(Tensor? bias, int channels, DType dtype, string who)
    {
        if (bias is not null && bias.Shape != Shape.Create(channels))
            throw new ShapeException($"{who}: expected a bias of shape [{channels}], one number per output channel, got {bias.Shape}.");
        return bias?.To(dtype).Contiguous();
    }

    static Tensor Result(Tensor x, Tensor weight, Tensor? bias, ConvolutionPlan plan)
    {
        Tensor y = Tensor.Uninitialized(plan.Output, x.DType);
        if (x.DType == DType.Float32) Result<float>(x, weight, bias, plan, y);
        else Result<double>(x, weight, bias, plan, y);
        return bias is null
            ? Autograd.Record("Convolution", y, [x, weight], [x, weight], plan, static (g, saved, plan) =>
                [saved.Needs(0) ? InputGradient(g, saved[1], plan) : null, saved.Needs(1) ? WeightGradient(saved[0], g, plan) : null], reduces: true)
            : Autograd.Record("Convolution", y, [x, weight, bias], [x, weight], plan, static (g, saved, plan) =>
                [saved.Needs(0) ? InputGradient(g, saved[1], plan) : null,
                 saved.Needs(1) ? WeightGradient(saved[0], g, plan) : null,
                 saved.Needs(2) ? g.Flatten(2).Sum(2).Sum(0) : null], reduces: true);
    }

    static Tensor InputGradient(Tensor g, Tensor weight, ConvolutionPlan plan)
    {
        g = g.Contiguous();
        Tensor dx = Tensor.Uninitialized(plan.Input, g.DType);
        if (g.DType == DType.Float32) InputGradient<float>(g, weight, plan, dx);
        else InputGradient<double>(g, weight, plan, dx);
        return Autograd.Record("ConvolutionInputGradient", dx, [g, weight], [g, weight], plan, static (h, saved, plan) =>
        {
            h = h.Contiguous();
            return [saved.Needs(0) ? Result(h, saved[1], null, plan) : null, saved.Needs(1) ? WeightGradient(h, saved[0], plan) : null];
        }, reduces: true);
    }

    static Tensor WeightGradient(Tensor x, Tensor g, ConvolutionPlan plan)
    {
        g = g.Contiguous();
        Tensor dw = Tensor.Uninitialized(plan.Weight, g.DType);
        if (g.DType == DType.Float32) WeightGradient<float>(x, g, plan, dw);
        else WeightGradient<double>(x, g, plan, dw);
        return Autograd.Record("ConvolutionWeightGradient", dw, [x, g], [x, g], plan, static (h, saved, plan) =>
        {
            h = h.Contiguous();
            return [saved.Needs(0) ? InputGradient(saved[1], h, plan) : null, saved.Needs(1) ? Result(saved[0], h, null, plan) : null];
        }, reduces: true);
    }

    static void Result<T>(Tensor x, Tensor weight, Tensor? bias, ConvolutionPlan plan, Tensor y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using MixedPrecision.Factor left = new(x), right = new(weight);
        (x, weight) = (left.Value, right.Value);
        fixed (T* px = x.Span<T>(), pw = weight.Span<T>(), pb = bias is null ? null : bias.Span<T>(), py = y.Span<T>())
            ConvolutionKernel.Forward(plan.Geometry, px, pw, pb, py, plan.Exact);
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        GC.KeepAlive(y);
    }

    static void InputGradient<T>(Tensor g, Tensor weight, ConvolutionPlan plan, Tensor dx) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using MixedPrecision.Factor left = new(g), right = new(weight);
        (g, weight) = (left.Value, right.Value);
        fixed (T* pg = g.Span<T>(), pw = weight.Span<T>(), px = dx.Span<T>())
            ConvolutionKernel.BackwardInput(plan.Geometry, pg, pw, px, plan.Exact);
        GC.KeepAlive(g);
        GC.KeepAlive(weight);
        GC.KeepAlive(dx);
    }

    static void WeightGradient<T>(Tensor x, Tensor g, ConvolutionPlan plan, Tensor dw) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using MixedPrecision.Factor left = new(x), right = new(g);
        (x, g) = (left.Value, right.Value);
        fixed (T* px = x.Span<T>(), pg = g.Span<T>(), pw = dw.Span<T>())
            ConvolutionKernel.BackwardWeight(plan.Geometry, px, pg, pw, plan.Exact);
        GC.KeepAlive(x);
        GC.KeepAlive(g);
        GC.KeepAlive(dw);
    }
}

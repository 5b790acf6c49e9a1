using Nabla.Kernels;

namespace Nabla;

/// <summary>The options of a convolution as the caller wrote them.</summary>
internal readonly record struct ConvolutionSetting(
    string Who, int Rank, PerAxis Stride, Padding Padding, PerAxis Dilation, int Groups, bool Flip = false, bool Exact = false);

/// <summary>The sizes of one convolution: what its three products (result, gradient of the input, of the weight) share.</summary>
internal sealed record ConvolutionPlan(ConvolutionGeometry Geometry, Shape Input, Shape Weight, Shape Output, bool Exact)
{
    public static ConvolutionPlan Create(Shape input, Shape weight, in ConvolutionSetting setting)
    {
        int rank = setting.Rank;
        CheckWeight(weight, setting);
        if (input.Rank != rank + 2 || input[1] != (long)weight[1] * setting.Groups)
            throw new ShapeException(
                $"{setting.Who}({weight[1] * setting.Groups}→{weight[0]}, k{Kernel(weight)}): expected [N, {weight[1] * setting.Groups}, " +
                $"{Axes(rank)}], got {input}." + (input.Rank == rank + 1 ? " A single image needs a batch axis of 1: x.Unsqueeze(0)." : ""));
        Span<int> stride = stackalloc int[rank], dilation = stackalloc int[rank], before = stackalloc int[rank], after = stackalloc int[rank];
        setting.Stride.Fill(stride, setting.Who, 1);
        setting.Dilation.Fill(dilation, setting.Who, 1);
        for (int axis = 0; axis < rank; axis++)
            (before[axis], after[axis]) = setting.Padding.Resolve(
                axis, rank, input[axis + 2], (weight[axis + 2] - 1) * dilation[axis] + 1, stride[axis], setting.Who);
        return Create(input, weight, stride, before, after, dilation, setting);
    }

    /// <summary>The plan whose output is <paramref name="x"/>: the convolution that a transposed one is the gradient of.</summary>
    public static ConvolutionPlan CreateTransposed(Shape x, Shape weight, PerAxis outputPadding, in ConvolutionSetting setting)
    {
        int rank = setting.Rank;
        CheckWeight(weight, setting);
        if (x.Rank != rank + 2 || x[1] != weight[0])
            throw new ShapeException(
                $"{setting.Who}({weight[0]}→{weight[1] * setting.Groups}, k{Kernel(weight)}): expected [N, {weight[0]}, {Axes(rank)}], got {x}.");
        Span<int> stride = stackalloc int[rank], dilation = stackalloc int[rank], before = stackalloc int[rank], after = stackalloc int[rank];
        Span<int> input = stackalloc int[rank + 2];
        setting.Stride.Fill(stride, setting.Who, 1);
        setting.Dilation.Fill(dilation, setting.Who, 1);
        (input[0], input[1]) = (x[0], weight[1] * setting.Groups);
        for (int axis = 0; axis < rank; axis++)
        {
            int extent = (weight[axis + 2] - 1) * dilation[axis] + 1, extra = outputPadding[axis, rank, setting.Who, 0];
            if (extra < 0 || extra >= Math.Max(stride[axis], 1))
                throw new ArgumentOutOfRangeException(
                    nameof(outputPadding), extra, $"{setting.Who}: expected an output padding in [0, {stride[axis]}), below the stride, got {extra}.");
            // Same stands for an output of input · stride elements.
            (before[axis], after[axis]) = setting.Padding.Resolve(axis, rank, x[axis + 2] * stride[axis], extent, stride[axis], setting.Who);
            input[axis + 2] = Math.Max(0, (x[axis + 2] - 1) * stride[axis] - before[axis] - after[axis] + extent + extra);
        }
        ConvolutionPlan plan = Create(Shape.Create(input), weight, stride, before, after, dilation, setting);
        return plan.Output == x ? plan : throw new ShapeException(
            $"{setting.Who}: expected an input that the window tiles, got {x}: its output {plan.Input} leads back to {plan.Output}. Change the padding.");
    }

    static ConvolutionPlan Create(
        Shape input, Shape weight, ReadOnlySpan<int> stride, ReadOnlySpan<int> before, ReadOnlySpan<int> after, ReadOnlySpan<int> dilation,
        in ConvolutionSetting setting)
    {
        ConvolutionGeometry geometry = ConvolutionGeometry.Create(
            setting.Who, input.Axes, weight.Axes, stride, before, after, dilation, setting.Groups);
        Span<int> output = stackalloc int[setting.Rank + 2];
        (output[0], output[1]) = (input[0], weight[0]);
        for (int axis = 0; axis < setting.Rank; axis++) output[axis + 2] = geometry[3 - setting.Rank + axis].Output;
        return new(geometry, input, weight, Shape.Create(output), setting.Exact || Machine.ExactConvolutions);
    }

    static void CheckWeight(Shape weight, in ConvolutionSetting setting)
    {
        if (weight.Rank != setting.Rank + 2)
            throw new ShapeException(
                $"{setting.Who}: expected a weight with {setting.Rank + 2} axes, channels, channels / groups and the kernel's {Axes(setting.Rank)}, got {weight}.");
        if (setting.Groups < 1)
            throw new ArgumentOutOfRangeException(
                nameof(setting), setting.Groups, $"{setting.Who}: expected groups of at least 1, got {setting.Groups}.");
    }

    static string Axes(int rank) => rank switch { 1 => "W", 2 => "H, W", _ => "D, H, W" };

    static string Kernel(Shape weight) => string.Join('×', weight.Axes[2..].ToArray().Distinct().Count() == 1 ? [weight[2]] : weight.Axes[2..].ToArray());
}

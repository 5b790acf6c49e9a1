using Nabla.Kernels;

namespace Nabla;

/// <summary>The sizes of one pooling.</summary>
internal sealed record PoolingPlan(PoolingGeometry Geometry, Shape Input, Shape Output, WindowDivisor Divisor)
{
    public static PoolingPlan Create(
        string who, Shape input, int rank, PerAxis kernel, PerAxis stride, Padding padding, PerAxis dilation, bool ceilMode,
        WindowDivisor divisor = WindowDivisor.Padded)
    {
        Span<int> kernels = stackalloc int[rank], strides = stackalloc int[rank], dilations = stackalloc int[rank];
        Span<int> before = stackalloc int[rank], after = stackalloc int[rank];
        kernel.Fill(kernels, who, 0);
        dilation.Fill(dilations, who, 1);
        for (int axis = 0; axis < rank; axis++)
        {
            strides[axis] = stride[axis, rank, who, kernels[axis]];
            int size = axis + 2 < input.Rank ? input[axis + 2] : 1;
            (before[axis], after[axis]) = padding.Resolve(axis, rank, size, (kernels[axis] - 1) * dilations[axis] + 1, strides[axis], who);
        }
        return From(PoolingGeometry.Create(who, input.Axes, kernels, strides, before, after, dilations, ceilMode), input, rank, divisor);
    }

    public static PoolingPlan CreateAdaptive(string who, Shape input, int rank, PerAxis output)
    {
        Span<int> bins = stackalloc int[rank];
        output.Fill(bins, who, 0);
        return From(PoolingGeometry.CreateAdaptive(who, input.Axes, bins), input, rank, WindowDivisor.Covered);
    }

    static PoolingPlan From(in PoolingGeometry geometry, Shape input, int rank, WindowDivisor divisor)
    {
        Span<int> output = stackalloc int[rank + 2];
        (output[0], output[1]) = (input[0], input[1]);
        ReadOnlySpan<int> sizes = [geometry.Depth.Output, geometry.Height.Output, geometry.Width.Output];
        sizes[^rank..].CopyTo(output[2..]);
        return new(geometry, input, Shape.Create(output), divisor);
    }
}

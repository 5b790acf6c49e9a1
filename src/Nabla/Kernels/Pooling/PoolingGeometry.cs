using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Input positions First, First + Step, … below End that one window reads along an axis, and its length for an average that
/// counts padding.</summary>
internal readonly record struct PoolingWindow(int First, int End, int Step, int Padded)
{
    /// <summary>Positions inside the input.</summary>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Step == 1 ? End - First : (End - First + Step - 1) / Step;
    }
}

/// <summary>One spatial axis of a pooling: a sliding window, or, with <paramref name="Bins"/> above 0, that many bins that cover
/// the input.</summary>
internal readonly record struct PoolingAxis(WindowAxis Window, int Bins = 0)
{
    /// <summary>Input size.</summary>
    public int Input => Window.Input;

    /// <summary>Output size.</summary>
    public int Output
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Bins > 0 ? Bins : Window.Output;
    }

    /// <summary>Outputs o at which tap t of a sliding window is inside the input: its positions are o · Step + Origin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public AxisMap Tap(int t) => new(Input, t * Window.Dilation - Window.PadBefore, Window.Stride);

    /// <summary>True for windows of two side by side that cover the axis, but for at most one last element.</summary>
    public bool IsPairs => Bins == 0 && Window is { Kernel: 2, Stride: 2, PadBefore: 0, PadAfter: 0, Dilation: 1 } && Output == Input / 2;

    /// <summary>Where output <paramref name="o"/> reads. Bin o of O spans ⌊o·I/O⌋ to ⌈(o+1)·I/O⌉.</summary>
    public PoolingWindow this[int o]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (Bins > 0)
            {
                int from = (int)((long)o * Input / Bins), to = (int)(((long)(o + 1) * Input + Bins - 1) / Bins);
                return new(from, to, 1, to - from);
            }
            int step = Window.Dilation, start = o * Window.Stride - Window.PadBefore, end = start + Window.Extent;
            int first = start >= 0 ? start : start + (-start + step - 1) / step * step;
            return new(first, Math.Max(first, Math.Min(end, Input)), step, Math.Min(end, Input + Window.PadAfter) - start);
        }
    }
}

/// <summary>Sizes of a pooling of <paramref name="Planes"/> = batch · channels planes over one to three spatial axes; absent axes
/// stand first.</summary>
internal readonly record struct PoolingGeometry(int Planes, PoolingAxis Depth, PoolingAxis Height, PoolingAxis Width)
{
    /// <summary>Input elements of a plane.</summary>
    public int InputPlane
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Depth.Input * Height.Input * Width.Input;
    }

    /// <summary>Output elements of a plane.</summary>
    public int OutputPlane
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Depth.Output * Height.Output * Width.Output;
    }

    /// <summary>Elements of the input.</summary>
    public nint InputLength => (nint)Planes * InputPlane;

    /// <summary>Elements of the output.</summary>
    public nint OutputLength => (nint)Planes * OutputPlane;

    /// <summary>True for the everyday case, windows of 2 × 2 side by side.</summary>
    public bool IsPairs => Depth is { Input: 1, Output: 1 } && Height.IsPairs && Width.IsPairs;

    /// <summary>Planes that one job takes: enough work to be worth a thread, whatever the number of threads.</summary>
    public int PlanesPerJob => Math.Max(1, 32768 / InputPlane);

    /// <summary>Jobs of <see cref="PlanesPerJob"/> that cover all planes.</summary>
    public int Jobs => (Planes + PlanesPerJob - 1) / PlanesPerJob;

    /// <summary>Pooling of <paramref name="input"/> [batch, channels, spatial…]; the options have one entry per spatial axis.</summary>
    /// <exception cref="ShapeException">The input has the wrong number of axes, is empty, or no window fits.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or a padding exceeds half the window.</exception>
    public static PoolingGeometry Create(string who, ReadOnlySpan<int> input, ReadOnlySpan<int> kernel, ReadOnlySpan<int> stride,
        ReadOnlySpan<int> padBefore, ReadOnlySpan<int> padAfter, ReadOnlySpan<int> dilation, bool ceilMode = false)
    {
        int rank = CheckRank(who, input, kernel.Length);
        CheckCount(who, nameof(stride), stride, rank);
        CheckCount(who, "padding", padBefore, rank);
        CheckCount(who, "padding", padAfter, rank);
        CheckCount(who, nameof(dilation), dilation, rank);
        Span<PoolingAxis> axes = [new(WindowAxis.Absent), new(WindowAxis.Absent), new(WindowAxis.Absent)];
        for (int i = 0; i < rank; i++)
        {
            var axis = new WindowAxis(input[i + 2], kernel[i], stride[i], padBefore[i], padAfter[i], dilation[i], ceilMode);
            axis.Validate(who, i);
            int padding = Math.Max(axis.PadBefore, axis.PadAfter);
            if (padding > axis.Extent / 2)
                throw new ArgumentOutOfRangeException(nameof(padBefore), padding,
                    $"{who}: expected a padding of at most half the window, {axis.Extent / 2}, got {padding} on spatial axis {i}. " +
                    "A window of padding only would have no value.");
            axes[3 - rank + i] = new(axis);
        }
        return new(PlanesOf(who, input), axes[0], axes[1], axes[2]);
    }

    /// <summary>Adaptive pooling of <paramref name="input"/> [batch, channels, spatial…] to <paramref name="output"/> spatial sizes.</summary>
    /// <exception cref="ShapeException">The input has the wrong number of axes or is empty.</exception>
    /// <exception cref="ArgumentException">An output size is below 1.</exception>
    public static PoolingGeometry CreateAdaptive(string who, ReadOnlySpan<int> input, ReadOnlySpan<int> output)
    {
        int rank = CheckRank(who, input, output.Length);
        Span<PoolingAxis> axes = [new(WindowAxis.Absent), new(WindowAxis.Absent), new(WindowAxis.Absent)];
        for (int i = 0; i < rank; i++)
        {
            if (output[i] < 1)
                throw new ArgumentOutOfRangeException(nameof(output), output[i],
                    $"{who}: expected output sizes of at least 1, got {output[i]} on spatial axis {i}.");
            var axis = new WindowAxis(input[i + 2], 1);
            axis.Validate(who, i);
            axes[3 - rank + i] = new(axis, output[i]);
        }
        return new(PlanesOf(who, input), axes[0], axes[1], axes[2]);
    }

    static int CheckRank(string who, ReadOnlySpan<int> input, int rank)
    {
        if (rank is < 1 or > 3) throw new ArgumentException($"{who}: expected a window over 1 to 3 spatial axes, got {rank}.");
        if (input.Length != rank + 2)
            throw new ShapeException($"{who}: expected an input [batch, channels, {rank} spatial axes], got {Text(input)}. " +
                "A single image needs a batch axis of 1.");
        return rank;
    }

    static int PlanesOf(string who, ReadOnlySpan<int> input)
    {
        if (input[0] < 1 || input[1] < 1)
            throw new ShapeException($"{who}: expected at least one image and channel, got {Text(input)}. Is the batch empty?");
        return input[0] * input[1];
    }

    static void CheckCount(string who, string option, ReadOnlySpan<int> values, int rank)
    {
        if (values.Length != rank)
            throw new ArgumentException($"{who}: expected {option} with {rank} entries, one per spatial axis, got {values.Length}.", option);
    }

    static string Text(ReadOnlySpan<int> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}

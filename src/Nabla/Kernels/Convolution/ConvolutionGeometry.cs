namespace Nabla.Kernels;

/// <summary>Sizes of a convolution over one to three spatial axes; axes that are absent have size 1 and stand first.
/// Input [batch, inChannels, D, H, W], weight [outChannels, inChannels / groups, kD, kH, kW], output [batch, outChannels, D', H', W'].</summary>
internal readonly record struct ConvolutionGeometry(
    int Batch, int InChannels, int OutChannels, int Groups, WindowAxis Depth, WindowAxis Height, WindowAxis Width)
{
    /// <summary>Input channels that one output channel reads.</summary>
    public int InPerGroup => InChannels / Groups;

    /// <summary>Output channels that share their input channels.</summary>
    public int OutPerGroup => OutChannels / Groups;

    /// <summary>Taps of one kernel over all spatial axes.</summary>
    public int Taps => Depth.Kernel * Height.Kernel * Width.Kernel;

    /// <summary>Input elements of one image and channel.</summary>
    public nint InputPlane => (nint)Depth.Input * Height.Input * Width.Input;

    /// <summary>Output elements of one image and channel.</summary>
    public nint OutputPlane => (nint)Depth.Output * Height.Output * Width.Output;

    /// <summary>Elements of the input.</summary>
    public nint InputLength => Batch * InChannels * InputPlane;

    /// <summary>Elements of the weight.</summary>
    public nint WeightLength => (nint)OutChannels * InPerGroup * Taps;

    /// <summary>Elements of the output.</summary>
    public nint OutputLength => Batch * OutChannels * OutputPlane;

    /// <summary>Spatial axis 0 (depth), 1 (height) or 2 (width).</summary>
    public WindowAxis this[int axis] => axis switch { 0 => Depth, 1 => Height, _ => Width };

    /// <summary>Geometry of a convolution of <paramref name="input"/> [batch, channels, spatial…] with <paramref name="weight"/>
    /// [outChannels, channels / groups, kernel…]; the options have one entry per spatial axis.</summary>
    /// <exception cref="ShapeException">The shapes do not fit each other, or no window fits.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static ConvolutionGeometry Create(string who, ReadOnlySpan<int> input, ReadOnlySpan<int> weight, ReadOnlySpan<int> stride,
        ReadOnlySpan<int> padBefore, ReadOnlySpan<int> padAfter, ReadOnlySpan<int> dilation, int groups)
    {
        int rank = weight.Length - 2;
        if (rank is < 1 or > 3)
            throw new ShapeException($"{who}: expected a weight [outChannels, inChannels / groups, kernel…] with 1 to 3 spatial axes, " +
                $"got {Text(weight)}.");
        if (input.Length != weight.Length)
            throw new ShapeException($"{who}: expected an input [batch, channels, {rank} spatial axes] for the weight {Text(weight)}, " +
                $"got {Text(input)}. A single image needs a batch axis of 1.");
        if (groups < 1)
            throw new ArgumentOutOfRangeException(nameof(groups), groups, $"{who}: expected groups of at least 1, got {groups}.");
        CheckCount(who, nameof(stride), stride, rank);
        CheckCount(who, "padding", padBefore, rank);
        CheckCount(who, "padding", padAfter, rank);
        CheckCount(who, nameof(dilation), dilation, rank);

        Span<WindowAxis> axes = [WindowAxis.Absent, WindowAxis.Absent, WindowAxis.Absent];
        for (int i = 0; i < rank; i++)
            axes[3 - rank + i] = new(input[i + 2], weight[i + 2], stride[i], padBefore[i], padAfter[i], dilation[i]);
        var geometry = new ConvolutionGeometry(input[0], input[1], weight[0], groups, axes[0], axes[1], axes[2]);
        geometry.CheckChannels(who, input, weight);
        for (int i = 0; i < rank; i++) axes[3 - rank + i].Validate(who, i);
        return geometry;
    }

    void CheckChannels(string who, ReadOnlySpan<int> input, ReadOnlySpan<int> weight)
    {
        if (Batch < 1 || InChannels < 1 || OutChannels < 1)
            throw new ShapeException($"{who}: expected at least one image and channel, got input {Text(input)} and weight {Text(weight)}.");
        if (InChannels % Groups != 0)
            throw new ShapeException($"{who}: expected input channels divisible by groups, got {InChannels} channels and {Groups} groups.");
        if (OutChannels % Groups != 0)
            throw new ShapeException($"{who}: expected output channels divisible by groups, got {OutChannels} channels and {Groups} groups.");
        if (weight[1] != InPerGroup)
            throw new ShapeException($"{who}: expected an input with {weight[1] * Groups} channels ({weight[1]} per group × {Groups}) for the " +
                $"weight {Text(weight)}, got {InChannels} in {Text(input)}.");
    }

    static void CheckCount(string who, string option, ReadOnlySpan<int> values, int rank)
    {
        if (values.Length != rank)
            throw new ArgumentException($"{who}: expected {option} with {rank} entries, one per spatial axis, got {values.Length}.", option);
    }

    static string Text(ReadOnlySpan<int> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}

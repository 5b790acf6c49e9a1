namespace Nabla.Kernels;

/// <summary>One spatial axis of a sliding window: output o, tap t read input position o·stride + t·dilation − padBefore.</summary>
internal readonly record struct WindowAxis(
    int Input, int Kernel, int Stride = 1, int PadBefore = 0, int PadAfter = 0, int Dilation = 1, bool CeilMode = false)
{
    /// <summary>An axis that is not there: one element, one tap.</summary>
    public static WindowAxis Absent { get; } = new(1, 1);

    /// <summary>Input positions from the first tap of a window to its last, both included.</summary>
    public int Extent => (Kernel - 1) * Dilation + 1;

    /// <summary>Windows that fit. In ceil mode one more may hang over the end, if it starts inside the input or the padding before it.</summary>
    public int Output { get; } = Windows(Input, Kernel, Stride, PadBefore, PadAfter, Dilation, CeilMode);

    /// <summary>Throws unless every number is in range and at least one window fits.</summary>
    public void Validate(string who, int axis)
    {
        if (Kernel < 1) throw Option(nameof(Kernel), Kernel, "at least 1");
        if (Stride < 1) throw Option(nameof(Stride), Stride, "at least 1");
        if (Dilation < 1) throw Option(nameof(Dilation), Dilation, "at least 1");
        if (PadBefore < 0) throw Option("padding", PadBefore, "at least 0");
        if (PadAfter < 0) throw Option("padding", PadAfter, "at least 0");
        if (Input < 1)
            throw new ShapeException($"{who}: expected at least one element on spatial axis {axis}, got {Input}. Is the batch empty?");
        long padded = (long)Input + PadBefore + PadAfter, extent = (Kernel - 1L) * Dilation + 1;
        if (extent > padded)
            throw new ShapeException($"{who}: expected a kernel no larger than the padded input, got a kernel of {Kernel}" +
                $"{(Dilation > 1 ? $" with dilation {Dilation} (covers {extent})" : "")} over {Input} + {PadBefore} + {PadAfter} " +
                $"on spatial axis {axis}. Use a smaller kernel or more padding.");
        if (padded + Stride > int.MaxValue)
            throw Option("padding", Math.Max(PadBefore, PadAfter), "small enough for the padded input to have fewer than 2³¹ positions");

        ArgumentOutOfRangeException Option(string name, int value, string expected)
        {
            string option = name.ToLowerInvariant();
            return new(option, value, $"{who}: expected {option} {expected}, got {value} on spatial axis {axis}.");
        }
    }

    // Stored, since kernels ask for it in their loops and it takes a division; the stride is checked later.
    static int Windows(int input, int kernel, int stride, int padBefore, int padAfter, int dilation, bool ceilMode)
    {
        if (stride < 1) return 0;
        int room = input + padBefore + padAfter - (kernel - 1) * dilation - 1;
        if (!ceilMode) return room / stride + 1;
        int windows = (room + stride - 1) / stride + 1;
        return (windows - 1) * stride >= input + padBefore ? windows - 1 : windows;
    }
}

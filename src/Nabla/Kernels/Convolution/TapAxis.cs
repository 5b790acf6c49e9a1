using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Those results of an axis that the same taps reach. Result number q stands at q · Write + Residue; tap FirstTap + j · TapStep, for j below Taps,
/// reads source position q · Read + Shift + j · ShiftStep, if that is inside.</summary>
internal readonly record struct TapAxis(
    int Source, int Target, int Read, int Write, int Residue, int FirstTap, int TapStep, int Taps, int Shift, int ShiftStep)
{
    /// <summary>Results are the outputs, which all taps reach.</summary>
    public static TapAxis Forward(in WindowAxis axis) =>
        new(axis.Input, axis.Output, axis.Stride, 1, 0, 0, 1, axis.Kernel, -axis.PadBefore, axis.Dilation);

    /// <summary>Results are the input positions of one residue of the stride, reached by every so many taps; the source is the output.</summary>
    public static TapAxis Backward(in WindowAxis axis, int residue)
    {
        int first = 0, period = 1, start = residue + axis.PadBefore;
        while (first < axis.Kernel && (start - first * axis.Dilation) % axis.Stride != 0) first++;
        while (period * axis.Dilation % axis.Stride != 0) period++;
        return new(axis.Output, axis.Input, 1, axis.Stride, residue, first, period, (axis.Kernel - first + period - 1) / period,
            (start - first * axis.Dilation) / axis.Stride, -period * axis.Dilation / axis.Stride);
    }

    /// <summary>How many results there are.</summary>
    public int Count => (Target - Residue + Write - 1) / Write;

    /// <summary>The source position before which no tap reads for result 0.</summary>
    public int Low => Shift + Math.Min(0, (Taps - 1) * ShiftStep);

    /// <summary>The last source position that a tap reads for result 0.</summary>
    public int High => Shift + Math.Max(0, (Taps - 1) * ShiftStep);

    /// <summary>The taps that read inside for result <paramref name="q"/>: j from the first to before the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int First, int End) Inside(int q)
    {
        int first = 0, end = Taps, at = q * Read + Shift;
        while (first < end && (uint)(at + first * ShiftStep) >= (uint)Source) first++;
        while (end > first && (uint)(at + (end - 1) * ShiftStep) >= (uint)Source) end--;
        return (first, end);
    }
}

using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Grid position g of an axis stands for coordinate g·Step + Origin of a tensor axis with Size elements.</summary>
internal readonly record struct AxisMap(int Size, int Origin, int Step)
{
    /// <summary>First grid position whose coordinate is inside.</summary>
    public int First
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Origin >= 0 ? 0 : (-Origin + Step - 1) / Step;
    }

    /// <summary>First grid position whose coordinate is beyond the end.</summary>
    public int End
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Origin >= Size ? 0 : (Size - Origin + Step - 1) / Step;
    }
}

/// <summary>One axis of a <see cref="FlatLayout"/>: <c>Grid</c> results, computed <c>Count</c> at a time, each the sum of taps that lie
/// 0 … <c>Reach</c> positions further. A stride s splits the source into the phases u mod s that taps touch, so that a tap is a shift.</summary>
internal readonly record struct FlatAxis(
    int Size, int Origin, int Step, int Dilation, int Phases, int Grid, int Reach, int Count, int Pitch)
{
    /// <summary>Results are the outputs; the source is the input. Tap t reads phase t·dilation mod stride, shifted by ⌊t·dilation / stride⌋.</summary>
    public static FlatAxis Forward(in WindowAxis axis)
    {
        // Tap residues repeat after stride / gcd(stride, dilation) taps.
        int period = 1;
        while (period < axis.Kernel && (long)period * axis.Dilation % axis.Stride != 0) period++;
        int reach = (axis.Kernel - 1) * axis.Dilation / axis.Stride;
        return new FlatAxis(axis.Input, -axis.PadBefore, axis.Stride, axis.Dilation, period, axis.Output, reach, axis.Output, 0)
            .WithCount(axis.Output);
    }

    /// <summary>Results are input positions i = stride·q + ψ − padBefore, one target per ψ on a common grid of q; the source is the output,
    /// read at q − ⌊t·dilation / stride⌋.</summary>
    public static FlatAxis Backward(in WindowAxis axis)
    {
        int first = axis.PadBefore / axis.Stride, last = (axis.Input - 1 + axis.PadBefore) / axis.Stride;
        int reach = (axis.Kernel - 1) * axis.Dilation / axis.Stride, grid = last - first + 1;
        return new FlatAxis(axis.Output, first - reach, 1, 1, 1, grid, reach, grid, 0).WithCount(grid);
    }

    /// <summary>Source coordinates of one phase for the results from <paramref name="start"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public AxisMap Source(int phase, int start) => new(Size, phase * Dilation % Step + Origin + start * Step, Step);

    /// <summary>This axis cut into pieces of <paramref name="count"/> results. The zeros after one row serve as the zeros before the next.</summary>
    public FlatAxis WithCount(int count)
    {
        int positions = count + Reach, shared = count < Grid ? 0 : Reach;
        for (int phase = 0; phase < Phases && shared > 0; phase++)
        {
            AxisMap map = Source(phase, 0);
            shared = Math.Min(shared, Math.Min(map.First, Math.Max(0, positions - map.End)));
        }
        return this with { Count = count, Pitch = positions - shared };
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>The forward pass and the gradient of the input as sums of shifted flat runs. The forward pass has one target, the output; the
/// gradient of the input has one target per residue of the stride, each fed by the taps of that residue.</summary>
internal unsafe struct FlatProduct<TSimd, TVector, T> : IJob
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
{
    const int RunLength = 1024;                 // results per block: eight rows of float sums fill 32 KB
    const int SourceBytes = 384 * 1024;   // source runs of a block stay in the second cache

    FlatLayout layout;
    RowBlocks tiles;
    AxisMap depth, height, width;         // where grid position 0 of target 0 goes
    int groups, channels, rows, chunk, parts, targets;
    int* tapStart, offsets;
    T* source, weights, bias, target;
    nint sourcePlane, targetPlane;

    /// <summary>y = w ⋆ x + bias. False, and nothing done, if the layout does not fit.</summary>
    public static bool Forward(in ConvolutionGeometry g, T* x, T* w, T* bias, T* y)
    {
        var pass = new FlatProduct<TSimd, TVector, T>
        {
            layout = new FlatLayout(FlatAxis.Forward(g.Depth), FlatAxis.Forward(g.Height), FlatAxis.Forward(g.Width),
                g.Batch, RunLength, TSimd.Count),
            depth = new(g.Depth.Output, 0, 1), height = new(g.Height.Output, 0, 1), width = new(g.Width.Output, 0, 1),
            groups = g.Groups, channels = g.InPerGroup, rows = g.OutPerGroup,
            source = x, bias = bias, target = y, sourcePlane = g.InputPlane, targetPlane = g.OutputPlane,
        };
        return pass.Execute(g, w, backward: false);
    }

    /// <summary>dx = the transpose of the forward pass applied to dy. False, and nothing done, if the layout does not fit.</summary>
    public static bool BackwardInput(in ConvolutionGeometry g, T* dy, T* w, T* dx)
    {
        var pass = new FlatProduct<TSimd, TVector, T>
        {
            layout = new FlatLayout(FlatAxis.Backward(g.Depth), FlatAxis.Backward(g.Height), FlatAxis.Backward(g.Width),
                g.Batch, RunLength, TSimd.Count),
            depth = Target(g.Depth), height = Target(g.Height), width = Target(g.Width),
            groups = g.Groups, channels = g.OutPerGroup, rows = g.InPerGroup,
            source = dy, target = dx, sourcePlane = g.OutputPlane, targetPlane = g.InputPlane,
        };
        return pass.Execute(g, w, backward: true);

        static AxisMap Target(in WindowAxis axis) => new(axis.Input, axis.PadBefore / axis.Stride * axis.Stride - axis.PadBefore, axis.Stride);
    }

    bool Execute(in ConvolutionGeometry g, T* w, bool backward)
    {
        if (!layout.Fits) return false;
        tiles = new RowBlocks(groups, rows, FlatTile.ProductRows<TSimd, TVector, T>(rows));
        targets = depth.Step * height.Step * width.Step;
        int runs = layout.Phases * layout.Pitch;
        chunk = Math.Clamp(SourceBytes / (runs * sizeof(T)), 1, channels);
        chunk = (channels + (channels + chunk - 1) / chunk - 1) / ((channels + chunk - 1) / chunk);
        parts = Math.Clamp(2 * Workers.Count / layout.Blocks, 1, Workers.Count == 1 ? 1 : tiles.Count);

        nint starts = Workspace.Align((targets + 1) * sizeof(int)), order = Workspace.Align(g.Taps * sizeof(int));
        nint table = Workspace.Align((nint)chunk * g.Taps * sizeof(int));
        byte* memory = Workspace.OfCall(starts + order + table + g.WeightLength * sizeof(T));
        tapStart = (int*)memory;
        int* taps = (int*)(memory + starts);
        offsets = (int*)(memory + starts + order);
        weights = (T*)(memory + starts + order + table);
        OrderTaps(g, taps, backward);
        PackWeights(g, w, taps, backward);
        Workers.For(layout.Blocks * parts, ref this);
        return true;
    }

    /// <summary>Sorts the taps by target and lists the offset at which each reads, channel by channel of a chunk.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void OrderTaps(in ConvolutionGeometry g, int* taps, bool backward)
    {
        int count = 0;
        for (int t = 0; t < targets; t++)
        {
            tapStart[t] = count;
            for (int tap = 0; tap < g.Taps; tap++)
            {
                (int d, int h, int w) = Position(g, tap);
                if (!backward || Residue(d, g.Depth) == t / width.Step / height.Step && Residue(h, g.Height) == t / width.Step % height.Step
                    && Residue(w, g.Width) == t % width.Step)
                    taps[count++] = tap;
            }
            int mine = count - tapStart[t];
            int* list = offsets + (nint)tapStart[t] * chunk;
            for (int c = 0; c < chunk; c++)
                for (int i = 0; i < mine; i++)
                {
                    (int d, int h, int w) = Position(g, taps[tapStart[t] + i]);
                    list[c * mine + i] = c * layout.Phases * layout.Pitch + (backward
                        ? layout.Offset(Back(d, g.Depth), Back(h, g.Height), Back(w, g.Width))
                        : layout.TapOffset(d, h, w));
                }
        }
        tapStart[targets] = count;

        static (int, int, int) Position(in ConvolutionGeometry g, int tap) =>
            (tap / (g.Height.Kernel * g.Width.Kernel), tap / g.Width.Kernel % g.Height.Kernel, tap % g.Width.Kernel);
        static int Residue(int tap, in WindowAxis axis) => tap * axis.Dilation % axis.Stride;
        static int Back(int tap, in WindowAxis axis) => ((axis.Kernel - 1) * axis.Dilation / axis.Stride) - tap * axis.Dilation / axis.Stride;
    }

    /// <summary>Reorders the weights as the tiles read them: per group, target and tile a matrix [channel · tap, row of the tile].</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void PackWeights(in ConvolutionGeometry g, T* w, int* taps, bool backward)
    {
        nint rowStride = backward ? g.Taps : (nint)g.InPerGroup * g.Taps, channelStride = backward ? (nint)g.InPerGroup * g.Taps : g.Taps;
        for (int tile = 0; tile < tiles.Count; tile++)
        {
            int high = tiles.Height(tile), group = tiles.Group(tile), first = tiles.Start(tile) - group * rows;
            T* from = w + (nint)group * g.OutPerGroup * g.InPerGroup * g.Taps + first * rowStride;
            for (int t = 0; t < targets; t++)
            {
                T* to = TileWeights(tile, t);
                for (int c = 0; c < channels; c++)
                    for (int i = tapStart[t]; i < tapStart[t + 1]; i++, to += high)
                        for (int r = 0; r < high; r++) to[r] = from[r * rowStride + c * channelStride + taps[i]];
            }
        }
    }

    readonly T* TileWeights(int tile, int t)
    {
        int group = tiles.Group(tile), mine = tapStart[t + 1] - tapStart[t];
        return weights + (nint)group * rows * channels * tapStart[targets] + (nint)tapStart[t] * channels * rows
            + (tiles.Start(tile) - group * rows) * (nint)channels * mine;
    }

    [MethodImpl(Compiled.Apart)]
    public readonly void Run(int index)
    {
        FlatBlock block = layout.Block(index / parts);
        int part = index % parts, first = (int)((long)tiles.Count * part / parts), end = (int)((long)tiles.Count * (part + 1) / parts);
        int length = (layout.Extent(block) + TSimd.Count - 1) / TSimd.Count * TSimd.Count, most = FlatTile.ProductRows<TSimd, TVector, T>(rows);
        if (chunk < channels)
            for (int tile = first; tile < end; tile = tiles.EndOfGroup(tile, end))
                most = Math.Max(most, targets * (tiles.Start(tiles.EndOfGroup(tile, end)) - tiles.Start(tile)));

        nint sourceBytes = Workspace.Align((nint)chunk * layout.Phases * layout.Pitch * sizeof(T));
        byte* memory = Workspace.OfJob(sourceBytes + (nint)most * layout.Length * sizeof(T));
        T* flat = (T*)memory, sums = (T*)(memory + sourceBytes);
        for (int tile = first; tile < end; tile = tiles.EndOfGroup(tile, end))
            RunGroup(block, length, tile, tiles.EndOfGroup(tile, end), flat, sums);
    }

    [MethodImpl(Compiled.Apart)]
    readonly void RunGroup(in FlatBlock block, int length, int first, int end, T* flat, T* sums)
    {
        int group = tiles.Group(first), start = tiles.Start(first), held = tiles.Start(end) - start;
        for (int c = 0; c < channels; c += chunk)
        {
            int count = Math.Min(chunk, channels - c);
            layout.Pack(block, source + (nint)(group * channels + c) * sourcePlane, groups * channels * sourcePlane, sourcePlane, count, flat);
            for (int t = 0; t < targets; t++)
                for (int tile = first; tile < end; tile++)
                {
                    int row = tiles.Start(tile), high = tiles.Height(tile), mine = tapStart[t + 1] - tapStart[t];
                    T* y = sums + (chunk < channels ? (nint)(t * held + row - start) * layout.Length : 0);
                    FlatTile.Product<TSimd, TVector, T>(high, count * mine, offsets + (nint)tapStart[t] * chunk,
                        TileWeights(tile, t) + (nint)c * mine * high, flat, y, layout.Length, length, bias == null ? null : bias + row, c > 0);
                    if (c + count == channels) Deliver(block, t, row, high, y);
                }
        }
    }

    [MethodImpl(Compiled.Apart)]
    readonly void Deliver(in FlatBlock block, int t, int row, int high, T* y)
    {
        AxisMap d = depth with { Origin = depth.Origin + t / width.Step / height.Step };
        AxisMap h = height with { Origin = height.Origin + t / width.Step % height.Step };
        AxisMap w = width with { Origin = width.Origin + t % width.Step };
        for (int r = 0; r < high; r++)
            layout.Unpack(block, d, h, w, y + (nint)r * layout.Length, target + (row + r) * targetPlane, groups * rows * targetPlane);
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>The forward pass and the gradient of the input with channels of the result in the lanes: weights are vectors, and the numbers they are multiplied with are broadcast
/// from where they lie. So strides and dilations cost nothing, taps that read above or below an image are left out, and no result is computed in vain.
/// Results of a block of rows are [position, channel] first and are transposed on their way out.</summary>
internal unsafe struct ChannelProduct<TSimd, TVector, T> : IJob
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    const int SourceBytes = 256 * 1024;     // source rows of a block stay in the second cache
    const int Results = 1024;               // of a block, in 128 KB
    const int MostStride = 16;
    const int FewestPositions = 7;          // of a row, else weights pass by too fast
    const int Crowding = 4096;              // bytes after which lines fall into the same set of the first cache

    ConvolutionGeometry geometry;
    bool isBackward, isDirect;
    int groups, channels, rows, panels, parts, heights, blocks, rowLow, rowHigh, columnLow, columnHigh;
    nint rowPitch, channelPitch, depthPitch, panelPitch;
    int* offsets;
    T* source, weights, starts, target;

    static int Lanes => 2 * TSimd.Count;

    /// <summary>y = w ⋆ x + bias. False, and nothing done, where other methods are better.</summary>
    public static bool Forward(in ConvolutionGeometry g, T* x, T* w, T* bias, T* y)
    {
        var pass = new ChannelProduct<TSimd, TVector, T>
        {
            geometry = g, groups = g.Groups, channels = g.InPerGroup, rows = g.OutPerGroup, source = x, target = y,
        };
        return pass.Execute(w, bias);
    }

    /// <summary>dx = the transpose of the forward pass applied to dy. False, and nothing done, where other methods are better.</summary>
    public static bool BackwardInput(in ConvolutionGeometry g, T* dy, T* w, T* dx)
    {
        var pass = new ChannelProduct<TSimd, TVector, T>
        {
            geometry = g, isBackward = true, groups = g.Groups, channels = g.OutPerGroup, rows = g.InPerGroup, source = dy, target = dx,
        };
        return pass.Execute(w, null);
    }

    readonly TapAxis Axis(int axis, int residue) => isBackward ? TapAxis.Backward(geometry[axis], residue) : TapAxis.Forward(geometry[axis]);

    /// <summary>Kinds of results on an axis, each with taps of its own.</summary>
    readonly int Residues(int axis) => isBackward ? Math.Min(geometry[axis].Stride, geometry[axis].Input) : 1;

    readonly nint SourcePlane => isBackward ? geometry.OutputPlane : geometry.InputPlane;

    readonly nint TargetPlane => isBackward ? geometry.InputPlane : geometry.OutputPlane;

    bool Execute(T* w, T* bias)
    {
        if (!Fits() || !Arrange()) return false;
        panels = (rows + Lanes - 1) / Lanes;
        panelPitch = (nint)channels * geometry.Taps * Lanes;
        TapAxis depth = Axis(0, 0), height = Axis(1, 0);
        int jobs = geometry.Batch * groups * depth.Target * blocks;
        parts = Math.Clamp(2 * Workers.Count / jobs, 1, Workers.Count == 1 ? 1 : panels);

        nint table = Workspace.Align((nint)channels * geometry.Height.Kernel * geometry.Width.Kernel * sizeof(int));
        nint first = Workspace.Align((nint)groups * panels * Lanes * sizeof(T));
        byte* memory = Workspace.OfCall(table + first + groups * panels * panelPitch * sizeof(T));
        offsets = (int*)memory;
        starts = (T*)(memory + table);
        weights = (T*)(memory + table + first);
        ListOffsets();
        for (int panel = 0; panel < groups * panels; panel++) PackPanel(panel, w, bias);
        Workers.For(jobs * parts, ref this);
        return true;
    }

    readonly bool Fits()
    {
        int vectors = (rows + TSimd.Count - 1) / TSimd.Count;
        // With one vector, half of the work is loading what is broadcast.
        return TSimd.TileRows > 8 && vectors > 1 && 4 * rows >= 3 * vectors * TSimd.Count && geometry.Width.Stride <= MostStride && geometry.Height.Stride <= MostStride
            && geometry.Depth.Stride <= MostStride && Axis(2, 0).Count >= FewestPositions && (long)channels * geometry.Taps * Lanes < int.MaxValue / 2;
    }

    /// <summary>Decides how the source is read: in place, if no row has a border, or else from copies of some rows.</summary>
    bool Arrange()
    {
        (rowLow, rowHigh, _) = Span(1);
        (columnLow, columnHigh, int last) = Span(2);
        TapAxis depth = Axis(0, 0), height = Axis(1, 0), width = Axis(2, 0);
        heights = Math.Clamp(Results / width.Target, 1, height.Target);
        isDirect = columnLow >= 0 && last < width.Source && SourcePlane * sizeof(T) % Crowding != 0;
        rowPitch = isDirect ? width.Source : last - columnLow + 1;
        long depths = Math.Min(geometry.Depth.Kernel, depth.Source), room = SourceBytes / sizeof(T) / (depths * channels * rowPitch);
        while (!isDirect && heights > 1 && SourceRows(height) > room) heights--;
        blocks = (height.Target + heights - 1) / heights;
        heights = (height.Target + blocks - 1) / blocks;
        channelPitch = isDirect ? SourcePlane : SourceRows(height) * rowPitch;
        if (!isDirect && channelPitch * sizeof(T) % Crowding == 0) channelPitch += 16;
        depthPitch = isDirect ? (nint)height.Source * width.Source : channels * channelPitch;
        return (double)depths * channels * channelPitch < int.MaxValue / 2;
    }

    readonly int SourceRows(in TapAxis height) =>
        (int)Math.Min(height.Source, (heights + height.Write - 2L) / height.Write * height.Read + rowHigh - rowLow + 1);

    /// <summary>The first and last source position that is read for result 0 of any kind, and the last for any result.</summary>
    readonly (int Low, int High, int Last) Span(int axis)
    {
        int low = int.MaxValue, high = int.MinValue, last = int.MinValue;
        for (int residue = 0; residue < Residues(axis); residue++)
        {
            TapAxis taps = Axis(axis, residue);
            if (taps.Taps == 0) continue;
            low = Math.Min(low, taps.Low);
            high = Math.Max(high, taps.High);
            last = Math.Max(last, (taps.Count - 1) * taps.Read + taps.High);
        }
        return (low, high, last);
    }

    /// <summary>Where the taps of a depth read, by kind of row and of column: [tap of the height, channel, tap of the width].</summary>
    readonly void ListOffsets()
    {
        int* to = offsets;
        for (int h = 0; h < Residues(1); h++)
            for (int w = 0; w < Residues(2); w++)
            {
                TapAxis height = Axis(1, h), width = Axis(2, w);
                for (int i = 0; i < height.Taps; i++)
                    for (int c = 0; c < channels; c++)
                        for (int j = 0; j < width.Taps; j++) *to++ = (int)(c * channelPitch + i * height.ShiftStep * rowPitch) + j * width.ShiftStep;
            }
    }

    /// <summary>The weights of a panel of channels in the order of the offsets, by kind and tap of the depth; and where its sums start.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void PackPanel(int panel, T* w, T* bias)
    {
        int group = panel / panels, first = panel % panels * Lanes, count = Math.Min(Lanes, rows - first), lanes = Vectors(panel) * TSimd.Count, taps = geometry.Taps;
        nint rowStride = isBackward ? taps : (nint)channels * taps, channelStride = isBackward ? (nint)rows * taps : taps;
        T* from = w + (nint)group * rows * channels * taps + first * rowStride, to = weights + panel * panelPitch, start = starts + panel * Lanes;
        for (int lane = 0; lane < lanes; lane++) start[lane] = bias == null || lane >= count ? T.Zero : bias[group * rows + first + lane];
        for (int a = 0; a < Residues(0); a++)
            for (int b = 0; b < Residues(1); b++)
                for (int r = 0; r < Residues(2); r++)
                {
                    TapAxis depth = Axis(0, a), height = Axis(1, b), width = Axis(2, r);
                    for (int d = 0; d < depth.Taps; d++)
                        for (int h = 0; h < height.Taps; h++)
                            for (int c = 0; c < channels; c++)
                                for (int i = 0; i < width.Taps; i++, to += lanes)
                                {
                                    int tap = ((depth.FirstTap + d * depth.TapStep) * geometry.Height.Kernel + height.FirstTap + h * height.TapStep)
                                        * geometry.Width.Kernel + width.FirstTap + i * width.TapStep;
                                    T* one = from + c * channelStride + tap;
                                    for (int lane = 0; lane < lanes; lane++) to[lane] = lane < count ? one[lane * rowStride] : T.Zero;
                                }
                }
    }

    readonly int Vectors(int panel) => (Math.Min(Lanes, rows - panel % panels * Lanes) + TSimd.Count - 1) / TSimd.Count;

    [MethodImpl(Compiled.Apart)]
    public readonly void Run(int index)
    {
        int part = index % parts, block = index / parts % blocks, depths = Axis(0, 0).Target;
        index /= parts * blocks;
        int d = index % depths, group = index / depths % groups, image = index / depths / groups;
        TapAxis depth = Axis(0, d % Residues(0)), height = Axis(1, 0), width = Axis(2, 0);
        int firstRow = block * heights, endRow = Math.Min(firstRow + heights, height.Target), positions = (endRow - firstRow) * width.Target;
        int from = Math.Max(0, firstRow / height.Write * height.Read + rowLow);
        int end = Math.Min(height.Source, (endRow - 1) / height.Write * height.Read + rowHigh + 1);

        T* x = source + ((nint)image * groups + group) * channels * SourcePlane;
        nint copies = isDirect ? 0 : Workspace.Align(depth.Taps * depthPitch * sizeof(T));
        byte* memory = Workspace.OfJob(copies + (nint)positions * Lanes * sizeof(T));
        (int firstTap, int endTap) = depth.Inside(d / depth.Write);
        int at = d / depth.Write * depth.Read + depth.Shift;
        if (!isDirect)
        {
            for (int tap = firstTap; tap < endTap; tap++) Copy(x, at + tap * depth.ShiftStep, from, end, (T*)memory + tap * depthPitch);
            x = (T*)memory - from * rowPitch - columnLow;
        }
        T* results = (T*)(memory + copies);
        for (int p = panels * part / parts; p < panels * (part + 1) / parts; p++)
        {
            int panel = group * panels + p, vectors = Vectors(panel);
            T* y = target + ((nint)image * groups * rows + group * rows + p * Lanes) * TargetPlane
                + ((nint)d * height.Target + firstRow) * width.Target;
            Compute(panel, d, firstRow, endRow, x, isDirect ? (at, depth.ShiftStep) : (0, 1), (firstTap, endTap), results, y);
            Deliver(results, vectors * TSimd.Count, positions, y, Math.Min(Lanes, rows - p * Lanes), TargetPlane);
        }
    }

    /// <summary>Copies rows of all channels at one depth between zeros.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void Copy(T* x, int depth, int from, int end, T* to)
    {
        TapAxis width = Axis(2, 0);
        int before = Math.Max(0, -columnLow), first = Math.Max(0, columnLow), count = Math.Min(width.Source - first, (int)rowPitch - before);
        int after = (int)rowPitch - before - count;
        x += ((nint)depth * Axis(1, 0).Source + from) * width.Source + first;
        for (int c = 0; c < channels; c++, x += SourcePlane, to += channelPitch)
        {
            T* source = x, row = to;
            for (int h = from; h < end; h++, source += width.Source, row += rowPitch)
            {
                for (int i = 0; i < before; i++) row[i] = T.Zero;
                RowCopy.Run(source, row + before, count);
                for (int i = 0; i < after; i++) row[before + count + i] = T.Zero;
            }
        }
    }

    /// <summary>The results of some rows for a panel of channels: [position, channel].</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void Compute(int panel, int d, int firstRow, int endRow, T* x, (int At, int Step) plane, (int First, int End) depths, T* results, T* y)
    {
        int vectors = Vectors(panel), lanes = vectors * TSimd.Count, perDepth = geometry.Height.Kernel * geometry.Width.Kernel;
        T* start = starts + panel * Lanes, mine = weights + panel * panelPitch;
        for (int kind = 0; kind < d % Residues(0); kind++) mine += (nint)Axis(0, kind).Taps * perDepth * channels * lanes;
        int depthTaps = Axis(0, d % Residues(0)).Taps;
        int passed = 0;     // taps of a depth that belong to the kinds before this one
        for (int h = 0; h < Residues(1); h++)
            for (int w = 0; w < Residues(2); w++)
            {
                TapAxis height = Axis(1, h), width = Axis(2, w);
                int taps = height.Taps * width.Taps, line = channels * width.Taps;
                T* kindWeights = mine + (nint)passed * depthTaps * channels * lanes;
                int* kindOffsets = offsets + (nint)passed * channels;
                passed += taps;
                var tiles = new RowBlocks(1, width.Count, ChannelTile<TSimd, TVector, T>.Positions);
                for (int row = firstRow + Math.Max(0, (h - firstRow % height.Write + height.Write) % height.Write); row < endRow; row += height.Write)
                {
                    (int first, int end) = height.Inside(row / height.Write);
                    T* from = x + (row / height.Write * height.Read + height.Shift) * rowPitch + width.Shift;
                    T* to = results + ((nint)(row - firstRow) * width.Target + w) * lanes;
                    for (int tile = 0; tile < tiles.Count; tile++)
                    {
                        nint q = tiles.Start(tile);
                        Await(y + ((nint)(row - firstRow) * width.Target + q * width.Write + w), lanes);
                        T* begin = start;
                        for (int depth = depths.First; depth < depths.End || begin != null; depth++)
                        {
                            int terms = depth < depths.End ? (end - first) * line : 0;
                            T* weight = kindWeights + ((nint)depth * taps * channels + first * line) * lanes;
                            ChannelTile<TSimd, TVector, T>.Run(tiles.Height(tile), vectors, terms, kindOffsets + first * line, weight,
                                from + (plane.At + depth * plane.Step) * depthPitch + q * width.Read, width.Read,
                                to + q * width.Write * lanes, width.Write * lanes, begin);
                            begin = null;
                        }
                    }
                }
            }
    }

    /// <summary>Fetches the lines that results of all channels at one position go to: a store would wait for them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void Await(T* y, int lanes)
    {
        nint plane = TargetPlane;
        for (int lane = 0; lane < lanes; lane++) Streaming.Prefetch(y + lane * plane);
    }

    /// <summary>Transposes results to rows of channels. The last columns overlap those before, so that they are whole tiles too.</summary>
    static void Deliver(T* results, int lanes, int positions, T* y, int count, nint plane)
    {
        const int Tile = 16;
        int whole = positions >= Tile ? positions / Tile * Tile : positions;
        Transpose.Run(results, lanes, y, plane, count, whole);
        if (whole < positions) Transpose.Run(results + (nint)(positions - Tile) * lanes, lanes, y + positions - Tile, plane, count, Tile);
    }
}

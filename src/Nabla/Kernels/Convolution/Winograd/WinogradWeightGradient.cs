using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The gradient of a 3 × 3 kernel of stride 1 by the transpose of Winograd's F(4×4, 3×3): dw = Gᵀ[Σ over tiles of (A dy Aᵀ) ⊙ (Bᵀ x B)]G. Channels are lanes:
/// per block of tiles both operands become [frequency, tile, channel], and 36 products add to sums [frequency, row, channel], in the order of the blocks.
/// </summary>
[SkipLocalsInit]
internal unsafe struct WinogradWeightGradient<TSimd, TVector> : IJob
    where TSimd : struct, ISimd<TVector, float> where TVector : struct
{
    const int Lanes = WinogradTile.Lanes, Frequencies = WinogradTile.Frequencies, Taps = WinogradTile.Taps;
    const int Spread = 16;                  // floats between the frequencies, as in the forward pass
    const int BlockBytes = 1024 * 1024;     // both operands of a block
    const int FewestTiles = 32;             // a product shorter than this is mostly loading and storing its sums

    TileGrid grid;
    RowBlocks tiles;
    int groups, channels, rows, paddedChannels, paddedRows, blockTiles, first, count;
    (int Height, int Width) sourceSize, before;
    float* x, dy, dw, inputs, slopes, sums;
    int* flawed;
    Phase phase;

    enum Phase { Transform, Multiply, Collect }

    /// <summary>dw from x and dy. False if a result is not finite: then its neighbors are not to be trusted.</summary>
    public static bool Compute(in ConvolutionGeometry g, float* x, float* dy, float* dw)
    {
        var pass = new WinogradWeightGradient<TSimd, TVector>
        {
            grid = new TileGrid(g.Batch, g.Height.Output, g.Width.Output, g.Height.Dilation), tiles = new RowBlocks(1, g.OutPerGroup, TSimd.TileRows),
            channels = g.InPerGroup, rows = g.OutPerGroup, paddedChannels = Pad(g.InPerGroup), paddedRows = Pad(g.OutPerGroup), groups = g.Groups,
            sourceSize = (g.Height.Input, g.Width.Input), before = (g.Height.PadBefore, g.Width.PadBefore),
            x = x, dy = dy, dw = dw,
        };
        for (int group = 0; group < g.Groups; group++)
        {
            if (!pass.Execute()) return false;
            pass.x += g.InPerGroup * g.InputPlane;
            pass.dy += g.OutPerGroup * g.OutputPlane;
            pass.dw += (nint)g.OutPerGroup * g.InPerGroup * Taps;
        }
        return true;

        static int Pad(int channels) => (channels + Lanes - 1) / Lanes * Lanes;
    }

    readonly nint InputPitch => (nint)blockTiles * paddedChannels + Spread;

    readonly nint SlopePitch => (nint)blockTiles * paddedRows + Spread;

    readonly nint SumPitch => (nint)rows * paddedChannels + Spread;

    bool Execute()
    {
        // Longer blocks pass over the sums less often.
        int wanted = BlockBytes / (Frequencies * sizeof(float) * (paddedChannels + paddedRows));
        blockTiles = Math.Min(grid.Count, Math.Max(FewestTiles, Math.Max(wanted, Math.Min(channels, rows) / 2)));
        nint head = Workspace.Align(sizeof(int));
        byte* memory = Workspace.OfCall(head + Frequencies * (InputPitch + SlopePitch + SumPitch) * sizeof(float));
        flawed = (int*)memory;
        *flawed = 0;
        inputs = (float*)(memory + head);
        slopes = inputs + Frequencies * InputPitch;
        sums = slopes + Frequencies * SlopePitch;
        for (first = 0; first < grid.Count; first += blockTiles)
        {
            count = Math.Min(blockTiles, grid.Count - first);
            phase = Phase.Transform;
            Workers.For((paddedChannels + paddedRows) / Lanes, ref this);
            phase = Phase.Multiply;
            Workers.For(Frequencies, ref this);
        }
        phase = Phase.Collect;
        Workers.For(tiles.Count, ref this);
        return *flawed == 0;
    }

    public readonly void Run(int index)
    {
        if (phase == Phase.Multiply) Multiply(index);
        else if (phase == Phase.Collect) Collect(index);
        else if (index < paddedChannels / Lanes)
            Transform(index * Lanes, channels, x, sourceSize, before, WinogradTile.Patch, inputs + index * Lanes, paddedChannels);
        else
        {
            index -= paddedChannels / Lanes;
            Transform(index * Lanes, rows, dy, (grid.Height, grid.Width), default, WinogradTile.Side, slopes + index * Lanes, paddedRows);
        }
    }

    /// <summary>Sixteen channels of the block's tiles as [frequency, tile, lane].</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void Transform(int channel, int all, float* source, (int Height, int Width) size, (int Row, int Column) before, int side, float* to, int pitch)
    {
        nint plane = (nint)size.Height * size.Width;
        int stripLength = TileStrip.MostLength(count, side) + Spread;
        byte* memory = Workspace.OfJob(TileStrip.Bytes(count) + (nint)Lanes * stripLength * sizeof(float));
        float* strips = (float*)(memory + TileStrip.Bytes(count));
        var tiles = new TileStrip(grid, first, count, side, size, before, groups * all * plane, memory);
        int* lanes = stackalloc int[Lanes];
        for (int lane = 0; lane < Lanes; lane++)
        {
            lanes[lane] = lane * (tiles.Length + Spread);
            new Span<float>(strips + lanes[lane], tiles.Length).Clear();
            if (channel + lane < all) tiles.Fill(source + (channel + lane) * plane, strips + lanes[lane], plane);
        }
        float* patchMemory = stackalloc float[Frequencies * Lanes + Workspace.Spare], patch = Workspace.Aligned(patchMemory);
        nint frequencyPitch = (nint)blockTiles * pitch + Spread;
        for (int tile = 0; tile < count; tile++, to += pitch)
        {
            tiles.Gather(strips + tiles.Offsets[tile], lanes, patch);
            if (side == WinogradTile.Side) WinogradTransforms<TSimd, TVector>.Slope(patch, to, frequencyPitch);
            else WinogradTransforms<TSimd, TVector>.Input(patch, to, frequencyPitch);
        }
    }

    /// <summary>sums[row, channel] (+)= Σ over tiles of slopes[tile, row] · inputs[tile, channel] for one frequency.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void Multiply(int f)
    {
        int wide = OuterTile<TSimd, TVector, float>.Width;
        var operands = new TileOperands<float>
        {
            K = count, ARow = 1, AColumn = paddedRows, BRow = paddedChannels, CRow = paddedChannels, Accumulate = first > 0,
        };
        for (int column = 0; column < paddedChannels; column += wide)
        {
            operands.Columns = Math.Min(wide, paddedChannels - column);
            operands.B = inputs + f * InputPitch + column;
            for (int tile = 0; tile < tiles.Count; tile++)
            {
                operands.A = slopes + f * SlopePitch + tiles.Start(tile);
                operands.C = sums + f * SumPitch + (nint)tiles.Start(tile) * paddedChannels + column;
                OuterTile<TSimd, TVector, float>.Run(tiles.Height(tile), operands);
            }
        }
    }

    /// <summary>Transforms the sums of a tile of rows back to kernels.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void Collect(int tile)
    {
        float* kernelMemory = stackalloc float[Taps * Lanes + Workspace.Spare], kernel = Workspace.Aligned(kernelMemory);
        TVector finite = TSimd.Broadcast(0);
        for (int row = tiles.Start(tile); row < tiles.Start(tile + 1); row++)
            for (int c = 0; c < channels; c += Lanes)
            {
                finite = TSimd.Add(finite, WinogradTransforms<TSimd, TVector>.WeightSlope(sums + (nint)row * paddedChannels + c, SumPitch, kernel));
                float* to = dw + ((nint)row * channels + c) * Taps;
                for (int lane = 0; lane < Math.Min(Lanes, channels - c); lane++, to += Taps)
                    for (int tap = 0; tap < Taps; tap++) to[tap] = kernel[tap * Lanes + lane];
            }
        if (!WinogradTransforms<TSimd, TVector>.IsFinite(finite)) *flawed = 1;
    }
}

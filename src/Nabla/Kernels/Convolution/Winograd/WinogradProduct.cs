using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The forward pass of a 3 × 3 convolution of stride 1 by Winograd's F(4×4, 3×3), and the gradient of its input, which is one with turned
/// kernels. Tiles of results are lanes: a panel of 32 tiles is transformed channel by channel, multiplied with the transformed kernels in
/// 36 products [rows, channels] · [channels, 32], and transformed back.
/// </summary>
[SkipLocalsInit]
internal unsafe struct WinogradProduct<TSimd, TVector> : IJob
    where TSimd : struct, ISimd<TVector, float> where TVector : struct
{
    const int Lanes = WinogradTile.Lanes, Panel = 2 * Lanes, Frequencies = WinogradTile.Frequencies;
    const int Spread = 16;                      // floats between the frequencies of a power of two of channels: else they share cache sets
    const int InputBytes = 1536 * 1024;         // transformed input of a block of panels
    const int OutputBytes = 512 * 1024;         // products of a block and a chunk of rows
    const int ResidentWeights = 512 * 1024;     // transformed kernels that stay in the second cache
    const int OwnRows = 48;                     // rows that a lone block transforms at a time

    TileGrid grid;
    RowBlocks tiles;
    int channels, rows, panels, panelsPerBlock, blocks, parts, chunkRows;
    (int Height, int Width) sourceSize;
    (int Row, int Column) before;
    nint rowStride, channelStride, tapStride, sourceImage, targetImage;
    float* source, weights, bias, target, transformed;
    int* flawed;
    bool transforming;

    /// <summary>y = w ⋆ x + bias. False if a result is not finite: then the tiles around it are not to be trusted.</summary>
    public static bool Forward(in ConvolutionGeometry g, float* x, float* w, float* bias, float* y)
    {
        var pass = new WinogradProduct<TSimd, TVector>
        {
            grid = new TileGrid(g.Batch, g.Height.Output, g.Width.Output, g.Height.Dilation), channels = g.InPerGroup, rows = g.OutPerGroup,
            sourceSize = (g.Height.Input, g.Width.Input), before = (g.Height.PadBefore, g.Width.PadBefore),
            rowStride = g.InPerGroup * WinogradTile.Taps, channelStride = WinogradTile.Taps, tapStride = 1,
            source = x, weights = w, bias = bias, target = y,
        };
        return pass.Execute(g.Groups);
    }

    /// <summary>dx, the gradient of the input: dy with a border of 2 · dilation − padding, and the kernels turned by half a circle. False as above.</summary>
    public static bool BackwardInput(in ConvolutionGeometry g, float* dy, float* w, float* dx)
    {
        const int Last = WinogradTile.Taps - 1;
        var pass = new WinogradProduct<TSimd, TVector>
        {
            grid = new TileGrid(g.Batch, g.Height.Input, g.Width.Input, g.Height.Dilation), channels = g.OutPerGroup, rows = g.InPerGroup,
            sourceSize = (g.Height.Output, g.Width.Output), before = (2 * g.Height.Dilation - g.Height.PadBefore, 2 * g.Width.Dilation - g.Width.PadBefore),
            rowStride = WinogradTile.Taps, channelStride = g.InPerGroup * WinogradTile.Taps, tapStride = -1,
            source = dy, weights = w + Last, target = dx,
        };
        return pass.Execute(g.Groups);
    }

    /// <summary>True if sixteen tiles fill one register.</summary>
    static bool IsWide => TSimd.Count == Lanes;

    readonly nint SourcePlane => (nint)sourceSize.Height * sourceSize.Width;

    readonly nint TargetPlane => (nint)grid.Height * grid.Width;

    readonly nint InputPitch => (nint)channels * Panel + Spread;

    /// <summary>Elements of a panel's products: [row, frequency, tile], so that a row is transformed back from one run of memory.</summary>
    readonly nint Products => (nint)chunkRows * Frequencies * Panel;

    /// <summary>Elements of one frequency of a tile of kernels: whole vectors are stored, so the last runs over its end.</summary>
    readonly nint WeightPitch(int tile) => (nint)channels * tiles.Height(tile) + Lanes;

    readonly nint WeightStart(int tile) => Frequencies * ((nint)channels * tiles.Start(tile) + tile * Lanes);

    bool Execute(int groups)
    {
        (sourceImage, targetImage) = (groups * channels * SourcePlane, groups * rows * TargetPlane);
        for (int group = 0; group < groups; group++)
        {
            if (!ExecuteGroup()) return false;
            source += channels * SourcePlane;
            weights += (nint)rows * channels * WinogradTile.Taps;
            if (bias != null) bias += rows;
            target += rows * TargetPlane;
        }
        return true;
    }

    bool ExecuteGroup()
    {
        tiles = new RowBlocks(1, rows, TSimd.TileRows);
        panels = (grid.Count + Panel - 1) / Panel;
        bool resident = (nint)channels * rows * Frequencies * sizeof(float) <= ResidentWeights;
        panelsPerBlock = resident ? 1 : (int)Math.Clamp(InputBytes / (Frequencies * InputPitch * sizeof(float)), 1, panels);
        blocks = (panels + panelsPerBlock - 1) / panelsPerBlock;
        parts = Math.Clamp(2 * Workers.Count / blocks, 1, Workers.Count == 1 ? 1 : tiles.Count);
        int most = OutputBytes / (Frequencies * Panel * sizeof(float) * panelsPerBlock);
        if (blocks == 1) most = Math.Min(most, OwnRows);
        chunkRows = Math.Max(most, TSimd.TileRows);

        nint head = Workspace.Align(sizeof(int)), shared = blocks == 1 ? 0 : WeightStart(tiles.Count);
        byte* memory = Workspace.OfCall(head + shared * sizeof(float));
        flawed = (int*)memory;
        *flawed = 0;
        transformed = (float*)(memory + head);
        if (blocks > 1)
        {
            transforming = true;
            Workers.For(tiles.Count, ref this);
            transforming = false;
        }
        Workers.For(blocks * parts, ref this);
        return *flawed == 0;
    }

    public readonly void Run(int index)
    {
        if (transforming) TransformWeights(index, transformed + WeightStart(index));
        else RunBlock(index / parts, index % parts);
    }

    /// <summary>The kernels of one tile of rows as [frequency, channel, row].</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void TransformWeights(int tile, float* to)
    {
        int high = tiles.Height(tile);
        float* kernelMemory = stackalloc float[WinogradTile.Taps * Lanes + Workspace.Spare], kernel = Workspace.Aligned(kernelMemory);
        new Span<float>(kernel, WinogradTile.Taps * Lanes).Clear();
        float* from = weights + tiles.Start(tile) * rowStride;
        int together = Lanes / high;        // channels whose rows fill the lanes: they are neighbors in the result, too
        for (int c = 0; c < channels; c += together)
        {
            float* lane = kernel;
            for (int i = c; i < Math.Min(c + together, channels); i++)
                for (int r = 0; r < high; r++, lane++)
                {
                    float* taps = from + r * rowStride + i * channelStride;
                    for (int tap = 0; tap < WinogradTile.Taps; tap++) lane[tap * Lanes] = taps[tap * tapStride];
                }
            WinogradTransforms<TSimd, TVector>.Weight(kernel, to + (nint)c * high, WeightPitch(tile));
        }
    }

    [MethodImpl(Compiled.Apart)]
    readonly void RunBlock(int block, int part)
    {
        int first = block * panelsPerBlock, count = Math.Min(panelsPerBlock, panels - first);
        int firstTile = (int)((long)tiles.Count * part / parts), endTile = (int)((long)tiles.Count * (part + 1) / parts);
        nint inputs = Frequencies * InputPitch * count, outputs = Products * count;
        nint own = blocks == 1 ? Frequencies * ((nint)channels * chunkRows + (nint)tiles.Count * Lanes) : 0;
        nint strip = TileStrip.MostLength(Panel, WinogradTile.Patch);
        nint places = IsWide ? Panel / Lanes * Math.Max(PatchRuns.Bytes, ResultRuns.Bytes) : TileStrip.Bytes(Panel);
        byte* memory = Workspace.OfJob(places + (inputs + outputs + own + strip) * sizeof(float));
        float* input = (float*)(memory + places), output = input + inputs, kernels = output + outputs;
        for (int p = 0; p < count; p++)
            TransformInput((first + p) * Panel, memory, kernels + own, input + p * Frequencies * InputPitch);

        TVector finite = TSimd.Broadcast(0);
        for (int tile = firstTile, end; tile < endTile; tile = end)
        {
            end = tile + 1;
            while (end < endTile && tiles.Start(end + 1) - tiles.Start(tile) <= chunkRows) end++;
            float* chunk = blocks == 1 ? kernels : transformed + WeightStart(tile);
            if (blocks == 1)
                for (int t = tile; t < end; t++) TransformWeights(t, chunk + (WeightStart(t) - WeightStart(tile)));
            Multiply(tile, end, chunk, input, output, count);
            for (int p = 0; p < count; p++)
                finite = TSimd.Add(finite, TransformOutput((first + p) * Panel, tiles.Start(tile), tiles.Start(end), output + p * Products, memory));
        }
        if (!WinogradTransforms<TSimd, TVector>.IsFinite(finite)) *flawed = 1;
    }

    /// <summary>A panel of tiles as [frequency, channel, tile].</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void TransformInput(int first, byte* memory, float* strip, float* to)
    {
        float* patchMemory = stackalloc float[Frequencies * Lanes + Workspace.Spare], patch = Workspace.Aligned(patchMemory);
        if (IsWide)
        {
            PatchRuns* runs = stackalloc PatchRuns[Panel / Lanes];
            for (int i = 0; i < Panel / Lanes; i++)
                runs[i] = new PatchRuns(grid, first + i * Lanes, sourceSize, before, sourceImage, memory + i * PatchRuns.Bytes);
            for (int c = 0; c < channels; c++)
                for (int i = 0; i < Panel / Lanes; i++)
                {
                    runs[i].Read(source + c * SourcePlane, SourcePlane, patch);
                    WinogradTransforms<TSimd, TVector>.Input(patch, to + (nint)c * Panel + i * Lanes, InputPitch);
                }
            return;
        }
        int count = Math.Min(Panel, grid.Count - first);
        var tiles = new TileStrip(grid, first, count, WinogradTile.Patch, sourceSize, before, sourceImage, memory);
        for (int i = count; i < Panel; i++) tiles.Offsets[i] = 0;
        new Span<float>(strip, tiles.Length).Clear();
        for (int c = 0; c < channels; c++)
        {
            tiles.Fill(source + c * SourcePlane, strip, SourcePlane);
            for (int half = 0; half < Panel; half += Lanes)
            {
                tiles.Gather(strip, tiles.Offsets + half, patch);
                WinogradTransforms<TSimd, TVector>.Input(patch, to + (nint)c * Panel + half, InputPitch);
            }
        }
    }

    /// <summary>products[row, frequency, tile] for a chunk of rows and all panels of the block; kernels are read once.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void Multiply(int firstTile, int endTile, float* kernels, float* input, float* output, int count)
    {
        int wide = Math.Min(OuterTile<TSimd, TVector, float>.Width, Panel);
        var operands = new TileOperands<float> { K = channels, ARow = 1, BRow = Panel, CRow = Frequencies * Panel, Columns = wide };
        for (int tile = firstTile, end; tile < endTile; tile = end)
        {
            int high = tiles.Height(tile);
            for (end = tile + 1; end < endTile && tiles.Height(end) == high; end++) { }
            float* weights = kernels + (WeightStart(tile) - WeightStart(firstTile)), products = output + (nint)(tiles.Start(tile) - tiles.Start(firstTile)) * Frequencies * Panel;
            operands.AColumn = high;
            (operands.More, operands.NextA, operands.NextC) = (end - tile - 1, WeightStart(tile + 1) - WeightStart(tile), high * Frequencies * Panel);
            for (int f = 0; f < Frequencies; f++)
            {
                operands.A = weights + f * WeightPitch(tile);
                for (int p = 0; p < count; p++)
                    for (int column = 0; column < Panel; column += wide)
                    {
                        operands.B = input + (p * Frequencies + f) * InputPitch + column;
                        operands.C = products + p * Products + f * Panel + column;
                        OuterTile<TSimd, TVector, float>.Run(high, operands);
                    }
            }
        }
    }

    /// <summary>Products of a panel to where its tiles lie in the target. The result is 0 if all values are finite.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly TVector TransformOutput(int first, int firstRow, int endRow, float* products, byte* memory)
    {
        const int Side = WinogradTile.Side;
        float* valuesMemory = stackalloc float[Side * Side * Lanes + Workspace.Spare], values = Workspace.Aligned(valuesMemory);
        TilePlace* places = stackalloc TilePlace[Panel];
        ResultRuns* runs = stackalloc ResultRuns[Panel / Lanes];
        if (IsWide)
            for (int i = 0; i < Panel / Lanes; i++) runs[i] = new ResultRuns(grid, first + i * Lanes, targetImage, memory + i * ResultRuns.Bytes);
        else
            for (int i = 0; i < Panel; i++) places[i] = TilePlace.Of(grid, first + i, targetImage);
        TVector finite = TSimd.Broadcast(0);
        for (int row = firstRow; row < endRow; row++, products += Frequencies * Panel)
            for (int half = 0; half < Panel; half += Lanes)
            {
                finite = TSimd.Add(finite, WinogradTransforms<TSimd, TVector>.Output(products + half, Panel, bias == null ? 0 : bias[row], values));
                if (IsWide) runs[half / Lanes].Write(values, target + row * TargetPlane, TargetPlane);
                else
                    for (int lane = 0; lane < Lanes; lane += 4)
                        TilePlace.Scatter(values + lane, places + half + lane, target + row * TargetPlane, grid.Width);
            }
        return finite;
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>The gradient of the weight: each entry is the dot product of a channel of dy, on the result grid with zeros between, and a shifted
/// flat run of x. Images are split into a fixed number of slices whose sums are added in order, whatever the number of threads.</summary>
internal unsafe struct FlatWeightGradient<TSimd, TVector, T> : IJob
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, INumber<T>
{
    const int RunLength = 1024;
    const int SourceBytes = 384 * 1024;
    const int RowsPerJob = 96;            // dy of a block stays in the second cache beside x
    const int PieceLength = 1024;         // eight rows of dy stay in the first cache while all of x passes by
    const int Jobs = 8;                   // fixed, since it decides the order of the sums

    FlatLayout layout;
    RowBlocks tiles;
    int groups, channels, rows, taps, chunk, columnTiles, parts, slices;
    int* offsets;
    T* x, dy, products;
    nint xPlane, dyPlane, tilePitch;

    static int Products => FlatTile.Products(FlatTile.DotRows<TSimd, TVector, T>());

    /// <summary>dw = Σ over images and positions of dy · x. False, and nothing done, if the layout does not fit.</summary>
    public static bool Compute(in ConvolutionGeometry g, T* x, T* dy, T* dw)
    {
        var pass = new FlatWeightGradient<TSimd, TVector, T>
        {
            layout = new FlatLayout(FlatAxis.Forward(g.Depth), FlatAxis.Forward(g.Height), FlatAxis.Forward(g.Width),
                g.Batch, RunLength, TSimd.Count),
            tiles = new RowBlocks(g.Groups, g.OutPerGroup, FlatTile.DotRows<TSimd, TVector, T>()),
            groups = g.Groups, channels = g.InPerGroup, rows = g.OutPerGroup, taps = g.Taps,
            x = x, dy = dy, xPlane = g.InputPlane, dyPlane = g.OutputPlane,
        };
        return pass.Execute(g, dw);
    }

    [MethodImpl(Compiled.Apart)]
    bool Execute(in ConvolutionGeometry g, T* dw)
    {
        if (!layout.Fits) return false;
        int runs = layout.Phases * layout.Pitch, chunks = (int)(((nint)channels * runs * sizeof(T) + SourceBytes - 1) / SourceBytes);
        chunk = (channels + Math.Min(chunks, channels) - 1) / Math.Min(chunks, channels);
        columnTiles = (chunk * taps + FlatTile.Columns - 1) / FlatTile.Columns;
        tilePitch = (channels + chunk - 1) / chunk * columnTiles * Products;
        parts = Math.Clamp(groups * rows / RowsPerJob, 1, tiles.Count);
        slices = Math.Clamp(Jobs / parts, 1, layout.Blocks);

        nint table = Workspace.Align((nint)columnTiles * FlatTile.Columns * sizeof(int));
        byte* memory = Workspace.OfCall(table + slices * tiles.Count * tilePitch * sizeof(T));
        offsets = (int*)memory;
        products = (T*)(memory + table);
        int count = 0;
        for (int c = 0; c < chunk; c++)
            for (int d = 0; d < g.Depth.Kernel; d++)
                for (int h = 0; h < g.Height.Kernel; h++)
                    for (int w = 0; w < g.Width.Kernel; w++)
                        offsets[count++] = c * runs + layout.TapOffset(d, h, w);
        while (count < columnTiles * FlatTile.Columns) offsets[count++] = 0;

        Workers.For(slices * parts, ref this);
        for (int tile = 0; tile < tiles.Count; tile++) Collect(tile, dw);
        return true;
    }

    [MethodImpl(Compiled.Apart)]
    public readonly void Run(int index)
    {
        int part = index % parts, slice = index / parts;
        int first = (int)((long)tiles.Count * part / parts), end = (int)((long)tiles.Count * (part + 1) / parts);
        int start = tiles.Start(first), held = tiles.Start(end) - start;
        T* mine = products + (nint)slice * tiles.Count * tilePitch;
        for (int tile = first; tile < end; tile++) new Span<T>(mine + tile * tilePitch, (int)tilePitch).Clear();

        nint sourceBytes = Workspace.Align((nint)chunk * layout.Phases * layout.Pitch * sizeof(T));
        byte* memory = Workspace.OfJob(sourceBytes + (nint)held * layout.Pitch * sizeof(T));
        T* flat = (T*)memory, slopes = (T*)(memory + sourceBytes);
        int lastBlock = (int)((long)layout.Blocks * (slice + 1) / slices);
        for (int b = (int)((long)layout.Blocks * slice / slices); b < lastBlock; b++)
        {
            FlatBlock block = layout.Block(b);
            for (int r = 0; r < held; r++)
                layout.PackResults(block, dy + (start + r) * dyPlane, groups * rows * dyPlane, slopes + (nint)r * layout.Pitch);
            for (int tile = first; tile < end; tile = tiles.EndOfGroup(tile, end))
                AddGroup(block, tile, tiles.EndOfGroup(tile, end), flat, slopes + (nint)(tiles.Start(tile) - start) * layout.Pitch, mine);
        }
    }

    [MethodImpl(Compiled.Apart)]
    readonly void AddGroup(in FlatBlock block, int first, int end, T* flat, T* slopes, T* mine)
    {
        int group = tiles.Group(first), start = tiles.Start(first);
        int length = (layout.Extent(block) + TSimd.Count - 1) / TSimd.Count * TSimd.Count;
        int pieces = (length + PieceLength - 1) / PieceLength, piece = (length / TSimd.Count + pieces - 1) / pieces * TSimd.Count;
        for (int c = 0; c < channels; c += chunk)
        {
            int count = Math.Min(chunk, channels - c);
            layout.Pack(block, x + (nint)(group * channels + c) * xPlane, groups * channels * xPlane, xPlane, count, flat);
            for (int p = 0; p < length; p += piece)
                for (int tile = first; tile < end; tile++)
                    AddTile(tiles.Height(tile), slopes + (nint)(tiles.Start(tile) - start) * layout.Pitch + p, flat + p,
                        Math.Min(piece, length - p), count * taps, mine + tile * tilePitch + (nint)(c / chunk) * columnTiles * Products);
        }
    }

    [MethodImpl(Compiled.Apart)]
    readonly void AddTile(int high, T* slopes, T* flat, int length, int terms, T* sums)
    {
        for (int k = 0; k < terms; k += FlatTile.Columns, sums += Products)
            FlatTile.Dots<TSimd, TVector, T>(high, slopes, layout.Pitch,
                flat + offsets[k], flat + offsets[k + 1], flat + offsets[k + 2], length, sums);
    }

    /// <summary>Adds the slices in order and moves the sums of one tile to where they belong in the weight.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void Collect(int tile, T* dw)
    {
        int row = tiles.Start(tile), high = tiles.Height(tile);
        nint slicePitch = tiles.Count * tilePitch;
        for (int c = 0; c < channels; c += chunk)
        {
            T* from = products + tile * tilePitch + (nint)(c / chunk) * columnTiles * Products;
            int terms = Math.Min(chunk, channels - c) * taps;
            for (int r = 0; r < high; r++)
                for (int k = 0; k < terms; k++)
                {
                    T* entry = from + (nint)(k / FlatTile.Columns) * Products + r * FlatTile.Columns + k % FlatTile.Columns;
                    T sum = entry[0];
                    for (int s = 1; s < slices; s++) sum += entry[s * slicePitch];
                    dw[(nint)(row + r) * channels * taps + c * taps + k] = sum;
                }
        }
    }
}

namespace Nabla.Kernels;

/// <summary>The gradient of the weight: each entry is the dot product of a channel of dy, on the result grid with zeros between, and a shifted
/// flat run of x. Images are split into a fixed number of slices whose sums are added in order, whatever the number of threads.</summary>
internal unsafe struct FlatWeightGradient<TLanes, TVector, T> : IJob
    where TLanes : struct, ILanes<T, TVector> where TVector : struct where T : unmanaged, System.Numerics.INumber<T>
{
    const int RunLength = 1024;
    const int SourceBytes = 384 * 1024;
    const int RowsPerJob = 96;            // dy of a block stays in the second cache beside x
    const int Jobs = 8;                   // fixed, since it decides the order of the sums

    FlatLayout layout;
    RowBlocks tiles;
    int groups, channels, rows, taps, chunk, parts, slices;
    int* offsets;
    T* x, dy, partial;
    nint xPlane, dyPlane, weightLength;

    /// <summary>dw = Σ over images and positions of dy · x.</summary>
    public static void Compute(in ConvolutionGeometry g, T* x, T* dy, T* dw)
    {
        var pass = new FlatWeightGradient<TLanes, TVector, T>
        {
            layout = new FlatLayout(FlatAxis.Forward(g.Depth), FlatAxis.Forward(g.Height), FlatAxis.Forward(g.Width), g.Batch, RunLength, TLanes.Count),
            tiles = new RowBlocks(g.Groups, g.OutPerGroup, TLanes.Rows),
            groups = g.Groups, channels = g.InPerGroup, rows = g.OutPerGroup, taps = g.Taps,
            x = x, dy = dy, xPlane = g.InputPlane, dyPlane = g.OutputPlane, weightLength = g.WeightLength,
        };
        pass.Execute(g, dw);
    }

    void Execute(in ConvolutionGeometry g, T* dw)
    {
        int runs = layout.Phases * layout.Pitch;
        chunk = Math.Clamp(SourceBytes / (runs * sizeof(T)), 1, channels);
        chunk = (channels + (channels + chunk - 1) / chunk - 1) / ((channels + chunk - 1) / chunk);
        parts = Math.Max(1, groups * rows / RowsPerJob);
        parts = Math.Min(parts, tiles.Count);
        slices = Math.Clamp(Jobs / parts, 1, layout.Blocks);

        nint table = Scratch.Align(((nint)chunk * taps + FlatTile.Columns) * sizeof(int));
        byte* memory = Scratch.OfCall(table + (slices > 1 ? slices * weightLength * sizeof(T) : 0));
        offsets = (int*)memory;
        partial = slices > 1 ? (T*)(memory + table) : dw;
        int count = 0;
        for (int c = 0; c < chunk; c++)
            for (int d = 0; d < g.Depth.Kernel; d++)
                for (int h = 0; h < g.Height.Kernel; h++)
                    for (int w = 0; w < g.Width.Kernel; w++)
                        offsets[count++] = c * runs + layout.TapOffset(d, h, w);
        for (int i = 0; i < FlatTile.Columns; i++) offsets[count + i] = offsets[count - 1];

        Workers.For(slices * parts, ref this);
        if (slices == 1) return;
        for (nint i = 0; i < weightLength; i++)
        {
            T sum = partial[i];
            for (int s = 1; s < slices; s++) sum += partial[s * weightLength + i];
            dw[i] = sum;
        }
    }

    public readonly void Run(int index)
    {
        int part = index % parts, slice = index / parts;
        int first = (int)((long)tiles.Count * part / parts), end = (int)((long)tiles.Count * (part + 1) / parts);
        int start = tiles.Start(first), held = tiles.Start(end) - start;
        T* sums = partial + slice * weightLength;
        new Span<T>(sums + (nint)start * channels * taps, held * channels * taps).Clear();

        nint sourceBytes = Scratch.Align((nint)chunk * layout.Phases * layout.Pitch * sizeof(T));
        byte* memory = Scratch.OfJob(sourceBytes + (nint)held * layout.Pitch * sizeof(T));
        T* flat = (T*)memory, slopes = (T*)(memory + sourceBytes);
        int lastBlock = (int)((long)layout.Blocks * (slice + 1) / slices);
        for (int b = (int)((long)layout.Blocks * slice / slices); b < lastBlock; b++)
        {
            FlatBlock block = layout.Block(b);
            for (int r = 0; r < held; r++)
                layout.PackResults(block, dy + (start + r) * dyPlane, groups * rows * dyPlane, slopes + (nint)r * layout.Pitch);
            for (int tile = first; tile < end; tile = tiles.EndOfGroup(tile, end))
                AddGroup(block, tile, tiles.EndOfGroup(tile, end), flat, slopes + (nint)(tiles.Start(tile) - start) * layout.Pitch, sums);
        }
    }

    readonly void AddGroup(in FlatBlock block, int first, int end, T* flat, T* slopes, T* sums)
    {
        int group = tiles.Group(first), start = tiles.Start(first), length = (layout.Extent(block) + TLanes.Count - 1) / TLanes.Count * TLanes.Count;
        for (int c = 0; c < channels; c += chunk)
        {
            int count = Math.Min(chunk, channels - c), terms = count * taps;
            layout.Pack(block, x + (nint)(group * channels + c) * xPlane, groups * channels * xPlane, xPlane, count, flat);
            // Pieces short enough for eight rows of dy to stay in the first cache while all of x passes by.
            for (int p = 0; p < length; p += RunLength)
                for (int tile = first; tile < end; tile++)
                {
                    int row = tiles.Start(tile);
                    AddTile(tiles.Height(tile), slopes + (nint)(row - start) * layout.Pitch + p, flat + p, Math.Min(RunLength, length - p),
                        terms, sums + ((nint)row * channels + c) * taps);
                }
        }
    }

    readonly void AddTile(int high, T* slopes, T* flat, int length, int terms, T* sums)
    {
        T* products = stackalloc T[8 * FlatTile.Columns];
        nint rowStride = (nint)channels * taps;
        for (int k = 0; k < terms; k += FlatTile.Columns)
        {
            FlatTile.Dots<TLanes, TVector, T>(high, slopes, layout.Pitch, flat + offsets[k], flat + offsets[k + 1], flat + offsets[k + 2],
                length, products);
            int columns = Math.Min(FlatTile.Columns, terms - k);
            for (int r = 0; r < high; r++)
                for (int j = 0; j < columns; j++) sums[r * rowStride + k + j] += products[r * FlatTile.Columns + j];
        }
    }
}

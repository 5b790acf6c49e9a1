using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>A piece of the results computed in one go: some images, and a box of the grid of each.</summary>
internal readonly record struct FlatBlock(int Image, int Images, int Depth, int Depths, int Height, int Heights, int Width, int Widths);

/// <summary>Images copied with their zero border into one run per channel and phase, so that the value a tap reads for result p lies at
/// p + offset for all p: a convolution is then a matrix product whose second matrix is never built.
/// The price is that results in the border are computed too and dropped.</summary>
internal readonly unsafe struct FlatLayout
{
    const int Most = int.MaxValue / 8;

    readonly FlatAxis depth, height, width;
    readonly int batch, images;

    /// <param name="depth">Uncut axis.</param>
    /// <param name="height">Uncut axis.</param>
    /// <param name="width">Uncut axis.</param>
    /// <param name="batch">Images in all.</param>
    /// <param name="run">Results wanted per block.</param>
    /// <param name="lanes">Elements of a vector; runs are readable up to a multiple of it.</param>
    public FlatLayout(FlatAxis depth, FlatAxis height, FlatAxis width, int batch, int run, int lanes)
    {
        this.batch = batch;
        if ((long)depth.Pitch * height.Pitch * width.Pitch > 2 * run) depth = Cut(depth, run / ((long)height.Pitch * width.Pitch));
        if (depth.Count == 1 && (long)height.Pitch * width.Pitch > 2 * run) height = Cut(height, run / width.Pitch);
        if (depth.Count == 1 && height.Count == 1 && width.Pitch > 2 * run) width = Cut(width, run);
        (this.depth, this.height, this.width) = (depth, height, width);
        bool whole = depth.Count == depth.Grid && height.Count == height.Grid && width.Count == width.Grid;
        double plane = (double)depth.Pitch * height.Pitch * width.Pitch;
        images = whole ? (int)Math.Clamp(run / plane, 1, batch) : 1;

        double reach = ((double)depth.Reach * height.Pitch + height.Reach) * width.Pitch + width.Reach;
        Fits = (double)depth.Phases * height.Phases * width.Phases * (plane * images + reach + 64) < Most;
        if (!Fits) return;
        Length = RoundUp(Extent(new(0, images, 0, depth.Count, 0, height.Count, 0, width.Count)), lanes);
        int pitch = RoundUp(Length + Offset(depth.Reach, height.Reach, width.Reach), 16);
        Pitch = pitch % 512 == 0 ? pitch + 16 : pitch; // equal offsets of channels 4 KB apart would fight for the same cache lines
    }

    /// <summary>False when taps lie so far apart that the runs of one channel would be absurdly long; then nothing else here may be used.</summary>
    public bool Fits { get; }

    /// <summary>Results of a full block, rounded up to whole vectors.</summary>
    public int Length { get; }

    /// <summary>Elements from one channel and phase to the next.</summary>
    public int Pitch { get; }

    /// <summary>Runs per channel.</summary>
    public int Phases => depth.Phases * height.Phases * width.Phases;

    /// <summary>Blocks that cover all images.</summary>
    public int Blocks => Pieces(batch, images) * BlocksPerImage;

    /// <summary>Blocks that cover an image, or the images that a block takes together.</summary>
    public int BlocksPerImage => Pieces(depth) * Pieces(height) * Pieces(width);

    /// <summary>Elements from one image of a block to the next.</summary>
    public int PlanePitch => depth.Pitch * height.Pitch * width.Pitch;

    /// <summary>Block number <paramref name="index"/>.</summary>
    public FlatBlock Block(int index)
    {
        int w = index % Pieces(width) * width.Count;
        index /= Pieces(width);
        int h = index % Pieces(height) * height.Count;
        index /= Pieces(height);
        int d = index % Pieces(depth) * depth.Count, n = index / Pieces(depth) * images;
        return new(n, Math.Min(images, batch - n), d, Math.Min(depth.Count, depth.Grid - d),
            h, Math.Min(height.Count, height.Grid - h), w, Math.Min(width.Count, width.Grid - w));
    }

    /// <summary>Results from the first of a block to its last, dropped ones included.</summary>
    public int Extent(in FlatBlock b) => (b.Images - 1) * PlanePitch + Offset(b.Depths - 1, b.Heights - 1, b.Widths - 1) + 1;

    /// <summary>Elements between a position and the one so many grid steps further.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Offset(int d, int h, int w) => (d * height.Pitch + h) * width.Pitch + w;

    /// <summary>Elements from the first run of a channel to the value that tap (d, h, w) of a forward pass reads for result 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int TapOffset(int d, int h, int w)
    {
        int phase = (d % depth.Phases * height.Phases + h % height.Phases) * width.Phases + w % width.Phases;
        return phase * Pitch + Offset(d * depth.Dilation / depth.Step, h * height.Dilation / height.Step, w * width.Dilation / width.Step);
    }

    /// <summary>Copies the block's source positions of <paramref name="channels"/> channels, zeros where the border is.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Pack<T>(in FlatBlock b, T* source, nint imageStride, nint channelStride, int channels, T* flat) where T : unmanaged
    {
        new Span<T>(flat, channels * Phases * Pitch).Clear();
        for (int c = 0; c < channels; c++)
            for (int pd = 0; pd < depth.Phases; pd++)
                for (int ph = 0; ph < height.Phases; ph++)
                    for (int pw = 0; pw < width.Phases; pw++, flat += Pitch)
                    {
                        AxisMap d = depth.Source(pd, b.Depth), h = height.Source(ph, b.Height), w = width.Source(pw, b.Width);
                        Gather(b, d, h, w, b.Depths + depth.Reach, b.Heights + height.Reach, b.Widths + width.Reach,
                            source + b.Image * imageStride + c * channelStride, imageStride, flat);
                    }
    }

    /// <summary>Copies the results of one channel to where the result grid has zeros for what is dropped.</summary>
    [MethodImpl(Compiled.Apart)]
    public void PackResults<T>(in FlatBlock b, T* source, nint imageStride, T* flat) where T : unmanaged
    {
        new Span<T>(flat, Pitch).Clear();
        Gather(b, new(depth.Grid, b.Depth, 1), new(height.Grid, b.Height, 1), new(width.Grid, b.Width, 1), b.Depths, b.Heights, b.Widths,
            source + b.Image * imageStride, imageStride, flat);
    }

    /// <summary>Copies one channel's results to the tensor positions that the maps (for grid position 0 of the whole) give.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Unpack<T>(in FlatBlock b, AxisMap d, AxisMap h, AxisMap w, T* flat, T* target, nint imageStride) where T : unmanaged
    {
        d = d with { Origin = d.Origin + b.Depth * d.Step };
        h = h with { Origin = h.Origin + b.Height * h.Step };
        w = w with { Origin = w.Origin + b.Width * w.Step };
        int dEnd = Math.Min(d.End, b.Depths), hEnd = Math.Min(h.End, b.Heights), first = w.First, count = Math.Min(w.End, b.Widths) - first;
        if (count <= 0) return;
        for (int n = 0; n < b.Images; n++)
            for (int i = d.First; i < dEnd; i++)
                for (int j = h.First; j < hEnd; j++)
                {
                    T* from = flat + n * PlanePitch + Offset(i, j, first);
                    nint row = (nint)(i * d.Step + d.Origin) * h.Size + j * h.Step + h.Origin;
                    T* to = target + (b.Image + n) * imageStride + row * w.Size + first * w.Step + w.Origin;
                    if (w.Step == 1) RowCopy.Run(from, to, count);
                    else
                        for (int k = 0; k < count; k++) to[(nint)k * w.Step] = from[k];
                }
    }

    /// <summary>Adds the runs of a channel to the source positions that <see cref="Pack"/> would copy.</summary>
    [MethodImpl(Compiled.Apart)]
    public void AddTo<T>(in FlatBlock b, T* flat, T* source, nint imageStride) where T : unmanaged, INumber<T>
    {
        for (int pd = 0; pd < depth.Phases; pd++)
            for (int ph = 0; ph < height.Phases; ph++)
                for (int pw = 0; pw < width.Phases; pw++, flat += Pitch)
                {
                    AxisMap d = depth.Source(pd, b.Depth), h = height.Source(ph, b.Height), w = width.Source(pw, b.Width);
                    int dEnd = Math.Min(d.End, b.Depths + depth.Reach), hEnd = Math.Min(h.End, b.Heights + height.Reach);
                    int first = w.First, count = Math.Min(w.End, b.Widths + width.Reach) - first;
                    if (count <= 0) continue;
                    for (int n = 0; n < b.Images; n++)
                        for (int i = d.First; i < dEnd; i++)
                            for (int j = h.First; j < hEnd; j++)
                            {
                                nint row = (nint)(i * d.Step + d.Origin) * h.Size + j * h.Step + h.Origin;
                                PoolingRows.Scatter(flat + n * PlanePitch + Offset(i, j, first), w.Step,
                                    source + (b.Image + n) * imageStride + row * w.Size + first * w.Step + w.Origin, count);
                            }
                }
    }

    [MethodImpl(Compiled.Apart)]
    void Gather<T>(in FlatBlock b, AxisMap d, AxisMap h, AxisMap w, int depths, int heights, int widths, T* source, nint imageStride, T* flat)
        where T : unmanaged
    {
        int dEnd = Math.Min(d.End, depths), hEnd = Math.Min(h.End, heights), first = w.First, count = Math.Min(w.End, widths) - first;
        if (count <= 0) return;
        for (int n = 0; n < b.Images; n++)
            for (int i = d.First; i < dEnd; i++)
                for (int j = h.First; j < hEnd; j++)
                {
                    T* to = flat + n * PlanePitch + Offset(i, j, first);
                    nint row = (nint)(i * d.Step + d.Origin) * h.Size + j * h.Step + h.Origin;
                    T* from = source + n * imageStride + row * w.Size + first * w.Step + w.Origin;
                    RowCopy.Gather(from, w.Step, to, count);
                }
    }

    static FlatAxis Cut(FlatAxis axis, long count)
    {
        int pieces = Pieces(axis.Grid, (int)Math.Clamp(count, 1, axis.Grid));
        return axis.WithCount(Pieces(axis.Grid, pieces));
    }

    static int Pieces(in FlatAxis axis) => Pieces(axis.Grid, axis.Count);

    static int Pieces(int length, int size) => (length + size - 1) / size;

    static int RoundUp(int value, int multiple) => Pieces(value, multiple) * multiple;
}

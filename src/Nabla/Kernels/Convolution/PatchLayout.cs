using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>What the taps of a group's channels read for a block of results, as a matrix [channels · taps, results] (<em>im2col</em>), some channels
/// at a time, so that it stays in the second cache while it is multiplied. Each channel becomes flat runs first, where borders and strides are gone;
/// each tap then copies rows.</summary>
internal readonly unsafe struct PatchLayout<T> where T : unmanaged, INumber<T>
{
    const int BlockBytes = 192 * 1024;
    const int FewestColumns = 224;      // with less, the weights would pass by too often

    readonly ConvolutionGeometry g;
    readonly FlatLayout flat;
    readonly int images;

    public PatchLayout(in ConvolutionGeometry geometry)
    {
        g = geometry;
        flat = new FlatLayout(FlatAxis.Forward(g.Depth), FlatAxis.Forward(g.Height), FlatAxis.Forward(g.Width),
            g.Batch, Math.Max(FewestColumns, BlockBytes / sizeof(T) / Terms), Vector<T>.Count);
        if (!flat.Fits) return;
        images = flat.Block(0).Images;
        int most = 0;
        for (int b = 0; b < flat.BlocksPerImage; b++) most = Math.Max(most, Columns(flat.Block(b)));
        int pitch = (most + Vector<T>.Count - 1 + 15) & -16;
        Pitch = pitch % 512 == 0 ? pitch + 16 : pitch;      // rows 4 KB apart would crowd into a few lines of the first cache
        int pieces = Math.Clamp((Terms * Pitch * sizeof(T) + BlockBytes - 1) / BlockBytes, 1, g.InPerGroup);
        Channels = (g.InPerGroup + pieces - 1) / pieces;
    }

    /// <summary>False for taps absurdly far apart; then nothing else here may be used.</summary>
    public bool Fits => flat.Fits;

    /// <summary>Channels that are taken together.</summary>
    public int Channels { get; }

    /// <summary>Rows of the whole matrix.</summary>
    public int Terms => g.InPerGroup * g.Taps;

    /// <summary>Elements between rows of the matrix.</summary>
    public int Pitch { get; }

    /// <summary>Parts of the batch that share no image.</summary>
    public int Parts => flat.Blocks / flat.BlocksPerImage;

    /// <summary>Blocks of a part: more than one only if that is one image.</summary>
    public int BlocksPerPart => flat.BlocksPerImage;

    /// <summary>Bytes to work in: the matrix, a channel's runs, and results apart.</summary>
    public nint Bytes => RunBytes + MatrixBytes + (images > 1 ? (nint)g.OutPerGroup * Pitch * sizeof(T) : 0);

    nint RunBytes => Workspace.Align(((nint)flat.Phases * flat.Pitch + Vector<T>.Count) * sizeof(T));

    nint MatrixBytes => Workspace.Align((nint)Channels * g.Taps * Pitch * sizeof(T));

    /// <summary>Where the matrix stands in the memory to work in.</summary>
    public T* Matrix(byte* memory) => (T*)(memory + RunBytes);

    public FlatBlock Block(int part, int index) => flat.Block(part * flat.BlocksPerImage + index);

    /// <summary>Columns of a block: its results, image after image.</summary>
    public static int Columns(in FlatBlock b) => b.Images * Count(b);

    /// <summary>Fills the rows of <paramref name="channels"/> channels of x from <paramref name="first"/> on.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Gather(in FlatBlock b, T* x, int first, int channels, byte* memory)
    {
        T* run = (T*)memory, row = Matrix(memory);
        for (int c = first; c < first + channels; c++)
        {
            flat.Pack(b, x + c * g.InputPlane, g.InChannels * g.InputPlane, 0, 1, run);
            for (int d = 0; d < g.Depth.Kernel; d++)
                for (int h = 0; h < g.Height.Kernel; h++)
                    for (int w = 0; w < g.Width.Kernel; w++, row += Pitch) Rows<Copying>(b, run + flat.TapOffset(d, h, w), row);
        }
    }

    /// <summary>Adds the rows to where they would be gathered from, in gradients that begin with zeros.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Scatter(in FlatBlock b, byte* memory, int first, int channels, T* dx)
    {
        T* run = (T*)memory, row = Matrix(memory);
        for (int c = first; c < first + channels; c++)
        {
            new Span<T>(run, flat.Phases * flat.Pitch).Clear();
            for (int d = 0; d < g.Depth.Kernel; d++)
                for (int h = 0; h < g.Height.Kernel; h++)
                    for (int w = 0; w < g.Width.Kernel; w++, row += Pitch) Rows<Adding>(b, run + flat.TapOffset(d, h, w), row);
            flat.AddTo(b, run, dx + c * g.InputPlane, g.InChannels * g.InputPlane);
        }
    }

    /// <summary>A group's results: in place in y, where a block is of one image, and otherwise apart in rows of the matrix's length.</summary>
    public T* Results(in FlatBlock b, T* y, int group, byte* memory, out nint pitch)
    {
        pitch = images > 1 ? Pitch : g.OutputPlane;
        return images > 1 ? (T*)(memory + RunBytes + MatrixBytes) : Result(b, y, group, 0, 0);
    }

    /// <summary>Copies y to results that are apart.</summary>
    public void Collect(in FlatBlock b, T* y, int group, T* apart)
    {
        if (images == 1) return;
        for (int n = 0; n < b.Images; n++)
            for (int c = 0; c < g.OutPerGroup; c++) RowCopy.Run(Result(b, y, group, n, c), apart + (nint)c * Pitch + n * Count(b), Count(b));
    }

    /// <summary>Copies results that are apart to y.</summary>
    public void Deliver(in FlatBlock b, T* apart, T* y, int group)
    {
        if (images == 1) return;
        for (int n = 0; n < b.Images; n++)
            for (int c = 0; c < g.OutPerGroup; c++) RowCopy.Run(apart + (nint)c * Pitch + n * Count(b), Result(b, y, group, n, c), Count(b));
    }

    static int Count(in FlatBlock b) => b.Depths * b.Heights * b.Widths;

    // An axis is cut only where those before it are down to one position, so that the results of a block are neighbors.
    T* Result(in FlatBlock b, T* y, int group, int n, int c) => y + ((nint)(b.Image + n) * g.OutChannels + (nint)group * g.OutPerGroup + c) * g.OutputPlane
        + ((nint)b.Depth * g.Height.Output + b.Height) * g.Width.Output + b.Width;

    [MethodImpl(Compiled.Apart)]
    void Rows<TMove>(in FlatBlock b, T* run, T* row) where TMove : struct, IMove
    {
        int width = b.Widths;
        nint line = flat.Offset(0, 1, 0);
        for (int n = 0; n < b.Images; n++)
            for (int d = 0; d < b.Depths; d++)
            {
                T* from = run + n * flat.PlanePitch + flat.Offset(d, 0, 0);
                for (int h = b.Heights; h > 0; h--, from += line, row += width) TMove.Row(from, row, width);
            }
    }

    interface IMove
    {
        static abstract void Row(T* run, T* row, int width);
    }

    // Whole vectors: what one writes beyond a row, the next row overwrites, or nobody reads.
    readonly struct Copying : IMove
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Row(T* run, T* row, int width)
        {
            for (int i = 0; i < width; i += Vector<T>.Count) Vector.Load(run + i).Store(row + i);
        }
    }

    readonly struct Adding : IMove
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Row(T* run, T* row, int width)
        {
            int i = 0;
            for (; i <= width - Vector<T>.Count; i += Vector<T>.Count) (Vector.Load(run + i) + Vector.Load(row + i)).Store(run + i);
            for (; i < width; i++) run[i] += row[i];
        }
    }
}

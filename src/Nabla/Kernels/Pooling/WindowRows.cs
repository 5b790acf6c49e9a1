using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Rows of a plane copied with their border, one run per phase of the stride, so that what a tap of the windows reads for neighboring
/// outputs lies side by side, at the same distance for every window: pooling over sliding windows is then one list of loads.</summary>
internal unsafe struct WindowRows<T> where T : unmanaged
{
    const int Bytes = 128 * 1024;   // rows held at once stay in the second cache
    const int Widest = 64;          // bytes of a vector, which may be read from any output on

    readonly WindowAxis depth, height, width;
    readonly FlatAxis columns;
    readonly int pitch, held;
    readonly nint list;
    T* rows;

    public WindowRows(in PoolingGeometry g)
    {
        (depth, height, width) = (g.Depth.Window, g.Height.Window, g.Width.Window);
        columns = FlatAxis.Forward(width);
        pitch = Math.Max(width.Output, Widest / sizeof(T)) + columns.Reach;
        long room = Bytes / ((long)depth.Kernel * RowLength * sizeof(T)) - height.Extent;
        OutputRows = (int)Math.Clamp(room / height.Stride + 1, 1, height.Output);
        held = (OutputRows - 1) * height.Stride + height.Extent;
        Count = depth.Kernel * height.Kernel * width.Kernel;
        list = Workspace.Align((nint)Count * sizeof(int));
    }

    /// <summary>Taps of a window.</summary>
    public int Count { get; }

    /// <summary>Where each tap stands, from what the first reads.</summary>
    public int* Offsets { get; private set; }

    /// <summary>The same distances in the plane.</summary>
    public int* Positions { get; private set; }

    /// <summary>Rows of outputs that one <see cref="Fill"/> serves.</summary>
    public int OutputRows { get; }

    /// <summary>Bytes that <see cref="Place"/> needs.</summary>
    public readonly nint Size => 2 * list + Workspace.Align((nint)depth.Kernel * held * RowLength * sizeof(T));

    readonly int RowLength => columns.Phases * pitch;

    /// <summary>Takes <see cref="Size"/> bytes to work in, and puts the border where it stays.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Place(byte* memory, T border)
    {
        Offsets = (int*)memory;
        Positions = (int*)(memory + list);
        rows = (T*)(memory + 2 * list);
        PoolingRows.Fill(rows, depth.Kernel * held * RowLength, border);
        int count = 0;
        for (int d = 0; d < depth.Kernel; d++)
            for (int h = 0; h < height.Kernel; h++)
                for (int w = 0; w < width.Kernel; w++, count++)
                {
                    Offsets[count] = (d * held + h * height.Dilation) * RowLength + w % columns.Phases * pitch + w * width.Dilation / width.Stride;
                    Positions[count] = (d * depth.Dilation * height.Input + h * height.Dilation) * width.Input + w * width.Dilation;
                }
    }

    /// <summary>Copies what the outputs of slice <paramref name="d"/> in <paramref name="count"/> rows from <paramref name="h"/> on read of a plane.</summary>
    [MethodImpl(Compiled.Apart)]
    public readonly void Fill(T* plane, int d, int h, int count, T border)
    {
        int first = h * height.Stride - height.PadBefore, needed = (count - 1) * height.Stride + height.Extent;
        for (int phase = 0; phase < columns.Phases; phase++)
        {
            AxisMap map = columns.Source(phase, 0);
            int before = Math.Min(map.First, pitch), length = Math.Max(0, Math.Min(map.End, pitch) - before), step = map.Step;
            T* source = plane + before * step + map.Origin;
            for (int slice = 0; slice < depth.Kernel; slice++)
            {
                int i = d * depth.Stride - depth.PadBefore + slice * depth.Dilation;
                T* to = rows + (nint)slice * held * RowLength + phase * pitch + before;
                for (int j = first; j < first + needed; j++, to += RowLength)
                    if ((uint)i < (uint)depth.Input && (uint)j < (uint)height.Input)
                        RowCopy.Gather(source + ((nint)i * height.Input + j) * width.Input, step, to, length);
                    else PoolingRows.Fill(to, length, border);
            }
        }
    }

    /// <summary>What the first tap reads for output 0 of row <paramref name="h"/> of those filled.</summary>
    public readonly T* Row(int h) => rows + (nint)h * height.Stride * RowLength;
}

using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// A regular part of any tensor of one shape: per axis a start and a step, axes dropped at a position and new axes put in. Known
/// by positions, not by strides, so it selects the same elements from a tensor and from its gradient.
/// </summary>
internal sealed class Region
{
    const int New = -1;

    readonly int[] starts;
    readonly (int Axis, int Step)[] axes;

    Region(Shape source, Shape result, int[] starts, (int, int)[] axes)
    {
        (Source, Result) = (source, result);
        (this.starts, this.axes) = (starts, axes);
    }

    /// <summary>Shape of the whole.</summary>
    public Shape Source { get; }

    /// <summary>Shape of the part.</summary>
    public Shape Result { get; }

    /// <summary>The part of <paramref name="x"/>, sharing its memory, without a graph.</summary>
    public Tensor Of(Tensor x)
    {
        int offset = Locate(x, out int[] strides);
        return Tensor.View(x, Result, strides, offset);
    }

    /// <summary>Overwrites the part of <paramref name="x"/>, without a graph; the value broadcasts and is converted.</summary>
    public unsafe void Write(Tensor x, Tensor value)
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        value = value.To(x.DType).Expand(Result);
        if (ReferenceEquals(value.Storage, x.Storage)) value = value.Clone();         // the parts may overlap
        int offset = Locate(x, out int[] strides);
        x.DType.Move(new Copying(value, x, offset, strides));
        x.Storage.Changed();
    }

    /// <summary>One axis from a start.</summary>
    public static Region Narrow(Shape shape, int axis, int start, int length)
    {
        var builder = new Builder(shape);
        for (int i = 0; i < shape.Rank; i++)
            if (i == axis) builder.Keep(start, 1, length);
            else builder.Keep(0, 1, shape[i]);
        return builder.Build();
    }

    int Locate(Tensor x, out int[] strides)
    {
        strides = new int[axes.Length];
        for (int i = 0; i < axes.Length; i++) strides[i] = axes[i].Axis == New ? 1 : axes[i].Step * x.Strides[axes[i].Axis];
        int offset = x.Offset;
        if (Result.Length > 0)
            for (int axis = 0; axis < starts.Length; axis++) offset += starts[axis] * x.Strides[axis];
        return offset;
    }

    /// <summary>Takes the axes of the source from the first to the last.</summary>
    public ref struct Builder(Shape source)
    {
        readonly int[] starts = new int[source.Rank];
        readonly List<(int, int)> axes = new(source.Rank);
        readonly List<int> sizes = new(source.Rank);
        int next;

        /// <summary>Number of axes the result has so far.</summary>
        public readonly int Rank => axes.Count;

        public void Keep(int start, int step, int size)
        {
            starts[next] = start;
            axes.Add((next++, step));
            sizes.Add(size);
        }

        public void Drop(int position) => starts[next++] = position;

        public readonly void Insert()
        {
            axes.Add((New, 0));
            sizes.Add(1);
        }

        public readonly Region Build() => new(source, Shape.Create([.. sizes]), starts, [.. axes]);
    }

    readonly unsafe struct Copying(Tensor from, Tensor to, int offset, int[] strides) : IMove
    {
        public void Run<T>() where T : unmanaged, IEquatable<T>
        {
            fixed (byte* target = &to.Storage.Data)
            fixed (T* source = &from.Origin<T>())
                StridedCopy.Run(from.Shape.Axes, source, from.Strides, (T*)target + offset, strides);
            GC.KeepAlive(from);
            GC.KeepAlive(to);
        }
    }
}

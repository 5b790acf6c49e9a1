namespace Nabla;

/// <summary>A contiguous tensor seen from one axis: [outer, size, inner].</summary>
internal readonly record struct AxisBlock(int Outer, int Size, int Inner)
{
    public static AxisBlock Of(Shape shape, int axis)
    {
        int outer = 1, inner = 1;
        for (int i = 0; i < axis; i++) outer *= shape[i];
        for (int i = axis + 1; i < shape.Rank; i++) inner *= shape[i];
        return new(outer, shape[axis], inner);
    }
}

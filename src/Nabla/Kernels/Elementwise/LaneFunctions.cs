namespace Nabla.Kernels;

/// <summary>A function of one lane value.</summary>
internal interface ILaneFunction1
{
    V Run<V>(V a) where V : struct, ILanes<V>;
}

/// <summary>A function of two lane values.</summary>
internal interface ILaneFunction2
{
    V Run<V>(V a, V b) where V : struct, ILanes<V>;
}

/// <summary>A function of three lane values.</summary>
internal interface ILaneFunction3
{
    V Run<V>(V a, V b, V c) where V : struct, ILanes<V>;
}

/// <summary>An input of a loop: consecutive elements, or one element for all.</summary>
internal readonly unsafe struct Operand<T>(T* start, bool isScalar) where T : unmanaged
{
    public readonly T* Start = start;
    public readonly bool IsScalar = isScalar;

    public Operand<T> From(nint index) => IsScalar ? this : new(Start + index, false);
}

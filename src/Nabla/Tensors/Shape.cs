using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla;

/// <summary>
/// The sizes of a tensor's axes, written <c>[32, 784]</c>. Immutable, at most 8 axes. Equal shapes made again and again
/// are one cached object, so a training loop allocates no shapes and comparing them is comparing references.
/// </summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public sealed class Shape : IEquatable<Shape>
{
    /// <summary>The largest number of axes.</summary>
    public const int MaximumRank = 8;

    // Direct-mapped and racy on purpose: a lost entry costs one allocation, never a wrong answer.
    static readonly Shape?[] Cache = new Shape?[4096];

    readonly int[] axes;
    readonly int hash;

    Shape(ReadOnlySpan<int> sizes, int hash)
    {
        axes = sizes.ToArray();
        this.hash = hash;
        Length = CheckedLength(sizes);
        Strides = new int[sizes.Length];
        int stride = 1;
        for (int axis = sizes.Length - 1; axis >= 0; axis--)
        {
            Strides[axis] = stride;
            stride *= Math.Max(sizes[axis], 1);
        }
    }

    /// <summary>The shape of a single number: no axes, one element.</summary>
    public static Shape Scalar { get; } = Create([]);

    /// <summary>Number of axes.</summary>
    public int Rank => axes.Length;

    /// <summary>Number of elements: the product of the sizes, 1 for a scalar.</summary>
    public int Length { get; }

    /// <summary>Size of an axis; <c>^1</c> is the last.</summary>
    public int this[Index axis] => axes[axis.GetOffset(axes.Length)];

    /// <summary>Size of an axis; negative counts from the end, -1 is the last.</summary>
    public int this[int axis] => axes[axis < 0 ? axis + axes.Length : axis];

    /// <summary>The sizes as a span.</summary>
    public ReadOnlySpan<int> Axes => axes;

    /// <summary>Row-major strides in elements.</summary>
    internal int[] Strides { get; }

    /// <summary>Creates (or finds) the shape with these sizes.</summary>
    /// <exception cref="ShapeException">A size is negative, there are more than 8 axes, or the product exceeds 2³¹ − 1.</exception>
    public static Shape Create(params ReadOnlySpan<int> sizes)
    {
        uint mixed = 0x811C9DC5u + (uint)sizes.Length;
        foreach (int size in sizes) mixed = (BitOperations.RotateLeft(mixed, 5) ^ (uint)size) * 0x9E3779B1u;
        mixed = (mixed ^ mixed >> 15) * 0x85EBCA6Bu;
        int hash = (int)(mixed ^ mixed >> 13);

        ref Shape? slot = ref Cache[hash & (Cache.Length - 1)];
        Shape? cached = slot;
        if (cached is not null && sizes.SequenceEqual(cached.axes)) return cached;
        return slot = new Shape(sizes, hash);
    }

    /// <summary>A shape from one size: <c>Shape s = 10;</c>.</summary>
    public static implicit operator Shape(int size) => Create(size);

    /// <summary>A shape from two sizes.</summary>
    public static implicit operator Shape((int, int) sizes) => Create(sizes.Item1, sizes.Item2);

    /// <summary>A shape from three sizes.</summary>
    public static implicit operator Shape((int, int, int) sizes) => Create(sizes.Item1, sizes.Item2, sizes.Item3);

    /// <summary>A shape from four sizes.</summary>
    public static implicit operator Shape((int, int, int, int) sizes) => Create(sizes.Item1, sizes.Item2, sizes.Item3, sizes.Item4);

    /// <summary>A shape from an array of sizes.</summary>
    public static implicit operator Shape(int[] sizes) => Create(sizes);

    /// <summary>
    /// The shape that both broadcast to (NumPy's rule): aligned at the last axis, each pair of sizes is equal or one of them is 1.
    /// </summary>
    /// <exception cref="ShapeException">A pair of sizes differs and neither is 1.</exception>
    public static Shape Broadcast(Shape a, Shape b, string who)
    {
        if (ReferenceEquals(a, b)) return a;
        int rank = Math.Max(a.Rank, b.Rank);
        Span<int> sizes = stackalloc int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int x = i <= a.Rank ? a[^i] : 1, y = i <= b.Rank ? b[^i] : 1;
            if (x != y && x != 1 && y != 1)
                throw new ShapeException(
                    $"{who}: expected shapes that broadcast, got {a} and {b}: axis -{i} is {x} and {y}. Sizes must be equal or 1.");
            sizes[^i] = x == 1 ? y : x;
        }
        return Create(sizes);
    }

    /// <summary>True if a tensor of this shape can be expanded to <paramref name="target"/>.</summary>
    public bool BroadcastsTo(Shape target)
    {
        if (Rank > target.Rank) return false;
        for (int i = 1; i <= Rank; i++)
            if (this[^i] != target[^i] && this[^i] != 1) return false;
        return true;
    }

    /// <summary>This shape with one axis of another size.</summary>
    public Shape With(int axis, int size)
    {
        Span<int> sizes = stackalloc int[Rank];
        axes.CopyTo(sizes);
        sizes[axis < 0 ? axis + Rank : axis] = size;
        return Create(sizes);
    }

    /// <summary>This shape without one axis.</summary>
    public Shape Without(int axis)
    {
        if (axis < 0) axis += Rank;
        Span<int> sizes = stackalloc int[Rank - 1];
        axes.AsSpan(0, axis).CopyTo(sizes);
        axes.AsSpan(axis + 1).CopyTo(sizes[axis..]);
        return Create(sizes);
    }

    /// <summary>This shape with an axis of the given size put before <paramref name="axis"/>.</summary>
    public Shape Insert(int axis, int size = 1)
    {
        if (axis < 0) axis += Rank + 1;
        Span<int> sizes = stackalloc int[Rank + 1];
        axes.AsSpan(0, axis).CopyTo(sizes);
        sizes[axis] = size;
        axes.AsSpan(axis).CopyTo(sizes[(axis + 1)..]);
        return Create(sizes);
    }

    /// <summary>A non-negative axis number from one that may count from the end.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public int Axis(int axis, string who)
    {
        if (axis < -Rank || axis >= Rank)
            throw new ShapeException(Rank == 0
                ? $"{who}: expected a tensor with axes, got a scalar and axis {axis}."
                : $"{who}: expected an axis in [{-Rank}, {Rank}), got {axis} for shape {this}.");
        return axis < 0 ? axis + Rank : axis;
    }

    /// <summary>Enumerates the sizes.</summary>
    public ReadOnlySpan<int>.Enumerator GetEnumerator() => Axes.GetEnumerator();

    /// <summary>The sizes as a new array.</summary>
    public int[] ToArray() => [.. axes];

    /// <inheritdoc/>
    public bool Equals(Shape? other) => ReferenceEquals(this, other) || (other is not null && axes.AsSpan().SequenceEqual(other.axes));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode() => hash;

    /// <summary>True if all sizes are equal.</summary>
    public static bool operator ==(Shape? a, Shape? b) => a is null ? b is null : a.Equals(b);

    /// <summary>True if some size differs.</summary>
    public static bool operator !=(Shape? a, Shape? b) => !(a == b);

    /// <summary>The notation <c>[32, 784]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", axes)}]";

    static int CheckedLength(ReadOnlySpan<int> sizes)
    {
        string Text(ReadOnlySpan<int> s) => $"[{string.Join(", ", s.ToArray())}]";
        if (sizes.Length > MaximumRank)
            throw new ShapeException($"Shape: expected at most {MaximumRank} axes, got {sizes.Length}: {Text(sizes)}.");
        bool empty = false;
        foreach (int size in sizes)
        {
            if (size < 0) throw new ShapeException($"Shape: expected sizes of at least 0, got {Text(sizes)}.");
            empty |= size == 0;
        }
        if (empty) return 0;
        long length = 1;
        foreach (int size in sizes)
            if ((length *= size) > int.MaxValue)
                throw new ShapeException($"Shape: expected at most {int.MaxValue:N0} elements, got {Text(sizes)}. Split the tensor.");
        return (int)length;
    }
}

namespace Nabla;

/// <summary>
/// One entry between the brackets of <c>x[…]</c>: a position, a range, a tensor of positions, a mask, a new axis or an ellipsis.
/// Written as plain numbers and ranges: <c>x[0, 1..3, ^1]</c>, <c>x[TensorIndex.Ellipsis, TensorIndex.Step(.., 2)]</c>, <c>x[mask]</c>.
/// </summary>
public readonly struct TensorIndex
{
    TensorIndex(IndexKind kind, Range range = default, int step = 1, Tensor? tensor = null)
    {
        (Kind, Range, Stride, Tensor) = (kind, range, step, tensor);
    }

    /// <summary>The whole of one axis; also written <c>..</c>.</summary>
    public static TensorIndex All => default;

    /// <summary>A new axis of size 1.</summary>
    public static TensorIndex NewAxis => new(IndexKind.NewAxis);

    /// <summary>As many whole axes as are not named by the other entries. At most once.</summary>
    public static TensorIndex Ellipsis => new(IndexKind.Ellipsis);

    internal IndexKind Kind { get; }

    internal Range Range { get; }

    internal int Stride { get; }

    internal Tensor? Tensor { get; }

    /// <summary>
    /// Every <paramref name="step"/>-th element of a range from its first; for a negative step, from its last backwards:
    /// <c>Step(.., -1)</c> reverses an axis.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is 0.</exception>
    public static TensorIndex Step(Range range, int step)
    {
        if (step is 0 or int.MinValue)
            throw new ArgumentOutOfRangeException(nameof(step), step, $"TensorIndex.Step: expected a step other than 0, got {step}.");
        return new(IndexKind.Range, range, step);
    }

    /// <summary>A position; the axis disappears. Negative counts from the end.</summary>
    public static implicit operator TensorIndex(int position) => new(IndexKind.Position, position < 0 ? ^-position.. : position..);

    /// <summary>A position such as <c>^1</c>, the last; the axis disappears.</summary>
    public static implicit operator TensorIndex(Index position) => new(IndexKind.Position, position..);

    /// <summary>A range of positions such as <c>1..3</c>, without its end.</summary>
    public static implicit operator TensorIndex(Range range) => new(IndexKind.Range, range);

    /// <summary>Positions of an integer type (negative counts from the end), or a Bool mask over as many axes as it has.</summary>
    public static implicit operator TensorIndex(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return new(tensor.DType == DType.Bool ? IndexKind.Mask : IndexKind.Positions, tensor: tensor);
    }

    /// <summary>As it would be written.</summary>
    public override string ToString() => Kind switch
    {
        IndexKind.All => "..",
        IndexKind.NewAxis => "NewAxis",
        IndexKind.Ellipsis => "Ellipsis",
        IndexKind.Position => Range.Start.ToString(),
        IndexKind.Range => Stride == 1 ? Range.ToString() : $"Step({Range}, {Stride})",
        _ => $"{Tensor!.DType} {Tensor.Shape}",
    };
}

/// <summary>The cases of a <see cref="TensorIndex"/>.</summary>
internal enum IndexKind : byte { All, Range, Position, NewAxis, Ellipsis, Positions, Mask }

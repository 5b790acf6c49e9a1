namespace Nabla;

/// <summary>
/// The gradient of a table [V, D] by its rows: what a look-up of a few rows in a table of millions leaves. Rows that are not named
/// are 0.
/// </summary>
/// <remarks>Rows that were looked up several times are added up when <see cref="Indices"/> or <see cref="Rows"/> is first read.</remarks>
public sealed class RowGradient
{
    readonly Lazy<(Tensor Indices, Tensor Rows)> merged;

    internal RowGradient(TableGradient gradient)
    {
        Shape = gradient.Table;
        (List<RowPiece> pieces, Shape table, DType dtype) = (gradient.View(), gradient.Table, gradient.DType);
        merged = new(() => TableGradient.Merge(pieces, table, dtype));
    }

    /// <summary>Shape of the table, [V, D].</summary>
    public Shape Shape { get; }

    /// <summary>The rows that are named: Int64 [n], ascending, each once.</summary>
    public Tensor Indices => merged.Value.Indices;

    /// <summary>Their gradients: [n, D]. A copy.</summary>
    public Tensor Rows => merged.Value.Rows;

    /// <summary>The whole table, with 0 in the rows that are not named.</summary>
    public Tensor ToDense() => Tensor.Zeros(Shape, Rows.DType).IndexAdd(0, Indices, Rows);
}

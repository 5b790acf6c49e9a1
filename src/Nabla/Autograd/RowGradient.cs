namespace Nabla;

/// <summary>
/// The gradient of a table [V, D] by its rows: what a look-up of a few rows in a table of millions leaves. Rows that are not named
/// are 0.
/// </summary>
public sealed class RowGradient
{
    internal RowGradient(Shape shape, (Tensor Indices, Tensor Rows) merged)
    {
        Shape = shape;
        Indices = merged.Indices.To(DType.Int64);
        Rows = merged.Rows.Clone();
    }

    /// <summary>Shape of the table, [V, D].</summary>
    public Shape Shape { get; }

    /// <summary>The rows that are named: Int64 [n], ascending, each once.</summary>
    public Tensor Indices { get; }

    /// <summary>Their gradients: [n, D]. A copy.</summary>
    public Tensor Rows { get; }

    /// <summary>The whole table, with 0 in the rows that are not named.</summary>
    public Tensor ToDense() => Tensor.Zeros(Shape, Rows.DType).IndexAdd(0, Indices, Rows);
}

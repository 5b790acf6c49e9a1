namespace Nabla.Optimizers;

/// <summary>How many weights are exactly 0.</summary>
/// <param name="Zeros">Elements that are 0.</param>
/// <param name="Elements">All elements.</param>
/// <param name="ZeroRows">Rows of parameters with at least two axes that are 0 throughout.</param>
/// <param name="Rows">All such rows.</param>
public readonly record struct Sparsity(long Zeros, long Elements, long ZeroRows, long Rows)
{
    /// <summary>Share of zeros.</summary>
    public double Share => Elements == 0 ? 0 : (double)Zeros / Elements;

    /// <summary>Share of rows of zeros.</summary>
    public double RowShare => Rows == 0 ? 0 : (double)ZeroRows / Rows;

    /// <summary>Counts the zeros of all given tensors: <c>Sparsity.Of(optimizer.Parameters)</c>.</summary>
    public static Sparsity Of(IEnumerable<Tensor> parameters)
    {
        var sum = new Sparsity();
        foreach (Tensor parameter in parameters)
        {
            double[] values = parameter.Detach().To(DType.Float64).ToArray<double>();
            int rows = parameter.Rank < 2 || values.Length == 0 ? 0 : parameter.Shape[0];
            long zeroRows = 0;
            for (int row = 0, width = rows == 0 ? 0 : values.Length / rows; row < rows; row++)
                if (!values.AsSpan(row * width, width).ContainsAnyExcept(0.0)) zeroRows++;
            sum = new Sparsity(sum.Zeros + values.AsSpan().Count(0.0), sum.Elements + values.Length, sum.ZeroRows + zeroRows, sum.Rows + rows);
        }
        return sum;
    }

    /// <summary>75.0 % zeros (3 of 4), 50.0 % zero rows (1 of 2).</summary>
    public override string ToString()
    {
        string elements = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{100 * Share:F1} % zeros ({Zeros} of {Elements})");
        return Rows == 0 ? elements : elements + string.Create(System.Globalization.CultureInfo.InvariantCulture, $", {100 * RowShare:F1} % zero rows ({ZeroRows} of {Rows})");
    }
}

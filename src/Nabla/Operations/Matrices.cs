namespace Nabla;

/// <summary>How linear algebra sees a tensor: matrices of the last two axes, one after the other.</summary>
internal static class Matrices
{
    /// <summary>Matrices in a batch.</summary>
    public static int Count(Tensor a) => a.Shape[^1] * a.Shape[^2] == 0 ? 0 : a.Length / (a.Shape[^1] * a.Shape[^2]);

    /// <summary>The size n of square matrices [..., n, n].</summary>
    /// <exception cref="ShapeException">They are not square.</exception>
    public static int RequireSquare(Tensor a, string who) => a.Rank >= 2 && a.Shape[^1] == a.Shape[^2] && a.Shape[^1] > 0
        ? a.Shape[^1]
        : throw new ShapeException($"{who}: expected square matrices [..., n, n], got {a.Shape}.");

    /// <summary>Checks that b [..., n, k] are right sides for square matrices a [..., n, n].</summary>
    /// <exception cref="ShapeException">They are not.</exception>
    public static void RequireRightSides(Tensor a, Tensor b, string who)
    {
        int n = RequireSquare(a, who);
        if (b.Rank != a.Rank || b.Shape[^2] != n || !b.Shape.Axes[..^2].SequenceEqual(a.Shape.Axes[..^2]))
            throw new ShapeException($"{who}: expected right sides [..., {n}, k] for matrices {a.Shape}, got {b.Shape}.");
    }

    /// <summary>[..., n] as diagonal matrices times x from the left: each row of x by its number.</summary>
    public static Tensor ScaleRows(Tensor diagonal, Tensor x) => diagonal.Unsqueeze(-1) * x;

    /// <summary>x times diagonal matrices: each column of x by its number.</summary>
    public static Tensor ScaleColumns(Tensor x, Tensor diagonal) => x * diagonal.Unsqueeze(-2);

    /// <summary>1 / (valuesⱼ − valuesᵢ) off the diagonal, 0 on it.</summary>
    public static Tensor InverseGaps(Tensor values)
    {
        Tensor one = Tensor.Eye(values.Shape[^1], values.DType);
        Tensor gap = values.Unsqueeze(-2) - values.Unsqueeze(-1);
        return (1 - one) / (gap + one);
    }
}

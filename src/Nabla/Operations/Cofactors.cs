namespace Nabla;

/// <summary>
/// Cofactors of square matrices: det(A)·A⁻ᵀ, which remains where A has no inverse. With A = U·S·Vᵀ it is t·U·P·Vᵀ, t = det(U)·det(Vᵀ) and P the
/// diagonal of the products of all other singular values.
/// </summary>
internal static class Cofactors
{
    /// <summary>[..., n, n] → [..., n, n].</summary>
    /// <remarks>
    /// The derivative needs products of all but two: in the bases U and V, where A is S, a change E moves cofactor (i, i) by Σⱼ Eⱼⱼ·Pᵢⱼ and (i, j) by −Eⱼᵢ·Pᵢⱼ.
    /// </remarks>
    public static Tensor Of(Tensor a)
    {
        (Tensor u, Tensor s, Tensor vt) = a.Detach().Svd();
        Tensor turn = (u.LogDeterminant().Sign * vt.LogDeterminant().Sign).Unsqueeze(-1);
        Tensor y = Matrices.ScaleColumns(u, Products(s, without: 1) * turn).MatMul(vt);
        return Autograd.Record("Cofactors", y, [a], [a, u, s, vt, turn], static (g, saved) =>
        {
            if (saved.CreatesGraph)
                throw new NotSupportedException($"Determinant: expected at most two derivatives where a matrix is singular, got a third, of {saved[0].Shape}.");
            Tensor u = saved[1], vt = saved[3], turned = u.T.MatMul(g).MatMul(vt.T), others = Products(saved[2], without: 2);
            Tensor diagonal = others.MatMul(turned.Diagonal().Unsqueeze(-1)).Squeeze(-1).DiagonalMatrix();
            return [u.MatMul(diagonal - (others * turned).T).MatMul(vt) * saved[4].Unsqueeze(-1)];
        });
    }

    /// <summary>Products of the last axis without one, [..., n], or without two, [..., n, n] with zeros on the diagonal.</summary>
    static Tensor Products(Tensor s, int without)
    {
        int n = s.Shape[^1], rows = s.Length / n;
        double[] values = s.To(DType.Float64).ToArray<double>(), products = new double[without == 1 ? rows * n : rows * n * n];
        var others = new double[n];
        for (int row = 0; row < rows; row++)
        {
            Span<double> own = values.AsSpan(row * n, n);
            if (without == 1) WithoutEach(own, products.AsSpan(row * n, n));
            else
                for (int i = 0; i < n; i++)
                {
                    own.CopyTo(others);
                    others[i] = 1;
                    Span<double> result = products.AsSpan((row * n + i) * n, n);
                    WithoutEach(others, result);
                    result[i] = 0;          // would cancel, and take digits along
                }
        }
        return Tensor.From(products, without == 1 ? s.Shape : s.Shape.Insert(s.Rank, n)).To(s.DType);
    }

    static void WithoutEach(ReadOnlySpan<double> values, Span<double> products)
    {
        double before = 1, after = 1;
        for (int i = 0; i < values.Length; before *= values[i++]) products[i] = before;
        for (int i = values.Length - 1; i >= 0; after *= values[i--]) products[i] *= after;
    }
}

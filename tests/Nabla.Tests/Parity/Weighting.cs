namespace Nabla.Tests.Parity;

/// <summary>The uneven weights under which golden gradients were recorded; the same formula as in tests/golden/golden.py.</summary>
internal static class Weighting
{
    /// <summary>w[i] = ((7 i mod 11) − 4.5) / 4, exact in every floating type.</summary>
    public static Tensor Of(Tensor y)
    {
        var weights = new double[y.Length];
        for (int i = 0; i < weights.Length; i++) weights[i] = (7 * i % 11 - 4.5) / 4;
        return Tensor.From(weights, y.Shape).To(y.DType);
    }

    /// <summary>Backward from Σ w·y over all results that depend on a leaf.</summary>
    public static void Backward(IEnumerable<Tensor> results)
    {
        Tensor? sum = null;
        foreach (Tensor y in results)
            if (y.RequiresGradient)
            {
                Tensor term = (y * Of(y)).Sum();
                sum = sum is null ? term : sum + term;
            }
        sum!.Backward();
    }
}

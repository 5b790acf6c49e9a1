using Nabla.Estimators;

namespace Nabla.Classical.SupportVectors;

/// <summary>An inner product in a space of features that need not be computed.</summary>
public enum KernelKind
{
    /// <summary>exp(−γ‖x − y‖²).</summary>
    Rbf,

    /// <summary>x·y.</summary>
    Linear,

    /// <summary>(γ·x·y + c₀)^degree.</summary>
    Polynomial,

    /// <summary>tanh(γ·x·y + c₀); not positive definite for all γ.</summary>
    Sigmoid,
}

/// <summary>Settings that the kernel machines share.</summary>
public record KernelOptions
{
    /// <summary>Which kernel. Default RBF.</summary>
    public KernelKind Kernel { get; init => field = OptionChecks.Known(value, nameof(Kernel)); }

    /// <summary>γ above 0; null for 1 / (features · variance of all numbers of the table). Default null.</summary>
    public double? Gamma { get; init => field = value is { } gamma ? OptionChecks.Positive(gamma, nameof(Gamma)) : null; }

    /// <summary>Degree of the polynomial, at least 1. Default 3.</summary>
    public int Degree { get; init => field = OptionChecks.AtLeast(1, value, nameof(Degree)); } = 3;

    /// <summary>c₀ of polynomial and sigmoid. Default 0.</summary>
    public double Constant { get; init; }

    internal double GammaOf(Matrix<double> x)
    {
        if (Gamma is { } given) return given;
        double mean = 0, variance = 0;
        foreach (double v in x.Values) mean += v / x.Values.Length;
        foreach (double v in x.Values) variance += (v - mean) * (v - mean) / x.Values.Length;
        return variance > 0 ? 1 / (x.Columns * variance) : 1;
    }

    /// <summary>k(xᵢ, yⱼ) [rows of x, rows of y].</summary>
    internal Matrix<double> Evaluate(Matrix<double> x, Matrix<double> y, double gamma)
    {
        if (Kernel == KernelKind.Rbf)
        {
            Matrix<double> squares = Distances.Squared(x, y);
            foreach (ref double v in squares.Values.AsSpan()) v = Math.Exp(-gamma * v);
            return squares;
        }
        Matrix<double> k = Products.Affine(x, y.Values, null);
        if (Kernel == KernelKind.Polynomial)
            foreach (ref double v in k.Values.AsSpan()) v = Math.Pow(gamma * v + Constant, Degree);
        else if (Kernel == KernelKind.Sigmoid)
            foreach (ref double v in k.Values.AsSpan()) v = Math.Tanh(gamma * v + Constant);
        return k;
    }
}

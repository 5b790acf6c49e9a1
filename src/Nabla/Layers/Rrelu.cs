using System.Globalization;

namespace Nabla.Layers;

/// <summary>
/// x above 0; below, in training, x times a random slope per element, in evaluation the mean of the interval (Xu, Wang, Chen, Li, 2015).
/// </summary>
public sealed class Rrelu : Module
{
    readonly double lower, upper;
    readonly bool isDivisor;

    /// <summary>Creates the layer with slopes uniform in [lower, upper), PyTorch's form: evaluation has slope (lower + upper)/2.</summary>
    /// <param name="lower">Smallest slope, at least 0. Default 1/8.</param>
    /// <param name="upper">Largest slope, at least <paramref name="lower"/>. Default 1/3.</param>
    public Rrelu(double lower = 1.0 / 8, double upper = 1.0 / 3) : this(lower, upper, false) { }

    Rrelu(double lower, double upper, bool isDivisor)
    {
        if (!(lower >= (isDivisor ? 1 : 0) && lower <= upper && double.IsFinite(upper)))
            throw new ArgumentOutOfRangeException(
                nameof(upper), upper, $"Rrelu: expected finite {(isDivisor ? "divisors 1" : "slopes 0")} ≤ lower ≤ upper, got {lower} and {upper}.");
        (this.lower, this.upper, this.isDivisor) = (lower, upper, isDivisor);
    }

    /// <summary>The form printed in the paper: x/a with a uniform in [lower, upper) in training, a = (lower + upper)/2 in evaluation.</summary>
    /// <param name="lower">Smallest divisor, at least 1. Default 3.</param>
    /// <param name="upper">Largest divisor, at least <paramref name="lower"/>. Default 8.</param>
    public static Rrelu ByDivisor(double lower = 3, double upper = 8) => new(lower, upper, true);

    /// <inheritdoc/>
    protected override string Notation =>
        string.Create(CultureInfo.InvariantCulture, $"{(isDivisor ? "divisor " : "")}{lower:0.###} … {upper:0.###}");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => (pass.IsTraining, isDivisor) switch
    {
        (true, false) => x.Rrelu(lower, upper, pass.NextStream()),
        (true, true) => x.RreluByDivisor(lower, upper, pass.NextStream()),
        (false, false) => x.LeakyRelu((lower + upper) / 2),
        (false, true) => x.LeakyReluByDivisor((lower + upper) / 2),
    };
}

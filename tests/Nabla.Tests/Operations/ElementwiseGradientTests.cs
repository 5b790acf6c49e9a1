using Nabla.Kernels;

namespace Nabla.Tests.Operations;

public class ElementwiseGradientTests
{
    // Central differences of step h are off by h²·f‴/6 and by rounding ε·f/h: about 1e-9 each for h = 1e-5, with margin for big f‴.
    const double Step = 1e-5, Tolerance = 1e-7;

    [Theory]
    [MemberData(nameof(ElementwiseTable.UnaryNames), MemberType = typeof(ElementwiseTable))]
    public void Slope_of_one_argument_matches_central_differences(string name) =>
        ElementwiseTable.Call(typeof(ElementwiseGradientTests), nameof(CheckUnary), name);

    [Theory]
    [MemberData(nameof(ElementwiseTable.BinaryNames), MemberType = typeof(ElementwiseTable))]
    public void Slopes_of_two_arguments_match_central_differences(string name) =>
        ElementwiseTable.Call(typeof(ElementwiseGradientTests), nameof(CheckBinary), name);

    [Theory]
    [MemberData(nameof(ElementwiseTable.UnaryNames), MemberType = typeof(ElementwiseTable))]
    public void Second_derivative_of_one_argument_matches_differences_of_the_first(string name) =>
        ElementwiseTable.Call(typeof(ElementwiseGradientTests), nameof(CheckUnaryTwice), name);

    [Theory]
    [MemberData(nameof(ElementwiseTable.BinaryNames), MemberType = typeof(ElementwiseTable))]
    public void Second_derivatives_of_two_arguments_match_differences_of_the_first(string name) =>
        ElementwiseTable.Call(typeof(ElementwiseGradientTests), nameof(CheckBinaryTwice), name);

    static void CheckUnary<TOp>(TOp op) where TOp : struct, IUnaryOperation
    {
        double[] points = Points(TOp.Domain, TOp.Kinks);
        Tensor x = Leaf(points);
        x.Map(op).Sum().Backward();
        for (int i = 0; i < points.Length; i++)
            Near((Value(op, points[i] + Step) - Value(op, points[i] - Step)) / (2 * Step), x.Gradient!.ToArray<double>()[i], points[i]);
    }

    static void CheckBinary<TOp>(TOp op) where TOp : struct, IBinaryOperation
    {
        double[] left = Points(TOp.Domain, [0]), right = [.. left.Select((x, i) => left[(i * 7 + 3) % left.Length] + 1e-3)];
        Tensor a = Leaf(left), b = Leaf(right);
        a.Zip(b, op).Sum().Backward();
        for (int i = 0; i < left.Length; i++)
        {
            Near((Value(op, left[i] + Step, right[i]) - Value(op, left[i] - Step, right[i])) / (2 * Step), a.Gradient!.ToArray<double>()[i], left[i]);
            Near((Value(op, left[i], right[i] + Step) - Value(op, left[i], right[i] - Step)) / (2 * Step), b.Gradient!.ToArray<double>()[i], right[i]);
        }
    }

    static void CheckUnaryTwice<TOp>(TOp op) where TOp : struct, IUnaryOperation
    {
        double[] points = Points(TOp.Domain, TOp.Kinks);
        Tensor x = Leaf(points);
        Tensor first = Autograd.Gradient(x.Map(op).Sum(), x, createGraph: true);
        double[] second = first.RequiresGradient ? Autograd.Gradient(first.Sum(), x).ToArray<double>() : new double[points.Length];
        double[] above = First(Step), below = First(-Step);
        for (int i = 0; i < points.Length; i++) Near((above[i] - below[i]) / (2 * Step), second[i], points[i]);

        double[] First(double shift)
        {
            Tensor moved = Leaf([.. points.Select(p => p + shift)]);
            return Autograd.Gradient(moved.Map(op).Sum(), moved).ToArray<double>();
        }
    }

    static void CheckBinaryTwice<TOp>(TOp op) where TOp : struct, IBinaryOperation
    {
        double[] left = Points(TOp.Domain, [0]), right = [.. left.Select((x, i) => left[(i * 7 + 3) % left.Length] + 1e-3)];
        Tensor a = Leaf(left), b = Leaf(right);
        Tensor[] first = Autograd.Gradient(a.Zip(b, op).Sum(), [a, b], createGraph: true);
        Tensor mixed = (first[0] + first[1]).Sum();
        if (!mixed.RequiresGradient) return;
        double[] second = Autograd.Gradient(mixed, a).ToArray<double>(), above = First(Step), below = First(-Step);
        for (int i = 0; i < left.Length; i++) Near((above[i] - below[i]) / (2 * Step), second[i], left[i]);

        double[] First(double shift)
        {
            Tensor moved = Leaf([.. left.Select(p => p + shift)]), fixedB = Leaf(right);
            Tensor[] slopes = Autograd.Gradient(moved.Zip(fixedB, op).Sum(), [moved, fixedB]);
            return (slopes[0] + slopes[1]).ToArray<double>();
        }
    }

    static double Value<TOp>(TOp op, double x) where TOp : struct, IUnaryOperation => op.Value(new Float64(x)).Value;

    static double Value<TOp>(TOp op, double a, double b) where TOp : struct, IBinaryOperation => op.Value(new Float64(a), new Float64(b)).Value;

    static Tensor Leaf(double[] values)
    {
        var x = Tensor.From(values);
        x.RequiresGradient = true;
        return x;
    }

    static double[] Points((double Low, double High) domain, ReadOnlySpan<double> kinks)
    {
        var points = new List<double>();
        for (int i = 0; i <= 40; i++)
        {
            double x = domain.Low + (domain.High - domain.Low) * (i + 0.37) / 41;
            bool nearKink = false;
            foreach (double kink in kinks) nearKink |= Math.Abs(x - kink) < 1e-3;
            if (!nearKink) points.Add(x);
        }
        return [.. points];
    }

    static void Near(double expected, double actual, double at) =>
        Assert.True(Math.Abs(expected - actual) <= Tolerance * Math.Max(1, Math.Abs(expected)), $"at {at}: expected {expected:R}, got {actual:R}");
}

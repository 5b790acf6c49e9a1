namespace Nabla.Tests.Parity;

/// <summary>Whether a tensor equals a recorded one up to the rounding of its type.</summary>
internal static class Closeness
{
    /// <summary>
    /// Float64: 1e-10 of the largest element, which leaves room for any order of summation but not for a wrong formula. Float32:
    /// 8 units in the last place times the root of the number of elements, because rounding errors of a sum walk randomly.
    /// </summary>
    /// <param name="what">Named in the message.</param>
    /// <param name="expected">What was recorded.</param>
    /// <param name="actual">What is checked.</param>
    /// <param name="computed">The type of the computation.</param>
    /// <param name="rounding">Times the allowance of Float32: for whole networks, whose values pass through many sums one after another.</param>
    public static void Check(string what, GoldenTensor expected, Tensor? actual, DType computed, double rounding = 1)
    {
        Assert.True(actual is not null, $"{what}: expected {expected.Shape}, got nothing.");
        Assert.True(expected.Shape == actual.Shape, $"{what}: expected shape {expected.Shape}, got {actual.Shape}.");
        Assert.True(expected.In(computed) == actual.DType, $"{what}: expected type {expected.In(computed)}, got {actual.DType}.");
        double[] values = actual.Detach().To(DType.Float64).ToArray<double>();
        double largest = expected.Values.Where(double.IsFinite).Select(Math.Abs).Append(1).Max();
        double tolerance = !actual.DType.IsComputed ? 0
            : computed == DType.Float64 && actual.DType == DType.Float64 ? 1e-10 * largest
            : rounding * 8 * Math.Pow(2, -24) * Math.Sqrt(Math.Max(values.Length, 64)) * largest;
        for (int i = 0; i < values.Length; i++)
            Assert.True(
                values[i].Equals(expected.Values[i]) || Math.Abs(values[i] - expected.Values[i]) <= tolerance,
                $"{what}: expected {expected.Values[i]:R} at {i} of {expected.Shape}, got {values[i]:R} (tolerance {tolerance:G2}).");
    }
}

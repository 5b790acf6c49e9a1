namespace Nabla.Optimizers;

/// <summary>Ranges of options.</summary>
internal static class Check
{
    public static double InUnit(double value, string name) => value is >= 0 and < 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name}: expected a number in [0, 1).");

    public static double NotNegative(double value, string name) => double.IsFinite(value) && value >= 0
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name}: expected a finite number of at least 0.");
}

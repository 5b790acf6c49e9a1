namespace Nabla.Estimators;

/// <summary>Ranges of settings, said the same way by every options record.</summary>
internal static class OptionChecks
{
    public static int AtLeast(int least, int value, string name) => value >= least ? value : throw Out(name, value, $"at least {least}");

    public static double NotNegative(double value, string name) =>
        value is >= 0 and < double.PositiveInfinity ? value : throw Out(name, value, "a finite number of at least 0");

    public static double Positive(double value, string name) =>
        value is > 0 and < double.PositiveInfinity ? value : throw Out(name, value, "a finite number above 0");

    public static double InUnit(double value, string name) => value is >= 0 and <= 1 ? value : throw Out(name, value, "a number in [0, 1]");

    public static double Share(double value, string name) => value is > 0 and <= 1 ? value : throw Out(name, value, "a number in (0, 1]");

    public static T Known<T>(T value, string name) where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw Out(name, value, string.Join(", ", Enum.GetNames<T>()));

    static ArgumentOutOfRangeException Out(string name, object value, string expected) => new(name, value, $"{name}: expected {expected}, got {value}.");
}

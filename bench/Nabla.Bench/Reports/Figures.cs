using System.Globalization;

namespace Nabla.Bench.Reports;

/// <summary>How numbers are printed: three significant digits, a dash for what was not measured.</summary>
internal static class Figures
{
    /// <summary>A figure.</summary>
    public static string Text(double? value) => value is { } number && double.IsFinite(number)
        ? Math.Abs(number) switch
        {
            >= 100 => number.ToString("N0", CultureInfo.InvariantCulture),
            >= 10 => number.ToString("F1", CultureInfo.InvariantCulture),
            >= 1 => number.ToString("F2", CultureInfo.InvariantCulture),
            _ => number.ToString("G3", CultureInfo.InvariantCulture),
        }
        : "–";

    /// <summary>A share in percent.</summary>
    public static string Percent(double? share) => share is { } value && double.IsFinite(value)
        ? value.ToString("P0", CultureInfo.InvariantCulture)
        : "–";
}

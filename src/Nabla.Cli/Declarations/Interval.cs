using System.Globalization;

namespace Nabla.Cli.Declarations;

/// <summary>The numbers a key accepts.</summary>
internal readonly record struct Interval(double Low, double High, bool OpenLow = false, bool OpenHigh = false)
{
    public static Interval Any { get; } = new(double.NegativeInfinity, double.PositiveInfinity);

    public static Interval Positive { get; } = new(0, double.PositiveInfinity, OpenLow: true);

    /// <summary>[0, 1).</summary>
    public static Interval Unit { get; } = new(0, 1, OpenHigh: true);

    public static Interval AtLeast(double low) => new(low, double.PositiveInfinity);

    /// <summary>(low, high].</summary>
    public static Interval Above(double low, double high) => new(low, high, OpenLow: true);

    public bool Contains(double value) =>
        (OpenLow ? value > Low : value >= Low) && (OpenHigh ? value < High : value <= High) && double.IsFinite(value);

    /// <summary>As it follows "a number": <c> in (0, 10]</c>, <c> of at least 1</c>, <c> above 0</c>, or nothing.</summary>
    public override string ToString()
    {
        string low = Low.ToString(CultureInfo.InvariantCulture), high = High.ToString(CultureInfo.InvariantCulture);
        return (double.IsInfinity(Low), double.IsInfinity(High)) switch
        {
            (true, true) => "",
            (true, false) => OpenHigh ? $" below {high}" : $" of at most {high}",
            (false, true) => OpenLow ? $" above {low}" : $" of at least {low}",
            _ => $" in {(OpenLow ? '(' : '[')}{low}, {high}{(OpenHigh ? ')' : ']')}",
        };
    }
}

using System.Globalization;
using System.Text;
using Nabla.Training;

namespace Nabla.Cli.Progress;

/// <summary>An epoch in one line: <c>epoch  3/30  loss 0.0712  validation: loss 0.0510  accuracy 0.9861  0.21 s</c>.</summary>
internal static class EpochLine
{
    public static string Text(EpochRecord record, int epochs)
    {
        string number = record.Epoch.ToString(CultureInfo.InvariantCulture).PadLeft(epochs.ToString(CultureInfo.InvariantCulture).Length);
        var line = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"epoch {number}/{epochs}  loss {Number(record.Loss)}"));
        if (record.Validation.Count > 0) line.Append("  validation: ").Append(Values(record.Validation));
        return line.Append(CultureInfo.InvariantCulture, $"  {record.Seconds:0.00} s").Append(record.IsBest ? "  *" : "").ToString();
    }

    /// <summary><c>loss 0.0510  accuracy 0.9861</c>.</summary>
    public static string Values(IReadOnlyDictionary<string, double> values) =>
        string.Join("  ", values.Select(static entry => $"{entry.Key} {Number(entry.Value)}"));

    /// <summary>Four decimals, or four digits where those would hide the value.</summary>
    public static string Number(double value) => Math.Abs(value) is >= 0.001 and < 1000 or 0
        ? value.ToString("0.0000", CultureInfo.InvariantCulture)
        : value.ToString("G4", CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Nabla.Bench.Measurement;

/// <summary>One line of a measuring process, ours or the peer's: the figure of a case in its unit.</summary>
internal sealed record Reading(string Case, string Tool, string Unit, double Value, double Min, double Max)
{
    /// <summary>Peak resident memory of the process in MB, where the case had a process to itself.</summary>
    public double? PeakMb { get; init; }

    /// <summary>Samples per second of a training case.</summary>
    public double? SamplesPerSecond { get; init; }

    /// <summary>Managed bytes per call; ours only.</summary>
    public double? BytesPerCall { get; init; }

    /// <summary>Share of the time in which the collector stopped the program; ours only.</summary>
    public double? PausedShare { get; init; }

    /// <summary>What else there is to say.</summary>
    public string? Note { get; init; }

    /// <summary>Other programs took the core while this was measured.</summary>
    public bool IsContended { get; init; }

    /// <summary>Reads a line; null if it is not a reading.</summary>
    public static Reading? Parse(string line)
    {
        if (!line.StartsWith('{')) return null;
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement json = document.RootElement;
        double value = Number("value") ?? double.NaN;
        return new Reading(Text("case"), Text("tool"), Text("unit"), value, Number("min") ?? value, Number("max") ?? value)
        {
            PeakMb = Number("peak_rss_mb"),
            SamplesPerSecond = Number("samples_per_s"),
            BytesPerCall = Number("managed_bytes"),
            PausedShare = Number("paused_share"),
            Note = json.TryGetProperty("note", out JsonElement note) ? note.GetString() : null,
            IsContended = json.TryGetProperty("contended", out _),
        };

        string Text(string name) => json.GetProperty(name).GetString() ?? "";
        double? Number(string name) => json.TryGetProperty(name, out JsonElement element) ? element.GetDouble() : null;
    }

    /// <summary>The line, in the form the peers' scripts use.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("case", Case);
            json.WriteString("tool", Tool);
            json.WriteString("unit", Unit);
            Write("value", Value);
            Write("min", Min);
            Write("max", Max);
            Write("peak_rss_mb", PeakMb);
            Write("samples_per_s", SamplesPerSecond);
            Write("managed_bytes", BytesPerCall);
            Write("paused_share", PausedShare);
            if (Note is not null) json.WriteString("note", Note);
            if (IsContended) json.WriteBoolean("contended", true);
            json.WriteEndObject();

            void Write(string name, double? number)
            {
                if (number is { } value && double.IsFinite(value)) json.WriteNumber(name, Rounded(value));
            }
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>Five significant digits.</summary>
    public static double Rounded(double value) =>
        double.Parse(value.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}

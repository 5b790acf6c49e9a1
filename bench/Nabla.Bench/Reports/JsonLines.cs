using System.Text;
using System.Text.Json;
using Nabla.Bench.Limits;
using Nabla.Bench.Measurement;
using Nabla.Bench.Suites;

namespace Nabla.Bench.Reports;

/// <summary>bench/results/SUITE.THREADSt.jsonl: a line per case. A run of some cases replaces their lines and keeps the others.</summary>
internal static class JsonLines
{
    /// <summary>Writes the file.</summary>
    public static void Write(Suite suite, Options options, IEnumerable<Row> rows, MachineLimits limits)
    {
        string path = Repository.Path($"bench/results/{suite.Name}.{options.Threads}t.jsonl");
        Dictionary<string, string> lines = options.Only.Length > 0 ? Read(path) : [];
        foreach (Row row in rows.Where(static row => row.IsMeasured)) lines[row.Case.Name] = Line(suite, options, row, limits);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines(path, suite.Cases.Where(@case => lines.ContainsKey(@case.Name)).Select(@case => lines[@case.Name]));
        Console.WriteLine();
        Console.WriteLine($"Written to {Path.GetRelativePath(Directory.GetCurrentDirectory(), path)}.");
    }

    static Dictionary<string, string> Read(string path)
    {
        if (!File.Exists(path)) return [];
        var lines = new Dictionary<string, string>();
        foreach (string line in File.ReadLines(path))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            lines[json.RootElement.GetProperty("case").GetString()!] = line;
        }
        return lines;
    }

    static string Line(Suite suite, Options options, Row row, MachineLimits limits)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("suite", suite.Name);
            json.WriteString("case", row.Case.Name);
            json.WriteString("unit", row.Case.Unit);
            json.WriteNumber("threads", options.Threads);
            Number("nabla", row.Ours!.Value);
            Number("peer", row.PeerBest?.Value);
            Number("ratio", row.Ratio);
            Number("limitShare", row.LimitShare(limits));
            Number("nablaPeakMb", row.OursPeakMb);
            Number("peerPeakMb", row.PeerPeakMb);
            json.WriteEndObject();

            void Number(string name, double? value)
            {
                if (value is { } number && double.IsFinite(number)) json.WriteNumber(name, Reading.Rounded(number));
                else json.WriteNull(name);
            }
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}

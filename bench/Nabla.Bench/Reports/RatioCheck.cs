using System.Text.Json;
using Nabla.Bench.Suites;

namespace Nabla.Bench.Reports;

/// <summary>
/// Compares ratios with those stated in a file of JSON lines, <c>{"suite": "ops", "case": "x+y 4M", "ratio": 0.95}</c>. A results
/// file will do, so yesterday's run can be what today's must not fall below.
/// </summary>
internal static class RatioCheck
{
    /// <summary>0 if every stated ratio is reached, 1 if not. Cases left out by <c>--only</c> are not looked at.</summary>
    /// <exception cref="BenchException">The file cannot be read.</exception>
    public static int Run(string file, Suite suite, Options options, Row[] rows)
    {
        var byName = rows.ToDictionary(static row => row.Case.Name);
        int failures = 0;
        foreach (var (name, least) in Stated(file, suite.Name))
        {
            if (!name.Contains(options.Only, StringComparison.Ordinal)) continue;
            double? ratio = byName.GetValueOrDefault(name)?.Ratio;
            if (ratio >= least) continue;
            failures++;
            Console.WriteLine($"check: {name}: expected a ratio of {Figures.Text(least)} or more, got {(ratio is null ? "none" : Figures.Text(ratio))}.");
        }
        if (failures == 0) Console.WriteLine("check: every stated ratio is reached.");
        return failures == 0 ? 0 : 1;
    }

    static List<(string Name, double Ratio)> Stated(string file, string suite)
    {
        if (!File.Exists(file)) throw new BenchException($"--check: expected a file, found none at {file}.", exitCode: 2);
        var stated = new List<(string, double)>();
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            try
            {
                using JsonDocument json = JsonDocument.Parse(line);
                JsonElement ratio = json.RootElement.GetProperty("ratio");
                if (json.RootElement.GetProperty("suite").GetString() != suite || ratio.ValueKind == JsonValueKind.Null) continue;
                stated.Add((json.RootElement.GetProperty("case").GetString()!, ratio.GetDouble()));
            }
            catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw new BenchException(
                    $"{file}:{number}: expected {{\"suite\": …, \"case\": …, \"ratio\": number}}, got {line}.", exitCode: 2);
            }
        }
        return stated;
    }
}

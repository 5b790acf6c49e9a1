using System.IO.Compression;
using System.Text.Json;

namespace Nabla.Tests.Parity;

/// <summary>A file that tests/golden/make_golden.py wrote: gzip, one JSON object per line. Embedded in this assembly.</summary>
internal sealed class GoldenFile
{
    readonly Dictionary<string, JsonElement> lines = [];

    GoldenFile(string name)
    {
        using Stream resource = typeof(GoldenFile).Assembly.GetManifestResourceStream($"{name}.jsonl.gz")
            ?? throw new FileNotFoundException($"Golden file '{name}': not embedded in the test assembly. Run tests/golden/make_golden.py.");
        using var reader = new StreamReader(new GZipStream(resource, CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            JsonElement json = JsonElement.Parse(line);
            lines.Add(json.GetProperty("name").GetString()!, json);
        }
    }

    public IEnumerable<string> Names => lines.Keys;

    public static GoldenFile Open(string name) => new(name);

    public GoldenCase Case(string name, DType dtype) => new(name, lines[name], dtype);
}

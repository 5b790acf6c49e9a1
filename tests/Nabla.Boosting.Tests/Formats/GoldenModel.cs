using System.IO.Compression;
using System.Text.Json;

namespace Nabla.Boosting.Tests.Formats;

/// <summary>A model that XGBoost trained and what it predicts: tests/golden/boosting.py.</summary>
public sealed record GoldenModel(
    string Name, int Rows, int Columns, float[] X, float[] Prediction, float[] Score, float[] Leaves, float[]? Contributions, byte[] Json, byte[] Ubj)
{
    public static IReadOnlyList<GoldenModel> All { get; } = Read();

    public Tensor Features => Tensor.From(X, [Rows, Columns]);

    public override string ToString() => Name;

    static GoldenModel[] Read()
    {
        using var packed = new GZipStream(typeof(GoldenModel).Assembly.GetManifestResourceStream("boosting.jsonl.gz")!, CompressionMode.Decompress);
        using var lines = new StreamReader(packed);
        var models = new List<GoldenModel>();
        while (lines.ReadLine() is { } line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            float[] Numbers(string key) => [.. root.GetProperty(key).EnumerateArray().Select(static v => v.ValueKind == JsonValueKind.Null ? float.NaN : (float)v.GetDouble())];
            models.Add(new GoldenModel(
                root.GetProperty("name").GetString()!, root.GetProperty("rows").GetInt32(), root.GetProperty("columns").GetInt32(),
                Numbers("x"), Numbers("prediction"), Numbers("score"), Numbers("leaves"),
                root.TryGetProperty("contributions", out _) ? Numbers("contributions") : null,
                root.GetProperty("json").GetBytesFromBase64(), root.GetProperty("ubj").GetBytesFromBase64()));
        }
        return [.. models];
    }
}

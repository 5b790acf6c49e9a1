using System.Text;
using System.Text.Json;

namespace Nabla.Cli.Runs;

/// <summary>What prediction must know beside the weights.</summary>
/// <param name="Input">Shape of one sample.</param>
/// <param name="Outputs">Numbers that the model returns for it.</param>
/// <param name="ClassNames">Empty for regression.</param>
/// <param name="FeatureNames">Empty for pictures.</param>
internal sealed record ModelFacts(Shape Input, int Outputs, IReadOnlyList<string> ClassNames, IReadOnlyList<string> FeatureNames)
{
    public bool IsClassification => ClassNames.Count > 0;

    public string ToJson()
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            json.WriteStartArray("input");
            foreach (int size in Input.Axes) json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteNumber("outputs", Outputs);
            Write(json, "classes", ClassNames);
            Write(json, "features", FeatureNames);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(memory.ToArray());
    }

    /// <exception cref="DataFormatException">The text is not what <see cref="ToJson"/> writes.</exception>
    public static ModelFacts FromJson(string text, string path)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            JsonElement root = json.RootElement;
            return new ModelFacts(
                Shape.Create([.. root.GetProperty("input").EnumerateArray().Select(static size => size.GetInt32())]),
                root.GetProperty("outputs").GetInt32(),
                [.. root.GetProperty("classes").EnumerateArray().Select(static name => name.GetString() ?? "")],
                [.. root.GetProperty("features").EnumerateArray().Select(static name => name.GetString() ?? "")]);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new DataFormatException($"{path}: expected a model saved by nabla, got damaged metadata: {error.Message}", error);
        }
    }

    static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}

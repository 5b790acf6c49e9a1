using System.Text;
using System.Text.Json;

namespace Nabla.Cli.Runs;

/// <summary>What prediction must know beside the weights.</summary>
/// <param name="Input">Shape of one sample.</param>
/// <param name="Outputs">Numbers that the model returns for it.</param>
/// <param name="ClassNames">Empty for regression.</param>
/// <param name="FeatureNames">Empty for pictures and text.</param>
internal sealed record ModelFacts(Shape Input, int Outputs, IReadOnlyList<string> ClassNames, IReadOnlyList<string> FeatureNames)
{
    public bool IsClassification => ClassNames.Count > 0;

    /// <summary>True if it orders the documents of queries by scores.</summary>
    public bool IsRanking { get; init; }

    /// <summary>What is predicted.</summary>
    public TargetKind Targets => IsClassification ? TargetKind.Classes : IsRanking ? TargetKind.Grades : TargetKind.Numbers;

    /// <summary>Per feature the names of its categories, none for amounts; empty if all are amounts.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Categories { get; init; } = [];

    /// <summary>For models of text: the known tokens. Empty otherwise.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>Indices that tokens have, padding and unknown ones included; 0 if the model does not take tokens.</summary>
    public int VocabularySize { get; init; }

    /// <summary>True if the model says at every place which token comes next; the classes are the tokens then.</summary>
    public bool IsLanguageModel { get; init; }

    /// <summary>What the model must return for one sample.</summary>
    public Shape Output => IsLanguageModel ? (Outputs, Input[0]) : Shape.Create(Outputs);

    /// <summary>Type of the features.</summary>
    public DType InputType => VocabularySize > 0 ? DType.Int64 : DType.Float32;

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
            if (IsRanking) json.WriteBoolean("ranking", true);
            if (Categories.Count > 0)
            {
                json.WriteStartArray("categories");
                foreach (IReadOnlyList<string> names in Categories) WriteList(json, names);
                json.WriteEndArray();
            }
            if (VocabularySize > 0)
            {
                Write(json, "tokens", Tokens);
                json.WriteNumber("vocabulary", VocabularySize);
                json.WriteBoolean("languageModel", IsLanguageModel);
            }
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
                Names(root, "classes"),
                Names(root, "features"))
            {
                IsRanking = root.TryGetProperty("ranking", out JsonElement ranks) && ranks.GetBoolean(),
                Categories = root.TryGetProperty("categories", out JsonElement lists) ? [.. lists.EnumerateArray().Select(Names)] : [],
                Tokens = root.TryGetProperty("tokens", out _) ? Names(root, "tokens") : [],
                VocabularySize = root.TryGetProperty("vocabulary", out JsonElement size) ? size.GetInt32() : 0,
                IsLanguageModel = root.TryGetProperty("languageModel", out JsonElement flag) && flag.GetBoolean(),
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new DataFormatException($"{path}: expected a model saved by nabla, got damaged metadata: {error.Message}", error);
        }
    }

    static string[] Names(JsonElement root, string name) => Names(root.GetProperty(name));

    static string[] Names(JsonElement list) => [.. list.EnumerateArray().Select(static text => text.GetString() ?? "")];

    static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WritePropertyName(name);
        WriteList(json, values);
    }

    static void WriteList(Utf8JsonWriter json, IReadOnlyList<string> values)
    {
        json.WriteStartArray();
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}

/// <summary>What targets are.</summary>
internal enum TargetKind
{
    /// <summary>Which of some classes.</summary>
    Classes,

    /// <summary>Amounts.</summary>
    Numbers,

    /// <summary>How relevant documents are to their query.</summary>
    Grades,
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Nabla.Data.Formats;

namespace Nabla.Boosting.Formats;

/// <summary>Models as files: XGBoost's JSON and UBJ, readable by both sides.</summary>
internal static class ModelFile
{
    public static void Write(BoostedTrees model, string path)
    {
        byte[] bytes = IsBinary(path) ? ToBytes(model) : XgboostWriter.ToText(XgboostWriter.Write(model));
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>The binary form.</summary>
    public static byte[] ToBytes(BoostedTrees model) => UniversalBinaryJson.Write(XgboostWriter.Write(model), XgboostWriter.ListTypes);

    /// <summary>Both formats start with a brace; only text goes on with a quote or blank.</summary>
    public static BoostedTrees Read(byte[] bytes, string name)
    {
        bool isText = bytes.Length > 1 && bytes[0] == '{' && bytes[1] is (byte)'"' or (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)'}';
        if (!isText) return new XgboostReader(name).Read(UniversalBinaryJson.Read(bytes, name));
        try
        {
            return new XgboostReader(name).Read(JsonNode.Parse(WithoutNaN(bytes)));
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException)      // the latter: a key twice, or no UTF-8
        {
            throw new DataFormatException($"{name}: expected a JSON document, got: {error.Message}", error);
        }
    }

    /// <summary>XGBoost writes NaN, which JSON does not have, where a split of categories has no threshold. It becomes 0, which nothing reads.</summary>
    static byte[] WithoutNaN(byte[] bytes)
    {
        byte[] text = [.. bytes];
        bool isQuoted = false;
        for (int i = 0; i + 3 <= text.Length; i++)
        {
            if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) isQuoted = !isQuoted;
            if (!isQuoted && text.AsSpan(i, 3).SequenceEqual("NaN"u8)) "0  "u8.CopyTo(text.AsSpan(i));
        }
        return text;
    }

    static bool IsBinary(string path) => path.EndsWith(".ubj", StringComparison.OrdinalIgnoreCase);
}

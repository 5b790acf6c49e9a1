using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace Nabla.Boosting.Formats;

/// <summary>
/// Universal Binary JSON, draft 12 (ubjson.org), with the counted and typed lists that XGBoost writes. Lengths are checked against
/// the bytes that are left before memory is taken, and nesting is bounded.
/// </summary>
internal static class UniversalBinaryJson
{
    const int Deepest = 64;

    public static JsonNode? Read(byte[] bytes, string name)
    {
        var reader = new Reader(bytes, name);
        JsonNode? node = reader.Value(reader.Marker(), 0);
        reader.ExpectEnd();
        return node;
    }

    /// <summary>Writes a document of texts, whole numbers and floats.</summary>
    /// <param name="node">The document.</param>
    /// <param name="types">The lists, by their keys, that have one type and which: d float, l or L whole numbers of 4 or 8 bytes, U a byte.</param>
    public static byte[] Write(JsonNode node, IReadOnlyDictionary<string, char> types)
    {
        using var to = new MemoryStream();
        Write(to, node, types, null);
        return to.ToArray();
    }

    static void Write(MemoryStream to, JsonNode? node, IReadOnlyDictionary<string, char> types, char? type)
    {
        switch (node)
        {
            case JsonObject map:
                to.WriteByte((byte)'{');
                foreach (var (key, value) in map)
                {
                    WriteText(to, key);
                    Write(to, value, types, types.TryGetValue(key, out char own) ? own : null);
                }
                to.WriteByte((byte)'}');
                break;
            case JsonArray list:
                to.WriteByte((byte)'[');
                if (type is { } items) to.Write([(byte)'$', (byte)items]);
                to.WriteByte((byte)'#');
                WriteLength(to, list.Count);
                foreach (JsonNode? item in list)
                {
                    if (type is { } known) WriteNumber(to, item!.AsValue(), known);
                    else Write(to, item, types, null);
                }
                break;
            case JsonValue value when value.TryGetValue(out string? text):
                to.WriteByte((byte)'S');
                WriteText(to, text);
                break;
            case JsonValue value:
                char marker = value.TryGetValue(out float _) ? 'd' : 'l';
                to.WriteByte((byte)marker);
                WriteNumber(to, value, marker);
                break;
            default:
                throw new ArgumentException("UniversalBinaryJson: expected texts, whole numbers and floats, got null.", nameof(node));
        }
    }

    static void WriteNumber(MemoryStream to, JsonValue value, char type)
    {
        Span<byte> bytes = stackalloc byte[8];
        int size = type switch { 'U' => 1, 'L' => 8, _ => 4 };
        if (type == 'd') BinaryPrimitives.WriteSingleBigEndian(bytes, value.GetValue<float>());
        else if (type == 'L') BinaryPrimitives.WriteInt64BigEndian(bytes, value.GetValue<int>());
        else if (type == 'U') bytes[0] = (byte)value.GetValue<int>();
        else BinaryPrimitives.WriteInt32BigEndian(bytes, value.GetValue<int>());
        to.Write(bytes[..size]);
    }

    static void WriteText(MemoryStream to, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        WriteLength(to, bytes.Length);
        to.Write(bytes);
    }

    static void WriteLength(MemoryStream to, long length)
    {
        to.WriteByte((byte)'L');
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, length);
        to.Write(bytes);
    }

    sealed class Reader(byte[] bytes, string name)
    {
        int at;

        public char Marker()
        {
            while (true)
            {
                char marker = (char)Take(1, "a marker")[0];
                if (marker != 'N') return marker;      // no-op
            }
        }

        public JsonNode? Value(char marker, int depth)
        {
            if (depth > Deepest) throw Error($"at most {Deepest} levels", "more");
            switch (marker)
            {
                case '{': return Map(depth);
                case '[': return List(depth);
                case 'S': return JsonValue.Create(Text());
                case 'C': return JsonValue.Create(((char)Take(1, "a character")[0]).ToString());
                case 'Z': return null;
                case 'T': return JsonValue.Create(1);
                case 'F': return JsonValue.Create(0);
                case 'd': return JsonValue.Create((double)BinaryPrimitives.ReadSingleBigEndian(Take(4, "a float")));
                case 'D': return JsonValue.Create(BinaryPrimitives.ReadDoubleBigEndian(Take(8, "a double")));
                default: return JsonValue.Create((double)Whole(marker));
            }
        }

        public void ExpectEnd()
        {
            if (at < bytes.Length) throw Error("the end", $"{bytes.Length - at} more bytes");
        }

        JsonObject Map(int depth)
        {
            long count = -1;
            if (Peek() == '$') throw Error("a key", "a typed group");
            if (Peek() == '#')
            {
                at++;
                count = Length(Marker());
            }
            var map = new JsonObject();
            for (long i = 0; count < 0 || i < count; i++)
            {
                char marker = Marker();
                if (count < 0 && marker == '}') break;
                string key = Text(marker);
                if (map.ContainsKey(key)) throw Error("each key once", $"'{key}' again");
                map[key] = Value(Marker(), depth + 1);
            }
            return map;
        }

        JsonArray List(int depth)
        {
            char? type = null;
            long count = -1;
            if (Peek() == '$')
            {
                at++;
                type = Marker();
            }
            if (Peek() == '#')
            {
                at++;
                count = Length(Marker());
            }
            else if (type is not null) throw Error("'#' after the type of a list", $"'{Peek()}'");
            if (type is 'Z' or 'T' or 'F') throw Error("a type with bytes", $"'{type}'");       // a count alone would fill memory
            var list = new JsonArray();
            for (long i = 0; count < 0 || i < count; i++)
            {
                char marker = type ?? Marker();
                if (count < 0 && marker == ']') break;
                list.Add(Value(marker, depth + 1));
            }
            return list;
        }

        string Text() => Text(Marker());

        string Text(char marker) => Encoding.UTF8.GetString(Take(Length(marker), "text"));

        long Length(char marker)
        {
            long length = Whole(marker);
            return length >= 0 ? length : throw Error("a length of at least 0", $"{length}");
        }

        long Whole(char marker) => marker switch
        {
            'i' => (sbyte)Take(1, "a number")[0],
            'U' => Take(1, "a number")[0],
            'I' => BinaryPrimitives.ReadInt16BigEndian(Take(2, "a number")),
            'l' => BinaryPrimitives.ReadInt32BigEndian(Take(4, "a number")),
            'L' => BinaryPrimitives.ReadInt64BigEndian(Take(8, "a number")),
            _ => throw Error("a marker of UBJSON", $"0x{(int)marker:X2}"),
        };

        char Peek() => at < bytes.Length ? (char)bytes[at] : throw Error("more", "the end");

        ReadOnlySpan<byte> Take(long count, string what)
        {
            if (count > bytes.Length - at) throw Error($"{count} bytes of {what}", $"{bytes.Length - at} before the end");
            ReadOnlySpan<byte> taken = bytes.AsSpan(at, (int)count);
            at += (int)count;
            return taken;
        }

        DataFormatException Error(string expected, string got) => new($"{name}, byte {at}: expected {expected}, got {got}.");
    }
}

using System.Buffers.Binary;
using System.Text.Json;

namespace Nabla.Data.Formats;

/// <summary>A tensor in a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DType">Its element type.</param>
/// <param name="Shape">The lengths of its axes.</param>
/// <param name="Offset">Where it starts, in bytes from the end of the header.</param>
/// <param name="ByteCount">Its size in bytes.</param>
public sealed record SafetensorsEntry(string Name, DType DType, IReadOnlyList<int> Shape, long Offset, long ByteCount);

/// <summary>
/// Safetensors: the length of a header (8 bytes, little-endian), the header in JSON (name → type, shape, place), the elements.
/// An open file reads single tensors on demand; reading is not safe from several threads at once.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    const string MetadataKey = "__metadata__";
    const int LongestHeader = 100_000_000; // the limit of the format's reference implementation

    readonly Stream stream;
    readonly string name;
    readonly long start;
    readonly Dictionary<string, SafetensorsEntry> byName = [];
    readonly Dictionary<string, string> metadata = [];

    SafetensorsFile(Stream stream, string name)
    {
        this.stream = stream;
        this.name = name;
        FormatReader reader = new(stream, name);
        Span<byte> prefix = stackalloc byte[8];
        reader.Read(prefix, "header length");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LongestHeader) throw reader.Error($"a safetensors header of at most {LongestHeader} bytes", $"{length}");
        byte[] header = reader.Bytes((long)length, "header");
        start = stream.Position;
        try
        {
            using JsonDocument json = JsonDocument.Parse(header);
            ReadHeader(json.RootElement);
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException) // the second: unpaired surrogates in a name
        {
            throw new DataFormatException($"{name}: expected a JSON header, got: {cause.Message}", cause);
        }
        Entries = [.. byName.Values.OrderBy(e => e.Offset).ThenBy(e => e.ByteCount)];
        CheckPlaces();
    }

    /// <summary>The tensors in the order of their places.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>Texts stored beside the tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>Opens a file and checks its header completely.</summary>
    /// <exception cref="DataFormatException">
    /// The header is malformed, or the places of the tensors overlap, leave holes, leave the file or do not fit type and shape.
    /// </exception>
    public static SafetensorsFile Open(string path)
    {
        FileStream file = File.OpenRead(path);
        try
        {
            return new SafetensorsFile(file, path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a stream that can seek, and takes it over; <paramref name="name"/> is what errors call it.</summary>
    /// <exception cref="DataFormatException">As for a file.</exception>
    public static SafetensorsFile Open(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek) throw new ArgumentException("SafetensorsFile.Open: expected a stream that can seek.", nameof(stream));
        return new SafetensorsFile(stream, name);
    }

    /// <summary>Whether the file has a tensor of this name.</summary>
    public bool Contains(string name) => byName.ContainsKey(name);

    /// <summary>The entry of a tensor.</summary>
    /// <exception cref="DataFormatException">The file has no tensor of this name.</exception>
    public SafetensorsEntry Entry(string name) => byName.TryGetValue(name, out SafetensorsEntry? entry)
        ? entry
        : throw new DataFormatException($"{this.name}: expected a tensor '{name}', got {Entries.Count} others.");

    /// <summary>Reads the elements of a tensor, little-endian, into a buffer of exactly its size.</summary>
    public void Read(SafetensorsEntry entry, Span<byte> target)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (target.Length != entry.ByteCount)
            throw new ArgumentException(
                $"SafetensorsFile.Read: expected a buffer of {entry.ByteCount} bytes, got {target.Length}.", nameof(target));
        Seek(entry).Read(target, $"tensor '{entry.Name}'");
    }

    /// <summary>Reads one tensor.</summary>
    /// <exception cref="DataFormatException">The file has no tensor of this name, or it is larger than an array can be.</exception>
    public ArrayData Read(string name)
    {
        SafetensorsEntry entry = Entry(name);
        if (entry.ByteCount > Array.MaxLength)
            throw new DataFormatException(
                $"{this.name}: expected '{name}' to have at most {Array.MaxLength} bytes, got {entry.ByteCount}.");
        byte[] bytes = new byte[entry.ByteCount];
        Read(entry, bytes);
        return new ArrayData(entry.DType, entry.Shape, bytes);
    }

    /// <summary>Reads one tensor of any size.</summary>
    /// <exception cref="DataFormatException">The file has no tensor of this name.</exception>
    /// <exception cref="ShapeException">It has more axes or elements than a tensor can have.</exception>
    public Tensor ReadTensor(string name)
    {
        SafetensorsEntry entry = Entry(name);
        FormatReader reader = Seek(entry);
        return TensorBytes.Create(entry.Shape, entry.DType, piece => reader.Read(piece, $"tensor '{name}'"));
    }

    /// <summary>Reads every tensor of a file.</summary>
    /// <exception cref="DataFormatException">The file is malformed.</exception>
    public static IReadOnlyDictionary<string, Tensor> ReadTensors(string path)
    {
        using SafetensorsFile file = Open(path);
        return file.Entries.ToDictionary(entry => entry.Name, entry => file.ReadTensor(entry.Name));
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();

    /// <summary>
    /// Writes tensors through a temporary file (see <see cref="AtomicFile"/>). The same tensors give the same bytes in any order.
    /// </summary>
    public static void Write(
        string path, IReadOnlyDictionary<string, ArrayData> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes tensors to a stream. The same tensors give the same bytes in any order.</summary>
    public static void Write(
        Stream stream, IReadOnlyDictionary<string, ArrayData> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Write(stream, tensors.Select(t => (t.Key, t.Value.DType, t.Value.Shape)), metadata, entry => stream.Write(tensors[entry.Name].Bytes));
    }

    /// <summary>
    /// Writes tensors through a temporary file (see <see cref="AtomicFile"/>). The same tensors give the same bytes in any order.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written; the one that was there is unchanged.</exception>
    public static void Write(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes tensors to a stream. The same tensors give the same bytes in any order.</summary>
    public static void Write(
        Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        Write(
            stream,
            tensors.Select(t => (t.Key, t.Value.DType, (IReadOnlyList<int>)t.Value.Shape.ToArray())),
            metadata,
            entry => TensorBytes.Write(tensors[entry.Name], stream));
    }

    /// <summary>Writes the header, then lets <paramref name="writeElements"/> write each tensor in the order of the places.</summary>
    static void Write(
        Stream stream,
        IEnumerable<(string Name, DType DType, IReadOnlyList<int> Shape)> tensors,
        IReadOnlyDictionary<string, string>? metadata,
        Action<SafetensorsEntry> writeElements)
    {
        List<SafetensorsEntry> entries = [];
        long offset = 0;
        // Wide types first: then every tensor is aligned to its own element.
        var ordered = tensors.OrderByDescending(t => t.DType.Size).ThenBy(t => t.DType).ThenBy(t => t.Name, StringComparer.Ordinal);
        foreach (var (name, dtype, shape) in ordered)
        {
            if (name == MetadataKey)
                throw new ArgumentException(
                    $"SafetensorsFile.Write: expected tensor names, got the reserved '{MetadataKey}'.", nameof(tensors));
            long count = shape.Aggregate((long)dtype.Size, (product, length) => checked(product * length));
            entries.Add(new(name, dtype, [.. shape], offset, count));
            offset += count;
        }
        byte[] header = Header(entries, metadata);
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach (SafetensorsEntry entry in entries) writeElements(entry);
    }

    static byte[] Header(List<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal)) json.WriteString(key, value);
                json.WriteEndObject();
            }
            foreach (SafetensorsEntry entry in entries)
            {
                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", TypeName(entry.DType));
                json.WriteStartArray("shape");
                foreach (int length in entry.Shape) json.WriteNumberValue(length);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(entry.Offset);
                json.WriteNumberValue(entry.Offset + entry.ByteCount);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' '); // the elements start at a multiple of 8
        return buffer.ToArray();
    }

    FormatReader Seek(SafetensorsEntry entry)
    {
        stream.Position = start + entry.Offset;
        return new FormatReader(stream, name);
    }

    void ReadHeader(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw Error("a JSON object", root.ValueKind.ToString());
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name == MetadataKey) ReadMetadata(property.Value);
            else if (!byName.TryAdd(property.Name, ReadEntry(property.Name, property.Value)))
                throw Error("every tensor once", $"'{property.Name}' twice");
        }
    }

    void ReadMetadata(JsonElement texts)
    {
        if (texts.ValueKind != JsonValueKind.Object) throw Error($"an object of texts in {MetadataKey}", texts.ValueKind.ToString());
        foreach (JsonProperty text in texts.EnumerateObject())
        {
            if (text.Value.ValueKind != JsonValueKind.String)
                throw Error($"a text for '{text.Name}' in {MetadataKey}", text.Value.ValueKind.ToString());
            metadata[text.Name] = text.Value.GetString()!;
        }
    }

    SafetensorsEntry ReadEntry(string tensor, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object
            || !entry.TryGetProperty("dtype", out JsonElement type) || type.ValueKind != JsonValueKind.String
            || !entry.TryGetProperty("shape", out JsonElement shape) || shape.ValueKind != JsonValueKind.Array
            || !entry.TryGetProperty("data_offsets", out JsonElement offsets) || offsets.ValueKind != JsonValueKind.Array)
            throw Error($"dtype, shape and data_offsets of '{tensor}'", "another structure");

        DType dtype = Type(tensor, type.GetString()!);
        int[] lengths = [.. shape.EnumerateArray().Select(length => (int?)Number(length, int.MaxValue)
            ?? throw Error($"lengths of axes in the shape of '{tensor}'", shape.GetRawText()))];
        long[] ends = [.. offsets.EnumerateArray().Select(offset => Number(offset, long.MaxValue)
            ?? throw Error($"two offsets of '{tensor}'", offsets.GetRawText()))];
        if (ends.Length != 2 || ends[0] > ends[1]) throw Error($"a start and an end of '{tensor}'", offsets.GetRawText());
        if (!ArrayData.TryByteCount(lengths, dtype.Size, out long bytes) || bytes != ends[1] - ends[0])
            throw Error($"{bytes} bytes for '{tensor}', {dtype} {ArrayData.Describe(lengths)}", $"{ends[1] - ends[0]}");
        return new SafetensorsEntry(tensor, dtype, lengths, ends[0], bytes);
    }

    static long? Number(JsonElement number, long most) =>
        number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out long n) && n >= 0 && n <= most ? n : null;

    /// <summary>The tensors must fill the rest of the file: no overlap, no hole, nothing beyond.</summary>
    void CheckPlaces()
    {
        long end = 0;
        foreach (SafetensorsEntry entry in Entries)
        {
            if (entry.Offset != end) throw Error($"'{entry.Name}' to start at byte {end} of the elements", $"{entry.Offset}");
            end += entry.ByteCount;
        }
        if (stream.Length - start != end) throw Error($"{end} bytes of elements after the header", $"{stream.Length - start}");
    }

    DType Type(string tensor, string type) => type switch
    {
        "F16" => DType.Float16,
        "BF16" => DType.BFloat16,
        "F32" => DType.Float32,
        "F64" => DType.Float64,
        "I32" => DType.Int32,
        "I64" => DType.Int64,
        "U8" => DType.UInt8,
        "BOOL" => DType.Bool,
        _ => throw Error($"F16, BF16, F32, F64, I32, I64, U8 or BOOL as the type of '{tensor}'", $"'{type}'"),
    };

    static string TypeName(DType dtype) => dtype switch
    {
        DType.Float16 => "F16",
        DType.BFloat16 => "BF16",
        DType.Float32 => "F32",
        DType.Float64 => "F64",
        DType.Int32 => "I32",
        DType.Int64 => "I64",
        DType.UInt8 => "U8",
        _ => "BOOL",
    };

    DataFormatException Error(string expected, string got) => new($"{name}: expected {expected}, got {got}.");
}

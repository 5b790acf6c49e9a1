using System.Buffers.Binary;

namespace Nabla.Data.Formats;

/// <summary>The first chunk of a PNG file.</summary>
internal readonly record struct PngHeader(int Width, int Height, int Depth, int ColorType, bool IsInterlaced)
{
    internal bool IsPalette => ColorType == 3;

    internal int StoredChannels => ColorType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    /// <summary>Bytes between a sample and the one left of it, at least one.</summary>
    internal int FilterDistance => Math.Max(1, StoredChannels * Depth / 8);

    internal int Channels(bool hasTransparency) => (IsPalette ? 3 : StoredChannels) + (hasTransparency ? 1 : 0);

    internal int RowBytes(int width) => (int)(((long)width * StoredChannels * Depth + 7) / 8);

    /// <summary>The sub-pictures of the file: one, or the seven of Adam's interlacing.</summary>
    internal IEnumerable<PngPass> Passes()
    {
        int width = Width, height = Height;
        if (!IsInterlaced) return [new PngPass(0, 0, 1, 1, width, height)];
        (int X, int Y, int StepX, int StepY)[] grid =
            [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        return grid
            .Select(g => new PngPass(
                g.X, g.Y, g.StepX, g.StepY, (width - g.X + g.StepX - 1) / g.StepX, (height - g.Y + g.StepY - 1) / g.StepY))
            .Where(pass => pass.Width > 0 && pass.Height > 0);
    }
}

/// <summary>A sub-picture: every StepX-th pixel from X of every StepY-th row from Y.</summary>
internal readonly record struct PngPass(int X, int Y, int StepX, int StepY, int Width, int Height);

/// <summary>The chunks of a PNG file that matter for its pixels, with their checksums verified.</summary>
internal sealed class PngChunks
{
    static readonly uint[] Crc = [.. Enumerable.Range(0, 256).Select(CrcOfByte)];

    readonly List<byte> packed = [];
    bool hasHeader;

    internal PngHeader Header { get; private set; }

    internal byte[] Palette { get; private set; } = [];

    /// <summary>Alpha of the palette's colors, or the one color that is transparent; null when there is none.</summary>
    internal byte[]? Transparency { get; private set; }

    internal byte[] Packed { get; private set; } = [];

    internal static PngChunks Read(ReadOnlyMemory<byte> file, string name)
    {
        PngChunks chunks = new();
        ReadOnlySpan<byte> bytes = file.Span;
        int at = 8;
        while (true)
        {
            if (bytes.Length - at < 12) throw Error(name, at, "a chunk", "the end of the file");
            uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
            if (length > bytes.Length - at - 12)
                throw Error(name, at, $"a chunk of {length} bytes", $"{bytes.Length - at - 12} before the end");
            ReadOnlySpan<byte> typed = bytes.Slice(at + 4, 4 + (int)length);
            if (Checksum(typed) != BinaryPrimitives.ReadUInt32BigEndian(bytes[(at + 8 + (int)length)..]))
                throw Error(name, at, "a chunk with its checksum", "a damaged one");
            if (!chunks.hasHeader && !typed.StartsWith("IHDR"u8)) throw Error(name, at, "IHDR as the first chunk", "another");
            if (typed.StartsWith("IEND"u8)) break;
            chunks.Add(typed[..4], typed[4..], name, at);
            at += 12 + (int)length;
        }
        chunks.Packed = [.. chunks.packed];
        if (chunks.Header.IsPalette && chunks.Palette.Length == 0) throw Error(name, at, "a palette", "none");
        return chunks;
    }

    internal static void Write(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        stream.Write(number);
        byte[] typed = [.. type, .. data];
        stream.Write(typed);
        BinaryPrimitives.WriteUInt32BigEndian(number, Checksum(typed));
        stream.Write(number);
    }

    void Add(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data, string name, int at)
    {
        if (type.SequenceEqual("IHDR"u8)) AddHeader(data, name, at);
        else if (type.SequenceEqual("IDAT"u8)) packed.AddRange(data);
        else if (type.SequenceEqual("PLTE"u8))
            Palette = data.Length is > 0 and <= 768 && data.Length % 3 == 0
                ? data.ToArray()
                : throw Error(name, at, "a palette of 1 to 256 colors", $"{data.Length} bytes");
        else if (type.SequenceEqual("tRNS"u8)) AddTransparency(data, name, at);
        else if ((type[0] & 0x20) == 0)
            throw Error(name, at, "chunks this reader knows", $"the critical chunk '{System.Text.Encoding.Latin1.GetString(type)}'");
    }

    void AddHeader(ReadOnlySpan<byte> data, string name, int at)
    {
        if (hasHeader || data.Length != 13) throw Error(name, at, "one IHDR of 13 bytes", $"{data.Length} bytes");
        uint width = BinaryPrimitives.ReadUInt32BigEndian(data), height = BinaryPrimitives.ReadUInt32BigEndian(data[4..]);
        if (width == 0 || height == 0 || (ulong)width * height > ImageData.MostPixels)
            throw Error(name, at, $"1 to {ImageData.MostPixels} pixels", $"{width} × {height}");
        bool isKnown = (data[9], data[8]) is (0, 1 or 2 or 4 or 8 or 16) or (3, 1 or 2 or 4 or 8) or (2 or 4 or 6, 8 or 16);
        if (!isKnown || data[10] != 0 || data[11] != 0 || data[12] > 1)
            throw Error(name, at, "a known depth, color type, packing, filter and interlacing", Convert.ToHexString(data[8..]));
        Header = new PngHeader((int)width, (int)height, data[8], data[9], data[12] == 1);
        hasHeader = true;
    }

    void AddTransparency(ReadOnlySpan<byte> data, string name, int at)
    {
        bool fits = Header.ColorType switch { 0 => data.Length == 2, 2 => data.Length == 6, 3 => data.Length <= 256, _ => false };
        Transparency = fits ? data.ToArray() : throw Error(name, at, "transparency that fits the color type", $"{data.Length} bytes");
    }

    static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte b in bytes) crc = Crc[(byte)(crc ^ b)] ^ crc >> 8;
        return ~crc;
    }

    static uint CrcOfByte(int value)
    {
        uint crc = (uint)value;
        for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : 0xEDB88320 ^ crc >> 1;
        return crc;
    }

    static DataFormatException Error(string name, int at, string expected, string got) =>
        new($"{name}, byte {at}: expected {expected}, got {got}.");
}

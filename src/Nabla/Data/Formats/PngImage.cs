using System.Buffers.Binary;
using System.IO.Compression;

namespace Nabla.Data.Formats;

/// <summary>
/// PNG (W3C Recommendation, third edition): all color types and depths, plain and interlaced. Depths other than 8 bits are scaled
/// to 8; palettes become red, green, blue; transparent colors become an alpha channel.
/// </summary>
public static class PngImage
{
    const int MostPackedRatio = 1032; // Deflate spends at least 2 bits on 258 bytes

    static ReadOnlySpan<byte> Magic => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Whether the bytes start like a PNG picture.</summary>
    public static bool IsPng(ReadOnlySpan<byte> file) => file.StartsWith(Magic);

    /// <summary>Reads a picture; <paramref name="name"/> is what errors call it.</summary>
    /// <exception cref="DataFormatException">The bytes are no PNG picture, damaged (checksums included), cut off or too large.</exception>
    public static ImageData Decode(ReadOnlyMemory<byte> file, string name)
    {
        if (!IsPng(file.Span)) throw new DataFormatException($"{name}: expected a PNG picture, got other bytes.");
        PngChunks chunks = PngChunks.Read(file, name);
        PngHeader header = chunks.Header;
        long rawSize = header.Passes().Sum(pass => (long)pass.Height * (1 + header.RowBytes(pass.Width)));
        if (rawSize > Array.MaxLength || rawSize / MostPackedRatio > chunks.Packed.Length)
            throw new DataFormatException(
                $"{name}: expected {rawSize} bytes of pixels, got {chunks.Packed.Length} packed bytes, too few to hold them.");

        byte[] raw = Unpack(chunks.Packed, (int)rawSize, name);
        int channels = header.Channels(chunks.Transparency is not null);
        byte[] pixels = new byte[header.Width * header.Height * channels];
        int at = 0;
        foreach (PngPass pass in header.Passes())
        {
            int rowBytes = header.RowBytes(pass.Width);
            Span<byte> last = new byte[rowBytes];
            for (int y = 0; y < pass.Height; y++, at += 1 + rowBytes)
            {
                Span<byte> row = raw.AsSpan(at + 1, rowBytes);
                Unfilter(raw[at], row, last, header.FilterDistance, name);
                Expand(row, chunks, pixels.AsSpan((pass.Y + y * pass.StepY) * header.Width * channels), pass, channels, name);
                last = row;
            }
        }
        return new ImageData(header.Width, header.Height, channels, pixels);
    }

    /// <summary>Writes a picture of 8 bits per channel as PNG, through a temporary file (see <see cref="AtomicFile"/>).</summary>
    public static void Write(string path, ImageData image) => AtomicFile.Write(path, stream => stream.Write(Encode(image)));

    /// <summary>A picture of 8 bits per channel as PNG.</summary>
    public static byte[] Encode(ImageData image)
    {
        ArgumentNullException.ThrowIfNull(image);
        int rowBytes = image.Width * image.Channels;
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (int y = 0; y < image.Height; y++)
            {
                zlib.WriteByte(0); // no filter
                zlib.Write(image.Pixels, y * rowBytes, rowBytes);
            }
        }
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), image.Height);
        header[8] = 8;
        header[9] = (byte)(image.Channels switch { 1 => 0, 2 => 4, 3 => 2, _ => 6 });
        using MemoryStream file = new();
        file.Write(Magic);
        PngChunks.Write(file, "IHDR"u8, header);
        PngChunks.Write(file, "IDAT"u8, packed.ToArray());
        PngChunks.Write(file, "IEND"u8, []);
        return file.ToArray();
    }

    static byte[] Unpack(byte[] packed, int size, string name)
    {
        byte[] raw = new byte[size];
        try
        {
            using ZLibStream zlib = new(new MemoryStream(packed), CompressionMode.Decompress);
            int got = zlib.ReadAtLeast(raw, size, throwOnEndOfStream: false);
            if (got < size) throw new DataFormatException($"{name}: expected {size} bytes of pixels, got {got}.");
            if (zlib.ReadByte() >= 0) throw new DataFormatException($"{name}: expected {size} bytes of pixels, got more.");
        }
        catch (Exception cause) when (cause is InvalidDataException or (IOException and not DataFormatException))
        {
            // The second is what a preset dictionary gives; reading from memory has no other.
            throw new DataFormatException($"{name}: expected intact packed pixels, got damaged data.", cause);
        }
        return raw;
    }

    /// <summary>Adds back the prediction from the neighbors a (left), b (above), c (above left).</summary>
    static void Unfilter(byte filter, Span<byte> row, ReadOnlySpan<byte> above, int distance, string name)
    {
        if (filter > 4) throw new DataFormatException($"{name}: expected a row filter of 0 to 4, got {filter}.");
        for (int i = 0; i < row.Length; i++)
        {
            int a = i < distance ? 0 : row[i - distance], b = above[i], c = i < distance ? 0 : above[i - distance];
            row[i] += (byte)(filter switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, _ => Paeth(a, b, c) });
        }
    }

    static int Paeth(int a, int b, int c)
    {
        int da = Math.Abs(b - c), db = Math.Abs(a - c), dc = Math.Abs(a + b - 2 * c);
        return da <= db && da <= dc ? a : db <= dc ? b : c;
    }

    /// <summary>Turns the packed samples of a row into 8-bit channels at their places.</summary>
    static void Expand(ReadOnlySpan<byte> row, PngChunks chunks, Span<byte> target, PngPass pass, int channels, string name)
    {
        PngHeader header = chunks.Header;
        int stored = header.StoredChannels, maximum = (1 << header.Depth) - 1;
        Span<int> sample = stackalloc int[4];
        for (int x = 0; x < pass.Width; x++)
        {
            Span<byte> pixel = target.Slice((pass.X + x * pass.StepX) * channels, channels);
            for (int c = 0; c < stored; c++) sample[c] = Sample(row, x * stored + c, header.Depth);
            if (header.IsPalette)
            {
                int index = sample[0];
                if (3 * index >= chunks.Palette.Length)
                    throw new DataFormatException($"{name}: expected an index into a palette of {chunks.Palette.Length / 3}, got {index}.");
                chunks.Palette.AsSpan(3 * index, 3).CopyTo(pixel);
                if (channels == 4) pixel[3] = index < chunks.Transparency!.Length ? chunks.Transparency[index] : (byte)255;
                continue;
            }
            for (int c = 0; c < stored; c++) pixel[c] = (byte)((sample[c] * 255 + maximum / 2) / maximum);
            if (channels > stored) pixel[stored] = IsTransparent(sample[..stored], chunks.Transparency) ? (byte)0 : (byte)255;
        }
    }

    static int Sample(ReadOnlySpan<byte> row, int index, int depth) => depth switch
    {
        8 => row[index],
        16 => row[2 * index] << 8 | row[2 * index + 1],
        _ => row[index * depth / 8] >> (8 - depth - index * depth % 8) & ((1 << depth) - 1),
    };

    static bool IsTransparent(ReadOnlySpan<int> sample, ReadOnlySpan<byte> color)
    {
        for (int c = 0; c < sample.Length; c++)
            if (sample[c] != BinaryPrimitives.ReadUInt16BigEndian(color[(2 * c)..])) return false;
        return true;
    }
}

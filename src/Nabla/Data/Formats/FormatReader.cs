using System.IO.Compression;

namespace Nabla.Data.Formats;

/// <summary>
/// Reads a binary format defensively: every claim of a length is checked against what the source can hold before memory is taken,
/// and every error names the source, the byte position, what was expected and what came.
/// </summary>
internal sealed class FormatReader(Stream stream, string name)
{
    const int FirstChunk = 1 << 20;

    internal string Name => name;

    internal long Position { get; private set; }

    /// <summary>Opens a file, unpacks it when it starts with the gzip magic, and reads it.</summary>
    internal static T Open<T>(string path, Func<FormatReader, T> read)
    {
        using FileStream file = File.OpenRead(path);
        return Read(file, path, read);
    }

    /// <summary>Reads a stream, unpacked when it starts with the gzip magic and can seek back.</summary>
    internal static T Read<T>(Stream stream, string name, Func<FormatReader, T> read)
    {
        if (!IsGzip(stream)) return read(new FormatReader(stream, name));
        using GZipStream unpacked = new(stream, CompressionMode.Decompress, leaveOpen: true);
        return read(new FormatReader(unpacked, name));
    }

    /// <summary>What is left as UTF-8 text.</summary>
    internal StreamReader Text() => new(stream, leaveOpen: true);

    /// <summary>Fills <paramref name="target"/> or fails.</summary>
    internal void Read(Span<byte> target, string what)
    {
        int got = Some(target);
        if (got < target.Length) throw Error($"{target.Length} bytes of {what}", $"{got} before the end");
        Position += got;
    }

    /// <summary>The next <paramref name="count"/> bytes. A packed source, whose length nobody knows, is read in growing pieces.</summary>
    internal byte[] Bytes(long count, string what)
    {
        if (count > Array.MaxLength) throw Error($"at most {Array.MaxLength} bytes of {what}", $"{count}");
        if (stream.CanSeek && stream.Length - stream.Position < count)
            throw Error($"{count} bytes of {what}", $"{stream.Length - stream.Position} before the end");
        byte[] bytes = new byte[stream.CanSeek ? count : Math.Min(count, FirstChunk)];
        int filled = 0;
        while (true)
        {
            int got = Some(bytes.AsSpan(filled));
            filled += got;
            if (filled < bytes.Length) throw Error($"{count} bytes of {what}", $"{filled} before the end");
            if (filled == count) break;
            Array.Resize(ref bytes, (int)Math.Min(count, 2L * filled));
        }
        Position += count;
        return bytes;
    }

    /// <summary>Everything up to the end.</summary>
    internal byte[] Rest()
    {
        using MemoryStream rest = new();
        byte[] piece = new byte[1 << 16];
        while (Some(piece) is > 0 and int got)
        {
            rest.Write(piece, 0, got);
            Position += got;
        }
        return rest.ToArray();
    }

    /// <summary>Fails unless everything has been read.</summary>
    internal void ExpectEnd()
    {
        Span<byte> one = stackalloc byte[1];
        if (Some(one) > 0) throw Error("the end of the file", "more bytes");
    }

    internal DataFormatException Error(string expected, string got, Exception? cause = null)
    {
        string message = $"{name}, byte {Position}: expected {expected}, got {got}.";
        return cause is null ? new DataFormatException(message) : new DataFormatException(message, cause);
    }

    int Some(Span<byte> target)
    {
        try
        {
            return stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException cause)
        {
            throw Error("intact packed data", "a damaged block", cause);
        }
    }

    static bool IsGzip(Stream stream)
    {
        if (!stream.CanSeek) return false;
        Span<byte> magic = stackalloc byte[2];
        long start = stream.Position;
        int got = stream.ReadAtLeast(magic, 2, throwOnEndOfStream: false);
        stream.Position = start;
        return got == 2 && magic is [0x1F, 0x8B];
    }
}

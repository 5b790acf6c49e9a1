namespace Nabla.Data.Formats;

/// <summary>PGM and PPM, the plain formats of the Netpbm programs: P2 and P3 in digits, P5 and P6 in bytes.</summary>
public static class PnmImage
{
    /// <summary>Whether the bytes start like a PGM or PPM picture.</summary>
    public static bool IsPnm(ReadOnlySpan<byte> file) => file is [(byte)'P', (byte)'2' or (byte)'3' or (byte)'5' or (byte)'6', ..];

    /// <summary>Reads a picture; samples of another maximum than 255 are scaled. <paramref name="name"/> is what errors call it.</summary>
    /// <exception cref="DataFormatException">The bytes are no PGM or PPM picture, are cut off, or claim more than they hold.</exception>
    public static ImageData Decode(ReadOnlySpan<byte> file, string name)
    {
        if (!IsPnm(file)) throw new DataFormatException($"{name}: expected a PGM or PPM picture (P2, P3, P5, P6), got other bytes.");
        int channels = file[1] is (byte)'3' or (byte)'6' ? 3 : 1;
        PnmReader reader = new(file, name) { Position = 2 };
        int width = reader.Number("width", ImageData.MostPixels), height = reader.Number("height", ImageData.MostPixels);
        int maximum = reader.Number("maximum", 65535);
        if (width == 0 || height == 0 || maximum == 0 || (long)width * height > ImageData.MostPixels)
            throw reader.Error($"1 to {ImageData.MostPixels} pixels and a maximum of 1 to 65535", $"{width} × {height}, maximum {maximum}");

        int samples = width * height * channels;
        bool isText = file[1] < (byte)'5';
        int sampleSize = maximum > 255 ? 2 : 1;
        // In digits at least one and a blank before it; in bytes one blank before them all.
        long least = isText ? 2L * samples : 1 + (long)samples * sampleSize;
        if (file.Length - reader.Position < least) throw reader.Error($"{samples} samples", "fewer bytes than they need");
        byte[] pixels = new byte[samples];
        if (!isText) reader.Position++;
        for (int i = 0; i < samples; i++)
        {
            int value = isText ? reader.Number("sample", maximum) : reader.Sample(sampleSize);
            if (value > maximum) throw reader.Error($"a sample of at most {maximum}", $"{value}");
            pixels[i] = (byte)((value * 255L + maximum / 2) / maximum);
        }
        return new ImageData(width, height, channels, pixels);
    }
}

/// <summary>Numbers, blanks and comments of a PNM file.</summary>
internal ref struct PnmReader(ReadOnlySpan<byte> file, string name)
{
    readonly ReadOnlySpan<byte> file = file;

    internal int Position { get; set; }

    internal int Sample(int size)
    {
        int value = size == 1 ? file[Position] : file[Position] << 8 | file[Position + 1];
        Position += size;
        return value;
    }

    internal int Number(string what, int maximum)
    {
        SkipBlanks();
        int start = Position;
        long value = 0;
        while (Position < file.Length && char.IsAsciiDigit((char)file[Position]) && value <= maximum)
            value = 10 * value + (file[Position++] - '0');
        if (Position == start || value > maximum)
            throw Error(
                $"a {what} of at most {maximum}",
                value > maximum ? $"{value} or more" : Position == file.Length ? "the end of the file" : $"byte {file[Position]:X2}");
        return (int)value;
    }

    void SkipBlanks()
    {
        bool inComment = false;
        for (; Position < file.Length; Position++)
        {
            byte c = file[Position];
            if (c == '#') inComment = true;
            else if (inComment) inComment = c != '\n';
            else if (c is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t' or 11 or 12)) return;
        }
    }

    internal readonly DataFormatException Error(string expected, string got) =>
        new($"{name}, byte {Position}: expected {expected}, got {got}.");
}

namespace Nabla.Data.Formats;

/// <summary>A picture of 8 bits per channel, row by row from the top, the channels of a pixel together.</summary>
public sealed class ImageData
{
    /// <summary>Pictures of more pixels than this are refused before memory is taken: 2²⁶, as in 8192 × 8192.</summary>
    public const int MostPixels = 1 << 26;

    /// <summary>Wraps pixels without copying them.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Number of rows.</param>
    /// <param name="channels">1 gray, 2 gray and alpha, 3 red, green, blue, 4 with alpha.</param>
    /// <param name="pixels">width · height · channels bytes.</param>
    /// <exception cref="ArgumentException">Sizes out of range, or another number of bytes.</exception>
    public ImageData(int width, int height, int channels, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (width < 1 || height < 1 || (long)width * height > MostPixels || channels is < 1 or > 4)
            throw new ArgumentException(
                $"ImageData: expected 1 to {MostPixels} pixels of 1 to 4 channels, got {width} × {height} of {channels}.");
        if (pixels.Length != width * height * channels)
            throw new ArgumentException(
                $"ImageData: expected {width * height * channels} bytes for {width} × {height} × {channels}, got {pixels.Length}.", nameof(pixels));
        (Width, Height, Channels, Pixels) = (width, height, channels, pixels);
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Number of rows.</summary>
    public int Height { get; }

    /// <summary>1 gray, 2 gray and alpha, 3 red, green, blue, 4 with alpha.</summary>
    public int Channels { get; }

    /// <summary>The bytes: [height, width, channels].</summary>
    public byte[] Pixels { get; }

    /// <summary>Reads a PNG, PGM or PPM file; its first bytes say which it is.</summary>
    /// <exception cref="DataFormatException">The file is none of them, damaged, or too large.</exception>
    public static ImageData Load(string path) => Decode(File.ReadAllBytes(path), path);

    /// <summary>Reads a PNG, PGM or PPM picture; <paramref name="name"/> is what errors call it.</summary>
    /// <exception cref="DataFormatException">The bytes are none of them, damaged, or too large.</exception>
    public static ImageData Decode(ReadOnlyMemory<byte> file, string name) =>
        PngImage.IsPng(file.Span) ? PngImage.Decode(file, name)
        : PnmImage.IsPnm(file.Span) ? PnmImage.Decode(file.Span, name)
        : throw new DataFormatException(
            $"{name}: expected a PNG, PGM or PPM picture, "
                + $"got a file that starts with {Convert.ToHexString(file.Span[..Math.Min(8, file.Length)])}.");

    /// <summary>Brightness 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), rounded; what is transparent shows white paper.</summary>
    public ImageData ToGrayscale()
    {
        if (Channels == 1) return this;
        byte[] gray = new byte[Width * Height];
        for (int i = 0, at = 0; i < gray.Length; i++, at += Channels)
        {
            int value = Channels < 3 ? 1000 * Pixels[at] : 299 * Pixels[at] + 587 * Pixels[at + 1] + 114 * Pixels[at + 2];
            int alpha = Channels % 2 == 0 ? Pixels[at + Channels - 1] : 255;
            gray[i] = (byte)(((long)value * alpha + 255_000L * (255 - alpha) + 127_500) / 255_000);
        }
        return new ImageData(Width, Height, 1, gray);
    }

    /// <summary>
    /// Another size: each new pixel is the average of the area it covers in the old picture. Cost: old pixels plus new ones.
    /// </summary>
    /// <exception cref="ArgumentException">The new size is out of range.</exception>
    public ImageData Resize(int width, int height)
    {
        if (width < 1 || height < 1 || (long)width * height > MostPixels)
            throw new ArgumentException($"ImageData.Resize: expected 1 to {MostPixels} pixels, got {width} × {height}.");
        float[] source = Array.ConvertAll(Pixels, p => (float)p);
        float[] narrow = Average(source, Height, Width, Channels, width);      // [height, new width, channels]
        float[] result = Average(narrow, 1, Height, width * Channels, height); // [new height, new width, channels]
        return new ImageData(width, height, Channels, Array.ConvertAll(result, v => (byte)(v + 0.5f)));
    }

    /// <summary>[outer, from, inner] → [outer, to, inner], each new element the mean over the interval it covers.</summary>
    static float[] Average(float[] x, int outer, int from, int inner, int to)
    {
        float[] y = new float[checked(outer * to * inner)];
        double step = (double)from / to;
        for (int t = 0; t < to; t++)
        {
            double low = t * step, high = (t + 1) * step;
            for (int f = (int)low; f < Math.Min(from, Math.Ceiling(high)); f++)
            {
                float weight = (float)((Math.Min(high, f + 1) - Math.Max(low, f)) / step);
                for (int o = 0; o < outer; o++)
                {
                    ReadOnlySpan<float> source = x.AsSpan((o * from + f) * inner, inner);
                    Span<float> target = y.AsSpan((o * to + t) * inner, inner);
                    for (int i = 0; i < inner; i++) target[i] += weight * source[i];
                }
            }
        }
        return y;
    }
}

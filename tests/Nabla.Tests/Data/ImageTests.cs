using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Nabla.Data.Formats;

namespace Nabla.Tests.Data;

public class ImageTests
{
    // (color type, depth): every combination PNG has.
    public static TheoryData<int, int, bool, int> Kinds
    {
        get
        {
            TheoryData<int, int, bool, int> kinds = [];
            foreach (var (type, depths) in new (int, int[])[] { (0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16]) })
                foreach (int depth in depths)
                    foreach (bool isInterlaced in (bool[])[false, true])
                        kinds.Add(type, depth, isInterlaced, isInterlaced ? 9 : 7);
            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_color_type_depth_and_interlacing_is_decoded(int type, int depth, bool isInterlaced, int width)
    {
        const int Height = 11;
        int stored = type switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 }, maximum = (1 << depth) - 1;
        int[] samples = [.. Enumerable.Range(0, width * Height * stored).Select(i => new RandomStream(3).NextInt(i, maximum + 1))];
        byte[] palette = [.. Enumerable.Range(0, 3 * (maximum + 1)).Select(i => (byte)(37 * i))];
        ImageData image = ImageData.Decode(Png(width, Height, type, depth, isInterlaced, samples, type == 3 ? palette : null), "t.png");

        byte[] expected = type == 3
            ? [.. samples.SelectMany(s => palette[(3 * s)..(3 * s + 3)])]
            : [.. samples.Select(s => (byte)Math.Round(s * 255.0 / maximum))];
        Assert.Equal((width, Height, type == 3 ? 3 : stored), (image.Width, image.Height, image.Channels));
        Assert.Equal(expected, image.Pixels);
    }

    [Fact]
    public void Transparent_colors_become_an_alpha_channel()
    {
        Assert.Equal<byte>([5, 0, 6, 255], ImageData.Decode(Png(2, 1, 0, 8, false, [5, 6], null, [0, 5]), "t").Pixels);
        Assert.Equal<byte>([1, 2, 3, 0, 1, 2, 4, 255], ImageData.Decode(Png(2, 1, 2, 8, false, [1, 2, 3, 1, 2, 4], null, [0, 1, 0, 2, 0, 3]), "t").Pixels);
        Assert.Equal<byte>([9, 8, 7, 40, 6, 5, 4, 255], ImageData.Decode(Png(2, 1, 3, 8, false, [0, 1], [9, 8, 7, 6, 5, 4], [40]), "t").Pixels);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_is_encoded_is_decoded_again(int channels)
    {
        byte[] pixels = [.. Enumerable.Range(0, 13 * 5 * channels).Select(i => (byte)(i * i))];
        ImageData image = PngImage.Decode(PngImage.Encode(new ImageData(13, 5, channels, pixels)), "t.png");
        Assert.Equal((13, 5, channels), (image.Width, image.Height, image.Channels));
        Assert.Equal(pixels, image.Pixels);
    }

    [Fact]
    public void Damaged_PNG_files_are_explained()
    {
        byte[] good = Png(4, 4, 0, 8, false, [.. Enumerable.Range(0, 16)]);
        string Error(byte[] file) => Assert.Throws<DataFormatException>(() => PngImage.Decode(file, "t.png")).Message;
        Assert.Equal($"t.png, byte {good.Length - 12}: expected a chunk, got the end of the file.", Error(good[..^12]));
        Assert.Equal("t.png, byte 33: expected a chunk of 3 bytes, got 0 before the end.", Error(good[..45]));
        byte[] bad = [.. good];
        bad[20] ^= 1;
        Assert.Equal("t.png, byte 8: expected a chunk with its checksum, got a damaged one.", Error(bad));
        Assert.Equal("t.png, byte 8: expected 1 to 67108864 pixels, got 65536 × 65536.", Error(Png(65536, 65536, 0, 8, false, [])));
        Assert.Equal("t.png, byte 8: expected a known depth, color type, packing, filter and interlacing, got 0402000000.", Error(Png(1, 1, 2, 4, false, [0, 0, 0])));
        Assert.Equal("t.png: expected 67117056 bytes of pixels, got 0 packed bytes, too few to hold them.", Error(Png(8192, 8192, 0, 8, false, [])));
        Assert.Equal("t.png: expected 12 bytes of pixels, got 4.", Error(Png(3, 3, 0, 8, false, [0, 0, 0], rows: 1)));
        Assert.Equal("t.png: expected intact packed pixels, got damaged data.", Error(WithPresetDictionary()));
        Assert.Equal("t.png: expected an index into a palette of 2, got 3.", Error(Png(1, 1, 3, 8, false, [3], [0, 0, 0, 1, 1, 1])));
        Assert.Equal("t.txt: expected a PNG, PGM or PPM picture, got a file that starts with 48656C6C6F.", Assert.Throws<DataFormatException>(() => ImageData.Decode("Hello"u8.ToArray(), "t.txt")).Message);
    }

    /// <summary>A picture whose packed pixels ask for a dictionary, which PNG never has.</summary>
    static byte[] WithPresetDictionary()
    {
        using MemoryStream file = new();
        file.Write(Png(1, 1, 0, 8, false, [0]).AsSpan(0, 33));
        PngChunks.Write(file, "IDAT"u8, [0x78, 0x20, 0, 0, 0, 1, 3, 0]);
        PngChunks.Write(file, "IEND"u8, []);
        return file.ToArray();
    }

    [Theory]
    [InlineData("P2 # a comment\n3 1\n# another\n15\n0 15 7", 1, new byte[] { 0, 255, 119 })]
    [InlineData("P3\n1 2 255\n1 2 3 4 5 6\n", 3, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData("P5\n3 1\n255\nabc", 1, new byte[] { 97, 98, 99 })]
    [InlineData("P6 1 1 255 abc", 3, new byte[] { 97, 98, 99 })]
    [InlineData("P5 1 1 65535 \u007f\u007f", 1, new byte[] { 127 })]
    public void PGM_and_PPM_are_decoded(string text, int channels, byte[] pixels)
    {
        ImageData image = ImageData.Decode(Encoding.Latin1.GetBytes(text), "t.pgm");
        Assert.Equal(channels, image.Channels);
        Assert.Equal(pixels, image.Pixels);
    }

    [Theory]
    [InlineData("P5 3 1 255 ab", "t.pgm, byte 10: expected 3 samples, got fewer bytes than they need.")]
    [InlineData("P2 3 1 15 1 2 16", "t.pgm, byte 16: expected a sample of at most 15, got 16 or more.")]
    [InlineData("P2 3 x", "t.pgm, byte 5: expected a height of at most 67108864, got byte 78.")]
    [InlineData("P2 3", "t.pgm, byte 4: expected a height of at most 67108864, got the end of the file.")]
    [InlineData("P5 0 1 255 ", "t.pgm, byte 10: expected 1 to 67108864 pixels and a maximum of 1 to 65535, got 0 × 1, maximum 255.")]
    [InlineData("P5 67108864 2 255 ", "t.pgm, byte 17: expected 1 to 67108864 pixels and a maximum of 1 to 65535, got 67108864 × 2, maximum 255.")]
    [InlineData("P5 99999999999999999999 2 255 ", "t.pgm, byte 11: expected a width of at most 67108864, got 99999999 or more.")]
    public void Damaged_PGM_files_are_explained(string text, string message) =>
        Assert.Equal(message, Assert.Throws<DataFormatException>(() => PnmImage.Decode(Encoding.Latin1.GetBytes(text), "t.pgm")).Message);

    [Fact]
    public void Gray_is_weighted_brightness_on_white_paper()
    {
        Assert.Equal<byte>([76, 150, 29, 255], new ImageData(4, 1, 3, [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]).ToGrayscale().Pixels);
        Assert.Equal<byte>([255, 10, 128], new ImageData(3, 1, 2, [0, 0, 10, 255, 0, 127]).ToGrayscale().Pixels);
    }

    [Fact]
    public void Resizing_averages_the_area_a_pixel_covers()
    {
        ImageData image = new(4, 2, 1, [0, 4, 10, 22, 8, 12, 30, 42]);
        Assert.Equal<byte>([6, 26], image.Resize(2, 1).Pixels);
        Assert.Equal<byte>([1, 7, 19, 9, 21, 39], image.Resize(3, 2).Pixels); // weights ¾ ¼, ½ ½, ¼ ¾
        Assert.Equal(image.Pixels, image.Resize(4, 2).Pixels);
        Assert.Equal<byte>([7, 7, 7, 7, 7, 7], new ImageData(1, 1, 1, [7]).Resize(3, 2).Pixels);
        Assert.Equal<byte>([255, 255], new ImageData(7, 3, 2, [.. Enumerable.Repeat((byte)255, 42)]).Resize(1, 1).Pixels);
        Assert.Throws<ArgumentException>(() => image.Resize(0, 1));
    }

    /// <summary>A PNG file of raw samples; every row takes the next of the five filters.</summary>
    internal static byte[] Png(
        int width, int height, int type, int depth, bool isInterlaced, int[] samples, byte[]? palette = null, byte[]? transparency = null, int rows = -1)
    {
        int stored = type switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        (int X, int Y, int DX, int DY)[] passes = isInterlaced
            ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
            : [(0, 0, 1, 1)];
        List<byte> raw = [];
        foreach (var (x0, y0, dx, dy) in passes)
        {
            byte[]? last = null;
            for (int y = y0; samples.Length > 0 && y < (rows < 0 ? height : rows); y += dy)
            {
                List<int> row = [];
                for (int x = x0; x < width; x += dx) row.AddRange(samples[((y * width + x) * stored)..((y * width + x + 1) * stored)]);
                if (row.Count == 0) continue;
                byte[] packed = Pack(row, depth);
                raw.AddRange(Filter(packed, last ?? new byte[packed.Length], Math.Max(1, stored * depth / 8), y % 5));
                last = packed;
            }
        }
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)type, (byte)(isInterlaced ? 1 : 0));
        using MemoryStream zlib = new();
        using (ZLibStream stream = new(zlib, CompressionLevel.Optimal)) stream.Write([.. raw]);
        using MemoryStream file = new();
        file.Write([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]);
        PngChunks.Write(file, "IHDR"u8, header);
        if (palette is not null) PngChunks.Write(file, "PLTE"u8, palette);
        if (transparency is not null) PngChunks.Write(file, "tRNS"u8, transparency);
        PngChunks.Write(file, "tEXt"u8, [1, 2, 3]);
        byte[] data = zlib.ToArray();
        PngChunks.Write(file, "IDAT"u8, data.AsSpan(0, data.Length / 2));
        PngChunks.Write(file, "IDAT"u8, data.AsSpan(data.Length / 2));
        PngChunks.Write(file, "IEND"u8, []);
        return file.ToArray();
    }

    static byte[] Pack(List<int> samples, int depth)
    {
        if (depth == 16) return [.. samples.SelectMany(s => new[] { (byte)(s >> 8), (byte)s })];
        byte[] row = new byte[(samples.Count * depth + 7) / 8];
        for (int i = 0; i < samples.Count; i++) row[i * depth / 8] |= (byte)(samples[i] << (8 - depth - i * depth % 8));
        return row;
    }

    static byte[] Filter(byte[] row, byte[] above, int distance, int filter)
    {
        byte[] result = new byte[row.Length + 1];
        result[0] = (byte)filter;
        for (int i = 0; i < row.Length; i++)
        {
            int a = i < distance ? 0 : row[i - distance], b = above[i], c = i < distance ? 0 : above[i - distance], p = a + b - c;
            int nearest = new[] { a, b, c }.MinBy(v => Math.Abs(p - v)); // the first of equals, as the specification wants
            result[i + 1] = (byte)(row[i] - filter switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, _ => nearest });
        }
        return result;
    }
}

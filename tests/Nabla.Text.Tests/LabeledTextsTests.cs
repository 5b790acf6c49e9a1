using System.IO.Compression;
using System.Text;

namespace Nabla.Text.Tests;

public sealed class LabeledTextsTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("nabla-text-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    [Fact]
    public void The_label_ends_at_the_first_blank()
    {
        LabeledTexts read = LabeledTexts.Read(Write("a.txt", "1 a good film \r\n\n0 bad\n"u8.ToArray()), LabeledTextLayout.LabelFirst);
        Assert.Equal(["a good film", "bad"], read.Texts);
        Assert.Equal(["1", "0"], read.Labels);
        Assert.Equal(["0", "1"], read.Classes());
    }

    [Fact]
    public void With_tabs_the_text_is_the_last_column()
    {
        LabeledTexts read = LabeledTexts.Read(Write("a.tsv", "pos\t17\t9\tA film.\n"u8.ToArray()), LabeledTextLayout.TabSeparated);
        Assert.Equal(["A film.", "pos"], [.. read.Texts, .. read.Labels]);
    }

    [Fact]
    public void Packed_files_and_old_encodings_are_read()
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionMode.Compress)) zip.Write(Encoding.Latin1.GetBytes("1 crème brûlée\n"));
        Assert.Equal(["crème brûlée"], LabeledTexts.Read(Write("a.gz", packed.ToArray()), LabeledTextLayout.LabelFirst).Texts);
    }

    [Theory]
    [InlineData("1 fine\nword\n", "a.txt:2: expected a label, a blank and a text, got 'word'.")]
    [InlineData("\n\n", "a.txt: expected lines of a label and a text, got none.")]
    public void Lines_without_label_or_text_are_named(string text, string message) =>
        Assert.EndsWith(message, Assert.Throws<DataFormatException>(
            () => LabeledTexts.Read(Write("a.txt", Encoding.UTF8.GetBytes(text)), LabeledTextLayout.LabelFirst)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_damaged_archive_is_refused() =>
        Assert.Contains("expected a file packed with gzip", Assert.Throws<DataFormatException>(
            () => TextFile.Read(Write("a.gz", [1, 2, 3, 4]))).Message, StringComparison.Ordinal);
}

using System.IO.Compression;
using System.Text;

namespace Nabla.Text;

/// <summary>How a line of a file holds a label and a text.</summary>
public enum LabeledTextLayout
{
    /// <summary><c>label words of the text</c>: the label ends at the first blank.</summary>
    LabelFirst,

    /// <summary>Columns between tabs: the label is the first, the text the last.</summary>
    TabSeparated,
}

/// <summary>Texts and their labels, in the order of the file.</summary>
/// <param name="Texts">One per line.</param>
/// <param name="Labels">As written in the file.</param>
public sealed record LabeledTexts(IReadOnlyList<string> Texts, IReadOnlyList<string> Labels)
{
    /// <summary>Reads a file of a text per line, packed with gzip or not. Bytes that are not UTF-8 are read as Latin-1.</summary>
    /// <exception cref="DataFormatException">A line has no label or no text; the message names file and line. Or there are no lines.</exception>
    public static LabeledTexts Read(string path, LabeledTextLayout layout)
    {
        var texts = new List<string>();
        var labels = new List<string>();
        int number = 0;
        foreach (string line in TextFile.Read(path).Split('\n'))
        {
            number++;
            string trimmed = line.Trim('\r', ' ');
            if (trimmed.Length == 0) continue;
            (int labelEnd, int textStart) = layout == LabeledTextLayout.LabelFirst
                ? (trimmed.IndexOf(' ', StringComparison.Ordinal), trimmed.IndexOf(' ', StringComparison.Ordinal))
                : (trimmed.IndexOf('\t', StringComparison.Ordinal), trimmed.LastIndexOf('\t'));
            if (labelEnd <= 0)
                throw new DataFormatException(
                    $"{path}:{number}: expected a label, {(layout == LabeledTextLayout.LabelFirst ? "a blank" : "a tab")} and a text, got '{Start(trimmed)}'.");
            labels.Add(trimmed[..labelEnd]);
            texts.Add(trimmed[(textStart + 1)..]);
        }
        if (texts.Count == 0) throw new DataFormatException($"{path}: expected lines of a label and a text, got none.");
        return new LabeledTexts(texts, labels);
    }

    /// <summary>The different labels in ordinal order: class i is the i-th of them.</summary>
    public IReadOnlyList<string> Classes() => [.. Labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    static string Start(string line) => line.Length <= 40 ? line : line[..40] + "…";
}

/// <summary>Whole text files.</summary>
public static class TextFile
{
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of a file, packed with gzip (<c>.gz</c>) or not: UTF-8, or Latin-1 if the bytes are not UTF-8.</summary>
    /// <exception cref="DataFormatException">The packed file is damaged.</exception>
    public static string Read(string path)
    {
        byte[] bytes = Bytes(path);
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    static byte[] Bytes(string path)
    {
        if (!path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) return File.ReadAllBytes(path);
        try
        {
            using var packed = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
            using var memory = new MemoryStream();
            packed.CopyTo(memory);
            return memory.ToArray();
        }
        catch (InvalidDataException error)
        {
            throw new DataFormatException($"{path}: expected a file packed with gzip, got damaged data: {error.Message}", error);
        }
    }
}

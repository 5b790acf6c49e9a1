using System.Globalization;
using Nabla.Cli.Recipes;
using Nabla.Data;
using Nabla.Data.Formats;

namespace Nabla.Cli.Runs;

/// <summary>
/// A folder with NAME.train and NAME.test in the format of LIBSVM, or NAME.txt.train and so on, packed with gzip or not; for ranking
/// with NAME.train.query and NAME.test.query beside them, the number of documents of each query in a line.
/// </summary>
internal static class LibsvmFolder
{
    public static NamedDataset Read(string folder, string task)
    {
        string train = Find(folder, "train"), test = Find(folder, "test");
        LibsvmData[] parts = LibsvmFile.Read(train, test);
        bool isRanking = File.Exists(Queries(train));
        bool isClassification = !isRanking && (task == DataRecipe.Classification || (task == DataRecipe.Auto && parts[0].Labels.All(static label => label == MathF.Floor(label))));
        float[] classes = isClassification ? [.. parts[0].Labels.Distinct().Order()] : [];
        TensorDataset Part(LibsvmData part, string path) => new(part.Features,
            isRanking ? Grades(part, Queries(path)) : isClassification ? Classes(part, classes, path) : Tensor.From<float>([.. part.Labels], (part.Labels.Count, 1)));
        return new NamedDataset(
            Path.GetFileName(train), $"Sparse rows of {folder}.", Part(parts[0], train),
            [.. Enumerable.Range(1, parts[0].Features.Shape[1]).Select(static i => i.ToString(CultureInfo.InvariantCulture))],
            [.. classes.Select(static label => label.ToString(CultureInfo.InvariantCulture))], Part(parts[1], test)) { HasQueries = isRanking };
    }

    static string Find(string folder, string part)
    {
        string[] found = [.. new[] { $"*.{part}", $"*.{part}.gz" }.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern)).Order(StringComparer.Ordinal)];
        return found is [string only] ? only
            : throw new FailureException($"data: expected one file NAME.{part} or NAME.{part}.gz in '{folder}', got {(found.Length == 0 ? "none" : string.Join(", ", found.Select(Path.GetFileName)))}.");
    }

    static string Queries(string path) => (path.EndsWith(".gz", StringComparison.Ordinal) ? path[..^3] : path) + ".query";

    static Tensor Classes(LibsvmData part, float[] classes, string path) => Tensor.From<long>([.. part.Labels.Select((label, row) =>
        Array.BinarySearch(classes, label) is >= 0 and var index ? (long)index
            : throw new DataFormatException($"{path}: expected a label of the training part ({string.Join(", ", classes)}), got {label} in row {row + 1}."))]);

    /// <summary>Grade and query of each document.</summary>
    static Tensor Grades(LibsvmData part, string path)
    {
        var pairs = new float[2 * part.Labels.Count];
        int row = 0, query = 0;
        foreach (string line in File.ReadLines(path))
        {
            if (!int.TryParse(line, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int size) || size < 1 || row + size > part.Labels.Count)
                throw new DataFormatException($"{path}:{query + 1}: expected a number of documents from 1 to the {part.Labels.Count - row} that are left, got '{line}'.");
            for (int end = row + size; row < end; row++) (pairs[2 * row], pairs[2 * row + 1]) = (part.Labels[row], query);
            query++;
        }
        return row == part.Labels.Count ? Tensor.From(pairs, (row, 2))
            : throw new DataFormatException($"{path}: expected sizes that add up to {part.Labels.Count} documents, got {row}.");
    }
}

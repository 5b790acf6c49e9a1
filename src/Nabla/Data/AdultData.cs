using System.Globalization;
using Nabla.Data.Formats;

namespace Nabla.Data;

/// <summary>The census of <see cref="Datasets.Adult"/>: tables without a header, a blank before each cell, a dot behind the labels of the test part.</summary>
internal static class AdultData
{
    static readonly string[] Features =
    [
        "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship", "race", "sex",
        "capital-gain", "capital-loss", "hours-per-week", "native-country",
    ];

    static readonly string[] Amounts = ["age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week"];
    static readonly string[] Classes = ["<=50K", ">50K"];

    public static NamedDataset Read(string trainPath, string testPath)
    {
        CsvTable train = Table(trainPath), test = Table(testPath);
        string[][] categories = [.. Features.Select((name, i) => Amounts.Contains(name) ? [] : Names(train, i))];
        return new NamedDataset(
            "adult",
            "People of the United States census of 1994, and whether they earn above 50,000 dollars a year (Becker, Kohavi: Adult, 1996; UCI).",
            Part(train, categories), Features, Classes, Part(test, categories)) { Categories = categories };
    }

    static CsvTable Table(string path)
    {
        string[] columns = [.. Enumerable.Range(1, Features.Length + 1).Select(static i => i.ToString(CultureInfo.InvariantCulture))];
        CsvTable table = CsvFile.Read(path, new CsvOptions { HasHeader = false, TextColumns = columns });
        return table.RowCount > 0 ? table : throw new DataFormatException($"{path}: expected rows, got none.");
    }

    static IEnumerable<string> Cells(CsvTable table, int column) => table.Text(table.Columns[column]).Select(static cell => cell.Trim());

    static string[] Names(CsvTable table, int column) => [.. Cells(table, column).Where(static name => name != "?").Distinct().Order(StringComparer.Ordinal)];

    static TensorDataset Part(CsvTable table, string[][] categories)
    {
        var x = new float[table.RowCount * Features.Length];
        for (int column = 0; column < Features.Length; column++)
        {
            int row = 0;
            foreach (string cell in Cells(table, column)) x[row++ * Features.Length + column] = Number(cell, categories[column], table.Name, row);
        }
        long[] y = [.. Cells(table, Features.Length).Select((label, row) => Array.IndexOf(Classes, label.TrimEnd('.')) is >= 0 and var index ? (long)index
            : throw new DataFormatException($"{table.Name}:{row + 1}: expected {string.Join(" or ", Classes)}, got '{label}'."))];
        return new TensorDataset(Tensor.From(x, (table.RowCount, Features.Length)), Tensor.From(y), allowMissing: true);
    }

    /// <summary>A category of the test part that training never saw is as good as unknown.</summary>
    static float Number(string cell, string[] categories, string name, int line)
    {
        if (categories.Length > 0) return Array.IndexOf(categories, cell) is >= 0 and var code ? code : float.NaN;
        return float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out float amount) && float.IsFinite(amount)
            ? amount : throw new DataFormatException($"{name}:{line}: expected a finite number, got '{cell}'.");
    }
}

using System.Globalization;
using Nabla.Cli.Recipes;
using Nabla.Data.Formats;
using Nabla.Text;

namespace Nabla.Cli.Runs;

/// <summary>What the user gives to predict, as samples [N, …] in the units of the training data.</summary>
internal static class PredictionInput
{
    /// <exception cref="UsageException">The text is neither a row of the right length nor a file.</exception>
    /// <exception cref="DataFormatException">The file is damaged or does not fit the model.</exception>
    public static Tensor Read(string input, ModelFacts facts, DataRecipe recipe)
    {
        if (recipe.Source == DataRecipe.Text) return Words(input, facts, recipe.Texts);
        if (File.Exists(input)) return IsPicture(input) ? Picture(input, facts) : Table(input, facts);
        return Row(input, facts);
    }

    /// <summary>A text, or the path of a file of texts, one a line.</summary>
    static Tensor Words(string input, ModelFacts facts, TextRecipe recipe)
    {
        string[] texts = File.Exists(input)
            ? TextFile.Read(input).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [input];
        if (texts.Length == 0) throw new DataFormatException($"{input}: expected a text per line, got none.");
        return recipe.Encode(new Vocabulary(facts.Tokens), texts);
    }

    static bool IsPicture(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[3];
        int read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return read >= 2 && (start[..2] is [0x89, (byte)'P'] || (start[0] == 'P' && start[1] is >= (byte)'1' and <= (byte)'7' && (read < 3 || char.IsWhiteSpace((char)start[2]))));
    }

    static Tensor Row(string text, ModelFacts facts)
    {
        string[] cells = text.Split(',');
        if (cells.Length == 1 && facts.Input.Length > 1)
            throw new UsageException($"predict: expected {Columns(facts)} separated by commas, or the path of a file, got '{text}'.");
        if (cells.Length != facts.Input.Length) throw new UsageException($"predict: expected {Columns(facts)}, got {cells.Length} numbers.");
        var row = new float[cells.Length];
        for (int i = 0; i < row.Length; i++)
            if (IsCategorical(facts, i)) row[i] = Code(cells[i], facts, i);
            else if (!float.TryParse(cells[i], NumberStyles.Float, CultureInfo.InvariantCulture, out row[i]) || !float.IsFinite(row[i]))
                throw new UsageException($"predict: expected a finite number for {Column(facts, i)}, got '{cells[i].Trim()}'.");
        return Tensor.From(row, facts.Input.Insert(0, 1));
    }

    static bool IsCategorical(ModelFacts facts, int column) => facts.Categories.Count > 0 && facts.Categories[column].Count > 0;

    /// <summary>The number of a category; NaN for ? and nothing.</summary>
    static float Code(string cell, ModelFacts facts, int column)
    {
        string name = cell.Trim();
        if (name is "" or "?") return float.NaN;
        string[] names = [.. facts.Categories[column]];
        return Array.IndexOf(names, name) is >= 0 and var code ? code
            : throw new UsageException($"predict: expected for {Column(facts, column)} ? or one of {string.Join(", ", names)}, got '{name}'.{Suggestions.Text(name, names)}");
    }

    static Tensor Table(string path, ModelFacts facts)
    {
        CsvTable table = CsvFile.Read(path);
        bool isNamed = facts.FeatureNames.Count > 0 && facts.FeatureNames.All(table.Columns.Contains);
        if (!isNamed && table.Columns.Count != facts.Input.Length)
            throw new DataFormatException($"{path}: expected {Columns(facts)}, got the columns {string.Join(", ", table.Columns)}.");
        if (table.RowCount == 0) throw new DataFormatException($"{path}: expected rows, got a header alone.");
        IReadOnlyList<string> columns = isNamed ? facts.FeatureNames : table.Columns;
        var x = new float[table.RowCount * columns.Count];
        for (int column = 0; column < columns.Count; column++)
        {
            float[] values = IsCategorical(facts, column)
                ? [.. table.Text(columns[column]).Select(cell => Code(cell, facts, column))]
                : [.. table.Numbers(columns[column]).Select(static number => (float)number)];
            for (int row = 0; row < values.Length; row++) x[row * columns.Count + column] = values[row];
        }
        return Tensor.From(x, facts.Input.Insert(0, table.RowCount));
    }

    /// <summary>Gray, on a square of its background, ink bright on dark as in the training data, its size averaged down.</summary>
    static Tensor Picture(string path, ModelFacts facts)
    {
        if (facts.Input is not { Rank: 3 } || facts.Input[0] != 1)
            throw new UsageException($"predict: expected a row or CSV file for a model of {facts.Input}, got the picture '{path}'.");
        int height = facts.Input[1], width = facts.Input[2];
        ImageData gray = ImageData.Load(path).ToGrayscale();
        if (gray.Height < height || gray.Width < width)
            throw new DataFormatException($"{path}: expected at least {width} × {height} pixels, got {gray.Width} × {gray.Height}.");
        byte background = Background(gray);
        byte[] pixels = Square(gray, background).Resize(width, height).Pixels;
        bool isPaper = background > 127;
        return Tensor.From(Array.ConvertAll(pixels, p => (isPaper ? 255 - p : p) / 255f), facts.Input.Insert(0, 1));
    }

    /// <summary>The median of the edge: what a digit is written on.</summary>
    static byte Background(ImageData gray)
    {
        var edge = new List<byte>();
        for (int x = 0; x < gray.Width; x++) edge.AddRange([gray.Pixels[x], gray.Pixels[^(x + 1)]]);
        for (int y = 0; y < gray.Height; y++) edge.AddRange([gray.Pixels[y * gray.Width], gray.Pixels[(y + 1) * gray.Width - 1]]);
        edge.Sort();
        return edge[edge.Count / 2];
    }

    static ImageData Square(ImageData gray, byte background)
    {
        int side = Math.Max(gray.Width, gray.Height);
        if (gray.Width == gray.Height || (long)side * side > ImageData.MostPixels) return gray;
        var pixels = new byte[side * side];
        Array.Fill(pixels, background);
        int top = (side - gray.Height) / 2, left = (side - gray.Width) / 2;
        for (int y = 0; y < gray.Height; y++)
            gray.Pixels.AsSpan(y * gray.Width, gray.Width).CopyTo(pixels.AsSpan((top + y) * side + left));
        return new ImageData(side, side, 1, pixels);
    }

    static string Columns(ModelFacts facts)
    {
        string names = facts.FeatureNames.Count is > 0 and <= 40 ? $" ({string.Join(", ", facts.FeatureNames)})" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{facts.Input.Length} numbers{names}");
    }

    static string Column(ModelFacts facts, int index) =>
        index < facts.FeatureNames.Count ? $"'{facts.FeatureNames[index]}'" : string.Create(CultureInfo.InvariantCulture, $"number {index + 1}");
}

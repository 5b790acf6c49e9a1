using System.CommandLine;
using System.Globalization;
using Nabla.Data;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla data list</c>, <c>nabla data show NAME</c>: the data sets that travel with nabla.</summary>
internal static class DataCommand
{
    public static Command Create()
    {
        var list = new Command("list", "List the data sets.");
        list.SetAction(static _ =>
        {
            List();
            return ExitCodes.Success;
        });
        var name = new Argument<string>("NAME") { Description = "Name of a data set." };
        var show = new Command("show", "Describe a data set: shape, classes, ranges, source.") { name };
        show.SetAction(arguments =>
        {
            Show(arguments.GetRequiredValue(name));
            return ExitCodes.Success;
        });
        return new Command("data", "Data sets that need no files.") { list, show };
    }

    static void List()
    {
        var table = new TextTable("Name", "Samples", "Features", "Target").AlignRight(1);
        foreach (NamedDataset set in Datasets.Names.Select(Datasets.Load))
            table.Add(set.Name, Text(set.Data.Count), set.Data.FeatureShape.ToString(), set.IsClassification ? $"{set.ClassNames.Count} classes" : "number");
        Console.Write(table);
    }

    static void Show(string name)
    {
        if (!Datasets.Names.Contains(name))
            throw new UsageException($"data show: expected one of {string.Join(", ", Datasets.Names)}, got '{name}'.{Suggestions.Text(name, Datasets.Names)}");
        NamedDataset set = Datasets.Load(name);
        Console.WriteLine($"{set.Name}: {set.Description}");
        Console.WriteLine("License and credit: see NOTICE; taken from scikit-learn's data files (BSD-3-Clause).");
        Console.WriteLine();
        Console.WriteLine($"{Text(set.Data.Count)} samples of {set.Data.FeatureShape}");
        Console.WriteLine();
        if (set.IsClassification) Console.WriteLine(Classes(set));
        Console.Write(Features(set));
    }

    static TextTable Classes(NamedDataset set)
    {
        var table = new TextTable("Class", "Samples").AlignRight(1);
        ILookup<int, int> labels = set.Data.Labels().ToLookup(static label => label);
        for (int i = 0; i < set.ClassNames.Count; i++) table.Add(set.ClassNames[i], Text(labels[i].Count()));
        return table;
    }

    static TextTable Features(NamedDataset set)
    {
        var table = new TextTable("Feature", "Least", "Mean", "Most").AlignRight(1, 2, 3);
        float[] x = set.Data.Features.ToArray<float>();
        if (set.FeatureNames.Count == 0) Add(table, "every pixel", x, 0, 1);
        for (int i = 0; i < set.FeatureNames.Count; i++) Add(table, set.FeatureNames[i], x, i, set.FeatureNames.Count);
        if (!set.IsClassification) Add(table, "target", set.Data.Targets.ToArray<float>(), 0, 1);
        return table;
    }

    static void Add(TextTable table, string name, float[] x, int start, int step)
    {
        float least = float.PositiveInfinity, most = float.NegativeInfinity;
        double sum = 0;
        for (int i = start; i < x.Length; i += step) (least, most, sum) = (Math.Min(least, x[i]), Math.Max(most, x[i]), sum + x[i]);
        table.Add(name, Text(least), Text(sum / (x.Length / step)), Text(most));
    }

    static string Text(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}

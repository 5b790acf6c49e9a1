using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Nabla.Tests.Architecture;

/// <summary>Folders of the core refer to floors below them only (docs/architecture.md).</summary>
public class FloorTests
{
    // From the top. Tensors, Autograd and Operations share the root namespace and cannot be told apart by using lines.
    static readonly string[] Floors =
        ["ModelSelection", "Estimators", "Training", "Metrics", "Data", "Schedules", "Optimizers", "Losses", "Models", "Layers", "Operations", "Autograd", "Tensors", "Kernels"];

    static string Source([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "src", "Nabla"));

    [Fact]
    public void No_floor_uses_one_above_it()
    {
        var wrong = new List<string>();
        for (int floor = 0; floor < Floors.Length; floor++)
            foreach (string file in Directory.EnumerateFiles(Path.Combine(Source(), Floors[floor]), "*.cs", SearchOption.AllDirectories))
                foreach (Match use in Regex.Matches(File.ReadAllText(file), @"^using Nabla\.(\w+)", RegexOptions.Multiline))
                    if (Array.IndexOf(Floors, use.Groups[1].Value) is >= 0 and var above && above < floor)
                        wrong.Add($"{Floors[floor]}/{Path.GetFileName(file)} uses {use.Groups[1].Value}");
        Assert.Empty(wrong);
    }

    [Fact]
    public void Kernels_know_no_tensors()
    {
        var wrong = Directory.EnumerateFiles(Path.Combine(Source(), "Kernels"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => File.ReadLines(file).Any(static line =>
                !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && Regex.IsMatch(line.Split("//")[0], @"\bTensor\b")))
            .Select(Path.GetFileName);
        Assert.Empty(wrong);
    }
}

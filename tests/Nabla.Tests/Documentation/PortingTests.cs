using System.Text;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;
using Nabla.Schedules;

namespace Nabla.Tests.Documentation;

/// <summary>Writes docs/porting.md from <see cref="PortingTable"/> and checks that every name on our side exists.</summary>
public class PortingTests
{
    const string Page = "docs/porting.md";

    [Fact]
    public void Every_name_on_our_side_exists() => Assert.DoesNotContain(
        PortingTable.Rows.SelectMany(static row => row.Ours), static name => !SourceCode.Declares(name));

    [Fact]
    public void No_name_is_listed_twice() => Assert.Empty(
        PortingTable.Rows.GroupBy(static row => row.Torch).Where(static group => group.Key.Length > 0 && group.Count() > 1).Select(static group => group.Key));

    /// <summary>Layers, losses, optimizers and schedules: what a newcomer looks for.</summary>
    [Theory]
    [InlineData(typeof(Module))]
    [InlineData(typeof(Loss))]
    [InlineData(typeof(Optimizer))]
    [InlineData(typeof(Schedule))]
    public void Every_type_of_the_toolbox_is_listed(Type kind)
    {
        var listed = PortingTable.Rows.SelectMany(static row => row.Ours).ToHashSet();
        Assert.Equal([], kind.Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(kind) && type is { IsAbstract: false, Namespace: not "Nabla.Models", IsNested: false })
            .Select(static type => type.Name.Split('`')[0]).Where(name => !listed.Contains(name)));
    }

    /// <summary>With NABLA_APPROVE=1 the page is written instead.</summary>
    [Fact]
    public void The_page_is_that_of_the_table()
    {
        string path = SourceCode.PathOf(Page), page = Write();
        if (Environment.GetEnvironmentVariable("NABLA_APPROVE") == "1") File.WriteAllText(path, page);
        Assert.Equal(File.ReadAllText(path), page, ignoreLineEndingDifferences: true);
    }

    static string Write()
    {
        var text = new StringBuilder(
            "# Porting from PyTorch and Keras\n\nGenerated from `tests/Nabla.Tests/Documentation/PortingTable.cs`; a test checks that every name on our side exists.\n");
        foreach (var group in PortingTable.Rows.GroupBy(static row => row.Group))
        {
            text.Append($"\n## {group.Key}\n\n| PyTorch | Keras | Nabla | note |\n|---|---|---|---|\n");
            foreach (PortingRow row in group)
                text.Append($"| {Code(row.Torch)} | {Code(row.Keras)} | {string.Join(", ", row.Ours.Select(Code))} | {row.Note} |\n");
        }
        return text.ToString();
    }

    static string Code(string name) => name.Length == 0 ? "" : $"`{name}`";
}

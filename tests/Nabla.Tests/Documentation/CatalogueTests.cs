using System.Text.RegularExpressions;

namespace Nabla.Tests.Documentation;

/// <summary>docs/catalogue.md promises; the code keeps.</summary>
public partial class CatalogueTests
{
    static readonly Row[] Rows =
    [
        .. File.ReadLines(SourceCode.PathOf("docs/catalogue.md")).Where(static line => IdPattern().IsMatch(line)).Select(static line =>
        {
            string[] cells = line.Split('|', StringSplitOptions.TrimEntries);
            return new Row(cells[1], cells[3], cells[4], cells[5]);
        }),
    ];

    /// <summary>Rows that the page must have: those whose systems are built.</summary>
    static IEnumerable<string> Promised =>
        new[] { ("TEN", 1, 10), ("LAY", 1, 12), ("ACT", 1, 2), ("INI", 1, 1), ("LOS", 1, 6), ("OPT", 1, 14), ("SCH", 1, 1), ("CLA", 1, 12), ("GBT", 1, 4) }
            .SelectMany(static group => Enumerable.Range(group.Item2, group.Item3).Select(number => $"{group.Item1}-{number:00}"));

    [Fact]
    public void Every_row_that_is_promised_is_there() => Assert.Empty(Promised.Except(Rows.Select(static row => row.Id)));

    [Fact]
    public void Every_type_and_member_exists() => Assert.DoesNotContain(
        Rows.SelectMany(static row => Names(row.Code).Select(name => (row.Id, name))), static entry => !SourceCode.Declares(entry.name));

    [Fact]
    public void Every_test_exists() => Assert.DoesNotContain(
        Rows.SelectMany(static row => Names(row.Proof).Select(name => (row.Id, name))), static entry => !SourceCode.Tested(entry.name));

    [Fact]
    public void Every_row_names_code_proof_and_reference() => Assert.Empty(
        Rows.Where(static row => !row.Code.StartsWith("not yet", StringComparison.Ordinal)
            && (!Names(row.Code).Any() || !Names(row.Proof).Any() || row.Reference.Length == 0)).Select(static row => row.Id));

    static IEnumerable<string> Names(string cell) => CodePattern().Matches(cell).Select(static match => match.Groups[1].Value);

    [GeneratedRegex(@"^\| [A-Z]{3}-\d\d \|")]
    private static partial Regex IdPattern();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodePattern();

    sealed record Row(string Id, string Code, string Proof, string Reference);
}

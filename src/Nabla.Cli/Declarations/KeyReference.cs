using System.Text;

namespace Nabla.Cli.Declarations;

/// <summary>
/// Writes the reference page of a declaration: a table per section. A section whose keys depend on its kind is visited once per
/// kind, and each key says with which kinds it goes.
/// </summary>
internal sealed class KeyReference : Keys
{
    readonly string path;
    readonly string? kind;
    readonly List<Row> rows = [];
    readonly List<(string Path, string Text)> sections = [];
    IReadOnlyList<string> kinds = [];

    KeyReference(string path, string? kind) => (this.path, this.kind) = (path, kind);

    /// <summary>The tables of a section and of those inside it, in Markdown.</summary>
    public static string Write<T>(T section) where T : ISection<T> => Join(Visit(section, ""));

    public override string Kind(string name, string value, IReadOnlyList<string> names, string meaning)
    {
        kinds = names;
        Choice(name, value, names, meaning, isMain: true);
        return kind ?? value;
    }

    public override T Value<T>(string name, T value, ValueType<T> type, string meaning, bool isMain = false, bool isRequired = false)
    {
        string start = isRequired || value is "" ? "required" : $"`{type.Format(value)}`";
        rows.Add(new Row(name, type.Expectation, start, meaning + (isMain ? " May be given in place of the whole group." : "")));
        return value;
    }

    public override IReadOnlyList<string> Choices(string name, IReadOnlyList<string> value, IReadOnlyList<string> names, string meaning)
    {
        rows.Add(new Row(name, $"a list of {string.Join(", ", names)}", "`[]`", meaning));
        return value;
    }

    public override IReadOnlyList<double> Numbers(string name, IReadOnlyList<double> value, Interval range, string meaning)
    {
        rows.Add(new Row(name, $"a list of numbers{range}", "`[]`", meaning));
        return value;
    }

    public override T Section<T>(string name, T value, string meaning)
    {
        rows.Add(new Row(name, $"[group](#{Anchor(Path(name))})", "", meaning));
        sections.AddRange(Visit(value, Path(name)));
        return value;
    }

    public override IReadOnlyList<T> List<T>(string name, IReadOnlyList<T> value, T start, string meaning)
    {
        rows.Add(new Row(name, $"[list of groups](#{Anchor(Path(name))})", "`[]`", meaning));
        sections.AddRange(Visit(start, Path(name)));
        return value;
    }

    public override IReadOnlyList<T> Tagged<T>(string name, IReadOnlyList<T> value, IReadOnlyList<T> starts, string meaning)
    {
        rows.Add(new Row(name, $"[list](#{Anchor(Path(name))})", "required", meaning));
        var text = new StringBuilder($"## {Path(name)}\n\nEach item is a kind, with its keys if they are not the defaults: `- {starts[0].Kind}: …`.\n\n| kind | keys | |\n|---|---|---|\n");
        foreach (T start in starts)
        {
            var visit = new KeyReference(start.Kind, null);
            start.Declare(visit);
            string keys = string.Join("<br>", visit.rows.Select(static row => $"`{row.Name}` {row.Type}, {Default(row)}. {row.Meaning}"));
            text.Append($"| `{start.Kind}` | {keys} | {start.Meaning} |\n");
        }
        sections.Add((Path(name), text.ToString()));
        return value;
    }

    static List<(string Path, string Text)> Visit<T>(T section, string path) where T : ISection<T>
    {
        var first = new KeyReference(path, null);
        section.Declare(first);
        var passes = new List<KeyReference>();
        foreach (string kind in first.kinds)
        {
            var pass = new KeyReference(path, kind);
            section.Declare(pass);
            passes.Add(pass);
        }
        if (passes.Count == 0) passes.Add(first);

        List<(string, string)> all = path.Length == 0 ? [("", "")] : [(path, $"## {path}\n\n")];
        var table = new StringBuilder("| key | value | default | meaning |\n|---|---|---|---|\n");
        foreach (Row row in passes.SelectMany(static pass => pass.rows).DistinctBy(static row => row.Name))
        {
            string[] with = [.. passes.Where(pass => pass.kind is not null && pass.rows.Exists(other => other.Name == row.Name)).Select(static pass => pass.kind!)];
            string note = with.Length == 0 || with.Length == passes.Count ? "" : $" Only with {string.Join(", ", with)}.";
            table.Append($"| `{row.Name}` | {row.Type} | {row.Default} | {row.Meaning}{note} |\n");
        }
        all[0] = (all[0].Item1, all[0].Item2 + table);
        foreach (var inner in passes.SelectMany(static pass => pass.sections).DistinctBy(static inner => inner.Path)) all.Add(inner);
        return all;
    }

    static string Default(Row row) => row.Default == "required" ? "required" : $"default {row.Default}";

    static string Join(IEnumerable<(string Path, string Text)> sections) => string.Join("\n", sections.Select(static section => section.Text));

    // How Markdown viewers name headings: in small letters, without points.
    static string Anchor(string path) => path.ToLowerInvariant().Replace(".", "", StringComparison.Ordinal);

    string Path(string name) => path.Length == 0 ? name : $"{path}.{name}";

    sealed record Row(string Name, string Type, string Default, string Meaning);
}

using System.Text;

namespace Nabla.Cli.Declarations;

/// <summary>Writes a declaration and its values as YAML, every key with its default too.</summary>
internal sealed class KeyWriter : Keys
{
    readonly StringBuilder text = new();
    int depth;

    /// <summary>The whole section as a YAML document.</summary>
    public static string Write<T>(T section) where T : ISection<T>
    {
        var writer = new KeyWriter();
        section.Declare(writer);
        return writer.text.ToString();
    }

    public override T Value<T>(string name, T value, ValueType<T> type, string meaning, bool isMain = false, bool isRequired = false)
    {
        Line($"{name}: {type.Format(value)}");
        return value;
    }

    public override IReadOnlyList<string> Choices(string name, IReadOnlyList<string> value, IReadOnlyList<string> names, string meaning)
    {
        Line($"{name}: [{string.Join(", ", value)}]");
        return value;
    }

    public override IReadOnlyList<double> Numbers(string name, IReadOnlyList<double> value, Interval range, string meaning)
    {
        Line($"{name}: [{string.Join(", ", value.Select(new NumberType(range).Format))}]");
        return value;
    }

    public override T Section<T>(string name, T value, string meaning)
    {
        Line($"{name}:");
        depth++;
        value.Declare(this);
        depth--;
        return value;
    }

    public override IReadOnlyList<T> List<T>(string name, IReadOnlyList<T> value, T start, string meaning)
    {
        if (value.Count == 0) Line($"{name}: []");
        else Line($"{name}:");
        foreach (T item in value) Line($"  - {FlowWriter.Write(item)}");
        return value;
    }

    public override IReadOnlyList<T> Tagged<T>(string name, IReadOnlyList<T> value, IReadOnlyList<T> starts, string meaning)
    {
        if (value.Count == 0) Line($"{name}: []");
        else Line($"{name}:");
        foreach (T item in value)
        {
            string keys = FlowWriter.Write(item);
            Line(keys == "{ }" ? $"  - {item.Kind}" : $"  - {item.Kind}: {keys}");
        }
        return value;
    }

    void Line(string line) => text.Append(' ', 2 * depth).Append(line).Append('\n');
}

/// <summary>Writes a section of plain values on one line: <c>{ channels: 32, kernel: 3 }</c>.</summary>
internal sealed class FlowWriter : Keys
{
    readonly List<string> parts = [];

    public static string Write<T>(T section) where T : ISection<T>
    {
        var writer = new FlowWriter();
        section.Declare(writer);
        return writer.parts.Count == 0 ? "{ }" : $"{{ {string.Join(", ", writer.parts)} }}";
    }

    public override T Value<T>(string name, T value, ValueType<T> type, string meaning, bool isMain = false, bool isRequired = false)
    {
        parts.Add($"{name}: {type.Format(value)}");
        return value;
    }

    public override IReadOnlyList<string> Choices(string name, IReadOnlyList<string> value, IReadOnlyList<string> names, string meaning)
    {
        parts.Add($"{name}: [{string.Join(", ", value)}]");
        return value;
    }

    public override IReadOnlyList<double> Numbers(string name, IReadOnlyList<double> value, Interval range, string meaning)
    {
        parts.Add($"{name}: [{string.Join(", ", value.Select(new NumberType(range).Format))}]");
        return value;
    }

    public override T Section<T>(string name, T value, string meaning)
    {
        parts.Add($"{name}: {Write(value)}");
        return value;
    }

    public override IReadOnlyList<T> List<T>(string name, IReadOnlyList<T> value, T start, string meaning)
    {
        parts.Add($"{name}: [{string.Join(", ", value.Select(Write))}]");
        return value;
    }

    public override IReadOnlyList<T> Tagged<T>(string name, IReadOnlyList<T> value, IReadOnlyList<T> starts, string meaning)
    {
        parts.Add($"{name}: [{string.Join(", ", value.Select(item => $"{item.Kind}: {Write(item)}"))}]");
        return value;
    }
}

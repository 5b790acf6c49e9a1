namespace Nabla.Cli.Declarations;

/// <summary>Gives a declaration the values of a file.</summary>
internal sealed class KeyReader : Keys
{
    readonly MapNode map;
    readonly string path;
    readonly List<string> known = [];
    string? main;

    KeyReader(MapNode map, string path) => (this.map, this.path) = (map, path);

    /// <summary>Reads a section and refuses keys that it does not declare.</summary>
    /// <exception cref="RecipeException">A key is unknown, missing, of the wrong type or out of range.</exception>
    public static T Read<T>(RecipeNode node, T start, string path) where T : ISection<T>
    {
        var reader = new KeyReader(AsMap(node, path), path);
        T read = start.Declare(reader);
        reader.RequireKnown();
        return read;
    }

    public override T Value<T>(string name, T value, ValueType<T> type, string meaning, bool isMain = false, bool isRequired = false)
    {
        known.Add(name);
        if (isMain) main = name;
        RecipeNode? node = map.Find(name) ?? (isMain ? map.Find(MapNode.Main) : null);
        if (node is null)
            return isRequired ? throw Error(map, name, $"expected {type.Expectation}, got no such key.") : value;
        if (node is ScalarNode scalar && type.TryParse(scalar.Text, out T read)) return read;
        string hint = node is ScalarNode { Text: var text } ? type.Hint(text) : "";
        throw Error(node, name, $"expected {type.Expectation}, got {node.Description}.{hint}");
    }

    public override IReadOnlyList<string> Choices(string name, IReadOnlyList<string> value, IReadOnlyList<string> names, string meaning) =>
        Scalars(name, value, new ChoiceType(names), "name");

    public override IReadOnlyList<double> Numbers(string name, IReadOnlyList<double> value, Interval range, string meaning) =>
        Scalars(name, value, new NumberType(range), "number");

    IReadOnlyList<T> Scalars<T>(string name, IReadOnlyList<T> value, ValueType<T> type, string what)
    {
        if (Items(name) is not { } items) return value;
        var read = new List<T>();
        foreach (RecipeNode item in items)
        {
            if (item is not ScalarNode scalar || !type.TryParse(scalar.Text, out T entry))
                throw Error(item, name, $"expected {type.Expectation}, got {item.Description}.{type.Hint((item as ScalarNode)?.Text ?? "")}");
            if (read.Contains(entry)) throw Error(item, name, $"expected each {what} once, got '{type.Format(entry)}' again.");
            read.Add(entry);
        }
        return read;
    }

    public override T Section<T>(string name, T value, string meaning)
    {
        known.Add(name);
        return map.Find(name) is { } node ? Read(node, value, Join(name)) : value;
    }

    public override IReadOnlyList<T> List<T>(string name, IReadOnlyList<T> value, T start, string meaning) =>
        Items(name) is { } items ? [.. items.Select((item, i) => Read(item, start, $"{Join(name)}[{i}]"))] : value;

    public override IReadOnlyList<T> Tagged<T>(string name, IReadOnlyList<T> value, IReadOnlyList<T> starts, string meaning)
    {
        if (Items(name) is not { } items) return value;
        return [.. items.Select((item, i) => ReadTagged(item, starts, $"{Join(name)}[{i}]"))];
    }

    public override void Require(bool condition, string name, Func<string> expectation)
    {
        if (!condition) throw Error(map.Find(name) ?? map, name, expectation());
    }

    static T ReadTagged<T>(RecipeNode item, IReadOnlyList<T> starts, string path) where T : ITagged<T>
    {
        var (kind, place, content) = item switch
        {
            ScalarNode scalar => (scalar.Text, scalar.Place, new MapNode(scalar.Place)),
            MapNode { Entries: [var entry] } => entry,
            _ => throw new RecipeException(item.Place, $"{path}: expected one kind with its keys, got {item.Description}. Start each item with '- '."),
        };
        IEnumerable<string> kinds = starts.Select(static start => start.Kind);
        T start = starts.FirstOrDefault(s => s.Kind == kind)
            ?? throw new RecipeException(place, $"{path}: expected one of {string.Join(", ", kinds)}, got '{kind}'.{Suggestions.Text(kind, kinds)}");
        return Read(content, start, $"{path}.{kind}");
    }

    List<RecipeNode>? Items(string name)
    {
        known.Add(name);
        return map.Find(name) switch
        {
            null => null,
            ListNode list => list.Items,
            RecipeNode other => throw Error(other, name, $"expected a list, got {other.Description}."),
        };
    }

    /// <summary>A scalar in place of a section is its main value.</summary>
    static MapNode AsMap(RecipeNode node, string path)
    {
        if (node is MapNode map) return map;
        if (node is not ScalarNode scalar) throw new RecipeException(node.Place, $"{path}: expected a group of keys, got {node.Description}.");
        var made = new MapNode(scalar.Place);
        if (scalar.Text.Length > 0) made.Entries.Add((MapNode.Main, scalar.Place, scalar));
        return made;
    }

    void RequireKnown()
    {
        foreach (var (key, place, value) in map.Entries)
        {
            if (known.Contains(key) || (key == MapNode.Main && main is not null)) continue;
            if (key == MapNode.Main)
                throw new RecipeException(place, $"{path}: expected {(known.Count == 0 ? "no value" : $"keys ({string.Join(", ", known)})")}, got {value.Description}.");
            string what = known.Count == 0 ? "no keys" : $"one of {string.Join(", ", known)}";
            throw new RecipeException(place, $"{Join(key)}: expected {what}, got '{key}'.{Suggestions.Text(key, known)}");
        }
    }

    string Join(string name) => path.Length == 0 ? name : $"{path}.{name}";

    RecipeException Error(RecipeNode node, string name, string problem) => new(node.Place, $"{Join(name)}: {problem}");
}

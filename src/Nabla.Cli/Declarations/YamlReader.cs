using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Nabla.Cli.Declarations;

/// <summary>
/// YAML text as nodes with places. Built on parser events: no reflection, no expansion of aliases, and only the part of YamlDotNet
/// that has to be compiled before the first step of training.
/// </summary>
internal sealed class YamlReader
{
    const int DeepestLevel = 16;

    readonly string name;
    readonly bool hasLines;
    readonly Parser parser;

    YamlReader(string text, string name, bool hasLines)
    {
        (this.name, this.hasLines) = (name, hasLines);
        parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>Reads a file of one document that is a group of keys.</summary>
    /// <exception cref="RecipeException">The text is no YAML, or something else.</exception>
    public static MapNode ReadFile(string text, string name) => new YamlReader(text, name, hasLines: true).Document() switch
    {
        MapNode map => map,
        null => throw new RecipeException(name, "expected a recipe, got an empty file."),
        RecipeNode other => throw new RecipeException(other.Place, $"expected a recipe, a group of keys, got {other.Description}."),
    };

    /// <summary>Reads a value given on the command line.</summary>
    public static RecipeNode ReadValue(string text, string place) =>
        new YamlReader(text, place, hasLines: false).Document() ?? new ScalarNode(place, "");

    RecipeNode? Document()
    {
        try
        {
            Next<StreamStart>();
            if (parser.Current is StreamEnd) return null;
            Next<DocumentStart>();
            RecipeNode root = Node(0);
            Next<DocumentEnd>();
            if (parser.Current is not StreamEnd) throw Error("one document", "another one");
            return root;
        }
        catch (YamlException error)
        {
            string place = hasLines ? $"{name}:{error.Start.Line}:{error.Start.Column}" : name;
            throw new RecipeException(place, $"expected YAML, got: {error.Message.TrimEnd('.')}.");
        }
    }

    RecipeNode Node(int depth)
    {
        if (depth > DeepestLevel) throw Error($"at most {DeepestLevel} levels", "more");
        string place = Place;
        switch (parser.Current)
        {
            case Scalar scalar:
                RequirePlain(scalar);
                parser.MoveNext();
                return new ScalarNode(place, scalar.Value);
            case SequenceStart start:
                RequirePlain(start);
                parser.MoveNext();
                var list = new ListNode(place);
                while (parser.Current is not SequenceEnd) list.Items.Add(Node(depth + 1));
                parser.MoveNext();
                return list;
            case MappingStart start:
                RequirePlain(start);
                parser.MoveNext();
                return Map(place, depth);
            case AnchorAlias alias:
                throw Error("a value", $"the alias *{alias.Value}; aliases are not supported");
            default:
                throw Error("a value", parser.Current?.GetType().Name ?? "the end");
        }
    }

    MapNode Map(string place, int depth)
    {
        var map = new MapNode(place);
        while (parser.Current is not MappingEnd)
        {
            string keyPlace = Place;
            if (parser.Current is not Scalar { Value: var key }) throw Error("a key", "something else");
            if (key.Length == 0) throw Error("a key", "an empty one");
            parser.MoveNext();
            if (map.Find(key) is not null) throw new RecipeException(keyPlace, $"expected each key once, got '{key}' again.");
            map.Entries.Add((key, keyPlace, Node(depth + 1)));
        }
        parser.MoveNext();
        return map;
    }

    void RequirePlain(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty) throw Error("a value", $"the anchor &{node.Anchor.Value}; anchors are not supported");
        if (!node.Tag.IsEmpty) throw Error("a value", $"the tag {node.Tag.Value}; tags are not supported");
    }

    void Next<T>() where T : ParsingEvent
    {
        if (parser.Current is null) parser.MoveNext();
        if (parser.Current is not T) throw Error(typeof(T).Name, parser.Current?.GetType().Name ?? "the end");
        parser.MoveNext();
    }

    string Place => hasLines && parser.Current is { } e ? $"{name}:{e.Start.Line}:{e.Start.Column}" : name;

    RecipeException Error(string expected, string got) => new(Place, $"expected {expected}, got {got}.");
}

/// <summary>A recipe or a run's configuration does not say what it must. The message starts with its place.</summary>
internal sealed class RecipeException(string place, string problem) : Exception($"{place}: {problem}")
{
    /// <summary>True if the mistake was made on the command line.</summary>
    public bool IsUsage { get; } = place.StartsWith("--set", StringComparison.Ordinal);
}

namespace Nabla.Cli.Declarations;

/// <summary>A value of a YAML file and where it stands: <c>recipes/digits.yaml:14:15</c>, or <c>--set</c>.</summary>
internal abstract class RecipeNode(string place)
{
    public string Place => place;

    /// <summary>What errors say was there.</summary>
    public abstract string Description { get; }
}

/// <summary>A text or number.</summary>
internal sealed class ScalarNode(string place, string text) : RecipeNode(place)
{
    public string Text => text;

    public override string Description => text.Length == 0 ? "nothing" : $"'{(text.Length > 60 ? text[..60] + "…" : text)}'";
}

/// <summary>Items in order.</summary>
internal sealed class ListNode(string place) : RecipeNode(place)
{
    public List<RecipeNode> Items { get; } = [];

    public override string Description => "a list";
}

/// <summary>Keys with their places and values, in order.</summary>
internal sealed class MapNode(string place) : RecipeNode(place)
{
    /// <summary>The key of a scalar that stands for a whole section: its main value.</summary>
    public const string Main = "";

    public List<(string Key, string Place, RecipeNode Value)> Entries { get; } = [];

    public override string Description => "a group of keys";

    public RecipeNode? Find(string key)
    {
        int at = Entries.FindIndex(entry => entry.Key == key);
        return at < 0 ? null : Entries[at].Value;
    }

    /// <summary>Replaces the value of a key, or adds it.</summary>
    public void Set(string key, string place, RecipeNode value)
    {
        int at = Entries.FindIndex(entry => entry.Key == key);
        if (at < 0) Entries.Add((key, place, value));
        else Entries[at] = (key, place, value);
    }
}

using System.Globalization;
using Nabla.Cli.Declarations;

namespace Nabla.Cli.Recipes;

/// <summary><c>--set optimizer.learningRate=0.01</c>, <c>--set model[2].dropout.rate=0.5</c>: one value of a recipe replaced.</summary>
internal static class Change
{
    /// <exception cref="UsageException">The text is no key=value, or its path leads nowhere.</exception>
    public static void Apply(MapNode root, string change)
    {
        int equals = change.IndexOf('=');
        if (equals <= 0) throw new UsageException($"--set: expected key=value, got '{change}'. For example --set optimizer.learningRate=0.01.");
        string path = change[..equals];
        RecipeNode value = YamlReader.ReadValue(change[(equals + 1)..], "--set");
        string[] steps = path.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        RecipeNode node = root;
        for (int i = 0; i < steps.Length; i++) node = Go(node, steps[i], i == steps.Length - 1 ? value : null, path);
    }

    /// <summary>One step down; the last one puts the value there.</summary>
    static RecipeNode Go(RecipeNode node, string step, RecipeNode? value, string path)
    {
        if (step.StartsWith('[') && step.EndsWith(']')) return GoToItem(node, step, value, path);
        if (step.Length == 0) throw new UsageException($"--set: expected names between the points, got '{path}'.");
        if (node is not MapNode map) throw new UsageException($"--set: expected '{step}' of '{path}' to be in a group of keys, got {node.Description}.");
        RecipeNode child = value ?? AsGroup(map.Find(step));
        map.Set(step, "--set", child);
        return child;
    }

    static RecipeNode GoToItem(RecipeNode node, string step, RecipeNode? value, string path)
    {
        if (node is not ListNode list) throw new UsageException($"--set: expected a list before {step} in '{path}', got {node.Description}.");
        if (!int.TryParse(step[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int at) || at >= list.Items.Count)
            throw new UsageException($"--set: expected an item from [0] to [{list.Items.Count - 1}] in '{path}', got {step}.");
        RecipeNode child = value ?? list.Items[at];
        // '- relu' is short for '- relu: { }'.
        if (child is ScalarNode kind && value is null)
        {
            var group = new MapNode(kind.Place);
            group.Set(kind.Text, kind.Place, new MapNode(kind.Place));
            child = group;
        }
        return list.Items[at] = child;
    }

    /// <summary>A group to put a key in: what is there, with a scalar as its main value, or a new one.</summary>
    static RecipeNode AsGroup(RecipeNode? node)
    {
        if (node is MapNode or ListNode) return node;
        var group = new MapNode(node?.Place ?? "--set");
        if (node is ScalarNode { Text.Length: > 0 } scalar) group.Set(MapNode.Main, scalar.Place, scalar);
        return group;
    }
}

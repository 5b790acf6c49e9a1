using System.Globalization;
using System.Text.Json;

namespace Nabla.Tests.Parity;

/// <summary>
/// One recorded case: what a peer computed from given inputs under given attributes. Rows of a parity table read it; an attribute
/// no row asked for fails the test, so that an option cannot be forgotten.
/// </summary>
public sealed class GoldenCase
{
    readonly JsonElement line;
    readonly Dictionary<string, Tensor> leaves = [];
    readonly HashSet<string> asked = [];

    internal GoldenCase(string name, JsonElement line, DType dtype)
    {
        (Name, this.line, DType) = (name, line, dtype);
        foreach ((string input, GoldenTensor value) in Tensors("inputs")) leaves[input] = Leaf(value);
    }

    public string Name { get; }

    /// <summary>The type this run computes in; recorded float64 values become it.</summary>
    public DType DType { get; }

    public IEnumerable<KeyValuePair<string, Tensor>> Inputs => leaves;

    /// <summary>An input; a leaf if it is a floating type and gradients were recorded.</summary>
    public Tensor this[string input] => leaves[input];

    public Tensor? Optional(string input) => leaves.GetValueOrDefault(input);

    public bool Has(string attribute) => Attribute(attribute) is not null;

    public int Int(string attribute, int otherwise) => Attribute(attribute)?.GetInt32() ?? otherwise;

    public int Int(string attribute) => Attribute(attribute)!.Value.GetInt32();

    public double Double(string attribute, double otherwise) => Attribute(attribute) is { } value ? GoldenTensor.Number(value) : otherwise;

    public double Double(string attribute) => GoldenTensor.Number(Attribute(attribute)!.Value);

    public bool Bool(string attribute, bool otherwise = false) => Attribute(attribute)?.GetBoolean() ?? otherwise;

    public string Text(string attribute, string otherwise = "") => Attribute(attribute)?.GetString() ?? otherwise;

    /// <summary>A list, or null where the peer was given none.</summary>
    public int[]? Ints(string attribute) => Attribute(attribute) is { } list ? [.. list.EnumerateArray().Select(i => i.GetInt32())] : null;

    public bool[]? Flags(string attribute) => Attribute(attribute) is { } list ? [.. list.EnumerateArray().Select(i => i.GetBoolean())] : null;

    public double[]? Doubles(string attribute) =>
        Attribute(attribute) is { } list ? [.. list.EnumerateArray().Select(GoldenTensor.Number)] : null;

    /// <summary>A number for all spatial axes, or one for each; default where the peer was given none.</summary>
    public PerAxis PerAxis(string attribute) => Attribute(attribute) switch
    {
        null => default,
        { ValueKind: JsonValueKind.Number } all => all.GetInt32(),
        { } each => each.GetArrayLength() switch { 1 => each[0].GetInt32(), 2 => (each[0].GetInt32(), each[1].GetInt32()), _ => (each[0].GetInt32(), each[1].GetInt32(), each[2].GetInt32()) },
    };

    /// <summary>The padding, in the same notation.</summary>
    public Padding Padding(string attribute) => Nabla.Padding.Sides(PerAxis(attribute), PerAxis(attribute));

    internal GoldenTensor[] Outputs => [.. line.GetProperty("outputs").EnumerateArray().Select(GoldenTensor.Parse)];

    internal IEnumerable<(string Name, GoldenTensor Value)> Gradients => Tensors("gradients");

    /// <summary>Parameters and buffers by name, before and after the call.</summary>
    internal IEnumerable<(string Name, GoldenTensor Value)> State => Tensors("state");

    internal IEnumerable<(string Name, GoldenTensor Value)> StateAfter => Tensors("after");

    internal IEnumerable<string> AttributesNotAsked => !line.TryGetProperty("attributes", out JsonElement all)
        ? [] : all.EnumerateObject().Where(a => a.Value.ValueKind != JsonValueKind.Null).Select(a => a.Name).Where(a => !asked.Contains(a));

    Tensor Leaf(GoldenTensor value)
    {
        Tensor tensor = value.ToTensor(DType);
        if (tensor.DType.IsComputed && line.TryGetProperty("gradients", out _)) tensor.RequiresGradient = true;
        return tensor;
    }

    JsonElement? Attribute(string name)
    {
        asked.Add(name);
        return line.TryGetProperty("attributes", out JsonElement all) && all.TryGetProperty(name, out JsonElement value) &&
            value.ValueKind != JsonValueKind.Null ? value : null;
    }

    IEnumerable<(string, GoldenTensor)> Tensors(string part) => line.TryGetProperty(part, out JsonElement all)
        ? all.EnumerateObject().Select(p => (p.Name, GoldenTensor.Parse(p.Value))) : [];
}

/// <summary>A recorded tensor; every number is kept as a double.</summary>
internal sealed record GoldenTensor(Shape Shape, DType DType, double[] Values)
{
    public static GoldenTensor Parse(JsonElement json) => new(
        Shape.Create([.. json.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32())]),
        Enum.Parse<DType>(json.GetProperty("type").GetString()!, ignoreCase: true),
        [.. json.GetProperty("values").EnumerateArray().Select(Number)]);

    public static double Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => double.Parse(value.GetString()!, CultureInfo.InvariantCulture),
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => value.GetDouble(),
    };

    /// <summary>The tensor, with Float64 replaced by the type of the run.</summary>
    public Tensor ToTensor(DType computed) => Tensor.From(Values, Shape).To(In(computed));

    public DType In(DType computed) => DType == DType.Float64 ? computed : DType;
}

using System.Collections;
using Nabla.Layers;

namespace Nabla.Tests.Parity;

/// <summary>
/// Rows from the name of a layer to one of ours, checked against the cases of one golden file: the peer's state dictionary goes in,
/// the same values come out, with the same gradients of the input and of every parameter, and buffers that end in the same state.
/// </summary>
internal sealed class LayerTable(string file) : IParityRows, IEnumerable
{
    readonly GoldenFile golden = GoldenFile.Open(file);
    readonly Dictionary<string, Func<GoldenCase, Module>> rows = [];

    public TheoryData<string> Cases => [.. golden.Names];

    public IEnumerable<string> Operations => rows.Keys;

    public void Add(string layer, Func<GoldenCase, Module> row) => rows.Add(layer, row);

    public IEnumerator GetEnumerator() => rows.GetEnumerator();

    public void Check(string name)
    {
        foreach (DType dtype in (DType[])[DType.Float64, DType.Float32]) Check(golden.Case(name, dtype));
    }

    /// <summary>Cases without a row and rows without a case.</summary>
    public void CheckComplete()
    {
        var recorded = golden.Names.Select(ParityTable.Operation).ToHashSet();
        Assert.Equal([], recorded.Except(rows.Keys));
        Assert.Equal([], rows.Keys.Except(recorded));
    }

    void Check(GoldenCase c)
    {
        Module layer = rows[ParityTable.Operation(c.Name)](c).To(c.DType);
        layer.LoadStateDictionary(c.State.ToDictionary(entry => Ours(entry.Name), entry => entry.Value.ToTensor(c.DType)));
        Pass pass = c.Bool("evaluation") ? Pass.Evaluation : Pass.Training(new RandomStream(1));
        Tensor x = c["x"], y = x;
        for (int call = 0; call < c.Int("calls", 1); call++) y = layer.Forward(x, pass);
        Assert.Equal([], c.AttributesNotAsked);
        Closeness.Check($"{c.Name}: output", c.Outputs.Single(), y, c.DType);

        Weighting.Backward([y]);
        OrderedDictionary<string, Tensor> state = layer.StateDictionary();
        foreach ((string key, GoldenTensor gradient) in c.Gradients)
            Closeness.Check($"{c.Name}: gradient of {key}", gradient, (key == "x" ? x : state[Ours(key)]).Gradient, c.DType);
        foreach ((string key, GoldenTensor buffer) in c.StateAfter)
            Closeness.Check($"{c.Name}: {key} afterwards", buffer, state[Ours(key)], c.DType);
    }

    /// <summary>PyTorch's name of a parameter or buffer as our fields spell it: running_mean is runningMean.</summary>
    static string Ours(string name)
    {
        string[] words = name.Replace("running_var", "running_variance", StringComparison.Ordinal).Split('_');
        return string.Concat(words.Select((word, i) => i == 0 || word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
    }
}

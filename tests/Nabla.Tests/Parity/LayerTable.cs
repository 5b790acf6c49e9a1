using System.Collections;
using Nabla.Layers;

namespace Nabla.Tests.Parity;

/// <summary>
/// Rows from the name of a layer to one of ours, checked against the cases of one golden file: the peer's state dictionary goes in,
/// the same values come out, with the same gradients of the inputs and of every parameter, and buffers that end in the same state.
/// </summary>
/// <param name="file">The golden file.</param>
/// <param name="names">From the peer's names of parameters to ours; default: snake_case to camelCase.</param>
/// <param name="rounding">See <see cref="Closeness.Check"/>.</param>
internal sealed class LayerTable(string file, Func<string, string>? names = null, double rounding = 1) : IParityRows, IEnumerable
{
    readonly GoldenFile golden = GoldenFile.Open(file);
    readonly Func<string, string> ours = names ?? CamelCase;
    readonly Dictionary<string, Func<GoldenCase, (Module Layer, Func<Pass, Tensor[]> Run)>> rows = [];
    readonly Dictionary<string, double> allowances = [];

    public TheoryData<string> Cases => [.. golden.Names];

    public IEnumerable<string> Operations => rows.Keys;

    /// <summary>A layer that needs another <paramref name="allowance"/> than the others: what a unit of rounding in its inputs does to its results says how much.</summary>
    public void Add(string layer, Func<GoldenCase, Module> row, double allowance)
    {
        Add(layer, row);
        allowances.Add(layer, allowance);
    }

    public void Add(string layer, Func<GoldenCase, Module> row) => Add(layer, row, static (c, layer, pass) => Repeat(c, layer, pass));

    /// <summary>A layer whose forward pass takes or gives several tensors.</summary>
    public void Add<TLayer>(string layer, Func<GoldenCase, TLayer> row, Func<GoldenCase, TLayer, Pass, Tensor[]> run) where TLayer : Module =>
        rows.Add(layer, c =>
        {
            TLayer made = row(c);
            return (made, pass => run(c, made, pass));
        });

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
        string operation = ParityTable.Operation(c.Name);
        var (layer, run) = rows[operation](c);
        double allowance = allowances.GetValueOrDefault(operation, rounding);
        layer.To(c.DType);
        layer.LoadStateDictionary(c.State.ToDictionary(entry => ours(entry.Name), entry => entry.Value.ToTensor(c.DType)));
        Tensor[] outputs = run(c.Bool("evaluation") ? Pass.Evaluation : Pass.Training(new RandomStream(1)));
        Assert.Equal([], c.AttributesNotAsked);
        Assert.Equal(c.Outputs.Length, outputs.Length);
        for (int i = 0; i < outputs.Length; i++) Closeness.Check($"{c.Name}: output {i}", c.Outputs[i], outputs[i], c.DType, allowance);

        Weighting.Backward(outputs);
        OrderedDictionary<string, Tensor> state = layer.StateDictionary();
        foreach ((string key, GoldenTensor gradient) in c.Gradients)
            Closeness.Check($"{c.Name}: gradient of {key}", gradient, (c.Optional(key) ?? state[ours(key)]).Gradient, c.DType, allowance);
        foreach ((string key, GoldenTensor buffer) in c.StateAfter)
            Closeness.Check($"{c.Name}: {key} afterwards", buffer, state[ours(key)], c.DType, allowance);
    }

    static Tensor[] Repeat(GoldenCase c, Module layer, Pass pass)
    {
        Tensor y = c["x"];
        for (int call = 0; call < c.Int("calls", 1); call++) y = layer.Forward(c["x"], pass);
        return [y];
    }

    /// <summary>PyTorch's name of a parameter or buffer as our fields spell it: running_mean is runningMean.</summary>
    static string CamelCase(string name)
    {
        string[] words = name.Replace("running_var", "running_variance", StringComparison.Ordinal).Split('_');
        return string.Concat(words.Select((word, i) => i == 0 || word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));
    }
}

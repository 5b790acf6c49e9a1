using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Nabla.Layers;

/// <summary>
/// One module after the other: <c>new Sequential([new Flatten(), new Linear(784, 10)])</c>. Names are 0, 1, …, or those given.
/// </summary>
[CollectionBuilder(typeof(Sequential), nameof(Create))]
[SuppressMessage("Naming", "CA1710", Justification = "The field's word.")]
public sealed class Sequential : Module, IReadOnlyList<Module>
{
    readonly Module[] layers;

    /// <summary>A chain named 0, 1, 2, …</summary>
    public Sequential(params ReadOnlySpan<Module> layers)
    {
        this.layers = layers.ToArray();
        for (int i = 0; i < layers.Length; i++) Child(out this.layers[i], layers[i], i.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A chain with names of its own: <c>("features", …), ("classifier", …)</c>.</summary>
    public Sequential(params ReadOnlySpan<(string Name, Module Layer)> layers)
    {
        this.layers = new Module[layers.Length];
        for (int i = 0; i < layers.Length; i++) Child(out this.layers[i], layers[i].Layer, layers[i].Name);
    }

    /// <summary>Number of modules.</summary>
    public int Count => layers.Length;

    /// <summary>A module of the chain.</summary>
    public Module this[int index] => layers[index];

    /// <summary>Used by collection expressions.</summary>
    public static Sequential Create(ReadOnlySpan<Module> layers) => new(layers);

    /// <inheritdoc/>
    public IEnumerator<Module> GetEnumerator() => ((IEnumerable<Module>)layers).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The chain as one would write it: <c>Linear(784 → 512) → Relu() → Linear(512 → 10)</c>.</summary>
    public override string ToString() => $"Sequential({string.Join<Module>(" → ", layers)})";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        for (int i = 0; i < layers.Length;)
        {
            int end = i + 1;
            if (GivesBack(layers[i]))
                while (end < layers.Length && GivesBack(layers[end])) end++;
            x = end == i + 1 ? layers[i].Forward(x, pass) : Chain(layers.AsSpan(i..end), x, pass);
            i = end;
        }
        return x;
    }

    /// <summary>Layers that show only their results: what passes from one to the next is seen by those two alone.</summary>
    static Tensor Chain(ReadOnlySpan<Module> layers, Tensor x, Pass pass)
    {
        int around = Temporaries.Open();
        try
        {
            foreach (Module layer in layers)
            {
                x = layer.Forward(x, pass);
                Temporaries.GiveBackAllBut(x);
            }
            return x;
        }
        finally
        {
            Temporaries.Close(around);
        }
    }
}

using System.Runtime.CompilerServices;

namespace Nabla;

/// <summary>Where the gradient of one input of an operation goes, and the shape that input had. Empty if the input needs none.</summary>
internal readonly record struct Edge(Node? Node, Shape Shape);

/// <summary>
/// A recorded operation. Refers to the nodes of its inputs and to the storages it saved, never to the user's handles.
/// Nodes carry a growing number: backward walks them by falling number, without recursion.
/// </summary>
internal abstract class Node
{
    static long lastSequence;

    Edge edge0, edge1, edge2;
    Edge[]? moreEdges;
    SavedSet? saved;

    protected Node(string name, long sequence)
    {
        Name = name;
        Sequence = sequence;
    }

    public string Name { get; }

    public long Sequence { get; }

    /// <summary>Number of inputs.</summary>
    public int Count { get; private set; }

    public bool IsConsumed { get; private set; }

    /// <summary>The sum of the gradients that arrived for the result so far.</summary>
    public Tensor? Arrived { get; set; }

    public bool IsQueued { get; set; }

    /// <summary>What factors of products are rounded to while the derivative runs.</summary>
    public DType Products { get; set; }

    public List<Func<Tensor, Tensor?>>? Hooks { get; set; }

    /// <summary>Operations of the library keep no handles from their backward functions, so those may be used again at once.</summary>
    public virtual bool IsTrusted => true;

    /// <summary>True if the gradient of the first input can be had by columns.</summary>
    public virtual bool GivesColumns => false;

    /// <summary>True if the derivative can be had from a gradient by columns.</summary>
    public virtual bool TakesColumns => false;

    public static long NextSequence() => Interlocked.Increment(ref lastSequence);

    public Edge this[int input] => input switch
    {
        _ when moreEdges is not null => moreEdges[input],
        0 => edge0,
        1 => edge1,
        _ => edge2,
    };

    /// <summary>The local derivative: gradients of the inputs from the gradient of the result.</summary>
    public abstract Gradients Apply(Tensor gradient, bool createGraph);

    /// <summary>The gradient of the first input by columns, where <see cref="GivesColumns"/>.</summary>
    public virtual IColumnwiseGradient Columns(Tensor gradient) => throw new NotSupportedException(Name);

    /// <summary>The local derivative from a gradient by columns, where <see cref="TakesColumns"/>.</summary>
    public virtual Gradients Apply(IColumnwiseGradient gradient) => throw new NotSupportedException(Name);

    public void Connect(ReadOnlySpan<Tensor> inputs)
    {
        Count = inputs.Length;
        if (inputs.Length > 3) moreEdges = new Edge[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            var edge = new Edge(inputs[i].Node, inputs[i].Shape);
            if (moreEdges is not null) moreEdges[i] = edge;
            else if (i == 0) edge0 = edge;
            else if (i == 1) edge1 = edge;
            else edge2 = edge;
        }
    }

    /// <summary>Holds the memory of what backward will read. A saved tensor is an input, the result, or a constant; activations are kept as <paramref name="type"/>.</summary>
    public void Save(ReadOnlySpan<Tensor> tensors, ReadOnlySpan<Tensor> inputs, Tensor result, DType type = DType.Float32)
    {
        if (tensors.Length > 0) saved = SavedSet.Take(this, tensors, inputs, result, type);
    }

    /// <summary>A saved value: the engine's own handle, or for derivatives of derivatives a handle that stands in the graph.</summary>
    public Tensor Saved(int index, bool createGraph)
    {
        Tensor value = saved!.Get(index, this, out int origin);
        if (!createGraph) return value;
        Tensor graph = Tensor.View(value, value.Shape, value.Strides, value.Offset);
        graph.Node = origin switch
        {
            SavedSet.Constant => null,
            SavedSet.Result => this,
            _ => this[origin].Node,
        };
        return graph;
    }

    public int SavedCount => saved?.Count ?? 0;

    /// <summary>Drops everything that backward has used up.</summary>
    public void Consume()
    {
        IsConsumed = true;
        edge0 = edge1 = edge2 = default;
        moreEdges = null;
        saved?.GiveBack();
        saved = null;
    }
}

/// <summary>An operation with its local derivative and what that needs besides tensors (an axis, a stride).</summary>
internal sealed class Node<TState>(string name, Backward<TState> backward, TState state) : Node(name, NextSequence())
{
    public GiveColumns<TState>? Gives { get; init; }

    public TakeColumns? Takes { get; init; }

    public override bool GivesColumns => Gives is not null;

    public override bool TakesColumns => Takes is not null;

    public override Gradients Apply(Tensor gradient, bool createGraph) => backward(gradient, new Saved(this, createGraph), state);

    public override IColumnwiseGradient Columns(Tensor gradient) => Gives!(gradient, new Saved(this, createGraph: false), state);

    public override Gradients Apply(IColumnwiseGradient gradient) => Takes!(gradient, new Saved(this, createGraph: false));
}

/// <summary>The same elements under another shape.</summary>
internal sealed class ReshapeNode(Shape from) : Node("Reshape", NextSequence())
{
    public override Gradients Apply(Tensor gradient, bool createGraph) => [gradient.Reshape(from)];
}

/// <summary>An operation a user wrote: its backward function may keep what it is given.</summary>
internal sealed class UserNode(string name, Backward<object?> backward) : Node(name, NextSequence())
{
    public override bool IsTrusted => false;

    public override Gradients Apply(Tensor gradient, bool createGraph) => backward(gradient, new Saved(this, createGraph), null);
}

/// <summary>Stands in for the node of a result whose backward pass is over, so that keeping a loss keeps no graph.</summary>
internal sealed class UsedNode() : Node("the loss", 0)
{
    public static UsedNode Instance { get; } = Create();

    public override Gradients Apply(Tensor gradient, bool createGraph) => throw new InvalidOperationException("Used up.");

    static UsedNode Create()
    {
        var node = new UsedNode();
        node.Consume();
        return node;
    }
}

/// <summary>
/// What an operation's derivative may read: the tensors it saved, in the order it named them, and which inputs need a gradient.
/// </summary>
internal readonly ref struct Saved
{
    readonly Node node;
    readonly bool createGraph;

    public Saved(Node node, bool createGraph)
    {
        this.node = node;
        this.createGraph = createGraph;
    }

    /// <summary>A saved tensor.</summary>
    public Tensor this[int index] => node.Saved(index, createGraph);

    /// <summary>Number of saved tensors.</summary>
    public int Count => node.SavedCount;

    /// <summary>Number of inputs.</summary>
    public int Inputs => node.Count;

    /// <summary>True while derivatives of derivatives are being recorded: use differentiable operations only, no fused kernels.</summary>
    public bool CreatesGraph => createGraph;

    /// <summary>True if input <paramref name="input"/> needs a gradient; return null for one that does not.</summary>
    public bool Needs(int input) => node[input].Node is not null;

    /// <summary>True if the gradient of the first input may be <see cref="Gradients.OfRows"/>: it is a leaf, which adds them up when it is asked.</summary>
    public bool TakesRows => !createGraph && node[0].Node is LeafNode;
}

/// <summary>The local derivative of an operation: from the gradient of the result to those of the inputs, null where none is needed.</summary>
internal delegate Gradients Backward<in TState>(Tensor gradient, Saved saved, TState state);

/// <summary>A local derivative that needs nothing besides tensors.</summary>
internal delegate Gradients Backward(Tensor gradient, Saved saved);

/// <summary>Gradients of an operation's inputs, in their order: <c>[g.MatMul(b.T), a.T.MatMul(g)]</c>. Up to three without allocation.</summary>
[CollectionBuilder(typeof(Gradients), nameof(Create))]
internal readonly struct Gradients
{
    readonly Tensor? first, second, third;
    readonly Tensor?[]? all;

    Gradients(RowPiece rows, int count) => (Rows, Count) = (rows, count);

    Gradients(ReadOnlySpan<Tensor?> gradients)
    {
        Count = gradients.Length;
        if (Count > 3) all = gradients.ToArray();
        else
        {
            if (Count > 0) first = gradients[0];
            if (Count > 1) second = gradients[1];
            if (Count > 2) third = gradients[2];
        }
    }

    /// <summary>Number of gradients.</summary>
    public int Count { get; }

    /// <summary>In place of the first gradient: some rows of a table. Owned by whoever takes them.</summary>
    public RowPiece? Rows { get; }

    /// <summary>The gradient of an input, or null.</summary>
    public Tensor? this[int input] => all is not null ? all[input] : input switch { 0 => first, 1 => second, _ => third };

    /// <summary>Rows of a table as the gradient of the first of <paramref name="inputs"/> inputs, where <see cref="Saved.TakesRows"/>; none for the others.</summary>
    public static Gradients OfRows(RowPiece rows, int inputs = 1) => new(rows, inputs);

    /// <summary>Used by collection expressions.</summary>
    public static Gradients Create(ReadOnlySpan<Tensor?> gradients) => new(gradients);

    /// <summary>Enumerates the gradients.</summary>
    public IEnumerator<Tensor?> GetEnumerator()
    {
        for (int i = 0; i < Count; i++) yield return this[i];
    }
}

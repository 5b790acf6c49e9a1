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
    Tensor? saved0, saved1, saved2;
    Tensor[]? moreSaved;
    int version0, version1, version2;
    int origins;
    SaveRecord? record;

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

    public List<Func<Tensor, Tensor?>>? Hooks { get; set; }

    /// <summary>Operations of the library keep no handles from their backward functions, so those may be used again at once.</summary>
    public virtual bool IsTrusted => true;

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

    /// <summary>Holds the memory of what backward will read. A saved tensor is an input, the result, or a constant.</summary>
    public void Save(ReadOnlySpan<Tensor> saved, ReadOnlySpan<Tensor> inputs, Tensor result)
    {
        if (saved.Length > 3) moreSaved = new Tensor[saved.Length];
        for (int i = 0; i < saved.Length; i++)
        {
            Tensor tensor = saved[i];
            Storage storage = tensor.Storage;
            if (storage.IsNative)
            {
                storage.Hold();
                (record ??= BlockPool.RentRecord(this)).Add(storage);
            }
            if (i < 8) origins |= OriginOf(tensor, inputs, result) << (i * 4);
            Tensor copy = Arena.SpareHandle();
            copy.Reset(storage, tensor.Shape, tensor.Strides, tensor.Offset, tensor.DType);
            if (moreSaved is not null) moreSaved[i] = copy;
            else if (i == 0) (saved0, version0) = (copy, storage.Version);
            else if (i == 1) (saved1, version1) = (copy, storage.Version);
            else (saved2, version2) = (copy, storage.Version);
        }
        GC.KeepAlive(this);
    }

    /// <summary>A saved value: the engine's own handle, or for derivatives of derivatives a handle that stands in the graph.</summary>
    public Tensor Saved(int index, bool createGraph)
    {
        Tensor saved = moreSaved is not null ? moreSaved[index] : index switch { 0 => saved0!, 1 => saved1!, _ => saved2! };
        int version = index switch { 0 => version0, 1 => version1, _ => version2 };
        if (moreSaved is null && saved.Storage.Version != version)
            throw new InvalidOperationException(
                $"Backward: {Name} saved a {saved.Shape} tensor that was changed in place before the backward pass. " +
                "Change a copy instead (x = x + y), or change it after Backward().");
        if (!createGraph) return saved;
        Tensor graph = Tensor.View(saved, saved.Shape, saved.Strides, saved.Offset);
        int origin = origins >> (index * 4) & 15;
        graph.Node = origin == ResultOrigin ? this : origin == ConstantOrigin ? null : this[origin].Node;
        return graph;
    }

    /// <summary>Drops everything that backward has used up.</summary>
    public void Consume()
    {
        IsConsumed = true;
        edge0 = edge1 = edge2 = default;
        moreEdges = null;
        Arena.Recycle(saved0);
        Arena.Recycle(saved1);
        Arena.Recycle(saved2);
        saved0 = saved1 = saved2 = null;
        foreach (Tensor saved in moreSaved ?? []) Arena.Recycle(saved);
        moreSaved = null;
        if (record is not null) BlockPool.ReturnRecord(record);
        record = null;
    }

    const int ResultOrigin = 15, ConstantOrigin = 14;

    static int OriginOf(Tensor tensor, ReadOnlySpan<Tensor> inputs, Tensor result)
    {
        if (ReferenceEquals(tensor, result)) return ResultOrigin;
        for (int i = 0; i < Math.Min(inputs.Length, ConstantOrigin); i++)
            if (ReferenceEquals(tensor, inputs[i]))
                return i;
        return ConstantOrigin;
    }
}

/// <summary>An operation with its local derivative and what that needs besides tensors (an axis, a stride).</summary>
internal sealed class Node<TState>(string name, Backward<TState> backward, TState state) : Node(name, NextSequence())
{
    public override Gradients Apply(Tensor gradient, bool createGraph) => backward(gradient, new Saved(this, createGraph), state);
}

/// <summary>An operation a user wrote: its backward function may keep what it is given.</summary>
internal sealed class UserNode(string name, Backward<object?> backward) : Node(name, NextSequence())
{
    public override bool IsTrusted => false;

    public override Gradients Apply(Tensor gradient, bool createGraph) => backward(gradient, new Saved(this, createGraph), null);
}

/// <summary>The end of a path: collects the gradient of a leaf. Its number is the lowest, so all contributions have arrived when it runs.</summary>
internal sealed class LeafNode(Tensor leaf) : Node("leaf", 0)
{
    public Tensor Leaf { get; } = leaf;

    /// <summary>The gradient the user sees.</summary>
    public Tensor? Result { get; set; }

    /// <summary>Writes the first values of a deferred parameter.</summary>
    public Action<Tensor>? Fill { get; set; }

    /// <summary>Name and owner of a parameter, for messages.</summary>
    public string? Label { get; set; }

    public override Gradients Apply(Tensor gradient, bool createGraph) => throw new InvalidOperationException("A leaf has no inputs.");
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

    /// <summary>True while derivatives of derivatives are being recorded: use differentiable operations only, no fused kernels.</summary>
    public bool CreatesGraph => createGraph;

    /// <summary>True if input <paramref name="input"/> needs a gradient; return null for one that does not.</summary>
    public bool Needs(int input) => node[input].Node is not null;
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

    /// <summary>The gradient of an input, or null.</summary>
    public Tensor? this[int input] => all is not null ? all[input] : input switch { 0 => first, 1 => second, _ => third };

    /// <summary>Used by collection expressions.</summary>
    public static Gradients Create(ReadOnlySpan<Tensor?> gradients) => new(gradients);

    /// <summary>Enumerates the gradients.</summary>
    public IEnumerator<Tensor?> GetEnumerator()
    {
        for (int i = 0; i < Count; i++) yield return this[i];
    }
}

namespace Nabla;

/// <summary>
/// Walks the graph from a result to its leaves by falling sequence number. It adds up gradients, sums them back over broadcast
/// axes, skips inputs that need none, and releases each value with the line that last reads it. No recursion: a chain of
/// 100,000 operations is as good as one.
/// </summary>
internal sealed class BackwardPass
{
    // Gradients of so many elements, past what the nearer caches hold, go from a loss to a product by columns.
    const int ColumnwiseFrom = 1 << 20;

    [ThreadStatic] static BackwardPass? spare;

    // The node with the largest number waits apart: in a chain it is the only one, and the queue is never touched.
    readonly PriorityQueue<Node, long> queue = new();
    Node? next;
    bool createGraph, retainGraph, endsAtCaptures;
    Dictionary<Node, Tensor?>? captures;

    // The gradient in hand, so that an exception in a derivative or a hook does not lose its memory.
    Tensor? underWay;

    /// <summary>
    /// Runs backward from <paramref name="root"/>. With captures, gradients of those nodes are stored there and no leaf's own changes. A pass
    /// within another one must end at them: what lies behind, and their hooks, is the outer one's to walk.
    /// </summary>
    public static void Run(
        Tensor root, Tensor? gradient, bool retainGraph, bool createGraph, Dictionary<Node, Tensor?>? captures, bool endsAtCaptures = false)
    {
        if (root.Node is null)
            throw new InvalidOperationException(
                $"Backward: expected a tensor that depends on a leaf with RequiresGradient, got a constant of shape {root.Shape}. " +
                "Was it computed under NoGradient, or detached?");
        if (gradient is null && root.Length != 1)
            throw new ShapeException($"Backward: expected a tensor with one element or a gradient argument, got shape {root.Shape}. Reduce it first: loss.Mean().Backward().");
        if (gradient is not null && gradient.Shape != root.Shape)
            throw new ShapeException($"Backward: expected a gradient of shape {root.Shape}, got {gradient.Shape}.");
        if (gradient is not null && gradient.DType != root.DType)
            throw new DTypeException($"Backward: expected a gradient of type {root.DType}, got {gradient.DType}.");

        BackwardPass pass = spare ?? new BackwardPass();
        spare = null;
        Arena? outer = Arena.Suspend();
        try
        {
            pass.createGraph = createGraph;
            pass.retainGraph = retainGraph || createGraph;
            pass.captures = captures;
            pass.endsAtCaptures = endsAtCaptures;
            using Autograd.Scope scope = Autograd.Recording(createGraph);
            pass.Walk(root, gradient);
            if (!pass.retainGraph && root.Node is not LeafNode) root.Node = UsedNode.Instance;
        }
        finally
        {
            Arena.Resume(outer);
            pass.Drop();
            spare = pass;
        }
    }

    void Walk(Tensor root, Tensor? gradient)
    {
        Arrive(root.Node!, createGraph ? gradient ?? Tensor.Ones(root.Shape, root.DType) : Seed(root, gradient));
        while (Dequeue() is { } node)
        {
            if (node is LeafNode { ArrivedRows: not null } table) DeliverRows(table);
            if (node.Arrived is not { } arrived) continue;
            node.Arrived = null;
            bool captured = captures?.ContainsKey(node) == true, ends = captured && endsAtCaptures;
            underWay = arrived;
            if (!ends) arrived = underWay = RunHooks(node, arrived);
            if (captured)
            {
                underWay = null;
                captures![node] = arrived = createGraph ? arrived : Visible(arrived);
            }
            if (ends) continue;
            if (node is LeafNode leaf)
            {
                underWay = null;
                if (captures is null) Deliver(leaf, arrived);
                else if (!createGraph && !captured) Arena.Disown(arrived);
            }
            else
            {
                if (ProductBefore(node) is { } product) PropagateByColumns(node, product, arrived);
                else Propagate(node, arrived);
                underWay = null;
                if (!createGraph && !captured) Arena.Disown(arrived);
                if (!retainGraph) node.Consume();
            }
            underWay = null;
        }
    }

    static Tensor Seed(Tensor root, Tensor? gradient)
    {
        if (gradient is not null) return Arena.Own(gradient);
        Tensor seed = Arena.Owned(root.Shape, root.DType);
        if (root.DType == DType.Float32) seed.Span<float>().Fill(1);
        else seed.Span<double>().Fill(1);
        return seed;
    }

    void Propagate(Node node, Tensor gradient)
    {
        if (node.IsConsumed)
            throw new InvalidOperationException(
                $"Backward: the graph behind {node.Name} was already used by a backward pass. Compute the value again, detach " +
                "what is carried over from the last step, or call Backward(retainGraph: true) the first time.");
        using Autograd.Scope precision = Autograd.InPrecision(node.Products);
        if (createGraph)
        {
            Distribute(node, node.Apply(gradient, createGraph: true));
            return;
        }
        if (!node.IsTrusted)
        {
            Distribute(node, node.Apply(Share(gradient), createGraph: false));
            return;
        }
        Arena arena = Arena.Enter();
        try
        {
            Distribute(node, node.Apply(gradient, createGraph: false));
        }
        finally
        {
            arena.Leave();
        }
    }

    /// <summary>
    /// The product whose result a loss was taken of, if the gradient between them is large and nobody else has to see it: no hook, no
    /// capture, and no other contribution, neither arrived nor on its way.
    /// </summary>
    Node? ProductBefore(Node loss)
    {
        if (createGraph || !loss.GivesColumns || loss.IsConsumed || loss[0].Shape.Length < ColumnwiseFrom) return null;
        Shape shape = loss[0].Shape;
        Node? node = loss[0].Node;
        for (; node is ReshapeNode && IsPassedBy(node); node = node[0].Node) shape = node[0].Shape;
        return node is { TakesColumns: true } && shape == loss[0].Shape && node.Products == DType.Float32 && IsPassedBy(node) ? node : null;
    }

    bool IsPassedBy(Node node) =>
        !node.IsConsumed && node.Arrived is null && node.Hooks is null && captures?.ContainsKey(node) != true &&
        (next is null || next.Sequence < node.Sequence);

    /// <summary>Walks a loss, the product that it was taken of and what reshapes between them at once.</summary>
    void PropagateByColumns(Node loss, Node product, Tensor gradient)
    {
        Arena arena = Arena.Enter();
        try
        {
            Distribute(product, product.Apply(loss.Columns(gradient)));
        }
        finally
        {
            arena.Leave();
        }
        Node? node = retainGraph ? null : loss[0].Node;
        while (node is not null)
        {
            Node? before = node == product ? null : node[0].Node;
            node.Consume();
            node = before;
        }
    }

    void Distribute(Node node, Gradients gradients)
    {
        if (gradients.Count != node.Count)
            throw new InvalidOperationException($"Backward: {node.Name} has {node.Count} inputs, its derivative returned {gradients.Count} gradients.");
        if (gradients.Rows is { } rows)
        {
            var table = (LeafNode)node[0].Node!;
            (table.ArrivedRows ??= []).Add(rows);
            Enqueue(table);
        }
        for (int i = 0; i < gradients.Count; i++)
        {
            Edge edge = node[i];
            if (edge.Node is null || gradients[i] is not { } gradient) continue;
            if (gradient.Shape != edge.Shape) gradient = gradient.SumTo(edge.Shape, node.Name);
            Arrive(edge.Node, createGraph ? gradient : Arena.Own(gradient));
        }
    }

    /// <summary>Adds <paramref name="gradient"/>, which this pass owns, to what has arrived at a node.</summary>
    void Arrive(Node node, Tensor gradient)
    {
        if (node.Arrived is not { } sum) node.Arrived = gradient;
        else if (createGraph) node.Arrived = sum + gradient;
        else if (sum.Storage.IsExclusive && sum.IsContiguous)
        {
            sum.AddInPlace(gradient);
            Arena.Disown(gradient);
        }
        else
        {
            node.Arrived = OwnedSum(sum, gradient);
            Arena.Disown(sum);
            Arena.Disown(gradient);
        }
        Enqueue(node);
    }

    void Enqueue(Node node)
    {
        if (node.IsQueued) return;
        node.IsQueued = true;
        if (next is null || node.Sequence > next.Sequence) (node, next) = (next!, node);
        if (node is not null) queue.Enqueue(node, -node.Sequence);
    }

    Node? Dequeue()
    {
        Node? node = next;
        if (node is null) return null;
        node.IsQueued = false;
        next = queue.Count > 0 ? queue.Dequeue() : null;
        return node;
    }

    /// <summary>
    /// Hands rows of a table to their leaf. Where the gradient goes elsewhere or through a hook, or a whole one arrived too, they join
    /// what arrived.
    /// </summary>
    void DeliverRows(LeafNode leaf)
    {
        List<RowPiece> pieces = leaf.ArrivedRows!;
        leaf.ArrivedRows = null;
        if (captures is null && leaf.Hooks is null && leaf.Arrived is null)
        {
            foreach (RowPiece piece in pieces) leaf.Add(piece);
            return;
        }
        bool adds = leaf.Arrived is not null;
        Tensor whole = leaf.Arrived = adds ? Alone(leaf.Arrived!) : Arena.Owned(leaf.Leaf.Shape, leaf.Leaf.DType);
        TableGradient.Spread(pieces, whole, adds);
        foreach (RowPiece piece in pieces) piece.Release();
    }

    static Tensor OwnedSum(Tensor a, Tensor b)
    {
        if (Arena.Current is not null) return Arena.Own(a + b);
        Arena arena = Arena.Enter();
        try
        {
            return Arena.Own(a + b);
        }
        finally
        {
            arena.Leave();
        }
    }

    Tensor RunHooks(Node node, Tensor gradient)
    {
        if (node.Hooks is null) return gradient;
        foreach (var hook in node.Hooks)
        {
            Tensor? changed = hook(createGraph ? gradient : Share(gradient));
            if (changed is null) continue;
            if (changed.Shape != gradient.Shape)
                throw new ShapeException($"OnGradient: expected the hook to return {gradient.Shape}, got {changed.Shape}.");
            if (!createGraph) Arena.Disown(gradient);
            gradient = createGraph ? changed : Arena.Own(changed);
        }
        return gradient;
    }

    void Deliver(LeafNode leaf, Tensor gradient)
    {
        Tensor? earlier = leaf.Raw;
        if (createGraph) leaf.Visible = earlier is null ? gradient : leaf.Visible! + gradient;
        else if (earlier is null) leaf.Own(Alone(gradient));
        else if (earlier.IsContiguous && earlier.Node is null)
        {
            earlier.AddInPlace(gradient);
            Arena.Disown(gradient);
        }
        else
        {
            leaf.Visible = earlier.Detach() + gradient;
            Arena.Disown(gradient);
        }
    }

    /// <summary>An owned gradient in memory that nobody else sees: itself, or a copy.</summary>
    static Tensor Alone(Tensor gradient)
    {
        if (gradient.Storage.IsExclusive && gradient.IsContiguous) return gradient;
        Tensor copy = Arena.Owned(gradient.Shape, gradient.DType);
        Copies.CopyElements(gradient, copy);
        Arena.Disown(gradient);
        return copy;
    }

    /// <summary>Turns an owned gradient into one the user may keep, without a copy where nobody else sees its memory.</summary>
    static Tensor Visible(Tensor gradient)
    {
        if (gradient.Storage.IsExclusive && gradient.IsContiguous)
        {
            gradient.Storage.HandOver(gradient);
            return gradient;
        }
        Tensor copy = gradient.Clone();
        Arena.Disown(gradient);
        return copy;
    }

    /// <summary>A handle for foreign code on a gradient that this pass goes on using.</summary>
    static Tensor Share(Tensor gradient) => Tensor.View(gradient, gradient.Shape, gradient.Strides, gradient.Offset);

    /// <summary>After an exception: gives back what is still under way.</summary>
    void Drop()
    {
        if (!createGraph && underWay is not null) Arena.Disown(underWay);
        underWay = null;
        while (Dequeue() is { } node)
        {
            if (!createGraph && node.Arrived is { } gradient) Arena.Disown(gradient);
            node.Arrived = null;
            if (node is LeafNode { ArrivedRows: { } pieces } leaf)
            {
                foreach (RowPiece piece in pieces) piece.Release();
                leaf.ArrivedRows = null;
            }
        }
        captures = null;
    }
}

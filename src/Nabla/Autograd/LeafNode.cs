namespace Nabla;

/// <summary>
/// The end of a path: collects the gradient of a leaf. Its number is the lowest, so all contributions have arrived when it runs.
/// The gradient belongs to the engine until the user looks at it; cleared unseen, as in a training loop, its memory goes
/// straight back to the pool and the collector has nothing to do.
/// </summary>
internal sealed class LeafNode(Tensor leaf) : Node("leaf", 0)
{
    Tensor? gradient;
    TableGradient? rows;
    SaveRecord? record;
    bool isVisible, hasRows;

    public Tensor Leaf { get; } = leaf;

    /// <summary>Writes the first values of a deferred parameter.</summary>
    public Action<Tensor>? Fill { get; set; }

    /// <summary>Name and owner of a parameter, for messages.</summary>
    public string? Label { get; set; }

    /// <summary>Rows of a table that arrived in the running backward pass.</summary>
    public List<RowPiece>? ArrivedRows { get; set; }

    /// <summary>The gradient for the engine and for optimizers: must not outlive the next clear. Rows become a whole table.</summary>
    public Tensor? Raw
    {
        get
        {
            if (hasRows) Spread();
            return gradient;
        }
    }

    /// <summary>The gradient as rows of a table, if all that arrived are rows.</summary>
    public TableGradient? Rows => hasRows && gradient is null ? rows : null;

    /// <summary>True if anything arrived since the last clear.</summary>
    public bool HasGradient => hasRows || gradient is not null;

    /// <summary>The gradient as the user's own: from here on the collector decides about its memory.</summary>
    public Tensor? Visible
    {
        get
        {
            if (hasRows) Spread();
            if (gradient is null || isVisible) return gradient;
            gradient.Storage.Hold();
            DropRecord();
            gradient.Storage.HandOver(gradient);
            isVisible = true;
            return gradient;
        }
        set
        {
            Clear();
            gradient = value;
            isVisible = true;
        }
    }

    /// <summary>Takes over a gradient that the engine owns.</summary>
    public void Own(Tensor owned)
    {
        Clear();
        gradient = owned;
        isVisible = false;
        if (!owned.Storage.IsNative) return;
        record = BlockPool.RentRecord(this);
        record.Add(owned.Storage);
    }

    /// <summary>Takes over rows of a table. They stay rows while they are fewer than the table's.</summary>
    public void Add(RowPiece piece)
    {
        rows ??= new TableGradient(this);
        rows.Add(piece);
        hasRows = true;
        if (rows.Count >= Leaf.Shape[0]) Spread();
    }

    public void Clear()
    {
        if (hasRows) rows!.Clear();
        hasRows = false;
        if (!isVisible && gradient is not null)
        {
            if (!gradient.Storage.IsNative) gradient.Storage.Release();
            DropRecord();
            Arena.Recycle(gradient);
        }
        gradient = null;
        isVisible = false;
    }

    public override Gradients Apply(Tensor gradient, bool createGraph) => throw new InvalidOperationException("A leaf has no inputs.");

    /// <summary>Makes a whole table of the rows, or adds them to the one there is.</summary>
    void Spread()
    {
        hasRows = false;
        Tensor? whole = gradient;
        if (whole is null)
        {
            whole = Arena.Owned(Leaf.Shape, Leaf.DType);
            rows!.Spread(whole, adds: false);
            Own(whole);
        }
        else
        {
            if (!whole.IsContiguous || whole.Node is not null) Visible = whole = whole.Detach().Clone();
            rows!.Spread(whole, adds: true);
            whole.Storage.Changed();
        }
        rows.Clear();
    }

    /// <summary>Releases the record together with the hold it lists.</summary>
    void DropRecord()
    {
        if (record is not null) BlockPool.ReturnRecord(record);
        record = null;
    }
}

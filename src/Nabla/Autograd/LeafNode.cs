namespace Nabla;

/// <summary>
/// The end of a path: collects the gradient of a leaf. Its number is the lowest, so all contributions have arrived when it runs.
/// The gradient belongs to the engine until the user looks at it; cleared unseen, as in a training loop, its memory goes
/// straight back to the pool and the collector has nothing to do.
/// </summary>
internal sealed class LeafNode(Tensor leaf) : Node("leaf", 0)
{
    Tensor? gradient;
    SaveRecord? record;
    bool isVisible;

    public Tensor Leaf { get; } = leaf;

    /// <summary>Writes the first values of a deferred parameter.</summary>
    public Action<Tensor>? Fill { get; set; }

    /// <summary>Name and owner of a parameter, for messages.</summary>
    public string? Label { get; set; }

    /// <summary>The gradient for the engine and for optimizers: must not outlive the next clear.</summary>
    public Tensor? Raw => gradient;

    /// <summary>The gradient as the user's own: from here on the collector decides about its memory.</summary>
    public Tensor? Visible
    {
        get
        {
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

    public void Clear()
    {
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

    /// <summary>Releases the record together with the hold it lists.</summary>
    void DropRecord()
    {
        if (record is not null) BlockPool.ReturnRecord(record);
        record = null;
    }
}

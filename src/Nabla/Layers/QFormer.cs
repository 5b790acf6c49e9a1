namespace Nabla.Layers;

/// <summary>
/// A bridge between two frozen models: trained queries that look at each other and at the tokens of the one, and come out as a fixed
/// number of tokens for the other: [batch, positions, memoryWidth] → [batch, queries, width] (Li, Li, Savarese, Hoi: BLIP-2, 2023).
/// </summary>
/// <remarks>
/// Layers with cross-attention, <c>cross.i</c>, alternate with such without, <c>self.i</c>, the first one with. Queries start normal with
/// deviation 0.02, as BERT's embeddings do. A memory of another width passes a linear map <c>project</c> first.
/// </remarks>
public sealed class QFormer : Module
{
    readonly Tensor queries;
    readonly Linear? project;
    readonly ModuleList<DecoderLayer> cross;
    readonly ModuleList<EncoderLayer> self;
    readonly int memoryWidth;

    /// <summary>Creates the model.</summary>
    /// <param name="options">Width, heads and the rest of every layer.</param>
    /// <param name="queries">Tokens to return; positive. The paper has 32.</param>
    /// <param name="layers">Layers in all; positive. The paper has 12.</param>
    /// <param name="memoryWidth">Size of the last axis of the input; null for the width.</param>
    public QFormer(TransformerOptions options, int queries = 32, int layers = 12, int? memoryWidth = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(queries);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(layers);
        this.memoryWidth = memoryWidth ?? options.Width;
        Parameter(out this.queries, (queries, options.Width), Initializer.Normal(0, 0.02));
        if (this.memoryWidth != options.Width) Child(out project, new Linear(this.memoryWidth, options.Width));
        Children(out cross, Enumerable.Range(0, (layers + 1) / 2).Select(_ => new DecoderLayer(options)));
        Children(out self, Enumerable.Range(0, layers / 2).Select(_ => new EncoderLayer(options)));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{memoryWidth} → {queries.Shape[0]} × {queries.Shape[1]}, {cross.Count + self.Count} layers";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Tokens.Check(x, memoryWidth);
        Tensor memory = project?.Forward(x, pass) ?? x, y = queries.Unsqueeze(0).Expand(x.Shape[0], queries.Shape[0], queries.Shape[1]).Contiguous();
        for (int i = 0; i < cross.Count; i++)
        {
            y = cross[i].Forward(y, memory, pass, AttentionMask.None);
            if (i < self.Count) y = self[i].Forward(y, pass);
        }
        return y;
    }
}

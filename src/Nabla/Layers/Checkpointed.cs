namespace Nabla.Layers;

/// <summary>
/// Computes what its layer computes, but keeps only the input: the activations inside are dropped and computed again when the
/// gradient comes by (Chen, Xu, Zhang, Guestrin: Training deep nets with sublinear memory cost, 2016). Memory for time: about one
/// more forward pass of the layer.
/// </summary>
/// <remarks>
/// Dropout draws the same masks again and buffers (running statistics) change once, so that losses and gradients are those of the bare
/// layer bit for bit. The name of the layer gets the prefix <c>layer.</c> in state dictionaries. Layers that add to the loss by
/// themselves (<see cref="Pass.AddLoss"/>) are refused.
/// </remarks>
public sealed class Checkpointed : Module
{
    readonly Module layer;

    /// <summary>Wraps a layer: best a whole block, whose inside is large and whose input is small.</summary>
    public Checkpointed(Module layer) => Child(out this.layer, layer);

    /// <summary>
    /// A chain whose layers are kept at the ends of stretches only. With √n stretches the memory for activations of n equal layers
    /// grows as √n.
    /// </summary>
    /// <param name="layers">The layers in order; at least one.</param>
    /// <param name="stretches">Number of stretches, from 1 to the number of layers; null for about √n.</param>
    public static Sequential Chain(IReadOnlyList<Module> layers, int? stretches = null)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Count == 0) throw new ArgumentException("Checkpointed.Chain: expected layers, got none.", nameof(layers));
        int count = stretches ?? (int)Math.Round(Math.Sqrt(layers.Count));
        if (count < 1 || count > layers.Count)
            throw new ArgumentOutOfRangeException(
                nameof(stretches), stretches, $"Checkpointed.Chain: expected 1 to {layers.Count} stretches for {layers.Count} layers, got {count}.");
        var parts = new Module[count];
        for (int i = 0; i < count; i++)
        {
            int start = (int)((long)i * layers.Count / count), end = (int)((long)(i + 1) * layers.Count / count);
            parts[i] = new Checkpointed(new Sequential([.. layers.Skip(start).Take(end - start)]));
        }
        return new Sequential(parts);
    }

    /// <inheritdoc/>
    protected override string Notation => layer.ToString();

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (!Autograd.IsRecording) return layer.Forward(x, pass);
        var call = new PastCall(layer, pass.Again());
        Tensor? lossBefore = pass.AuxiliaryLoss;
        Tensor y;
        using (Autograd.NoGradient()) y = layer.Forward(x, pass);
        if (!ReferenceEquals(pass.AuxiliaryLoss, lossBefore))
            throw new InvalidOperationException(
                "Checkpointed: expected a layer without a loss of its own, got one that called Pass.AddLoss: that term would have no gradient. Wrap the layers beside it.");
        Tensor[] parameters = [.. layer.Parameters().Where(static parameter => parameter.RequiresGradient)];
        // A handle of its own: the layer may have returned its input.
        return Recomputation.Record("Checkpointed", y.Detach(), x, parameters, call);
    }

    static IEnumerable<Tensor> BuffersOf(Module layer) => layer.Members().Where(static entry => !entry.Member.IsParameter).Select(static entry => entry.Member.Tensor);

    /// <summary>One forward pass, to be done again with the buffers it had.</summary>
    sealed class PastCall(Module layer, Pass pass) : IRecomputation
    {
        readonly Tensor[] before = pass.IsTraining ? Clones(layer) : [];
        Tensor[] now = [];

        public Tensor Run(Tensor x)
        {
            if (pass.IsTraining) now = Clones(layer);
            Overwrite(before);
            return layer.Forward(x, pass.Again());
        }

        public void Finish() => Overwrite(now);

        void Overwrite(Tensor[] values)
        {
            foreach (var (buffer, value) in BuffersOf(layer).Zip(values)) buffer.Overwrite(value);
        }

        static Tensor[] Clones(Module layer) => [.. BuffersOf(layer).Select(Clone)];

        static Tensor Clone(Tensor buffer)
        {
            Tensor clone = buffer.Clone();
            clone.Storage.MarkLongLived();
            return clone;
        }
    }
}

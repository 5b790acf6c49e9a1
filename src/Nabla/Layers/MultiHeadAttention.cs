namespace Nabla.Layers;

/// <summary>
/// Attention in several heads side by side: queries, keys and values are linear maps of the input, each head attends by itself, and a
/// last map mixes the heads: [batch, positions, width] → the same (Vaswani et al., 2017).
/// </summary>
/// <remarks>
/// <c>input.weight</c> holds the maps to queries, keys and values one below the other, as PyTorch's <c>in_proj_weight</c>. With fewer key
/// heads, groups of query heads share keys and values (Shazeer, 2019; Ainslie et al., 2023).
/// </remarks>
public sealed class MultiHeadAttention : Module
{
    readonly Linear input, output;
    readonly Attention core;
    readonly RotaryPositions? rotary;
    readonly int width, heads, keyHeads;

    /// <summary>Creates the layer.</summary>
    /// <param name="width">Size of the last axis; a multiple of the number of heads.</param>
    /// <param name="heads">Heads; positive.</param>
    /// <param name="keyHeads">Heads of keys and values, a divisor of heads; null for heads.</param>
    /// <param name="hasBias">False leaves the biases of the maps out.</param>
    /// <param name="core">How queries look at keys; null for <see cref="DotProductAttention"/>.</param>
    /// <param name="rotary">Rotates queries and keys by their positions; null for none.</param>
    public MultiHeadAttention(
        int width, int heads, int? keyHeads = null, bool hasBias = true, Attention? core = null, RotaryPositions? rotary = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(heads);
        if (width % heads != 0)
            throw new ArgumentOutOfRangeException(
                nameof(heads), heads, $"MultiHeadAttention: expected heads that divide the width {width}, got {heads}.");
        (this.width, this.heads, this.keyHeads, this.rotary) = (width, heads, keyHeads ?? heads, rotary);
        if (this.keyHeads < 1 || heads % this.keyHeads != 0)
            throw new ArgumentOutOfRangeException(
                nameof(keyHeads), keyHeads, $"MultiHeadAttention: expected key heads that divide the {heads} heads, got {keyHeads}.");
        if (rotary is not null && rotary.Width != HeadWidth)
            throw new ArgumentOutOfRangeException(
                nameof(rotary), rotary.Width, $"MultiHeadAttention: expected rotary positions of width {HeadWidth} = {width} / {heads}, got {rotary.Width}.");
        Child(out input, new(width, (heads + 2 * this.keyHeads) * HeadWidth, hasBias));
        Child(out output, new(width, width, hasBias));
        Child(out this.core, core ?? new DotProductAttention());
    }

    /// <summary>Features of a head.</summary>
    public int HeadWidth => width / heads;

    /// <inheritdoc/>
    protected override string Notation => $"{width}, {heads} heads{(keyHeads == heads ? "" : $", {keyHeads} key heads")}";

    /// <summary>Every position attends to the others as far as the mask lets it.</summary>
    /// <param name="x">[batch, positions, width].</param>
    /// <param name="pass">Training or evaluation.</param>
    /// <param name="mask">What may attend to what.</param>
    /// <param name="cache">Keys and values of earlier positions, to which those of x are added. Evaluation only; the mask is over all.</param>
    /// <exception cref="ShapeException">The shape does not fit, or the cache is full.</exception>
    public Tensor Forward(Tensor x, Pass pass, AttentionMask mask, AttentionCache? cache = null) =>
        Enter((Layer: this, x, pass, mask, cache), static given => given.Layer.Attend(given.x, given.pass, given.mask, given.cache));

    /// <summary>Cross-attention: queries come from x, keys and values from <paramref name="memory"/>.</summary>
    /// <param name="x">[batch, positions, width].</param>
    /// <param name="memory">[batch, positions of the memory, width].</param>
    /// <param name="pass">Training or evaluation.</param>
    /// <param name="mask">What may attend to what.</param>
    public Tensor Forward(Tensor x, Tensor memory, Pass pass, AttentionMask mask) =>
        Enter((Layer: this, x, memory, pass, mask), static given => given.Layer.AttendTo(given.x, given.memory, given.pass, given.mask));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => Attend(x, pass, AttentionMask.None, null);

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(Shape input, Shape output) => core.Products((long)input[0] * heads, input[1], input[1], HeadWidth);

    Tensor Attend(Tensor x, Pass pass, AttentionMask mask, AttentionCache? cache)
    {
        Check(x);
        Tensor packed = input.Forward(x, pass);
        if (rotary is null && cache is null && core is DotProductAttention dot) return Joined(dot.AttendPacked(packed, heads, keyHeads, mask, pass), pass);
        int queries = heads * HeadWidth, keys = keyHeads * HeadWidth, start = cache?.Length ?? 0;
        Tensor q = Heads(packed.Narrow(2, 0, queries), heads), k = Heads(packed.Narrow(2, queries, keys), keyHeads);
        Tensor v = Heads(packed.Narrow(2, queries + keys, keys), keyHeads);
        if (rotary is not null) (q, k) = (rotary.Rotate(q, start), rotary.Rotate(k, start));
        if (cache is not null) (k, v) = cache.Append(k, v);
        return Joined(core.Attend(q, k, v, mask, pass), pass);
    }

    Tensor AttendTo(Tensor x, Tensor memory, Pass pass, AttentionMask mask)
    {
        Check(x);
        Check(memory);
        int queries = heads * HeadWidth, keys = keyHeads * HeadWidth;
        Tensor q = Heads(x.Linear(input.Weight.Narrow(0, 0, queries), input.Bias?.Narrow(0, 0, queries)), heads);
        Tensor kv = memory.Linear(input.Weight.Narrow(0, queries, 2 * keys), input.Bias?.Narrow(0, queries, 2 * keys));
        return Joined(core.Attend(q, Heads(kv.Narrow(2, 0, keys), keyHeads), Heads(kv.Narrow(2, keys, keys), keyHeads), mask, pass), pass);
    }

    Tensor Heads(Tensor x, int count) => x.Reshape(x.Shape[0], x.Shape[1], count, HeadWidth).Transpose(1, 2);

    Tensor Joined(Tensor x, Pass pass) => output.Forward(x.Transpose(1, 2).Reshape(x.Shape[0], x.Shape[2], width), pass);

    void Check(Tensor x)
    {
        if (x.Rank != 3 || x.Shape[2] != width) throw new ShapeException($"expected [batch, positions, {width}], got {x.Shape}. Check the layer before it.");
    }
}

/// <summary>
/// Keys and values of the positions so far, so that the next one is computed without them. Belongs to one layer and one sequence (or
/// batch of them) in evaluation.
/// </summary>
public sealed class AttentionCache
{
    Tensor? keys, values;

    /// <summary>Creates an empty cache.</summary>
    /// <param name="capacity">Positions it has room for; positive.</param>
    public AttentionCache(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        Capacity = capacity;
    }

    /// <summary>Positions it has room for.</summary>
    public int Capacity { get; }

    /// <summary>Positions it holds.</summary>
    public int Length { get; private set; }

    /// <summary>Adds positions; returns all that are there.</summary>
    internal (Tensor Keys, Tensor Values) Append(Tensor k, Tensor v)
    {
        if (Autograd.IsRecording && (k.RequiresGradient || v.RequiresGradient))
            throw new InvalidOperationException("AttentionCache: expected evaluation, got a recorded pass. Wrap it in Autograd.NoGradient().");
        int count = k.Shape[2];
        if (Length + count > Capacity)
            throw new ShapeException($"AttentionCache: expected at most {Capacity} positions, got {Length + count}. Make a larger cache or start again.");
        keys ??= Room(k);
        values ??= Room(v);
        if (keys.Shape != k.Shape.With(2, Capacity))
            throw new ShapeException($"AttentionCache: expected positions of shape {keys.Shape.With(2, count)}, got {k.Shape}. A cache belongs to one layer and one batch.");
        keys.Narrow(2, Length, count).Overwrite(k);
        values.Narrow(2, Length, count).Overwrite(v);
        Length += count;
        return (keys.Narrow(2, 0, Length), values.Narrow(2, 0, Length));
    }

    Tensor Room(Tensor x)
    {
        Tensor room = Tensor.Zeros(x.Shape.With(2, Capacity), x.DType);
        room.Storage.MarkLongLived();
        return room;
    }
}

using System.Globalization;

namespace Nabla.Layers;

/// <summary>
/// A small bottleneck with a shortcut, put into a frozen network so that only it trains: x + up(activation(down(x))) on the last axis
/// (Houlsby et al., 2019).
/// </summary>
/// <remarks><c>up</c> starts at 0, so a new adapter changes nothing.</remarks>
public sealed class Adapter : Module
{
    readonly Linear down, up;
    readonly Activation activation;

    /// <summary>Creates the layer.</summary>
    /// <param name="features">Size of the last axis; positive.</param>
    /// <param name="width">Size of the bottleneck; positive. Default 64.</param>
    /// <param name="activation">Default: GELU.</param>
    public Adapter(int features, int width = 64, Activation? activation = null)
    {
        Child(out down, new Linear(features, width));
        Child(out this.activation, activation ?? Activation.Gelu());
        Child(out up, new Linear(width, features, weightInitializer: Initializer.Zeros, biasInitializer: Initializer.Zeros));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{down.InFeatures}, width {down.OutFeatures}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x + up.Forward(activation.Forward(down.Forward(x, pass), pass), pass);
}

/// <summary>
/// A frozen linear layer and a trained change of low rank: y = x·Wᵀ + b + (α/r)·x·Aᵀ·Bᵀ (Hu et al., 2022).
/// </summary>
/// <remarks>
/// A [rank, inFeatures] starts uniform in ±1/√inFeatures, B [outFeatures, rank] at 0, so wrapping changes nothing. <see cref="Merge"/> puts the
/// change into the layer's own weight, so that serving costs what the layer alone costs; <see cref="Unmerge"/> takes it out again, to the bit.
/// Save unmerged: a merged weight loaded into an unmerged layer would count the change twice.
/// </remarks>
public sealed class Lora : Module
{
    readonly Linear layer;
    readonly Tensor a, b;
    readonly double scale, dropout;
    Tensor? original;

    /// <summary>Wraps and freezes a linear layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="rank">r, at least 1 and below both sizes of the layer. Default 8.</param>
    /// <param name="alpha">α; the change is scaled by α/r, so that the learning rate need not follow the rank. Default 16.</param>
    /// <param name="dropout">Share of inputs of the change that is removed in training, in [0, 1). Default 0.</param>
    public Lora(Linear layer, int rank = 8, double alpha = 16, double dropout = 0)
    {
        int limit = Math.Min(layer.InFeatures, layer.OutFeatures);
        if (rank < 1 || rank > limit) throw new ArgumentOutOfRangeException(nameof(rank), rank, $"Lora: expected a rank from 1 to {limit} for {layer}, got {rank}.");
        if (!(alpha > 0 && double.IsFinite(alpha))) throw new ArgumentOutOfRangeException(nameof(alpha), alpha, $"Lora: expected a finite alpha above 0, got {alpha}.");
        (scale, this.dropout) = (alpha / rank, Rates.Checked(dropout, "Lora"));
        Child(out this.layer, layer);
        layer.Freeze();
        Parameter(out a, (rank, layer.InFeatures), Initializer.FanInUniform(layer.InFeatures));
        Parameter(out b, (layer.OutFeatures, rank), Initializer.Zeros);
    }

    /// <summary>True if the layer's own weight holds the change.</summary>
    public bool IsMerged => original is not null;

    /// <inheritdoc/>
    protected override string Notation =>
        string.Create(CultureInfo.InvariantCulture, $"{layer.InFeatures} → {layer.OutFeatures}, rank {a.Shape[0]}{(IsMerged ? ", merged" : "")}");

    /// <summary>Adds the change to the layer's weight. For serving; training needs it unmerged.</summary>
    /// <exception cref="InvalidOperationException">It is merged already.</exception>
    public void Merge()
    {
        if (IsMerged) throw new InvalidOperationException($"{this}: expected an unmerged change, got a merged one.");
        using Autograd.Scope scope = Autograd.NoGradient();
        original = layer.Weight.Clone();
        layer.Weight.Overwrite(layer.Weight + b.MatMul(a) * scale);
    }

    /// <summary>Gives the layer the weight back that it had before <see cref="Merge"/>.</summary>
    /// <exception cref="InvalidOperationException">It is not merged.</exception>
    public void Unmerge()
    {
        if (original is null) throw new InvalidOperationException($"{this}: expected a merged change, got an unmerged one.");
        using Autograd.Scope scope = Autograd.NoGradient();
        layer.Weight.Overwrite(original);
        original = null;
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Tensor y = layer.Forward(x, pass);
        if (!IsMerged) return y + (pass.IsTraining && dropout > 0 ? x.Dropout(dropout, pass.NextStream()) : x).Linear(a).Linear(b) * scale;
        return !pass.IsTraining ? y : throw new InvalidOperationException($"{this}: expected an unmerged change in training, got a merged one. Call Unmerge().");
    }
}

/// <summary>
/// Trained vectors put before every sequence, so that a frozen model learns a task from its prompt: [N, T, features] →
/// [N, tokens + T, features] (Lester, Al-Rfou, Constant, 2021).
/// </summary>
/// <remarks>Freeze the model behind it: <c>model.Freeze()</c>. The vectors, <c>prompt</c> [tokens, features], start uniform in ±0.5, or as copies of given ones.</remarks>
public sealed class SoftPrompt : Module
{
    readonly Tensor prompt;

    /// <summary>Creates the layer.</summary>
    /// <param name="tokens">Number of vectors; positive.</param>
    /// <param name="features">Their length; positive.</param>
    public SoftPrompt(int tokens, int features)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokens);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(features);
        Parameter(out prompt, (tokens, features), Initializer.Uniform(-0.5, 0.5));
    }

    /// <summary>Creates the layer from vectors, for example those of words that name the task: the paper's better start.</summary>
    /// <param name="start">[tokens, features]; copied.</param>
    public SoftPrompt(Tensor start)
    {
        if (start.Rank != 2 || start.Length == 0) throw new ShapeException($"SoftPrompt: expected vectors [tokens, features], got {start.Shape}.");
        Parameter(out prompt, start.Detach().Clone());
    }

    /// <inheritdoc/>
    protected override string Notation => $"{prompt.Shape[0]} × {prompt.Shape[1]}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank != 3 || x.Shape[2] != prompt.Shape[1]) throw new ShapeException($"expected [N, T, {prompt.Shape[1]}], got {x.Shape}.");
        return Tensor.Concatenate([prompt.Unsqueeze(0).Expand(x.Shape[0], prompt.Shape[0], prompt.Shape[1]), x], 1);
    }
}

using Nabla.Layers;

namespace Nabla.Models;

/// <summary>
/// Deep interest network: will a user who has seen these items take that one? Each item of the history is weighed by a small network
/// that looks at it beside the target; the weighted sum is what the user is interested in (Zhou et al., 2018).
/// </summary>
/// <remarks>Weights are not normalized, so that a long history of similar items says more than a short one, as in the paper.</remarks>
public sealed class Din : Module
{
    readonly int width;
    readonly Embedding items;
    readonly Linear pairs;
    readonly Sequential attention, top;

    /// <summary>Creates the model.</summary>
    /// <param name="items">Number of items.</param>
    /// <param name="width">Length of an item's vector. Default 32.</param>
    /// <param name="attention">Widths of the layers of the attention network (sigmoid). Default 80, 40.</param>
    /// <param name="top">Widths of the layers above it (PReLU). Default 200, 80.</param>
    public Din(int items, int width = 32, int[]? attention = null, int[]? top = null)
    {
        this.width = width;
        attention ??= [80, 40];
        if (attention.Length == 0) throw new ArgumentException("Din: expected at least one layer of attention, got none.", nameof(attention));
        Child(out this.items, new(items, width));
        Child(out pairs, new(4 * width, attention[0]));
        Child(out this.attention, new(Activation.Sigmoid(), Mlp.Create(attention[0], attention[1..], 1, Activation.Sigmoid)));
        Child(out this.top, Mlp.Create(2 * width, top ?? [200, 80], 1, static () => new Prelu()));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{items.Weight.Shape[0]} items, width {width}";

    /// <summary>Logits [B] for target items [B] after histories [B, H], of which the first <paramref name="lengths"/> [B] items count.</summary>
    /// <param name="targets">Integers.</param>
    /// <param name="histories">Integers; what stands beyond the length may be any item.</param>
    /// <param name="lengths">Integers from 0 to H.</param>
    /// <param name="pass">Training or evaluation.</param>
    /// <exception cref="ShapeException">A shape does not fit.</exception>
    public Tensor Forward(Tensor targets, Tensor histories, Tensor lengths, Pass pass) =>
        Enter((Model: this, targets, histories, lengths, pass), static given => given.Model.Logits(given.targets, given.histories, given.lengths, given.pass));

    /// <summary>Logits [B] from rows of integers [B, 2 + H]: target, length of the history, history.</summary>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank != 2 || x.Shape[1] < 3) throw new ShapeException($"Din: expected rows of target, length and history, [B, 2 + H], got {x.Shape}.");
        return Logits(x.Select(1, 0), x.Narrow(1, 2, x.Shape[1] - 2), x.Select(1, 1), pass);
    }

    Tensor Logits(Tensor targets, Tensor histories, Tensor lengths, Pass pass)
    {
        if (targets.Rank != 1 || histories.Rank != 2 || histories.Shape[0] != targets.Length || lengths.Shape != targets.Shape)
            throw new ShapeException($"Din: expected targets [B], histories [B, H] and lengths [B], got {targets.Shape}, {histories.Shape} and {lengths.Shape}.");
        int batch = targets.Length, history = histories.Shape[1];
        Tensor target = items.Forward(targets, pass), keys = items.Forward(histories, pass);
        Tensor weights = attention.Forward(Pairs(target, keys), pass);
        Tensor counts = Tensor.Arange(history).Less(lengths.To(DType.Int64).Unsqueeze(1)).To(weights.DType).Unsqueeze(2);
        Tensor interest = (weights * counts * keys).Sum(1);
        return top.Forward(Tensor.Concatenate([target, interest], 1), pass).Squeeze(1);
    }

    /// <summary>
    /// The first layer of attention on [q, k, q − k, q·k], taken apart: W₁q + W₂k + W₃(q − k) + W₄(q·k) = (W₁ + W₃)q + [W₂ − W₃, W₄][k, q·k].
    /// The target's part is then one row per sample and not one per item, and what is multiplied is half as wide.
    /// </summary>
    Tensor Pairs(Tensor query, Tensor keys)
    {
        Tensor w = pairs.Weight;
        Tensor w1 = w.Narrow(1, 0, width), w2 = w.Narrow(1, width, width), w3 = w.Narrow(1, 2 * width, width), w4 = w.Narrow(1, 3 * width, width);
        Tensor ofTarget = query.Linear(w1 + w3, pairs.Bias).Unsqueeze(1);
        Tensor both = Tensor.Concatenate([keys, query.Unsqueeze(1) * keys], 2);
        return both.Linear(Tensor.Concatenate([w2 - w3, w4], 1)) + ofTarget;
    }
}

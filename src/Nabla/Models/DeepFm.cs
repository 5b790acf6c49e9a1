using Nabla.Layers;

namespace Nabla.Models;

/// <summary>
/// Click prediction from ids and numbers: the sum of a linear model, of all products of two fields (a factorization machine) and of a
/// deep network, which share one table of vectors (Guo, Tang, Ye, Li, He, 2017).
/// </summary>
/// <remarks>
/// All fields live in one table: add to the ids of each field the sizes of the fields before it. Tables of millions of rows train best
/// with <see cref="Nabla.Optimizers.SparseAdam"/> or <see cref="Nabla.Optimizers.AdaGrad"/>, whose steps cost what a batch looks up.
/// </remarks>
public sealed class DeepFm : Module
{
    readonly int fields, numbers, width;
    readonly Embedding embedding;
    readonly EmbeddingBag linear;
    readonly Linear? numeric;
    readonly Sequential deep;

    /// <summary>Creates the model.</summary>
    /// <param name="vocabularySize">Ids of all fields together.</param>
    /// <param name="fields">Ids per sample.</param>
    /// <param name="numbers">Numbers per sample; may be 0.</param>
    /// <param name="width">Length of the vector of an id. Default 16.</param>
    /// <param name="hidden">Widths of the deep network's layers. Default 400, 400, 400, the paper's.</param>
    public DeepFm(int vocabularySize, int fields, int numbers = 0, int width = 16, int[]? hidden = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(fields);
        ArgumentOutOfRangeException.ThrowIfNegative(numbers);
        (this.fields, this.numbers, this.width) = (fields, numbers, width);
        Child(out embedding, new(vocabularySize, width));
        Child(out linear, new(vocabularySize, 1, BagMode.Sum));
        if (numbers > 0) Child(out numeric, new(numbers, 1));
        Child(out deep, Mlp.Create(fields * width + numbers, hidden ?? [400, 400, 400], 1, Activation.Relu));
    }

    /// <inheritdoc/>
    protected override string Notation => $"{fields} of {embedding.Weight.Shape[0]} ids, {numbers} numbers, width {width}";

    /// <summary>Logits [B] from ids [B, fields] and numbers [B, numbers].</summary>
    /// <param name="ids">Int64, Int32 or UInt8.</param>
    /// <param name="x">Null if the model has no numbers.</param>
    /// <param name="pass">Training or evaluation.</param>
    /// <exception cref="ShapeException">A shape does not fit.</exception>
    public Tensor Forward(Tensor ids, Tensor? x, Pass pass) =>
        Enter((Model: this, ids, x, pass), static given => given.Model.Logits(given.ids, given.x, given.pass));

    /// <summary>Logits [B] from ids [B, fields], for a model without numbers.</summary>
    protected override Tensor Forward(Tensor x, Pass pass) => Logits(x, null, pass);

    Tensor Logits(Tensor ids, Tensor? x, Pass pass)
    {
        if (ids.Rank != 2 || ids.Shape[1] != fields) throw new ShapeException($"DeepFm: expected ids [B, {fields}], got {ids.Shape}.");
        int batch = ids.Shape[0];
        if (numbers == 0 ? x is not null : x?.Shape != (batch, numbers))
            throw new ShapeException($"DeepFm: expected {(numbers == 0 ? "no numbers" : $"numbers [{batch}, {numbers}]")}, got {(x is null ? "none" : $"{x.Shape}")}.");
        Tensor e = embedding.Forward(ids, pass);
        Tensor products = 0.5 * (e.Sum(1).Square() - e.Square().Sum(1)).Sum(1);
        Tensor flat = e.Reshape(batch, fields * width);
        Tensor logits = linear.Forward(ids, pass).Squeeze(1) + products;
        if (x is null) return logits + deep.Forward(flat, pass).Squeeze(1);
        return logits + numeric!.Forward(x, pass).Squeeze(1) + deep.Forward(Tensor.Concatenate([flat, x], 1), pass).Squeeze(1);
    }
}

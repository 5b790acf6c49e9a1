namespace Nabla.Layers;

/// <summary>
/// Several networks of which a gate runs only the few that fit each sample: y = Σ over the top k of softmax(gate)ₑ · expertₑ(x). Input
/// [..., features] → what the experts make of it (Shazeer et al., 2017; Fedus, Zoph, Shazeer, 2022).
/// </summary>
/// <remarks>
/// <para>Scores h = x·Wᵀ; the k largest stay, and softmax over them gives the weights. With noise, training adds N(0, 1)·softplus(x·Vᵀ) to the scores.</para>
/// <para>
/// Without help a gate soon sends everything to one expert. So training adds <c>balance</c> · E·Σₑ fₑ·Pₑ to the loss (<see cref="Pass.AddLoss"/>),
/// fₑ the share of choices that fell on expert e, Pₑ its mean probability under softmax of all scores. It is 1 for an even load and E
/// for a single expert.
/// </para>
/// </remarks>
public sealed class MixtureOfExperts : Module
{
    readonly Linear gate;
    readonly Linear? noise;
    readonly ModuleList<Module> experts;
    readonly int active;
    readonly double balance;

    /// <summary>Creates the layer.</summary>
    /// <param name="features">Size of the last axis of the input; positive.</param>
    /// <param name="experts">At least two networks from [n, features] to outputs of equal shapes.</param>
    /// <param name="active">k, how many of them run for each sample. Default 2.</param>
    /// <param name="balance">Weight of the load-balancing loss, at least 0. Default 0.01.</param>
    /// <param name="isNoisy">True adds trained noise to the scores in training; its weight starts at 0.</param>
    public MixtureOfExperts(int features, IReadOnlyList<Module> experts, int active = 2, double balance = 0.01, bool isNoisy = false)
    {
        if (experts.Count < 2) throw new ArgumentException($"MixtureOfExperts: expected at least two experts, got {experts.Count}.", nameof(experts));
        if (active < 1 || active > experts.Count)
            throw new ArgumentOutOfRangeException(nameof(active), active, $"MixtureOfExperts: expected from 1 to {experts.Count} active experts, got {active}.");
        if (!(balance >= 0 && double.IsFinite(balance)))
            throw new ArgumentOutOfRangeException(nameof(balance), balance, $"MixtureOfExperts: expected a finite balance of at least 0, got {balance}.");
        (this.active, this.balance) = (active, balance);
        Child(out gate, new Linear(features, experts.Count, hasBias: false));
        if (isNoisy) Child(out noise, new Linear(features, experts.Count, hasBias: false, weightInitializer: Initializer.Zeros));
        Children(out this.experts, experts);
    }

    /// <inheritdoc/>
    protected override string Notation => $"{gate.InFeatures}, {active} of {experts.Count}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        if (x.Rank == 0 || x.Shape[^1] != gate.InFeatures) throw new ShapeException($"expected last axis {gate.InFeatures}, got {x.Shape}.");
        Tensor rows = x.Reshape(-1, gate.InFeatures), scores = gate.Forward(rows, pass);
        if (noise is not null && pass.IsTraining)
            scores += Tensor.Normal(scores.Shape, pass.NextStream(), dtype: scores.DType) * noise.Forward(rows, pass).Softplus();
        (Tensor best, Tensor chosen) = scores.TopK(active);
        if (balance > 0 && pass.IsTraining) pass.AddLoss(Imbalance(scores, chosen) * balance);

        Tensor weights = best.Softmax();
        Tensor? y = null;
        for (int e = 0; e < experts.Count; e++)
        {
            Tensor[] at = chosen.EqualTo(e).NonZero();                                 // its samples, and which of their choices it is
            if (at[0].Length == 0) continue;
            Tensor share = weights.Take(at[0] * active + at[1]);
            Tensor part = experts[e].Forward(rows.IndexSelect(0, at[0]), pass);
            part *= share.Reshape(Column(part));
            y = (y ?? Tensor.Zeros(part.Shape.With(0, rows.Shape[0]), part.DType)).IndexAdd(0, at[0], part);
        }
        if (y is null) throw new ShapeException($"expected at least one sample, got {x.Shape}.");
        return y.Reshape([.. x.Shape.Axes[..^1], .. y.Shape.Axes[1..]]);
    }

    /// <summary>E·Σ f·P of Fedus et al., equations 4 to 6; f counts choices and has no gradient.</summary>
    internal static Tensor Imbalance(Tensor scores, Tensor chosen)
    {
        int count = scores.Shape[1];
        Tensor shares = chosen.Reshape(-1).OneHot(count, scores.DType).Mean(0), probabilities = scores.Softmax().Mean(0);
        return (shares * probabilities).Sum() * count;
    }

    static int[] Column(Tensor part)
    {
        int[] sizes = new int[part.Rank];
        sizes.AsSpan().Fill(1);
        sizes[0] = part.Shape[0];
        return sizes;
    }
}

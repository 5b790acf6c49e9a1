using Nabla.Estimators;

namespace Nabla.Classical.Energy;

/// <summary>
/// Boltzmann machines one on another, each fitted on what the one below makes of the data, and a classifier on top (Hinton, Osindero, Teh: A
/// fast learning algorithm for deep belief nets, 2006).
/// </summary>
/// <param name="layers">The machines, from the data up; at least one.</param>
/// <param name="top">The classifier of the highest layer.</param>
public sealed class DeepBelief(IReadOnlyList<RestrictedBoltzmannMachine> layers, ProbabilisticClassifier top) : ProbabilisticClassifier
{
    readonly RestrictedBoltzmannMachine[] layers = layers is { Count: > 0 } ? [.. layers] : throw new ArgumentException("DeepBelief: expected at least one layer, got none.", nameof(layers));

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets)
    {
        Matrix<double> x = FitTable<double>(features);
        FitClasses(targets, x.Rows);
        Tensor below = features;
        foreach (RestrictedBoltzmannMachine layer in layers)
        {
            layer.Fit(below);
            below = layer.Transform(below);
        }
        top.Fit(below, targets);
        EndFit();
    }

    /// <summary>What the highest layer makes of rows: → Float64 [rows, hidden of the last].</summary>
    public Tensor Transform(Tensor features)
    {
        CheckFitted();
        return layers.Aggregate(features, static (below, layer) => layer.Transform(below));
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        for (int i = 0; i < layers.Length; i++) state.Keep($"layers.{i}", layers[i]);
        state.Keep("top", top);
    }

    private protected override Matrix<double> Scores(Matrix<double> x) => TableInput.Features<double>(top.PredictLogProbability(Transform(x.ToTensor())), Name);
}

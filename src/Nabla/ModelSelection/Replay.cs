using Nabla.Metrics;

namespace Nabla.ModelSelection;

/// <summary>
/// Judges a model that learns as it goes: every batch is predicted before it is learned from, so the model never looks into the future
/// (Dawid, 1984: prequential; McMahan et al., 2013: progressive validation).
/// </summary>
public static class Replay
{
    /// <summary>Predicts, measures, learns, batch by batch in the order of time.</summary>
    /// <param name="batches">Features and targets.</param>
    /// <param name="predict">Predicts a batch with what has been learned so far.</param>
    /// <param name="learn">Learns from a batch.</param>
    /// <param name="metric">Is fed every prediction.</param>
    /// <returns>The value of the metric after each batch.</returns>
    public static IReadOnlyList<double> Run(
        IEnumerable<(Tensor Features, Tensor Targets)> batches, Func<Tensor, Tensor> predict, Action<Tensor, Tensor> learn, Metric metric)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(metric);
        var values = new List<double>();
        foreach (var (features, targets) in batches)
        {
            metric.Update(predict(features), targets);
            values.Add(metric.Value);
            learn(features, targets);
        }
        return values;
    }
}

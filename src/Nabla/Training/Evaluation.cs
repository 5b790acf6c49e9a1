using Nabla.Data;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Metrics;

namespace Nabla.Training;

/// <summary>Loss and metrics of a model over a data set, without training. Usable in a hand-written loop.</summary>
public static class Evaluation
{
    /// <summary>Runs the model in evaluation over one epoch of <paramref name="batches"/>.</summary>
    /// <returns><c>loss</c> (the mean over samples) and each metric by name.</returns>
    public static IReadOnlyDictionary<string, double> Run(
        Module model, Loss loss, IEnumerable<Batch> batches, IEnumerable<Metric> metrics, CancellationToken cancellationToken = default)
    {
        Metric[] measured = [.. metrics];
        foreach (Metric metric in measured) metric.Reset();
        double sum = 0;
        long samples = 0;
        using Autograd.Scope scope = Autograd.NoGradient();
        foreach (Batch batch in batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Tensor prediction = model.Predict(batch.Features);
            sum += (double)loss.Forward(prediction, batch.Targets) * batch.Count;
            samples += batch.Count;
            foreach (Metric metric in measured) metric.Update(prediction, batch.Targets);
        }
        if (samples == 0) throw new ArgumentException("Evaluation: expected samples, got none.", nameof(batches));
        var values = new Dictionary<string, double> { ["loss"] = sum / samples };
        foreach (Metric metric in measured) values[metric.Name] = metric.Value;
        return values;
    }
}

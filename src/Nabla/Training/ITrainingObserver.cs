namespace Nabla.Training;

/// <summary>Sees a training run go by: progress displays, logs, writers of pictures.</summary>
public interface ITrainingObserver
{
    /// <summary>After each step. Called often; must be quick.</summary>
    void OnStep(in StepReport report);

    /// <summary>After each epoch, its validation included.</summary>
    void OnEpoch(EpochRecord record);
}

/// <summary>Where a run stands after a step.</summary>
/// <param name="Epoch">Number of the epoch, from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Batch">Batches of this epoch that are done.</param>
/// <param name="Batches">Batches of an epoch, if known.</param>
/// <param name="Step">Steps since the start of training.</param>
/// <param name="Loss">Mean loss of this epoch so far.</param>
/// <param name="Samples">Samples in this batch.</param>
public readonly record struct StepReport(int Epoch, int Epochs, int Batch, int? Batches, long Step, double Loss, int Samples);

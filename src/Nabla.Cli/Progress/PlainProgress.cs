using Nabla.Training;

namespace Nabla.Cli.Progress;

/// <summary>A line per epoch, for files and pipes.</summary>
internal sealed class PlainProgress(TextWriter output) : ITrainingObserver
{
    int epochs;

    public void OnStep(in StepReport report) => epochs = report.Epochs;

    public void OnEpoch(EpochRecord record) => output.WriteLine(EpochLine.Text(record, epochs));
}

/// <summary>Says nothing.</summary>
internal sealed class NoProgress : ITrainingObserver
{
    public void OnStep(in StepReport report) { }

    public void OnEpoch(EpochRecord record) { }
}

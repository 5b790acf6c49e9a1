using Nabla.Cli.Progress;
using Nabla.Cli.Runs;
using Nabla.Training;

namespace Nabla.Cli.Commands;

/// <summary>Trains with the progress that the output can show: live on a terminal, a line per epoch elsewhere, or nothing.</summary>
internal static class TrainingDisplay
{
    public static TrainingResult Fit(TrainingRun training, RunFolder run, bool resumes, bool isQuiet, CancellationToken cancellationToken)
    {
        if (isQuiet) return training.Fit(run, resumes, new NoProgress(), cancellationToken);
        if (Console.IsOutputRedirected || Environment.GetEnvironmentVariable("TERM") == "dumb")
            return training.Fit(run, resumes, new PlainProgress(Console.Out), cancellationToken);
        return FitLive(training, run, resumes, cancellationToken);
    }

    // By itself, so that Spectre.Console is loaded only here.
    static TrainingResult FitLive(TrainingRun training, RunFolder run, bool resumes, CancellationToken cancellationToken)
    {
        using var progress = new LiveProgress();
        return training.Fit(run, resumes, progress, cancellationToken);
    }
}

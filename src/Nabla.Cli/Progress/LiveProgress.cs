using System.Diagnostics;
using System.Globalization;
using Nabla.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Nabla.Cli.Progress;

/// <summary>
/// A bar with rate, time left, loss and the latest validation values, and a line per epoch above it. The display starts after
/// the first step and draws on a thread of its own, so that training waits for none of it.
/// </summary>
internal sealed class LiveProgress : ITrainingObserver, IDisposable
{
    readonly TaskCompletionSource finished = new();
    Task? display;
    ProgressTask? bar;
    long samples, start;
    int epochs;
    double loss;
    string measured = "";

    public void OnStep(in StepReport report)
    {
        epochs = report.Epochs;
        loss = report.Loss;
        if (display is null) Start(report);
        Interlocked.Add(ref samples, report.Samples);
        if (bar is { } task && report.Batches is { } batches) task.Value = (report.Epoch - 1) * (double)batches + report.Batch;
    }

    public void OnEpoch(EpochRecord record)
    {
        measured = record.Validation.FirstOrDefault(static entry => entry.Key != "loss") is { Key: { } name, Value: var value }
            ? $"{name} {EpochLine.Number(value)}" : "";
        AnsiConsole.WriteLine(EpochLine.Text(record, epochs));
    }

    /// <summary>Ends the display; what follows is printed below it.</summary>
    public void Dispose()
    {
        finished.TrySetResult();
        display?.Wait();
    }

    void Start(StepReport report)
    {
        start = Stopwatch.GetTimestamp();
        double total = report.Batches is { } batches ? (double)batches * report.Epochs : 1;
        display = Task.Run(() => AnsiConsole.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn { Width = 30 }, new PercentageColumn(), new StatusColumn(this), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                bar = context.AddTask("training", maxValue: total);
                await finished.Task.ConfigureAwait(false);
            }));
    }

    string Status()
    {
        double rate = Interlocked.Read(ref samples) / Math.Max(Stopwatch.GetElapsedTime(start).TotalSeconds, 1e-3);
        return string.Create(CultureInfo.InvariantCulture, $"{rate:N0} samples/s  loss {EpochLine.Number(loss)}  {measured}");
    }

    sealed class StatusColumn(LiveProgress progress) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Spectre.Console.Text(progress.Status());
    }
}

using System.Diagnostics;
using Nabla.Data;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Metrics;
using Nabla.Optimizers;
using Nabla.Schedules;

namespace Nabla.Training;

/// <summary>
/// The training loop: a thin walk over plain objects (loader, loss, optimizer, schedule, metrics, early stopping), each of which
/// works in a hand-written loop too. Interrupted and resumed, it gives the same bits as if it had never stopped.
/// </summary>
public sealed class Trainer
{
    readonly Module model;
    readonly Loss loss;
    readonly Optimizer optimizer;
    readonly LossScaling ownScaling = new();
    TrainingState? state;

    /// <summary>A trainer of <paramref name="model"/>.</summary>
    /// <param name="model">What to train.</param>
    /// <param name="loss">What to make small; its reduction must be a mean or a sum.</param>
    /// <param name="optimizer">How to change the parameters.</param>
    public Trainer(Module model, Loss loss, Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(optimizer);
        (this.model, this.loss, this.optimizer) = (model, loss, optimizer);
    }

    /// <summary>Passes over the training data, at least 1. Default 10.</summary>
    public int Epochs
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Trainer.Epochs: expected at least 1.");
    } = 10;

    /// <summary>Seed of what is random within a step, such as dropout. The loader and the model have seeds of their own. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Learning rate over time; null keeps the optimizer's.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Lowers the learning rate when the monitored value stops getting better; null for not.</summary>
    public ReduceOnPlateau? Plateau { get; init; }

    /// <summary>Bound on the global norm of the gradient; null for none.</summary>
    public double? ClipNorm
    {
        get;
        init => field = value is null or > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Trainer.ClipNorm: expected more than 0.");
    }

    /// <summary>
    /// What factors of products are rounded to in training: Float32 (default) for nothing, BFloat16 or Float16 for
    /// <see cref="Autograd.MixedPrecision"/>. The loss and evaluation are always in Float32.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Another type.</exception>
    public DType Products
    {
        get;
        init => field = value == DType.Float32 || value.IsHalf ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Trainer.Products: expected Float32, BFloat16 or Float16, got {value}.");
    }

    /// <summary>Keeps small gradients above the least number of 16 bits; null for none. Default: one of its own with Float16, else none.</summary>
    public LossScaling? LossScaling
    {
        get => field ?? (Products == DType.Float16 ? ownScaling : null);
        init;
    }

    /// <summary>What to measure on the validation data besides the loss.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];

    /// <summary>The validation value that decides which epoch is best: <c>loss</c> (the default) or a metric's name.</summary>
    public string Monitor { get; init; } = "loss";

    /// <summary>Epochs without gain of the monitored value before training stops; null never stops early.</summary>
    public int? Patience { get; init; }

    /// <summary>End with the parameters of the best epoch instead of the last. Needs validation data and a checkpoint folder.</summary>
    public bool RestoresBest { get; init; }

    /// <summary>Folder for <c>last.safetensors</c>, written after every epoch and on interruption, and <c>best.safetensors</c>; null for none.</summary>
    public string? CheckpointDirectory { get; init; }

    /// <summary>Displays and logs.</summary>
    public IReadOnlyList<ITrainingObserver> Observers { get; init; } = [];

    /// <summary>File name of the checkpoint to resume from.</summary>
    public const string LastCheckpoint = "last.safetensors";

    /// <summary>File name of the checkpoint of the best epoch.</summary>
    public const string BestCheckpoint = "best.safetensors";

    /// <summary>Continues where a checkpoint left off: the next <see cref="Fit"/> trains the epochs that are missing.</summary>
    /// <exception cref="DataFormatException">The file is damaged, or of another model or optimizer; nothing has changed then.</exception>
    public void Resume(string checkpoint)
    {
        TrainingState loaded = Checkpoint.Load(checkpoint, model, optimizer);
        if (loaded.Seed != Seed)
            throw new DataFormatException($"Checkpoint '{checkpoint}': expected a run with seed {Seed}, got one with seed {loaded.Seed}.");
        Plateau?.Restore(loaded.PlateauFactor, loaded.PlateauBest, loaded.PlateauChecksWithoutGain);
        if (loaded.LossScale > 0) LossScaling?.Restore(loaded.LossScale, loaded.GoodSteps, loaded.SkippedSteps);
        state = loaded;
    }

    /// <summary>Trains until all epochs are done, the monitored value stops getting better, or cancellation is asked for.</summary>
    /// <param name="training">Training batches.</param>
    /// <param name="validation">Batches to measure on after each epoch; null for none.</param>
    /// <param name="cancellationToken">Ends training after the running step, with a checkpoint if there is a folder.</param>
    /// <exception cref="TrainingException">The loss is no longer a number.</exception>
    public TrainingResult Fit(
        DataLoader<Example, Batch> training, DataLoader<Example, Batch>? validation = null, CancellationToken cancellationToken = default)
    {
        EarlyStopping stopping = CheckedStopping(validation);
        state ??= new TrainingState { Seed = Seed };
        if (state.Batch > 0 && state.Batches != training.CountBatches(state.Epoch))
            throw new ArgumentException(
                $"Trainer: expected {state.Batches} batches an epoch as in the interrupted run, got {training.CountBatches(state.Epoch)}. Use the same data and batch size.",
                nameof(training));
        stopping.Restore(state.Best, state.ChecksWithoutGain);

        while (state.Epoch < Epochs && !stopping.ShouldStop)
        {
            long start = Stopwatch.GetTimestamp();
            if (!RunEpoch(training, cancellationToken))
            {
                state.Seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
                Save(LastCheckpoint);
                return Result(TrainingEnd.Interrupted);
            }
            FinishEpoch(validation, stopping, start);
        }
        if (RestoresBest) _ = Checkpoint.Load(PathOf(BestCheckpoint), model, optimizer);
        return Result(stopping.ShouldStop && state.Epoch < Epochs ? TrainingEnd.StoppedEarly : TrainingEnd.Completed);
    }

    /// <summary>Loss and metrics over <paramref name="data"/>.</summary>
    public IReadOnlyDictionary<string, double> Evaluate(DataLoader<Example, Batch> data, CancellationToken cancellationToken = default) =>
        Evaluation.Run(model, loss, data.Epoch(0, 0, cancellationToken), Metrics, cancellationToken);

    /// <summary>The rest of the running epoch; false if cancellation cut it short.</summary>
    bool RunEpoch(DataLoader<Example, Batch> training, CancellationToken cancellationToken)
    {
        RandomStream stream = new RandomStream(Seed).Split("training");
        state!.Batches = training.CountBatches(state.Epoch);
        // The loader is not cancelled: the running step ends first, and its position is what the checkpoint needs.
        foreach (Batch batch in training.Epoch(state.Epoch, state.Batch, CancellationToken.None))
        {
            if (cancellationToken.IsCancellationRequested) return false;
            Schedule?.Apply(optimizer, state.Epoch + (state.Batches is { } n ? (double)state.Batch / n : 0));
            double value = Step(batch, stream.Split(state.Step));
            state.Step++;
            state.Batch++;
            state.LossSum += value * batch.Count;
            state.Samples += batch.Count;
            var report = new StepReport(
                state.Epoch + 1, Epochs, state.Batch, state.Batches, state.Step, state.LossSum / state.Samples, batch.Count);
            foreach (ITrainingObserver observer in Observers) observer.OnStep(report);
        }
        return true;
    }

    double Step(Batch batch, RandomStream stream)
    {
        double number;
        if (optimizer.NeedsLoss) number = optimizer.Step(Value);
        else
        {
            Tensor value = Value();
            number = (double)value;
            (LossScaling?.Scaled(value) ?? value).Backward();
            if (LossScaling?.Unscale(optimizer) ?? true)
            {
                if (ClipNorm is { } bound) optimizer.ClipNorm(bound);
                optimizer.Step();
            }
        }
        optimizer.ClearGradients();
        return number;

        Tensor Value()
        {
            var pass = Pass.Training(stream);
            Tensor value = loss.Forward(Forward(batch, pass), batch.Targets);
            if (pass.AuxiliaryLoss is { } term) value += term;
            return double.IsFinite((double)value) ? value : throw NotFinite((double)value, batch, stream);
        }
    }

    Tensor Forward(Batch batch, Pass pass)
    {
        using Autograd.Scope precision = Autograd.InPrecision(Products);
        return model.Forward(batch.Features, pass);
    }

    void FinishEpoch(DataLoader<Example, Batch>? validation, EarlyStopping stopping, long start)
    {
        IReadOnlyDictionary<string, double> measured = validation is null ? new Dictionary<string, double>() : Validate(validation);
        bool isBest = false;
        if (validation is not null)
        {
            isBest = stopping.Check(measured[Monitor]);
            Plateau?.Check(measured[Monitor], optimizer);
        }
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var record = new EpochRecord
        {
            Epoch = state!.Epoch + 1,
            Step = state.Step,
            Loss = state.LossSum / state.Samples,
            Validation = measured,
            LearningRate = optimizer.LearningRate,
            Seconds = seconds,
            IsBest = isBest,
        };
        state.History.Add(record);
        state.Epoch++;
        (state.Batch, state.LossSum, state.Samples) = (0, 0, 0);
        state.Seconds += seconds;
        (state.Best, state.ChecksWithoutGain) = (stopping.Best, stopping.ChecksWithoutGain);
        if (isBest) state.BestEpoch = state.Epoch;
        if (Plateau is not null)
            (state.PlateauFactor, state.PlateauBest, state.PlateauChecksWithoutGain) = (Plateau.Factor, Plateau.Best, Plateau.ChecksWithoutGain);
        if (isBest) Save(BestCheckpoint);
        Save(LastCheckpoint);
        foreach (ITrainingObserver observer in Observers) observer.OnEpoch(record);
    }

    /// <summary>Measures the weights that the run is about: the averaged ones if the optimizer keeps an average.</summary>
    IReadOnlyDictionary<string, double> Validate(DataLoader<Example, Batch> validation)
    {
        using WeightAverage.Exchanged averages = WeightAverage.Within(optimizer) is { } average ? average.Exchange() : default;
        return Evaluate(validation);
    }

    EarlyStopping CheckedStopping(DataLoader<Example, Batch>? validation)
    {
        Metric? monitored = Metrics.FirstOrDefault(metric => metric.Name == Monitor);
        if (monitored is null && Monitor != "loss")
            throw new ArgumentException($"Trainer.Monitor: expected loss or one of the metrics [{string.Join(", ", Metrics.Select(m => m.Name))}], got '{Monitor}'.");
        if (validation is null && (Patience is not null || Plateau is not null || RestoresBest))
            throw new ArgumentException("Trainer: expected validation data for Patience, Plateau and RestoresBest, got none.", nameof(validation));
        if (ClipNorm is not null && optimizer.NeedsLoss)
            throw new ArgumentException($"Trainer: expected no ClipNorm with {optimizer.GetType().Name}, which computes gradients of its own.");
        if (LossScaling is not null && optimizer.NeedsLoss)
            throw new ArgumentException($"Trainer: expected no LossScaling with {optimizer.GetType().Name}, which computes gradients of its own. Use Products = BFloat16.");
        if (RestoresBest && CheckpointDirectory is null)
            throw new ArgumentException("Trainer: expected a CheckpointDirectory for RestoresBest, got none.");
        return new EarlyStopping(Patience, monitored?.HigherIsBetter ?? false);
    }

    /// <summary>Names the place: the same step again, with every operation checked.</summary>
    TrainingException NotFinite(double value, Batch batch, RandomStream stream)
    {
        string cause = "The forward pass alone does not show where.";
        try
        {
            using Autograd.Scope scope = Autograd.DetectAnomaly();
            loss.Forward(Forward(batch, Pass.Training(stream)), batch.Targets);
        }
        catch (ArithmeticException error)
        {
            cause = error.Message;
        }
        string checkpoint = CheckpointDirectory is not null && state!.Epoch > 0 ? $" The last good checkpoint is '{PathOf(LastCheckpoint)}'." : "";
        return new TrainingException(
            $"Training: the loss is {value} at step {state!.Step + 1} (epoch {state.Epoch + 1}). {cause} " +
            $"Lower the learning rate, clip gradients, or check the data.{checkpoint}");
    }

    void Save(string name)
    {
        if (CheckpointDirectory is null) return;
        if (LossScaling is { } scaling) (state!.LossScale, state.GoodSteps, state.SkippedSteps) = (scaling.Scale, scaling.GoodSteps, scaling.SkippedSteps);
        Directory.CreateDirectory(CheckpointDirectory);
        Checkpoint.Save(PathOf(name), model, optimizer, state!);
    }

    string PathOf(string name) => Path.Combine(CheckpointDirectory!, name);

    TrainingResult Result(TrainingEnd end) => new()
    {
        History = [.. state!.History],
        End = end,
        BestEpoch = state.BestEpoch,
        Best = state.Best,
        Seconds = state.Seconds,
    };
}

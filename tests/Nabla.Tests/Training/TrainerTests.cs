using Nabla.Data;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Metrics;
using Nabla.Optimizers;
using Nabla.Schedules;
using Nabla.Training;

namespace Nabla.Tests.Training;

[Collection(Nabla.Tests.Kernels.KernelSettings.Name)]
public sealed class TrainerTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("nabla-trainer-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    sealed class Net : Module
    {
        readonly Linear hidden, output;

        public Net()
        {
            Child(out hidden, new Linear(4, 16));
            Child(out output, new Linear(16, 3));
        }

        protected override Tensor Forward(Tensor x, Pass pass) => output.Forward(hidden.Forward(x, pass).Tanh(), pass);
    }

    sealed class Run
    {
        public Net Model { get; } = new();

        public Trainer Trainer { get; }

        public DataLoader<Example, Batch> Training { get; }

        public DataLoader<Example, Batch> Validation { get; }

        public Run(int epochs, string? folder = null, int? patience = null, double rate = 0.01, ITrainingObserver? observer = null, bool best = false)
        {
            (TensorDataset train, TensorDataset test) = Datasets.Iris().Data.SplitStratified(0.2, seed: 1);
            Training = DataLoader.Of(train, new DataLoaderOptions { BatchSize = 16, Shuffle = true, Seed = 3 });
            Validation = DataLoader.Of(test, new DataLoaderOptions { BatchSize = 64 });
            Trainer = new Trainer(Model, new CrossEntropy(), new Adam(Model, rate))
            {
                Epochs = epochs,
                Schedule = new Cosine(10).WarmUp(1),
                ClipNorm = 1,
                Metrics = [new Accuracy()],
                Monitor = "accuracy",
                Patience = patience,
                RestoresBest = best,
                CheckpointDirectory = folder,
                Observers = observer is null ? [] : [observer],
            };
        }

        public TrainingResult Fit(CancellationToken cancellationToken = default) => Trainer.Fit(Training, Validation, cancellationToken);

        public float[] Weights => [.. Model.Parameters().SelectMany(static parameter => parameter.ToArray<float>())];
    }

    sealed class Counter(Action<StepReport> onStep) : ITrainingObserver
    {
        public List<EpochRecord> Records { get; } = [];

        public void OnStep(in StepReport report) => onStep(report);

        public void OnEpoch(EpochRecord record) => Records.Add(record);
    }

    [Fact]
    public void Training_learns_iris()
    {
        TrainingResult result = new Run(20, rate: 0.03).Fit();
        Assert.Equal(TrainingEnd.Completed, result.End);
        Assert.Equal(20, result.History.Count);
        Assert.True(result.Best >= 0.9, $"accuracy {result.Best}");
        Assert.True(result.History[^1].Loss < result.History[0].Loss / 2);
    }

    [Fact]
    public void Three_epochs_and_three_more_equal_six()
    {
        var whole = new Run(6);
        whole.Fit();

        new Run(3, folder).Fit();
        var resumed = new Run(6, folder);
        resumed.Trainer.Resume(Path.Combine(folder, Trainer.LastCheckpoint));
        TrainingResult result = resumed.Fit();

        Assert.Equal(whole.Weights, resumed.Weights);
        Assert.Equal(6, result.History.Count);
    }

    [Fact]
    public void A_run_cancelled_within_an_epoch_resumes_at_that_batch()
    {
        var whole = new Run(3);
        whole.Fit();

        using var source = new CancellationTokenSource();
        var counter = new Counter(report =>
        {
            if (report.Step == 11) source.Cancel();
        });
        TrainingResult interrupted = new Run(3, folder, observer: counter).Fit(source.Token);
        Assert.Equal(TrainingEnd.Interrupted, interrupted.End);
        Assert.Single(interrupted.History);

        var resumed = new Run(3, folder);
        resumed.Trainer.Resume(Path.Combine(folder, Trainer.LastCheckpoint));
        TrainingResult result = resumed.Fit();
        Assert.Equal(whole.Weights, resumed.Weights);
        Assert.Equal(whole.Trainer.Evaluate(whole.Validation)["loss"], result.History[^1].Validation["loss"]);
    }

    [Fact]
    public void Training_stops_when_the_metric_no_longer_gets_better_and_restores_the_best()
    {
        var run = new Run(200, folder, patience: 5, rate: 0.05, best: true);
        TrainingResult result = run.Fit();
        Assert.Equal(TrainingEnd.StoppedEarly, result.End);
        Assert.Equal(result.BestEpoch + 5, result.History.Count);
        Assert.Equal(result.Best, run.Trainer.Evaluate(run.Validation)["accuracy"]);
    }

    [Fact]
    public void Observers_see_every_step_and_epoch()
    {
        int steps = 0;
        var counter = new Counter(_ => steps++);
        new Run(2, observer: counter).Fit();
        Assert.Equal(16, steps);
        Assert.Equal([1, 2], counter.Records.Select(record => record.Epoch));
        Assert.All(counter.Records, record => Assert.Contains("accuracy", record.Validation.Keys));
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_training_and_says_where()
    {
        var features = new float[32 * 4];
        Array.Fill(features, 3e38f);
        var data = new TensorDataset(Tensor.From(features, (32, 4)), Tensor.Zeros(32, DType.Int64));
        var model = new Linear(4, 3);
        foreach (Tensor parameter in model.Parameters()) parameter.CopyFrom<float>(Enumerable.Repeat(10f, parameter.Length).ToArray());
        var trainer = new Trainer(model, new CrossEntropy(), new Sgd(model, 0.1)) { Epochs = 1 };
        var error = Assert.Throws<TrainingException>(() => trainer.Fit(DataLoader.Of(data)));
        Assert.StartsWith("Training: the loss is NaN at step 1 (epoch 1). Linear: the first result that is not finite is at [", error.Message);
    }

    [Fact]
    public void A_checkpoint_of_another_model_is_refused_and_changes_nothing()
    {
        new Run(1, folder).Fit();
        var model = new Linear(4, 3);
        var trainer = new Trainer(model, new CrossEntropy(), new Adam(model, 0.01));
        float[] before = [.. model.Parameters().SelectMany(static parameter => parameter.ToArray<float>())];
        var error = Assert.Throws<DataFormatException>(() => trainer.Resume(Path.Combine(folder, Trainer.LastCheckpoint)));
        Assert.Contains("2 missing (weight, bias), 4 unexpected (", error.Message);
        float[] after = [.. model.Parameters().SelectMany(static parameter => parameter.ToArray<float>())];
        Assert.Equal(before, after);
    }

    [Theory]
    [InlineData("f1", null, "Trainer.Monitor: expected loss or one of the metrics [accuracy], got 'f1'.")]
    [InlineData("loss", 3, "Trainer: expected validation data for Patience, Plateau and RestoresBest, got none.")]
    public void Settings_that_do_not_fit_are_refused(string monitor, int? patience, string expected)
    {
        var model = new Linear(4, 3);
        var trainer = new Trainer(model, new CrossEntropy(), new Adam(model, 0.01)) { Metrics = [new Accuracy()], Monitor = monitor, Patience = patience };
        var error = Assert.Throws<ArgumentException>(() => trainer.Fit(DataLoader.Of(Datasets.Iris().Data)));
        Assert.StartsWith(expected, error.Message);
    }

    [Fact]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        int before = Nabla.Kernels.Workers.Count;
        try
        {
            float[] Train(int threads)
            {
                Nabla.Kernels.Workers.Count = threads;
                var run = new Run(2);
                run.Fit();
                return run.Weights;
            }
            float[] one = Train(1);
            Assert.Equal(one, Train(2));
            Assert.Equal(one, Train(7));
        }
        finally
        {
            Nabla.Kernels.Workers.Count = before;
        }
    }
}

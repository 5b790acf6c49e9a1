using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;
using Nabla.Training;

namespace Nabla.Tests.Training;

/// <summary>Workers that train one set of weights at the same time.</summary>
public class HogwildTests
{
    const int Words = 2000, Length = 8, Examples = 4000, Batch = 20;

    /// <summary>Logistic regression on bags of words: a convex problem of which a step touches a few rows.</summary>
    sealed class Sparse : Module
    {
        readonly EmbeddingBag weights;

        public Sparse(int words = Words) => Child(out weights, new(words, 1, BagMode.Sum, initializer: Initializer.Zeros));

        public Tensor Weight => weights.Weight;

        protected override Tensor Forward(Tensor x, Pass pass) => weights.Forward(x, pass);
    }

    static readonly Tensor Features = Tensor.Randint((Examples, Length), new RandomStream(1), 0, Words);
    static readonly Tensor Labels = Tensor.Normal((Words, 1), new RandomStream(2)).EmbeddingBag(Features, mode: BagMode.Sum).Greater(0).To(DType.Float32);

    static Tensor Loss(Module model, int first, int count) =>
        new BinaryCrossEntropyWithLogits().Forward(model.Forward(Features[first..(first + count)], Pass.Evaluation), Labels[first..(first + count)]);

    static void Train(Module model, int worker, int workers, int epochs)
    {
        var optimizer = new Sgd(model, 0.5);
        for (int epoch = 0; epoch < epochs; epoch++)
            for (int first = worker * Batch; first < Examples; first += workers * Batch)
            {
                optimizer.ClearGradients();
                Loss(model, first, Batch).Backward();
                Assert.NotNull(((Sparse)model).Weight.RowGradient);
                optimizer.Step();
            }
    }

    [Fact]
    public void One_worker_has_the_bits_of_ordinary_training()
    {
        Sparse alone = new(), shared = new();
        Train(alone, 0, 1, 2);
        Hogwild.Run(shared, () => new Sparse(), 1, (copy, worker, _) => Train(copy, worker, 1, 2));
        Assert.Equal(alone.Weight.ToArray<float>(), shared.Weight.ToArray<float>());
        Assert.Null(shared.Weight.Gradient);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Several_workers_reach_the_loss_of_one(int workers)
    {
        Sparse alone = new(), shared = new();
        double before = (double)Loss(alone, 0, Examples);
        Train(alone, 0, 1, 10);
        Hogwild.Run(shared, () => new Sparse(), workers, (copy, worker, _) => Train(copy, worker, workers, 10));
        double expected = (double)Loss(alone, 0, Examples);
        Assert.True(expected < 0.6 * before, $"{before} → {expected}");
        Assert.Equal(expected, (double)Loss(shared, 0, Examples), 0.02 * before);
    }

    [Fact]
    public void A_worker_sees_what_another_changes_and_its_backward_takes_it_as_it_is()
    {
        var model = new Linear(2, 1, hasBias: false, Initializer.Ones);
        using var turn = new Barrier(2);
        float[] seen = [];
        Hogwild.Run(model, static () => new Linear(2, 1, hasBias: false), 2, (copy, worker, stop) =>
        {
            if (worker == 0)
            {
                Tensor x = Tensor.Ones((1, 2)), y = (copy.Forward(x, Pass.Evaluation) * copy.Weight).Sum();
                turn.SignalAndWait(stop);
                turn.SignalAndWait(stop);
                y.Backward();                           // saved the weights that worker 1 has changed meanwhile
                seen = copy.Weight.ToArray<float>();
            }
            else
            {
                turn.SignalAndWait(stop);
                (copy.Weight.Sum() * 1).Backward();
                new Sgd(copy, 0.25).Step();
                turn.SignalAndWait(stop);
            }
        });
        Assert.Equal([0.75f, 0.75f], seen);
        Assert.Equal([0.75f, 0.75f], model.Weight.ToArray<float>());
    }

    [Fact]
    public void Afterwards_a_saved_weight_must_not_change_again()
    {
        var model = new Linear(2, 1, hasBias: false);
        Hogwild.Run(model, static () => new Linear(2, 1, hasBias: false), 1, static (_, _, _) => { });
        Tensor y = (model.Forward(Tensor.Ones((1, 2)), Pass.Evaluation) * model.Weight).Sum();
        using (Autograd.NoGradient()) model.Weight.Fill(0);
        Assert.Throws<InvalidOperationException>(() => y.Backward());
    }

    [Fact]
    public void Statistics_are_shared_and_frozen_layers_stay()
    {
        static Sequential Make() => new(new Linear(3, 4), new BatchNorm(4), new Linear(4, 1));
        Sequential model = Make();
        model.Modules.First().Module.Freeze();
        Dictionary<string, float[]> before = model.StateDictionary().ToDictionary(e => e.Key, e => e.Value.ToArray<float>());
        Hogwild.Run(model, Make, 2, static (copy, worker, _) =>
        {
            var optimizer = new Sgd(copy, 0.1);
            copy.Forward(Tensor.Normal((8, 3), new RandomStream((ulong)worker), 5), Pass.Training(new RandomStream(1))).Square().Sum().Backward();
            optimizer.Step();
        });
        foreach (var (name, now) in model.StateDictionary())
            Assert.Equal(name.StartsWith("0.", StringComparison.Ordinal), before[name].AsSpan().SequenceEqual(now.ToArray<float>()));
    }

    [Fact]
    public void A_worker_that_fails_stops_the_others()
    {
        var error = Assert.Throws<InvalidDataException>(() => Hogwild.Run(new Sparse(), static () => new Sparse(), 3, static (_, worker, stop) =>
        {
            if (worker == 1) throw new InvalidDataException("row 7");
            stop.WaitHandle.WaitOne();
            stop.ThrowIfCancellationRequested();
        }));
        Assert.Equal("row 7", error.Message);
    }

    [Fact]
    public void The_caller_can_cancel()
    {
        using var cancel = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Hogwild.Run(new Sparse(), static () => new Sparse(), 2, (_, worker, stop) =>
        {
            if (worker == 0) cancel.Cancel();
            stop.WaitHandle.WaitOne();
            stop.ThrowIfCancellationRequested();
        }, cancel.Token));
    }

    [Fact]
    public void Replicas_that_do_not_fit_are_refused()
    {
        Sparse model = new();
        static void Nothing(Module copy, int worker, CancellationToken stop) => Assert.Fail("Nothing must run.");
        Assert.Throws<ArgumentOutOfRangeException>(() => Hogwild.Run(model, static () => new Sparse(), 0, Nothing));
        Assert.Throws<ArgumentOutOfRangeException>(() => Hogwild.Run(model, static () => new Sparse(), 65, Nothing));
        Assert.Contains("the model itself", Assert.Throws<ArgumentException>(() => Hogwild.Run(model, () => model, 1, Nothing)).Message, StringComparison.Ordinal);
        Assert.Contains("'weights.weight' of [2000, 1], got [5, 1]",
            Assert.Throws<ArgumentException>(() => Hogwild.Run(model, static () => new Sparse(5), 1, Nothing)).Message, StringComparison.Ordinal);
        Module linear = new Linear(2, 1);
        Assert.Contains("got 'bias' more",
            Assert.Throws<ArgumentException>(() => Hogwild.Run<Module>(new Linear(2, 1, hasBias: false), () => linear, 1, Nothing)).Message, StringComparison.Ordinal);
    }
}

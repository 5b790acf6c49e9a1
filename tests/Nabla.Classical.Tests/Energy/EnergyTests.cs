using Nabla.Classical.Energy;
using Nabla.Classical.Linear;
using Nabla.Classical.Tests.Classifiers;

namespace Nabla.Classical.Tests.Energy;

public class EnergyTests
{
    // Two patterns and their neighbors, 4 bits.
    static readonly Tensor Patterns = Tensor.From(new double[,] { { 1, 1, 0, 0 }, { 0, 0, 1, 1 }, { 1, 1, 0, 0 }, { 0, 0, 1, 1 }, { 1, 1, 0, 0 }, { 0, 0, 1, 1 } });

    static readonly Tensor AllRows = Tensor.From(Enumerable.Range(0, 16).SelectMany(i => Enumerable.Range(0, 4).Select(j => (double)(i >> j & 1))).ToArray(), (16, 4));

    [Theory]
    [InlineData(1, false), InlineData(3, false), InlineData(1, true)]
    public void Contrastive_divergence_raises_the_exact_likelihood(int steps, bool persistent)
    {
        double Likelihood(int epochs)
        {
            var model = new RestrictedBoltzmannMachine(3, new() { Epochs = epochs, BatchSize = 6, Steps = steps, Persistent = persistent });
            model.Fit(Patterns);
            double log = -Math.Log(model.FreeEnergy(AllRows).ToArray<double>().Sum(f => Math.Exp(-f)));      // the partition function by all 16 rows
            return model.FreeEnergy(Patterns).ToArray<double>().Average(f => -f) + log;
        }
        double early = Likelihood(1), late = Likelihood(600);
        Assert.True(late > early + 0.5, $"{early} {late}");
        Assert.True(late > -1.6, $"{late}");       // best possible: log ½ = −0.69; at the start log 1/16 = −2.77
    }

    [Fact]
    public void The_free_energy_is_the_sum_over_hidden_units()
    {
        var model = new RestrictedBoltzmannMachine(2, new() { Epochs = 20, LearningRate = 0.5 });
        model.Fit(Patterns);
        double[] w = model.Weights.ToArray<double>(), a = model.VisibleBias.ToArray<double>(), b = model.HiddenBias.ToArray<double>(), v = [1, 0, 1, 1];
        double sum = 0, first = 0;
        for (int code = 0; code < 4; code++)
        {
            double energy = 0;
            for (int j = 0; j < 2; j++)
                if ((code >> j & 1) == 1) energy += b[j] + Enumerable.Range(0, 4).Sum(i => v[i] * w[j * 4 + i]);
            double p = Math.Exp(energy + Enumerable.Range(0, 4).Sum(i => v[i] * a[i]));
            sum += p;
            if ((code & 1) == 1) first += p;
        }
        Tensor row = Tensor.From(v, (1, 4));
        Assert.Equal(-Math.Log(sum), (double)model.FreeEnergy(row), 12);
        Assert.Equal(first / sum, model.Transform(row).ToArray<double>()[0], 12);
        Check.SavedIsTheSame(model, new RestrictedBoltzmannMachine(1), m => m.Transform(AllRows));
    }

    [Fact]
    public void A_deep_stack_tells_digits_apart()
    {
        var (x, y) = Golden.Table("digits");
        DeepBelief Make() => new(
            [new RestrictedBoltzmannMachine(64, new() { Epochs = 10, LearningRate = 0.4 }), new RestrictedBoltzmannMachine(32, new() { Epochs = 10, LearningRate = 0.4 })],
            new LogisticRegression(new() { C = 100, MaxIterations = 60 }) { OnWarning = null });
        DeepBelief model = Make();
        model.Fit(x[..1000], y[..1000]);
        Assert.InRange(LearningTests.Accuracy(model, x[1000..], y[1000..]), 0.8, 1);
        Assert.Equal(32, model.Transform(x[..3]).Shape[1]);
        Check.SavedIsTheSame(model, Make(), m => m.PredictProbability(x[..20]));
    }

    [Fact]
    public void Numbers_that_are_no_probabilities_are_refused() =>
        Check.Refuses<ArgumentException>("RestrictedBoltzmannMachine: expected features in [0, 1], got 2 at row 0, column 1. Scale them.",
            () => new RestrictedBoltzmannMachine(2).Fit(Tensor.From(new double[,] { { 1, 2 } })));
}

using Nabla.Data;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Metrics;
using Nabla.Optimizers;
using Nabla.Training;

namespace Nabla.Tests.Optimizers;

public class LossScalingTests
{
    static Tensor Parameter(params float[] values)
    {
        Tensor w = Tensor.From(values);
        w.RequiresGradient = true;
        return w;
    }

    static Sgd Optimizer(Tensor w) => new([new ParameterGroup([("w", w)])], 0.5);

    [Fact]
    public void A_factor_that_is_a_power_of_two_leaves_gradients_bit_for_bit()
    {
        Tensor w = Parameter(0.3f, -1.7f);
        Sgd optimizer = Optimizer(w);
        var scaling = new LossScaling();
        w.Pow(3).Sum().Backward();
        float[] expected = w.Gradient!.ToArray<float>();
        optimizer.ClearGradients();
        scaling.Scaled(w.Pow(3).Sum()).Backward();
        Assert.True(scaling.Unscale(optimizer));
        Assert.Equal(expected, w.Gradient!.ToArray<float>());
    }

    [Fact]
    public void The_factor_grows_after_good_steps_and_backs_off_after_a_bad_one()
    {
        Tensor w = Parameter(1, 2);
        Sgd optimizer = Optimizer(w);
        var scaling = new LossScaling(new() { InitialScale = 8, GrowthInterval = 3, Growth = 4, Backoff = 0.25 });
        List<double> scales = [];
        foreach (float factor in (float[])[1, 1, 1, 1, float.PositiveInfinity, 1, 1, 1])
        {
            scaling.Scaled((w * factor).Sum()).Backward();
            Assert.Equal(float.IsFinite(factor), scaling.Unscale(optimizer));
            optimizer.ClearGradients();
            scales.Add(scaling.Scale);
        }
        Assert.Equal([8, 8, 32, 32, 8, 8, 8, 32], scales);
        Assert.Equal(1, scaling.SkippedSteps);
    }

    [Fact]
    public void Gradients_too_small_for_Float16_are_lost_without_and_kept_with_a_factor()
    {
        float[] Gradient(LossScaling? scaling)
        {
            Tensor w = Parameter([.. Enumerable.Repeat(1f, 16)]), y;
            Tensor x = Tensor.Ones((4, 16));
            using (Autograd.MixedPrecision(DType.Float16)) y = x.MatMul(w.Reshape(16, 1));
            Tensor loss = (y * 1e-9).Sum();                                      // 1e-9 is 0 in Float16
            (scaling?.Scaled(loss) ?? loss).Backward();
            scaling?.Unscale(Optimizer(w));
            return w.Gradient!.ToArray<float>();
        }
        Assert.All(Gradient(null), static g => Assert.Equal(0, g));
        Assert.All(Gradient(new LossScaling()), static g => Assert.Equal(4e-9, g, 4e-9 * Math.Pow(2, -10)));
    }

    [Fact]
    public void Gradients_that_no_factor_mends_are_named()
    {
        Tensor w = Parameter(1, 2);
        Sgd optimizer = Optimizer(w);
        var scaling = new LossScaling(new() { InitialScale = 1e-8 });
        scaling.Scaled((w * float.NaN).Sum()).Backward();
        var error = Assert.Throws<ArithmeticException>(() => scaling.Unscale(optimizer));
        Assert.StartsWith("Gradient of w: expected finite numbers, got NaN at [0] of [2].", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_are_checked()
    {
        Refuses(static () => _ = new LossScalingOptions { InitialScale = 0 }, "InitialScale: expected a finite number above 0, got 0.");
        Refuses(static () => _ = new LossScalingOptions { Growth = 1 }, "Growth: expected a finite number above 1, got 1.");
        Refuses(static () => _ = new LossScalingOptions { Backoff = 1 }, "Backoff: expected a number in (0, 1), got 1.");
        Refuses(static () => _ = new LossScalingOptions { GrowthInterval = 0 }, "GrowthInterval: expected at least 1, got 0.");
        Refuses(static () => new LossScaling().Restore(0, 0, 0), "LossScaling.Restore: expected a finite scale above 0");

        static void Refuses(Action action, string message) => Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(action).Message, StringComparison.Ordinal);
    }
}

/// <summary>The trainer under mixed precision.</summary>
public sealed class MixedPrecisionTrainingTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("nabla-mixed-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static (Trainer Trainer, Module Model, DataLoader<Example, Batch> Training, DataLoader<Example, Batch> Test) Run(
        DType products, int epochs, string? folder = null, LossScaling? scaling = null)
    {
        (TensorDataset train, TensorDataset test) = Datasets.Digits().Data.SplitStratified(0.2, seed: 1);
        Sequential model = [new Flatten(), new Linear(64, 64), Activation.Relu(), new Linear(64, 10)];
        model.Initialize(1);
        var trainer = new Trainer(model, new CrossEntropy(), new AdamW(model, 0.003))
        {
            Epochs = epochs, ClipNorm = 1, Metrics = [new Accuracy()], Monitor = "accuracy", CheckpointDirectory = folder, Products = products, LossScaling = scaling,
        };
        return (trainer, model, DataLoader.Of(train, new DataLoaderOptions { BatchSize = 64, Shuffle = true, Seed = 3 }), DataLoader.Of(test, new DataLoaderOptions { BatchSize = 256 }));
    }

    [Fact]
    public void Digits_are_learned_as_well_as_in_Float32()
    {
        double Accuracy(DType products)
        {
            var (trainer, _, training, test) = Run(products, 8);
            trainer.Fit(training, test);
            return trainer.Evaluate(test)["accuracy"];
        }
        double full = Accuracy(DType.Float32);
        Assert.InRange(full, 0.95, 1);
        Assert.InRange(Accuracy(DType.BFloat16), full - 0.01, 1);
        Assert.InRange(Accuracy(DType.Float16), full - 0.01, 1);
    }

    [Fact]
    public void Training_in_Float16_resumes_to_the_bits_of_one_run_factor_included()
    {
        LossScaling Scaling() => new(new() { InitialScale = 1 << 20, GrowthInterval = 10 });
        float[] Weights(Module model) => [.. model.Parameters().SelectMany(static parameter => parameter.ToArray<float>())];
        LossScaling one = Scaling(), two = Scaling();
        var whole = Run(DType.Float16, 3, scaling: one);
        whole.Trainer.Fit(whole.Training);
        var first = Run(DType.Float16, 2, folder, Scaling());
        first.Trainer.Fit(first.Training);
        var second = Run(DType.Float16, 3, folder, two);
        second.Trainer.Resume(Path.Combine(folder, Trainer.LastCheckpoint));
        second.Trainer.Fit(second.Training);
        Assert.Equal(Weights(whole.Model), Weights(second.Model));
        Assert.Equal((one.Scale, one.GoodSteps, one.SkippedSteps), (two.Scale, two.GoodSteps, two.SkippedSteps));
        Assert.True(one.SkippedSteps > 0);
    }

    [Fact]
    public void Impossible_settings_are_refused()
    {
        Assert.StartsWith("Trainer.Products: expected Float32, BFloat16 or Float16, got Int32.",
            Assert.Throws<ArgumentOutOfRangeException>(static () => Run(DType.Int32, 1)).Message, StringComparison.Ordinal);
        var (_, model, training, _) = Run(DType.Float32, 1);
        var trainer = new Trainer(model, new CrossEntropy(), new Sam(new Sgd(model, 0.1))) { Products = DType.Float16 };
        Assert.StartsWith("Trainer: expected no LossScaling with Sam", Assert.Throws<ArgumentException>(() => trainer.Fit(training)).Message, StringComparison.Ordinal);
    }
}

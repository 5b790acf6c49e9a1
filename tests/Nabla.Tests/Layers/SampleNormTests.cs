using Nabla.Layers;

namespace Nabla.Tests.Layers;

/// <summary>Normalizations without a batch, ghost and synchronized batches, weights given by length or by their largest singular value.</summary>
[Collection(Kernels.KernelSettings.Name)]
public class SampleNormTests
{
    static readonly Tensor Images = Tensor.Normal((8, 4, 3, 2), new RandomStream(3), 2, 3, DType.Float64);

    [Fact]
    public void One_group_is_layer_norm_and_one_per_channel_instance_norm()
    {
        Near(Images.LayerNorm(Tensor.Ones((4, 3, 2), DType.Float64)), Images.GroupNorm(1), 1e-13);
        Near(Images.InstanceNorm(), Images.GroupNorm(4), 0);
    }

    [Fact]
    public void Rms_norm_is_layer_norm_of_centered_rows()
    {
        Tensor centered = Images - Images.Mean(-1, keepAxis: true);
        Near(centered.LayerNorm(epsilon: 1e-6), centered.RmsNorm(), 1e-12);
    }

    [Fact]
    public void Normalized_rows_have_root_mean_square_1() =>
        Assert.All((Images.RmsNorm(epsilon: 0).Square().Mean(-1)).ToArray<double>(), square => Assert.Equal(1, square, 1e-12));

    /// <summary>Fused values and gradients against the formulas in plain operations, for runs shorter and longer than a vector.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(67)]
    public void Fused_kernels_equal_the_formulas_on_every_instruction_set(int length) => Kernels.KernelSettings.ForEachInstructionSet(() =>
    {
        Tensor given = Tensor.Normal((3, 6, length), new RandomStream(5), 2, 1.5), w = Tensor.Normal(6, new RandomStream(6)), b = Tensor.Normal(6, new RandomStream(7));
        Same(x => x[0].GroupNorm(3, x[1], x[2], 0.01), x =>
        {
            Tensor rows = x[0].Reshape(9, -1), centered = rows - rows.Mean(1, keepAxis: true);
            return (centered / (centered.Square().Mean(1, keepAxis: true) + 0.01).Sqrt()).Reshape(x[0].Shape) * x[1].Reshape(6, 1) + x[2].Reshape(6, 1);
        });
        Same(x => x[0].Transpose(1, 2).RmsNorm(x[1], 0.01) + x[2], x =>
        {
            Tensor rows = x[0].Transpose(1, 2);
            return rows / (rows.Square().Mean(-1, keepAxis: true) + 0.01).Sqrt() * x[1] + x[2];
        });

        void Same(Func<Tensor[], Tensor> fused, Func<Tensor[], Tensor> formula)
        {
            Tensor[] inputs = [Leaf(given), Leaf(w), Leaf(b)];
            Near(formula(inputs).Detach(), fused(inputs).Detach(), 1e-5);
            Tensor[] expected = Gradients(formula), actual = Gradients(fused);
            for (int i = 0; i < 3; i++) Near(expected[i], actual[i], 1e-5 * Math.Max(1, (double)expected[i].Abs().Max()));

            Tensor[] Gradients(Func<Tensor[], Tensor> f) => Autograd.Gradient((f(inputs).Sin() * Parity.Weighting.Of(f(inputs))).Sum(), inputs);
        }
    });

    [Fact]
    public void A_ghost_batch_as_large_as_the_batch_is_batch_norm()
    {
        var ghost = new GhostBatchNorm(4, 8);
        var whole = new BatchNorm(4);
        Assert.Equal(Train(whole, Images).ToArray<double>(), Train(ghost, Images).ToArray<double>());
        Assert.Equal(
            whole.StateDictionary()["runningMean"].ToArray<float>(), ghost.StateDictionary()["norm.runningMean"].ToArray<float>());
        Assert.NotEqual(Train(new GhostBatchNorm(4, 4), Images).ToArray<double>(), Train(whole, Images).ToArray<double>());
    }

    /// <summary>Two workers with unequal parts of a batch give values, gradients and running statistics of the whole batch.</summary>
    [Fact]
    public async Task Synchronized_statistics_are_those_of_all_parts()
    {
        Tensor x = Leaf(Images);
        Module whole = new BatchNorm(4).To(DType.Float64);
        Tensor y = Train(whole, x);
        Parity.Weighting.Backward([y]);
        Tensor weights = Parity.Weighting.Of(y);

        using var group = new Pair();
        int[] starts = [0, 3, 8];
        (Tensor X, Tensor Y, Module Layer)[] parts = [Part(0), Part(1)];
        Task[] workers = [.. parts.Select((part, worker) => Task.Factory.StartNew(() => RunPart(worker), TaskCreationOptions.LongRunning))];
        await Task.WhenAll(workers);
        for (int worker = 0; worker < 2; worker++)
        {
            Near(y.Detach().Narrow(0, starts[worker], starts[worker + 1] - starts[worker]), parts[worker].Y.Detach(), 1e-13);
            Near(x.Gradient!.Narrow(0, starts[worker], starts[worker + 1] - starts[worker]), parts[worker].X.Gradient!, 1e-12);
            foreach (var (name, value) in whole.StateDictionary()) Near(value.Detach(), parts[worker].Layer.StateDictionary()[name].Detach(), 1e-12);
        }
        // The gradients of weight and bias are sums over samples: each worker has its part, as for every other parameter.
        foreach (var (name, parameter) in whole.NamedParameters())
            Near(parameter.Gradient!, parts[0].Layer.StateDictionary()[name].Gradient! + parts[1].Layer.StateDictionary()[name].Gradient!, 1e-12);

        (Tensor, Tensor, Module) Part(int worker) => (
            Leaf(Images.Narrow(0, starts[worker], starts[worker + 1] - starts[worker]).Clone()), Images, new BatchNorm(4, group: group.Member(worker)).To(DType.Float64));

        void RunPart(int worker)
        {
            parts[worker].Y = Train(parts[worker].Layer, parts[worker].X);
            (parts[worker].Y * weights.Narrow(0, starts[worker], starts[worker + 1] - starts[worker])).Sum().Backward();
        }
    }

    [Fact]
    public void A_group_that_returns_another_shape_is_refused() => Assert.Contains(
        "SumOver: expected a total Float32 [5] from the group, got Float32 [1].",
        Assert.Throws<ShapeException>(() => Train(new BatchNorm(4, group: new Wrong()), Images.To(DType.Float32))).Message, StringComparison.Ordinal);

    [Fact]
    public void Wrapping_in_weight_norm_changes_no_value_and_reseeding_follows_the_weight()
    {
        var inner = new Linear(5, 3);
        Tensor x = Tensor.Normal((4, 5), new RandomStream(1)), before = inner.Predict(x);
        var norm = new WeightNorm(inner);
        Near(before, norm.Predict(x), 1e-6);
        norm.Initialize(9);
        Near(inner.Predict(x), norm.Predict(x), 1e-6);
        Assert.Equal(["length", "layer.weight", "layer.bias"], norm.StateDictionary().Keys);
    }

    [Fact]
    public void The_largest_singular_value_becomes_1()
    {
        var inner = new Linear(6, 4, hasBias: false);
        var norm = new SpectralNorm(inner, iterations: 50);
        Train(norm, Tensor.Zeros((1, 6)));
        Tensor weight = norm.Predict(Tensor.Eye(6));                                    // Wᵀ / σ
        Tensor v = Tensor.Ones((6, 1));
        for (int i = 0; i < 200; i++)
        {
            v = weight.MatMul(weight.T.MatMul(v));
            v /= v.Norm();
        }
        Assert.Equal(1, (double)weight.T.MatMul(v).Norm(), 1e-4);
    }

    [Fact]
    public void Evaluation_of_spectral_norm_changes_nothing()
    {
        var norm = new SpectralNorm(new Conv2d(2, 3, 3));
        float[] u = norm.StateDictionary()["u"].ToArray<float>();
        Assert.Equal(norm.Predict(Tensor.Ones((1, 2, 5, 5))).ToArray<float>(), norm.Predict(Tensor.Ones((1, 2, 5, 5))).ToArray<float>());
        Assert.Equal(u, norm.StateDictionary()["u"].ToArray<float>());
        Train(norm, Tensor.Ones((1, 2, 5, 5)));
        Assert.NotEqual(u, norm.StateDictionary()["u"].ToArray<float>());
    }

    [Fact]
    public void Pictures_of_one_color_have_no_contrast_inside()
    {
        Tensor y = new LocalContrastNorm(3).Predict(Tensor.Full((1, 2, 9, 9), 5));
        Assert.All(y[.., .., 2..7, 2..7].ToArray<float>(), value => Assert.Equal(0, value, 1e-5));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Refused("GroupNorm: expected groups that divide 6 channels, got 4.", () => new GroupNorm(4, 6));
        Refused("GhostBatchNorm: expected ghost batches of at least 2 samples, got 1.", () => new GhostBatchNorm(6, 1));
        Refused("LocalContrastNorm: expected an odd window, got 4.", () => new LocalContrastNorm(4));
        Refused("LocalContrastNorm: expected a deviation above 0, got 0.", () => new LocalContrastNorm(5, 0));
        Refused("LocalResponseNorm: expected a window of at least 1, got 0.", () => new LocalResponseNorm(0));
        Refused("LocalResponseNorm: expected finite numbers, got alpha NaN, beta 0.75 and k 1.", () => new LocalResponseNorm(5, double.NaN).Predict(Tensor.Zeros((1, 6))));
        Refused("RmsNorm: expected epsilon of at least 0, got -1.", () => new RmsNorm(6, -1));
        Assert.StartsWith("WeightNorm: expected a Linear or a convolution, got Flatten().", Assert.Throws<ArgumentException>(() => new WeightNorm(new Flatten())).Message, StringComparison.Ordinal);
        Assert.StartsWith("SpectralNorm: expected a Linear or a convolution, got Dropout(0.5).", Assert.Throws<ArgumentException>(() => new SpectralNorm(new Dropout())).Message, StringComparison.Ordinal);
        Misfit("GroupNorm(6 in 2 groups): expected [N, 6] or [N, 6, d…], got [2, 4]. Channels are axis 1.", () => new GroupNorm(2, 6).Predict(Tensor.Zeros((2, 4))));
        Misfit("InstanceNorm(6): InstanceNorm: expected [N, C, d…] with more than one place per channel, got [2, 6, 1].", () => new InstanceNorm(6).Predict(Tensor.Zeros((2, 6, 1))));
        Misfit("RmsNorm(6): RmsNorm: expected an input that ends with the axes of the weight [6], got [2, 5].", () => new RmsNorm(6).Predict(Tensor.Zeros((2, 5))));
        Misfit("LocalContrastNorm(5): expected [N, C, H, W], got [2, 5].", () => new LocalContrastNorm(5).Predict(Tensor.Zeros((2, 5))));
    }

    static Tensor Train(Module layer, Tensor x) => layer.Forward(x, Pass.Training(new RandomStream(2)));

    static Tensor Leaf(Tensor x)
    {
        x = x.Clone();
        x.RequiresGradient = true;
        return x;
    }

    static void Near(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.InRange((double)(expected - actual).Abs().Max(), 0, tolerance);
    }

    static void Refused(string message, Func<object> action) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(action).Message, StringComparison.Ordinal);

    static void Misfit(string message, Func<object> action) => Assert.Equal(message, Assert.Throws<ShapeException>(action).Message);

    /// <summary>Two threads that meet at every sum.</summary>
    sealed class Pair : IDisposable
    {
        readonly Barrier barrier = new(2);
        readonly Tensor[] parts = new Tensor[2];

        public void Dispose() => barrier.Dispose();

        public IGroupSum Member(int worker) => new Worker(this, worker);

        sealed class Worker(Pair pair, int worker) : IGroupSum
        {
            public Tensor Sum(Tensor local)
            {
                pair.parts[worker] = local.Clone();
                pair.barrier.SignalAndWait();
                Tensor total = pair.parts[0] + pair.parts[1];
                pair.barrier.SignalAndWait();
                return total;
            }
        }
    }

    sealed class Wrong : IGroupSum
    {
        public Tensor Sum(Tensor local) => local.Sum().Reshape(1);
    }
}

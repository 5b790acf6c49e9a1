using Nabla.Layers;
using Nabla.Models;

namespace Nabla.Soak.Tests;

/// <summary>Layers give back what they make on the way; nobody may be able to see that it is gone.</summary>
public class TemporariesTests
{
    static readonly TransformerOptions Transformers = new() { Width = 32, Heads = 2, Dropout = 0.1 };
    static readonly Shape Vectors = (8, 64), Sequences = (4, 16, 32), Lines = (4, 8, 32), Images = (4, 8, 12, 12), Volumes = Shape.Create(2, 4, 6, 8, 8), Heads = (4, 16, 32);

    static readonly Dictionary<string, (Func<Module> Make, Shape Input)> Layers = new()
    {
        ["Activation"] = (Activation.Gelu, Vectors),
        ["Adapter"] = (() => new Adapter(64), Vectors),
        ["AdaptiveAveragePool1d"] = (() => new AdaptiveAveragePool1d(5), Lines),
        ["AdaptiveAveragePool2d"] = (() => new AdaptiveAveragePool2d(5), Images),
        ["AdaptiveAveragePool3d"] = (() => new AdaptiveAveragePool3d(3), Volumes),
        ["AdaptiveMaxPool1d"] = (() => new AdaptiveMaxPool1d(5), Lines),
        ["AdaptiveMaxPool2d"] = (() => new AdaptiveMaxPool2d(5), Images),
        ["AdaptiveMaxPool3d"] = (() => new AdaptiveMaxPool3d(3), Volumes),
        ["AdditiveAttention"] = (() => new AdditiveAttention(32), Heads),
        ["AlphaDropout"] = (() => new AlphaDropout(), Vectors),
        ["AtrousPyramid"] = (() => new AtrousPyramid(8, 8, 1, 2), Images),
        ["AttentionPool"] = (() => new AttentionPool(32), Sequences),
        ["AveragePool1d"] = (() => new AveragePool1d(2), Lines),
        ["AveragePool2d"] = (() => new AveragePool2d(2), Images),
        ["AveragePool3d"] = (() => new AveragePool3d(2), Volumes),
        ["BatchNorm"] = (() => new BatchNorm(8), Images),
        ["Bert"] = (() => new Bert(new() { Vocabulary = 50, Context = 16, Layers = 2, Heads = 2, Width = 32 }), (4, 16)),
        ["Cbam"] = (() => new Cbam(8, 2), Images),
        ["ChannelAttention"] = (() => new ChannelAttention(8, 2), Images),
        ["ChannelShuffle"] = (() => new ChannelShuffle(2), Images),
        ["Checkpointed"] = (() => new Checkpointed(new Sequential([new Conv2d(8, 512, 1), new BatchNorm(512), Activation.Relu()])), Images),
        ["CompressedAttention"] = (() => new CompressedAttention(32), Heads),
        ["Conv1d"] = (() => new Conv1d(8, 8, 3), Lines),
        ["Conv2d"] = (() => new Conv2d(8, 8, 3), Images),
        ["Conv3d"] = (() => new Conv3d(4, 8, 3), Volumes),
        ["ConvTranspose1d"] = (() => new ConvTranspose1d(8, 8, 3), Lines),
        ["ConvTranspose2d"] = (() => new ConvTranspose2d(8, 8, 3), Images),
        ["ConvTranspose3d"] = (() => new ConvTranspose3d(4, 8, 3), Volumes),
        ["ConvolutionOverTime"] = (() => new ConvolutionOverTime(32, 16, 2, 3), Sequences),
        ["DecoderLayer"] = (() => new DecoderLayer(Transformers), Sequences),
        ["DeepFm"] = (() => new DeepFm(50, 8), (64, 8)),
        ["DenseSynthesizer"] = (() => new DenseSynthesizer(32, 16), Heads),
        ["Dice"] = (() => new Dice(64), Vectors),
        ["Din"] = (() => new Din(50), (64, 2 + 8)),
        ["DotProductAttention"] = (() => new DotProductAttention(dropout: 0.1), Heads),
        ["DropPath"] = (() => new DropPath(), Vectors),
        ["Dropout"] = (() => new Dropout(), Vectors),
        ["Embedding"] = (() => new Embedding(50, 32), (4, 16)),
        ["EmbeddingBag"] = (() => new EmbeddingBag(50, 32), (16, 4)),
        ["EncoderLayer"] = (() => new EncoderLayer(Transformers), Sequences),
        ["FactorizedSynthesizer"] = (() => new FactorizedSynthesizer(32, 4, 4), Heads),
        ["FeatureBagging"] = (() => new FeatureBagging(64), Vectors),
        ["FeedForward"] = (() => new FeedForward(32, 64), Sequences),
        ["Flatten"] = (() => new Flatten(), Images),
        ["FourierMixer"] = (() => new FourierMixer(), Sequences),
        ["GatedMlp"] = (() => new GatedMlp(16, 32, 64), Sequences),
        ["GaussianNoise"] = (() => new GaussianNoise(), Vectors),
        ["GhostBatchNorm"] = (() => new GhostBatchNorm(64, 4), Vectors),
        ["GlobalAveragePool"] = (() => new GlobalAveragePool(), Images),
        ["GlobalMaxPool"] = (() => new GlobalMaxPool(), Images),
        ["GlobalPowerPool"] = (() => new GlobalPowerPool(), Images),
        ["Gpt"] = (() => new Gpt(new() { Vocabulary = 50, Context = 16, Layers = 2, Heads = 2, Width = 32, Dropout = 0.1 }), (4, 16)),
        ["GroupNorm"] = (() => new GroupNorm(2, 8), Images),
        ["HashedAttention"] = (() => new HashedAttention(32, 4), Heads),
        ["Identity"] = (() => new Identity(), Vectors),
        ["InstanceNorm"] = (() => new InstanceNorm(8, isAffine: true), Images),
        ["LayerNorm"] = (() => new LayerNorm(32), Sequences),
        ["LearnedPositions"] = (() => new LearnedPositions(16, 32), Sequences),
        ["LearnedQueries"] = (() => new LearnedQueries(8, 32), Sequences),
        ["Linear"] = (() => new Linear(32, 64), Sequences),
        ["LinearAttention"] = (() => new LinearAttention(), Heads),
        ["LinformerAttention"] = (() => new LinformerAttention(16, 8), Heads),
        ["LocalAttention"] = (() => new LocalAttention(2), Heads),
        ["LocalContrastNorm"] = (() => new LocalContrastNorm(3), Images),
        ["LocalResponseNorm"] = (() => new LocalResponseNorm(3), Images),
        ["Lora"] = (() => new Lora(new Linear(64, 64), dropout: 0.1), Vectors),
        ["MaxPool1d"] = (() => new MaxPool1d(2), Lines),
        ["MaxPool2d"] = (() => new MaxPool2d(2), Images),
        ["MaxPool3d"] = (() => new MaxPool3d(2), Volumes),
        ["Maxout"] = (() => new Maxout(64, 64), Vectors),
        ["MixerLayer"] = (() => new MixerLayer(16, 32), Sequences),
        ["MixtureOfExperts"] = (() => new MixtureOfExperts(64, [new Linear(64, 64), new FeedForward(64, 64)], isNoisy: true), (64, 64)),
        ["MobileNet"] = (() => new MobileNet(new() { Stages = [(1, 8, 1, 1), (4, 16, 2, 2)], First = 8, Last = 32, Classes = 10 }), (2, 3, 32, 32)),
        ["MultiHeadAttention"] = (() => new MultiHeadAttention(32, 4, 2, rotary: new RotaryPositions(8, 16)), Sequences),
        ["PerformerAttention"] = (() => new PerformerAttention(32, 16), Heads),
        ["PixelShuffle"] = (() => new PixelShuffle(2), Images),
        ["PixelUnshuffle"] = (() => new PixelUnshuffle(2), Images),
        ["PowerPool1d"] = (() => new PowerPool1d(2, 2), Lines),
        ["PowerPool2d"] = (() => new PowerPool2d(2, 2), Images),
        ["PowerPool3d"] = (() => new PowerPool3d(2, 2), Volumes),
        ["Prelu"] = (() => new Prelu(64), Vectors),
        ["QFormer"] = (() => new QFormer(Transformers, 8, 2), Sequences),
        ["RandomSynthesizer"] = (() => new RandomSynthesizer(16, 4), Heads),
        ["Residual"] = (() => new Residual(new FeedForward(64, 128), new Linear(64, 64)), Vectors),
        ["ResNet"] = (() => new ResNet(new() { Blocks = [1, 1, 1, 1], Width = 8, Classes = 10, IsForSmallImages = true }), (2, 3, 16, 16)),
        ["RmsNorm"] = (() => new RmsNorm(32), Sequences),
        ["RoutingAttention"] = (() => new RoutingAttention(32, 4), Heads),
        ["Rrelu"] = (() => new Rrelu(), Vectors),
        ["Gru"] = (() => new Gru(32, 32, new() { Layers = 2, IsBidirectional = true }), Sequences),
        ["Lstm"] = (() => new Lstm(32, 32, new() { Layers = 2, Dropout = 0.1 }), Sequences),
        ["Rnn"] = (() => new Rnn(32, 32), Sequences),
        ["SeparableConv1d"] = (() => new SeparableConv1d(8, 16, 3), Lines),
        ["SeparableConv2d"] = (() => new SeparableConv2d(8, 16, 3), Images),
        ["SeparableConv3d"] = (() => new SeparableConv3d(4, 8, 3), Volumes),
        ["Sequential"] = (() => new Sequential([new Conv2d(8, 16, 3), new BatchNorm(16), Activation.Relu(), new MaxPool2d(2), new Flatten(), new Linear(400, 32)]), Images),
        ["SinkhornAttention"] = (() => new SinkhornAttention(32, 16, 4), Heads),
        ["SinusoidalPositions"] = (() => new SinusoidalPositions(16, 32), Sequences),
        ["SoftPrompt"] = (() => new SoftPrompt(8, 32), Sequences),
        ["SpatialAttention"] = (() => new SpatialAttention(3), Images),
        ["SpatialDropout"] = (() => new SpatialDropout(), Images),
        ["SpatialTransformer"] = (() => new SpatialTransformer(new Sequential([new Flatten(), new Linear(1152, 64), Activation.Tanh()]), 64), Images),
        ["SpectralNorm"] = (() => new SpectralNorm(new Linear(64, 64)), Vectors),
        ["SqueezeExcitation"] = (() => new SqueezeExcitation(8, 2), Images),
        ["StridedPool"] = (() => new StridedPool(2), Sequences),
        ["TargetAttention"] = (() => new TargetAttention(32), Heads),
        ["TokenMerging"] = (() => new TokenMerging(4), Sequences),
        ["Transformer"] = (() => new Transformer(50, 50, Transformers, 2, 16), (4, 16)),
        ["Upsample"] = (() => new Upsample(2, InterpolationMode.Linear), Images),
        ["Vgg"] = (() => new Vgg(new() { Convolutions = [1, 1], Width = 8, Hidden = 64, Classes = 10, Grid = 2, HasBatchNorm = true }), (2, 3, 16, 16)),
        ["VisionTransformer"] = (() => new VisionTransformer(16, 4, 10, Transformers, 2), (2, 3, 16, 16)),
        ["WeightNorm"] = (() => new WeightNorm(new Conv2d(8, 8, 3)), Images),
    };

    public static TheoryData<string> Names => [.. Layers.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Nothing_that_a_layer_gives_back_can_be_reached(string name) => Checked(() =>
    {
        var (make, shape) = Layers[name];
        Module layer = make();
        Tensor x = Input(layer, shape);
        for (int i = 0; i < 2; i++)
        {
            Tensor y = layer.Forward(x, Pass.Training(new RandomStream(7).Split(i)));
            Assert.All(y.ToArray<float>(), static value => Assert.True(float.IsFinite(value)));
            if (!y.RequiresGradient) continue;
            y.Square().Sum().Backward();
            foreach (var (path, parameter) in layer.NamedParameters())
                if (parameter.Gradient is { } gradient)
                    Assert.True(gradient.ToArray<float>().All(float.IsFinite), path);
        }
        Assert.Equal(layer.Predict(x).ToArray<float>(), layer.Predict(x).ToArray<float>());
    });

    [Fact]
    public void Every_layer_is_in_the_table()
    {
        // What has no input of its own, or takes two, is part of others here.
        string[] parts = ["Bilinear", "Gate", "RelativePositionBias"];
        string[] missing = [.. typeof(Module).Assembly.GetExportedTypes()
            .Where(static type => type.IsSubclassOf(typeof(Module)) && !type.IsAbstract).Select(static type => type.Name).Except(Layers.Keys).Except(parts)];
        Assert.Empty(missing);
    }

    [Fact]
    public void What_can_still_be_reached_is_reported()
    {
        int around = Temporaries.Open();
        try
        {
            Tensor kept = Tensor.Full((32, 32), 1), result = kept + 1;
            var error = Assert.Throws<InvalidOperationException>(() => Temporaries.Verify(result));
            Assert.Equal("Temporaries: [32, 32] of 4096 bytes can still be reached.", error.Message);
            GC.KeepAlive(kept);
        }
        finally
        {
            Temporaries.Close(around);
        }
    }

    [Fact]
    public void A_step_gives_back_what_it_made_without_a_collection()
    {
        var model = new Sequential([new Linear(64, 128), Activation.Relu(), new Residual(new FeedForward(128, 256)), new LayerNorm(128), new Linear(128, 2)]);
        Tensor x = Tensor.Full((64, 64), 0.5);
        Step();
        Memory.Collect();
        int before = Memory.LiveBlocks, most = 0;
        for (int i = 0; i < 10; i++)
        {
            Step();
            most = Math.Max(most, Memory.LiveBlocks);
        }
        Assert.Equal(before, most);

        void Step()
        {
            foreach (Tensor parameter in model.Parameters()) parameter.ClearGradient();
            model.Forward(x, Pass.Training(new RandomStream(1))).Sum().Backward();       // 64 × 2 numbers are too few for a block
        }
    }

    [Fact]
    public void A_chain_with_a_layer_of_others_gives_back_between_its_own()
    {
        var model = new Sequential([new Linear(64, 128), Activation.Relu(), Activation.From("Half", static x => x * 0.5), new Linear(128, 64), Activation.Tanh()]);
        Tensor x = Tensor.Full((64, 64), 0.5);
        model.Predict(x);
        Memory.Collect();
        int before = Memory.LiveBlocks;
        Tensor y = model.Predict(x);
        Assert.Equal(before + 3, Memory.LiveBlocks);         // what goes into the foreign layer, what comes out, and the result
        GC.KeepAlive(y);
    }

    [Fact]
    public void Very_many_temporaries_of_one_computation_are_collected_before_it_is_done()
    {
        Memory.Collect();
        long before = Memory.InUseBytes + Memory.IdleBytes;
        int around = Temporaries.Open();
        try
        {
            for (int i = 0; i < 300; i++) _ = Tensor.Full((1024, 1024), 1);
            Assert.InRange(Memory.InUseBytes + Memory.IdleBytes - before, 0, 320L << 20);
        }
        finally
        {
            Temporaries.Close(around);
        }
    }

    [Fact]
    public void A_block_that_has_found_another_owner_is_not_given_back()
    {
        int around = Temporaries.Open();
        try
        {
            _ = Tensor.Full((999, 77), 1);
            GC.Collect();
            Temporaries? suspended = Temporaries.Suspend();
            Tensor theirs = Tensor.Full((999, 77), 2);
            Temporaries.Resume(suspended);
            int before = Memory.LiveBlocks;
            Temporaries.GiveBackAllBut();
            Assert.Equal(before, Memory.LiveBlocks);
            GC.KeepAlive(theirs);
        }
        finally
        {
            Temporaries.Close(around);
        }
    }

    [Fact]
    public void What_code_of_others_sees_it_may_keep()
    {
        var seen = new Seen();
        var keeper = new Keeper(seen);
        Tensor x = Tensor.Uniform((64, 512), new RandomStream(1), -1, 1);
        Module[] models =
        [
            new Sequential([new Linear(512, 64), Activation.From("Kept", y => seen.Add(y.Tanh())), new Linear(64, 64)]),
            new Sequential([new Linear(512, 64), new Sequential([Activation.Relu(), keeper, Activation.Relu()]), new Linear(64, 64)]),
            new Residual(new Sequential([new Linear(512, 512), keeper])),
            new Checkpointed(new Sequential([new Linear(512, 64), keeper, new Linear(64, 64)])),
            new Sequential([new Linear(512, 512), new BatchNorm(512, group: new KeepingGroup(seen)), Activation.Relu()]),
            new Sequential([new Linear(512, 64, weightInitializer: new Recalling(seen)), Activation.Relu()]),
        ];
        foreach (Module model in models)
        {
            seen.Clear();
            model.Forward(x, Pass.Training(new RandomStream(2))).Square().Sum().Backward();
            model.Predict(x);
            seen.Check();
        }
    }

    [Fact]
    public void Summaries_signals_caches_and_states_keep_their_numbers() => Checked(() =>
    {
        var model = new Sequential([new Conv1d(8, 16, 3), new AveragePool1d(2), new Flatten(), new Linear(240, 64)]);
        Tensor x = Tensor.Uniform(Lines, new RandomStream(1), -1, 1), y = model.Predict(x);
        SignalRow[] rows = [.. model.Signals(x, static y => y.Square().Mean()).Rows];
        Assert.Equal(4, rows.Length);
        Assert.All(rows, static row => Assert.InRange(row.Variance, 1e-6, 1));
        Assert.Equal((double)y.Mean(), rows[^1].Mean, 1e-6);

        var gpt = new Gpt(new() { Vocabulary = 50, Context = 16, Layers = 2, Heads = 2, Width = 32 });
        Tensor prompt = Tensor.From([.. Enumerable.Range(0, 64).Select(static i => (long)i % 50)], (16, 4));
        Tensor text = gpt.Generate(prompt, 8, new TokenSampler(), new RandomStream(5)), again = gpt.Generate(prompt, 8, new TokenSampler(), new RandomStream(5));
        Assert.Equal(text.ToArray<long>(), again.ToArray<long>());

        var lstm = new Lstm(32, 32, new() { Layers = 2 });
        Tensor sequence = Tensor.Uniform((16, 16, 32), new RandomStream(1), -1, 1);
        var (whole, end) = lstm.Forward(sequence, Pass.Evaluation, null);
        var (_, half) = lstm.Forward(sequence.Narrow(1, 0, 8), Pass.Evaluation, null);
        var (rest, same) = lstm.Forward(sequence.Narrow(1, 8, 8), Pass.Evaluation, half);
        Near(whole.Narrow(1, 8, 8), rest);
        Near(end.Hidden, same.Hidden);
        Near(end.Cell!, same.Cell!);

        static void Near(Tensor expected, Tensor actual) =>
            Assert.All(expected.ToArray<float>().Zip(actual.ToArray<float>()), static pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    });

    [Fact]
    public void Layers_of_two_inputs_give_back_what_cannot_be_reached() => Checked(() =>
    {
        Pass pass = Pass.Training(new RandomStream(1));
        Tensor x = Tensor.Uniform(Sequences, new RandomStream(2), -1, 1), memory = Tensor.Uniform((4, 24, 32), new RandomStream(3), -1, 1);
        Tensor bias = new RelativePositionBias(2, 8).Of(16, 16);
        var cross = new MultiHeadAttention(32, 2);
        var encoder = new EncoderLayer(Transformers);
        var decoder = new DecoderLayer(Transformers);
        var bilinear = new Bilinear(32, 32, 16);
        var gate = new Gate(32, 32);
        Tensor[] results =
        [
            cross.Forward(x, memory, pass, new AttentionMask { Lengths = [24, 3, 24, 1] }),
            encoder.Forward(x, pass, new AttentionMask { Bias = bias, IsCausal = true }),
            decoder.Forward(x, memory, pass),
            bilinear.Forward(x, x * 2),
            gate.Forward(x, x + 1, pass),
        ];
        foreach (Tensor y in results)
        {
            Assert.True(y.ToArray<float>().All(float.IsFinite));
            y.Square().Sum().Backward();
        }
        foreach (Module layer in new Module[] { cross, encoder, decoder, bilinear, gate })
            Assert.All(layer.Parameters().Where(static p => p.Gradient is not null), static p => Assert.True(p.Gradient!.ToArray<float>().All(float.IsFinite)));
    });

    [Fact]
    public void Second_derivatives_find_what_the_first_pass_saved() => Checked(() =>
    {
        Module[] layers = [new RoutingAttention(32, 4), new LocalAttention(2), new MultiHeadAttention(32, 2), new EncoderLayer(Transformers with { Dropout = 0 })];
        foreach (Module layer in layers)
        {
            Tensor x = Tensor.Uniform(layer is GroupedAttention or LocalAttention ? Heads : Sequences, new RandomStream(3), -1, 1);
            x.RequiresGradient = true;
            Tensor first = Autograd.Gradient(layer.Forward(x, Pass.Training(new RandomStream(4))).Square().Sum(), x, createGraph: true);
            Assert.True(Autograd.Gradient(first.Square().Sum(), x).ToArray<float>().All(float.IsFinite), layer.ToString());
        }
    });

    /// <summary>Tensors with the numbers that they had.</summary>
    sealed class Seen
    {
        readonly List<(Tensor Tensor, float[] Values)> seen = [];

        public Tensor Add(Tensor tensor)
        {
            seen.Add((tensor, tensor.ToArray<float>()));
            return tensor;
        }

        public void Clear() => seen.Clear();

        public void Check()
        {
            Assert.NotEmpty(seen);
            foreach (var (tensor, values) in seen) Assert.Equal(values, tensor.ToArray<float>());
        }
    }

    /// <summary>A layer of a user's: it keeps what comes in and what goes out.</summary>
    sealed class Keeper(Seen seen) : Module
    {
        protected override Tensor Forward(Tensor x, Pass pass) => seen.Add(seen.Add(x) * 0.5);
    }

    sealed class KeepingGroup(Seen seen) : IGroupSum
    {
        public Tensor Sum(Tensor local) => seen.Add(seen.Add(local) * 1);
    }

    /// <summary>First values from tensors that stay.</summary>
    sealed class Recalling(Seen seen) : Initializer
    {
        protected override void Fill(Span<float> values, Shape shape, RandomStream stream) => seen.Add(Tensor.Uniform(shape, stream, -0.1, 0.1)).CopyTo(values);
    }

    static Tensor Input(Module layer, Shape shape)
    {
        if (layer is Bert or Gpt or Transformer or DeepFm or Embedding or EmbeddingBag) return Tensor.From([.. Enumerable.Range(0, shape.Length).Select(static i => i * 7 % 50)], shape);
        if (layer is Din) return Tensor.From([.. Enumerable.Range(0, shape.Length).Select(i => i % shape[1] == 1 ? 5 : i * 7 % 50)], shape);
        Tensor x = Tensor.Uniform(shape, new RandomStream(3), -1, 1);
        x.RequiresGradient = true;
        return x;
    }

    static void Checked(Action action)
    {
        Temporaries.Verifies = BlockPool.PoisonReturned = true;
        try
        {
            action();
        }
        finally
        {
            Temporaries.Verifies = BlockPool.PoisonReturned = false;
        }
    }
}

using Nabla.Layers;
using Nabla.Tests.Kernels;
using Nabla.Tests.Operations;

namespace Nabla.Tests.Layers;

[Collection(KernelSettings.Name)]
public class RecurrentTests
{
    static readonly int[] widths = [1, 15, 16, 33, 70];

    public static TheoryData<string> Kinds => ["Lstm", "Peephole", "Gru", "Rnn", "Relu"];

    static Recurrent Make(string kind, int inputs, int hidden, RecurrentOptions? options = null) => kind switch
    {
        "Lstm" => new Lstm(inputs, hidden, options),
        "Peephole" => new Lstm(inputs, hidden, options, hasPeepholes: true),
        "Gru" => new Gru(inputs, hidden, options),
        "Rnn" => new Rnn(inputs, hidden, options),
        _ => new Rnn(inputs, hidden, options, isRelu: true),
    };

    static Tensor Random(Shape shape, ulong seed = 1) => FusedCheck.Random(shape, seed).To(DType.Float32);

    /// <summary>Widths around a block of units and a register; the unfused derivative is the oracle of the fused one.</summary>
    [Theory, MemberData(nameof(Kinds))]
    public void Fused_gradients_equal_unfused_ones_for_any_width_and_instruction_set(string kind) => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (int hidden in widths)
        {
            Recurrent layer = Make(kind, 3, hidden);
            Tensor[] leaves = [FusedCheck.Leaf(Random((2, 4, 3))), .. layer.Parameters()];
            Tensor Loss() => (layer.Forward(leaves[0], Pass.Evaluation, null, [4, 2]).Output.Sin() * Random((2, 4, hidden), 5)).Sum();
            Tensor[] fused = Autograd.Gradient(Loss(), leaves), recorded = Autograd.Gradient(Loss(), leaves, createGraph: true);
            for (int i = 0; i < leaves.Length; i++)
                FusedCheck.Near(Doubles(recorded[i]), Doubles(fused[i]), 1e-5);
        }
    });

    [Theory, MemberData(nameof(Kinds))]
    public void Threads_change_no_bit(string kind)
    {
        float[] expected = Run(1);
        foreach (int threads in new[] { 2, 7 }) Assert.Equal(expected, Run(threads));

        float[] Run(int threads)
        {
            using IDisposable setting = KernelSettings.Threads(threads);
            Recurrent layer = Make(kind, 20, 100, new() { Layers = 2, IsBidirectional = true });
            Tensor x = FusedCheck.Leaf(Random((5, 6, 20)));
            Tensor y = layer.Forward(x, Pass.Evaluation);
            y.Square().Sum().Backward();
            return [.. y.ToArray<float>(), .. x.Gradient!.ToArray<float>(), .. layer.Parameters().SelectMany(p => p.Gradient!.ToArray<float>())];
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void A_sequence_in_two_pieces_with_carried_state_equals_the_whole(string kind)
    {
        Recurrent layer = Make(kind, 3, 5, new() { Layers = 2 });
        Tensor x = Random((2, 7, 3));
        var (whole, last) = layer.Forward(x, Pass.Evaluation, null);
        var (first, state) = layer.Forward(x[.., ..4], Pass.Evaluation, null);
        var (second, end) = layer.Forward(x[.., 4..], Pass.Evaluation, state);
        Assert.Equal(whole.ToArray<float>(), Tensor.Concatenate([first, second], 1).ToArray<float>());
        Assert.Equal(last.Hidden.ToArray<float>(), end.Hidden.ToArray<float>());
        Assert.Equal(last.Cell?.ToArray<float>(), end.Cell?.ToArray<float>());
    }

    [Fact]
    public void A_detached_state_stops_gradients()
    {
        var layer = new Gru(3, 5);
        Tensor before = FusedCheck.Leaf(Random((2, 4, 3))), x = Random((2, 4, 3), 2);
        RecurrentState state = layer.Forward(before, Pass.Evaluation, null).State;
        layer.Forward(x, Pass.Evaluation, state.Detach()).Output.Sum().Backward();
        Assert.Null(before.Gradient);
        layer.Forward(x, Pass.Evaluation, state).Output.Sum().Backward();
        Assert.NotNull(before.Gradient);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Steps_beyond_the_length_do_not_count(string kind)
    {
        Recurrent layer = Make(kind, 3, 5, new() { IsBidirectional = true });
        Tensor x = Random((3, 6, 3));
        int[] lengths = [2, 6, 4];
        var (y, state) = layer.Forward(x, Pass.Evaluation, null, lengths);
        for (int i = 0; i < lengths.Length; i++)
        {
            var (alone, last) = layer.Forward(x[i..(i + 1), ..lengths[i]], Pass.Evaluation, null);
            FusedCheck.Near(Doubles(alone), Doubles(y[i..(i + 1), ..lengths[i]]), 1e-6);
            FusedCheck.Near(Doubles(last.Hidden), Doubles(state.Hidden[.., i..(i + 1)]), 1e-6);
            Assert.All(y[i, lengths[i]..].ToArray<float>(), v => Assert.Equal(0, v));
        }
    }

    [Fact]
    public void Peepholes_of_zero_change_nothing_and_others_follow_the_paper()
    {
        var plain = new Lstm(2, 3);
        var peephole = new Lstm(2, 3, hasPeepholes: true);
        peephole.LoadStateDictionary(plain.StateDictionary(), strict: false);
        Tensor p = peephole.StateDictionary()["weight_ch_l0"], x = Random((1, 3, 2));
        p.RequiresGradient = false;
        p.Fill(0);
        Assert.Equal(plain.Predict(x).ToArray<float>(), peephole.Predict(x).ToArray<float>());

        p.CopyFrom<float>([0.5f, -0.25f, 1, 0.75f, 0.5f, -1, 0.25f, 2, -0.5f]);
        float[] w = plain.StateDictionary()["weight_ih_l0"].ToArray<float>(), u = plain.StateDictionary()["weight_hh_l0"].ToArray<float>();
        float[] b = [.. plain.StateDictionary()["bias_ih_l0"].ToArray<float>().Zip(plain.StateDictionary()["bias_hh_l0"].ToArray<float>(), (s, t) => s + t)];
        float[] peep = p.ToArray<float>(), inputs = x.ToArray<float>();
        double[] h = new double[3], c = new double[3];
        for (int step = 0; step < 3; step++)
        {
            double Pre(int row) => b[row] + w[2 * row] * inputs[2 * step] + w[2 * row + 1] * inputs[2 * step + 1] + Enumerable.Range(0, 3).Sum(k => u[3 * row + k] * h[k]);
            static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));
            double[] newH = new double[3], newC = new double[3];
            for (int k = 0; k < 3; k++)
            {
                newC[k] = Sigmoid(Pre(3 + k) + peep[3 + k] * c[k]) * c[k] + Sigmoid(Pre(k) + peep[k] * c[k]) * Math.Tanh(Pre(6 + k));
                newH[k] = Sigmoid(Pre(9 + k) + peep[6 + k] * newC[k]) * Math.Tanh(newC[k]);
            }
            (h, c) = (newH, newC);
        }
        FusedCheck.Near(h, Doubles(peephole.Predict(x)[0, -1]), 1e-6);
    }

    [Fact]
    public void Dropout_between_layers_acts_in_training_only()
    {
        var layer = new Lstm(3, 4, new() { Layers = 2, Dropout = 0.5 });
        Tensor x = Random((2, 5, 3));
        float[] evaluation = layer.Predict(x).ToArray<float>();
        Assert.Equal(evaluation, layer.Forward(x, Pass.Evaluation).ToArray<float>());
        Assert.NotEqual(evaluation, layer.Forward(x, Pass.Training(new RandomStream(1))).ToArray<float>());
    }

    [Fact]
    public void Recurrent_weights_start_as_said_gate_by_gate()
    {
        const int Hidden = 6;
        var layer = new Gru(4, Hidden, new RecurrentOptions { Layers = 2, RecurrentWeights = Initializer.Orthogonal() });
        foreach (string name in new[] { "weight_hh_l0", "weight_hh_l1" })
        {
            Tensor all = layer.StateDictionary()[name];
            for (int gate = 0; gate < 3; gate++)
            {
                Tensor own = all[(gate * Hidden)..((gate + 1) * Hidden)];
                float[] product = own.MatMul(own.Transpose(0, 1)).ToArray<float>();
                for (int i = 0; i < product.Length; i++) Assert.Equal(i % (Hidden + 1) == 0 ? 1 : 0, product[i], 1e-5f);
            }
            Assert.NotEqual(all[..Hidden].ToArray<float>(), all[Hidden..(2 * Hidden)].ToArray<float>());
        }
        Assert.True(layer.StateDictionary()["weight_ih_l0"].ToArray<float>().All(static w => Math.Abs(w) <= 1 / Math.Sqrt(Hidden)));
    }

    [Fact]
    public void Errors_say_what_was_expected()
    {
        var layer = new Lstm(3, 5);
        Tensor x = Random((2, 4, 3));
        Assert.Equal("Lstm(3 → 5): expected [batch, steps, 3], got [4, 3]. Use Unsqueeze for a single sequence.", Message<ShapeException>(() => layer.Predict(x[0])));
        Assert.Equal("Lstm(3 → 5): expected at least one step, got [2, 0, 3].", Message<ShapeException>(() => layer.Predict(x[.., ..0])));
        Assert.Equal(
            "Lstm(3 → 5): expected a state of shape [1, 2, 5] (layers · directions, batch, hidden) with a cell like it, got [1, 2, 5] and no cell. " +
            "Start from null when the batch size changes.",
            Message<ShapeException>(() => layer.Forward(x, Pass.Evaluation, new RecurrentState(Random((1, 2, 5))))));
        Assert.Equal(
            "Lstm(3 → 5): expected one length for each of 2 samples, got 1.", Message<ShapeException>(() => layer.Forward(x, Pass.Evaluation, null, [4])));
        Assert.StartsWith(
            "Lstm(3 → 5): expected lengths in [1, 4], got 0 at sample 1. A sequence has at least one step: leave empty ones out of the batch.",
            Message<ArgumentOutOfRangeException>(() => layer.Forward(x, Pass.Evaluation, null, [4, 0])), StringComparison.Ordinal);
        Assert.StartsWith("Lstm(3 → 5): expected lengths in [1, 4], got 5 at sample 0.",
            Message<ArgumentOutOfRangeException>(() => layer.Forward(x, Pass.Evaluation, null, [5, 1])), StringComparison.Ordinal);
        Assert.StartsWith("Gru: expected at least 1 layer, got 0.", Message<ArgumentOutOfRangeException>(() => new Gru(3, 5, new() { Layers = 0 })), StringComparison.Ordinal);
        Assert.StartsWith("Gru: expected a dropout probability in [0, 1), got 1.",
            Message<ArgumentOutOfRangeException>(() => new Gru(3, 5, new() { Layers = 2, Dropout = 1 })), StringComparison.Ordinal);
        Assert.StartsWith("Gru: expected more than 1 layer, since dropout is between layers.",
            Message<ArgumentOutOfRangeException>(() => new Gru(3, 5, new() { Dropout = 0.1 })), StringComparison.Ordinal);
    }

    static string Message<T>(Func<object?> act) where T : Exception => Assert.Throws<T>(() => { act(); }).Message;

    static double[] Doubles(Tensor x) => x.Detach().To(DType.Float64).ToArray<double>();
}

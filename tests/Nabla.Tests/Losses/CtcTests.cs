using Nabla.Losses;
using Nabla.Tests.Kernels;
using Nabla.Tests.Operations;

namespace Nabla.Tests.Losses;

/// <summary>CTC against the recursions in logarithms, state by state, where probabilities of whole sequences lie far below what a double holds.</summary>
[Collection(KernelSettings.Name)]
public class CtcTests
{
    const double No = double.NegativeInfinity;

    /// <summary>Frames, symbols, classes, spread of the scores: up to probabilities of e^−3,000,000.</summary>
    [Theory]
    [InlineData(1, 0, 2, 1)]
    [InlineData(1, 1, 2, 1)]
    [InlineData(9, 3, 3, 2)]
    [InlineData(9, 4, 6, 50)]
    [InlineData(60, 25, 8, 1)]
    [InlineData(300, 7, 5, 2000)]
    [InlineData(5000, 130, 30, 300)]
    public void Values_and_slopes_are_those_of_the_recursion_in_logarithms(int frames, int symbols, int classes, double spread) =>
        Check(Tensor.Normal((frames, 1, classes), new RandomStream(3), 0, spread, DType.Float64), Label(symbols, classes));

    /// <summary>A network that always says blank gives a label of 120 symbols a probability of about e^−6000.</summary>
    [Fact]
    public void A_confident_blank_does_not_make_labels_impossible() =>
        Check(Tensor.Normal((400, 1, 9), new RandomStream(4), 0, 1, DType.Float64) + Tensor.From([50.0, 0, 0, 0, 0, 0, 0, 0, 0]), Label(120, 9));

    /// <summary>2⁻⁰·⁵ and its neighbors are farthest from a power of two: without care, a fraction leaves the range of doubles after 2000 of them.</summary>
    [Theory]
    [InlineData(0.709)]
    [InlineData(0.705)]
    public void Thousands_of_equal_frames_are_as_exact_as_one(double blank) => Check(
        Tensor.From([Math.Log(blank), Math.Log(1 - blank)]).Expand(5000, 1, 2), []);

    [Fact]
    public void Impossible_symbols_cost_what_passes_them_and_an_impossible_label_infinity_without_slope()
    {
        Tensor scores = Tensor.From([0, 1, No, 0, 1, 2, 1, 0, 1], (3, 1, 3));
        Check(scores, [1, 2]);
        (double value, double[] slopes) = Run(scores, [2, 1, 2]);
        Assert.Equal(double.PositiveInfinity, value);
        Assert.All(slopes, slope => Assert.Equal(0, slope));
    }

    [Fact]
    public void A_score_that_is_no_number_is_seen() =>
        Assert.Equal(double.NaN, Run(Tensor.From([0, 1, 2, 0, double.NaN, 2, 1, 0, 1], (3, 1, 3)), [1, 2]).Value);

    /// <summary>Float32, samples of different lengths, with and without recording, on any number of threads.</summary>
    [Fact]
    public void A_batch_is_its_samples_whatever_the_threads_and_the_instruction_set() => KernelSettings.ForEachInstructionSet(() =>
    {
        int[] frames = [30, 50, 12], lengths = [9, 14, 0];
        Tensor scores = Tensor.Normal((50, 3, 7), new RandomStream(5), 0, 3);
        Tensor target = Tensor.From([.. Enumerable.Range(0, 3).SelectMany(n => Label(14, 7).Select((symbol, i) => i < lengths[n] ? symbol : -1L))], (3, 14));
        float[] values = [], slopes = [];
        foreach (int threads in (int[])[1, 2, 7])
            KernelSettings.With(threads, () =>
            {
                Tensor x = FusedCheck.Leaf(scores), loss = new Ctc(reduction: Reduction.None).Forward(x, target, frames);
                float[] slope = Autograd.Gradient((loss * Tensor.From([1f, 2, 3])).Sum(), x).ToArray<float>();
                if (threads == 1) (values, slopes) = (loss.ToArray<float>(), slope);
                Assert.Equal(values, loss.ToArray<float>());
                Assert.Equal(values, new Ctc(reduction: Reduction.None).Forward(scores, target, frames).ToArray<float>());
                Assert.Equal(slopes, slope);
            });
        for (int n = 0; n < 3; n++)
        {
            (double value, double[] slope) = Recursion(scores.Narrow(1, n, 1).Narrow(0, 0, frames[n]).To(DType.Float64), Label(14, 7)[..lengths[n]]);
            Assert.Equal(value, values[n], 2e-6 * value);
            float[] own = Tensor.From(slopes, scores.Shape).Select(1, n).ToArray<float>();
            FusedCheck.Near([.. slope.Select(s => s * (n + 1)), .. new double[own.Length - slope.Length]], [.. own.Select(s => (double)s)], 2e-5);
        }
    });

    [Fact]
    public void A_graph_that_is_kept_gives_the_same_slopes_again()
    {
        Tensor x = FusedCheck.Leaf(Tensor.Normal((8, 1, 4), new RandomStream(6)));
        Tensor loss = new Ctc().Forward(x, Tensor.From(new long[,] { { 1, 3 } }));
        float[] first = Autograd.Gradient(loss, [x], retainGraph: true)[0].ToArray<float>();
        Assert.Equal(first, Autograd.Gradient(loss, x).ToArray<float>());
    }

    /// <summary>Symbols 1 …, every third one doubled.</summary>
    static int[] Label(int symbols, int classes) => [.. Enumerable.Range(0, symbols).Select(i => 1 + (i - (i % 3 == 2 ? 1 : 0)) * 5 % (classes - 1))];

    static (double Value, double[] Slopes) Run(Tensor scores, int[] label)
    {
        Tensor x = FusedCheck.Leaf(scores), loss = new Ctc(reduction: Reduction.Sum).Forward(x, Tensor.From([.. label.Select(symbol => (long)symbol), -1L], (1, label.Length + 1)));
        return ((double)loss, Autograd.Gradient(loss, x).ToArray<double>());
    }

    static void Check(Tensor scores, int[] label)
    {
        (double expected, double[] slopes) = Recursion(scores, label);
        (double value, double[] actual) = Run(scores, label);
        Assert.True(double.IsFinite(expected));
        Assert.Equal(expected, value, 1e-12 * Math.Max(1, Math.Abs(expected)));
        FusedCheck.Near(slopes, actual, Math.Max(1e-12, 1e-15 * expected * scores.Shape[0]));             // what logarithms of that size lose
    }

    /// <summary>Graves et al. (2006), equations (6) to (16), with logarithms of everything.</summary>
    static (double Value, double[] Slopes) Recursion(Tensor scores, int[] label)
    {
        int frames = scores.Shape[0], classes = scores.Shape[2];
        double[] x = scores.LogSoftmax(2).ToArray<double>(), slopes = [.. x.Select(Math.Exp)];
        int[] states = [0, .. label.SelectMany(symbol => (int[])[symbol, 0])];
        double[,] alpha = new double[frames, states.Length], beta = new double[frames, states.Length];
        for (int t = 0; t < frames; t++)
            for (int s = 0; s < states.Length; s++)
                alpha[t, s] = X(t, s) + (t == 0 ? s < 2 ? 0 : No : Sum(alpha[t - 1, s], s > 0 ? alpha[t - 1, s - 1] : No, Skips(s) ? alpha[t - 1, s - 2] : No));
        for (int t = frames - 1; t >= 0; t--)
            for (int s = 0; s < states.Length; s++)
                beta[t, s] = t == frames - 1 ? s >= states.Length - 2 ? 0 : No : Sum(Way(t + 1, s), Way(t + 1, s + 1), Skips(s + 2) ? Way(t + 1, s + 2) : No);
        double total = Sum(alpha[frames - 1, states.Length - 1], states.Length > 1 ? alpha[frames - 1, states.Length - 2] : No, No);
        for (int t = 0; t < frames; t++)
            for (int s = 0; s < states.Length; s++) slopes[t * classes + states[s]] -= Math.Exp(alpha[t, s] + beta[t, s] - total);
        return (-total, slopes);

        double X(int t, int s) => x[t * classes + states[s]];

        double Way(int t, int s) => s < states.Length ? beta[t, s] + X(t, s) : No;

        bool Skips(int s) => s >= 2 && s < states.Length && s % 2 == 1 && states[s] != states[s - 2];

        static double Sum(double a, double b, double c)
        {
            double max = Math.Max(a, Math.Max(b, c));
            return double.IsNegativeInfinity(max) ? max : max + Math.Log(Math.Exp(a - max) + Math.Exp(b - max) + Math.Exp(c - max));
        }
    }
}

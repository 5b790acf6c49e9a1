using Nabla.Classical.Sequences;
using Nabla.Tests.Parity;

namespace Nabla.Classical.Tests.Sequences;

public class SequenceTests
{
    const string File = "sk_sequences";

    static readonly HiddenMarkovModel Weather = new(
        Tensor.From(new[] { 0.6, 0.4 }), Tensor.From(new[,] { { 0.7, 0.3 }, { 0.4, 0.6 } }), Tensor.From(new[,] { { 0.1, 0.4, 0.5 }, { 0.6, 0.3, 0.1 } }));

    [Fact]
    public void Kneser_Ney_is_what_its_definition_says()
    {
        GoldenCase c = Golden.Open(File, "NGramModel");
        int[] text = c.Ints("text")!, lengths = c.Ints("contexts")!, words = c.Ints("words")!;
        var model = new NGramModel(6);
        model.Fit(text);
        List<double> p = [];
        int at = 0;
        foreach (int length in lengths)
        {
            for (int w = 0; w < 6; w++) p.Add(model.Probability(w, words[at..(at + length)]));
            at += length;
        }
        Golden.Check(c, "kneserNey", Tensor.From(p.ToArray(), (lengths.Length, 6)), 1e-12);
        for (int i = 0; i < p.Count; i += 6) Assert.Equal(1, p.Skip(i).Take(6).Sum(), 12);
        Check.SavedIsTheSame(model, new NGramModel(1), m => Tensor.From(new[] { m.Perplexity(text), m.Probability(1, [0, 1]) }));
    }

    [Fact]
    public void Additive_smoothing_adds()
    {
        var model = new NGramModel(3, new() { Order = 2, Smoothing = NGramSmoothing.Additive, Alpha = 0.5 });
        model.Fit([0, 1, 0, 1, 2], [1, 1]);
        Assert.Equal((2 + 0.5) / (2 + 1.5), model.Probability(1, [0]), 12);         // 01 twice, never across the ends
        Assert.Equal((1 + 0.5) / (3 + 1.5), model.Probability(2, [0, 1]), 12);
        Assert.Equal((4 + 0.5) / (7 + 1.5), model.Probability(1, []), 12);
        Assert.Equal(1.0 / 3, model.Probability(1, [2]), 12);
        Check.Refuses<ArgumentOutOfRangeException>("NGramModel: expected words in [0, 3), got 3.", () => model.Fit([0, 3]));
    }

    [Fact]
    public void More_context_helps_on_text_that_has_it_and_a_model_can_talk()
    {
        int[] text = [.. Enumerable.Range(0, 600).Select(i => "the cat sat on the mat and the dog sat on the log ".IndexOf("the cat sat on the mat and the dog sat on the log "[i % 50]))];
        double Perplexity(int order)
        {
            var model = new NGramModel(50, new() { Order = order });
            model.Fit(text[..500]);
            return model.Perplexity(text[500..]);
        }
        Assert.True(Perplexity(1) > Perplexity(2) && Perplexity(2) > Perplexity(4));
        var talker = new NGramModel(50, new() { Order = 6, Discount = 0.01 });
        talker.Fit(text);
        Assert.Equal(10, talker.Generate(10, new RandomStream(1), text[..6]).Length);
        Assert.Equal(talker.Generate(10, new RandomStream(1), text[..6]), talker.Generate(10, new RandomStream(1), text[..6]));
    }

    [Fact]
    public void A_chain_counts_steps_and_forecasts_by_powers()
    {
        var chain = new MarkovChain(2, alpha: 0);
        chain.Fit([0, 0, 1, 0, 1, 1, 0]);
        // From 0: 0 once, 1 twice. From 1: 0 twice, 1 once.
        double[] t = chain.Transitions.ToArray<double>();
        Assert.Equal([1.0 / 3, 2.0 / 3, 2.0 / 3, 1.0 / 3], t);
        Assert.Equal([5.0 / 9, 4.0 / 9], chain.Forecast(0, 2).ToArray<double>().Select(v => Math.Round(v, 15)).Select(v => v).ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(0.5, chain.Stationary().ToArray<double>()[0], 12);
        Check.SavedIsTheSame(chain, new MarkovChain(1), m => m.Forecast(1, 3));
        Check.Refuses<ArgumentException>("MarkovChain: expected steps from state 1, got none and alpha 0. Take alpha above 0.", () => new MarkovChain(2, 0).Fit([0, 0, 1]));
        Check.Refuses<ArgumentException>("MarkovChain: expected states in [0, 2), got 2 at position 1.", () => new MarkovChain(2).Fit([0, 2]));
    }

    [Fact]
    public void Likelihood_decoding_and_state_probabilities_equal_the_sum_over_all_paths()
    {
        HiddenMarkovModel model = Weather;
        int[] seen = [0, 2, 1, 1, 2];
        double[] start = model.Start.ToArray<double>(), move = model.Transitions.ToArray<double>(), show = model.Emissions.ToArray<double>();
        double total = 0, best = 0;
        int[] bestPath = [];
        double[] at2 = new double[2];
        for (int code = 0; code < 32; code++)
        {
            int[] path = [.. Enumerable.Range(0, 5).Select(t => code >> t & 1)];
            double p = start[path[0]] * show[path[0] * 3 + seen[0]];
            for (int t = 1; t < 5; t++) p *= move[path[t - 1] * 2 + path[t]] * show[path[t] * 3 + seen[t]];
            total += p;
            at2[path[2]] += p;
            if (p > best) (best, bestPath) = (p, path);
        }
        Assert.Equal(Math.Log(total), model.LogLikelihood(seen), 12);
        Assert.Equal(bestPath, model.Decode(seen));
        Assert.Equal(at2[0] / total, model.StateProbability(seen).ToArray<double>()[2 * 2], 12);
        Assert.Equal(Math.Exp(-Math.Log(total) / 5), model.Perplexity(seen), 12);
    }

    [Fact]
    public void Expectation_maximization_never_lowers_the_likelihood_and_finds_two_regimes()
    {
        int[] seen = [.. Enumerable.Range(0, 400).Select(i => i / 50 % 2 == 0 ? new RandomStream(1).NextInt(i, 2) : 2 + new RandomStream(1).NextInt(i, 2))];
        double last = double.NegativeInfinity;
        for (int rounds = 1; rounds < 15; rounds++)
        {
            var partial = new HiddenMarkovModel(2, 4, new() { MaxIterations = rounds, Tolerance = 0 }) { OnWarning = null };
            partial.Fit(seen);
            double now = partial.LogLikelihood(seen);
            Assert.True(now >= last - 1e-9);
            last = now;
        }
        var model = new HiddenMarkovModel(2, 4);
        model.Fit(seen);
        int[] states = model.Decode(seen);
        Assert.All(Enumerable.Range(0, 400), i => Assert.Equal(states[0] == states[i], i / 50 % 2 == 0));
        Check.SavedIsTheSame(model, new HiddenMarkovModel(1, 1), m => m.StateProbability(seen));
        // Two states explain what one cannot, and a Markov chain of the symbols only in part.
        var single = new HiddenMarkovModel(1, 4);
        single.Fit(seen);
        Assert.True(model.Perplexity(seen) < single.Perplexity(seen));
        Check.Refuses<ArgumentException>("HiddenMarkovModel: expected symbols in [0, 4), got 9 at position 1.", () => model.LogLikelihood([0, 9]));
    }

    [Fact]
    public void Topics_are_sklearns()
    {
        GoldenCase c = Golden.Open(File, "TopicModel");
        var model = new TopicModel(3, new() { Topics = c["start"], MaxIterations = c.Int("rounds"), DocumentIterations = 2000, DocumentTolerance = 1e-12 });
        model.Fit(c["x"]);
        Golden.Check(c, "components", model.Components, 1e-6);
        Golden.Check(c, "documents", model.Transform(c["x"]), 1e-6);
        Golden.Check(c, "perplexity", Tensor.Scalar(model.Perplexity(c["x"]), DType.Float64), 1e-6);
        Check.SavedIsTheSame(model, new TopicModel(1), m => m.Transform(c["x"]));
        Check.Refuses<ArgumentException>("TopicModel: expected counts of at least 0, got -1 at row 0, column 1.", () => new TopicModel(2).Fit(Tensor.From(new double[,] { { 1, -1 } })));
    }

    [Fact]
    public void More_rounds_lower_the_perplexity_and_threads_change_nothing()
    {
        GoldenCase c = Golden.Open(File, "TopicModel");
        double Perplexity(int rounds)
        {
            var model = new TopicModel(3, new() { MaxIterations = rounds });
            model.Fit(c["x"]);
            return model.Perplexity(c["x"]);
        }
        Assert.True(Perplexity(20) < Perplexity(2));
        Tensor many = c["x"].Tile(5, 1);
        Check.ThreadsChangeNothing(() =>
        {
            var model = new TopicModel(4, new() { MaxIterations = 3 });
            model.Fit(many);
            return model.Components;
        });
    }
}

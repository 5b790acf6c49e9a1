using Nabla.Estimators;

namespace Nabla.Classical.Sequences;

/// <summary>Settings of <see cref="HiddenMarkovModel"/>.</summary>
public sealed record HiddenMarkovOptions
{
    /// <summary>Rounds of EM, at least 1. Default 100.</summary>
    public int MaxIterations { get; init => field = OptionChecks.AtLeast(1, value, nameof(MaxIterations)); } = 100;

    /// <summary>Gain of the log-likelihood per symbol to stop at. Default 1e-6.</summary>
    public double Tolerance { get; init => field = OptionChecks.NotNegative(value, nameof(Tolerance)); } = 1e-6;

    /// <summary>Seed of the first probabilities. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// Symbols that depend on a state no one sees, which moves as a Markov chain. Fitted by EM (Baum, Petrie, Soules, Weiss, 1970); the most
/// likely states by dynamic programming (Viterbi, 1967). Probabilities are scaled at each step, so sequences may be long.
/// </summary>
public sealed class HiddenMarkovModel : Estimator
{
    HiddenMarkovOptions options;
    int states, symbols, iterations;
    double[]? start, transitions, emissions;

    /// <summary>A model of so many states and symbols, at least 1 each.</summary>
    public HiddenMarkovModel(int states, int symbols, HiddenMarkovOptions? options = null)
    {
        this.states = OptionChecks.AtLeast(1, states, nameof(states));
        this.symbols = OptionChecks.AtLeast(1, symbols, nameof(symbols));
        this.options = options ?? new();
    }

    /// <summary>A model whose probabilities are known: [states], [states, states] and [states, symbols], rows that add up to 1.</summary>
    public HiddenMarkovModel(Tensor start, Tensor transitions, Tensor emissions) : this(start?.Length ?? 0, emissions?.Shape[^1] ?? 0)
    {
        this.start = Distribution(start!.Unsqueeze(0), 1, states, "start");
        this.transitions = Distribution(transitions, states, states, "transitions");
        this.emissions = Distribution(emissions!, states, symbols, "emissions");
        EndFit();
    }

    /// <summary>Probabilities of the first state, Float64 [states].</summary>
    public Tensor Start => Learned(start, Shape.Create(states));

    /// <summary>p(next state | state), Float64 [states, states].</summary>
    public Tensor Transitions => Learned(transitions, (states, states));

    /// <summary>p(symbol | state), Float64 [states, symbols].</summary>
    public Tensor Emissions => Learned(emissions, (states, symbols));

    /// <summary>Rounds of the last fit.</summary>
    public int Iterations => iterations;

    /// <summary>Learns from sequences of symbols; a model that has probabilities goes on from them.</summary>
    public void Fit(params IReadOnlyList<IReadOnlyList<int>> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        BeginFit();
        long length = 0;
        foreach (IReadOnlyList<int> sequence in sequences)
        {
            Check(sequence);
            length += sequence.Count;
        }
        if (length == 0) throw new ArgumentException($"{Name}: expected symbols, got none.", nameof(sequences));
        if (!IsFitted) Draw();
        double last = double.NegativeInfinity, gain = double.PositiveInfinity;
        for (iterations = 0; iterations < options.MaxIterations && gain > options.Tolerance; iterations++)
        {
            double now = Round(sequences) / length;
            (gain, last) = (now - last, now);
        }
        if (gain > options.Tolerance)
            Warn($"expected a gain of at most {options.Tolerance:G3} per symbol after {iterations} rounds, got {gain:G3}. Raise MaxIterations or Tolerance.");
        EndFit();
    }

    /// <summary>log p of a sequence.</summary>
    public double LogLikelihood(IReadOnlyList<int> sequence)
    {
        CheckFitted();
        Check(sequence);
        return Forward(sequence, out _);
    }

    /// <summary>exp(−mean log p) of a sequence.</summary>
    public double Perplexity(IReadOnlyList<int> sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return Math.Exp(-LogLikelihood(sequence) / sequence.Count);
    }

    /// <summary>The states most likely together, one per symbol.</summary>
    public int[] Decode(IReadOnlyList<int> sequence)
    {
        CheckFitted();
        Check(sequence);
        int n = sequence.Count;
        var best = new Matrix<double>(n, states);
        var from = new Matrix<int>(n, states);
        for (int t = 0; t < n; t++)
            for (int j = 0; j < states; j++)
            {
                double most = t == 0 ? Math.Log(start![j]) : double.NegativeInfinity;
                for (int i = 0; t > 0 && i < states; i++)
                {
                    double path = best[t - 1, i] + Math.Log(transitions![i * states + j]);
                    if (path > most) (most, from[t, j]) = (path, i);
                }
                best[t, j] = most + Math.Log(emissions![j * symbols + sequence[t]]);
            }
        int[] chain = new int[n];
        if (n > 0) chain[^1] = Classifier.Best(best.Row(n - 1));
        for (int t = n - 1; t > 0; t--) chain[t - 1] = from[t, chain[t]];
        return chain;
    }

    /// <summary>Probabilities of each state at each place, given the whole sequence: Float64 [symbols of the sequence, states].</summary>
    public Tensor StateProbability(IReadOnlyList<int> sequence)
    {
        CheckFitted();
        Check(sequence);
        Forward(sequence, out Matrix<double> p);
        Matrix<double> ahead = Backward(sequence, p);
        for (int t = 0; t < p.Rows; t++) Joint(p, ahead, t);
        return p.ToTensor();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Keep(ref options, ClassicalJson.Default.HiddenMarkovOptions);
        state.Keep("states", ref states);
        state.Keep("symbols", ref symbols);
        state.Keep("iterations", ref iterations);
        state.Keep("start", ref start);
        state.Keep("transitions", ref transitions);
        state.Keep("emissions", ref emissions);
    }

    // One round of EM; the log-likelihood before it.
    double Round(IReadOnlyList<IReadOnlyList<int>> sequences)
    {
        double[] first = new double[states], moves = new double[states * states], shows = new double[states * symbols];
        double log = 0;
        foreach (IReadOnlyList<int> sequence in sequences)
        {
            if (sequence.Count == 0) continue;
            log += Forward(sequence, out Matrix<double> here);
            Matrix<double> ahead = Backward(sequence, here);
            for (int t = 0; t + 1 < sequence.Count; t++)
            {
                double total = 0;
                double[] pair = new double[states * states];
                for (int i = 0; i < states; i++)
                    for (int j = 0; j < states; j++)
                        total += pair[i * states + j] = here[t, i] * transitions![i * states + j] * emissions![j * symbols + sequence[t + 1]] * ahead[t + 1, j];
                Kernels.Vectors.AddScaled(moves, 1 / total, pair);
            }
            for (int t = 0; t < sequence.Count; t++)
            {
                Joint(here, ahead, t);
                for (int i = 0; i < states; i++)
                {
                    if (t == 0) first[i] += here[0, i];
                    shows[i * symbols + sequence[t]] += here[t, i];
                }
            }
        }
        Normalize(first, states);
        Normalize(moves, states);
        Normalize(shows, symbols);
        (start, transitions, emissions) = (first, moves, shows);
        return log;
    }

    // Row t: p(state at t | symbols up to t).
    double Forward(IReadOnlyList<int> sequence, out Matrix<double> here)
    {
        here = new Matrix<double>(sequence.Count, states);
        double log = 0;
        for (int t = 0; t < sequence.Count; t++)
        {
            double total = 0;
            for (int j = 0; j < states; j++)
            {
                double arrive = t == 0 ? start![j] : 0;
                for (int i = 0; t > 0 && i < states; i++) arrive += here[t - 1, i] * transitions![i * states + j];
                total += here[t, j] = arrive * emissions![j * symbols + sequence[t]];
            }
            log += Math.Log(total);
            foreach (ref double v in here.Row(t)) v /= total;
        }
        return log;
    }

    // Row t ∝ p(symbols after t | state at t), scaled to sum 1.
    Matrix<double> Backward(IReadOnlyList<int> sequence, Matrix<double> here)
    {
        var ahead = new Matrix<double>(here.Rows, states);
        for (int t = here.Rows - 1; t >= 0; t--)
        {
            double total = 0;
            for (int i = 0; i < states; i++)
            {
                double sum = t == here.Rows - 1 ? 1 : 0;
                for (int j = 0; t < here.Rows - 1 && j < states; j++)
                    sum += transitions![i * states + j] * emissions![j * symbols + sequence[t + 1]] * ahead[t + 1, j];
                total += ahead[t, i] = sum;
            }
            foreach (ref double v in ahead.Row(t)) v /= total;
        }
        return ahead;
    }

    // here[t] becomes p(state at t | all symbols).
    void Joint(Matrix<double> here, Matrix<double> ahead, int t)
    {
        double total = 0;
        for (int i = 0; i < states; i++) total += here[t, i] *= ahead[t, i];
        foreach (ref double v in here.Row(t)) v /= total;
    }

    void Draw()
    {
        RandomStream random = new RandomStream(options.Seed).Split("hidden markov");
        double[] Uniform(string what, int count) => [.. Enumerable.Range(0, count).Select(i => 0.5 + random.Split(what).NextUniform(i))];
        (start, transitions, emissions) = (Uniform("start", states), Uniform("transitions", states * states), Uniform("emissions", states * symbols));
        Normalize(start, states);
        Normalize(transitions, states);
        Normalize(emissions, symbols);
    }

    void Check(IReadOnlyList<int> sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        for (int t = 0; t < sequence.Count; t++)
            if (sequence[t] < 0 || sequence[t] >= symbols)
                throw new ArgumentException($"{Name}: expected symbols in [0, {symbols}), got {sequence[t]} at position {t}.", nameof(sequence));
    }

    // A row of zeros belongs to a state no symbol needs: it stays anything.
    static void Normalize(double[] values, int width)
    {
        for (int row = 0; row < values.Length; row += width)
        {
            Span<double> own = values.AsSpan(row, width);
            double total = 0;
            foreach (double v in own) total += v;
            if (total > 0)
                foreach (ref double v in own) v /= total;
            else own.Fill(1.0 / width);
        }
    }

    double[] Distribution(Tensor values, int rows, int columns, string what)
    {
        if (values.Shape != (rows, columns)) throw new ShapeException($"{Name}: expected {what} [{rows}, {columns}], got {values.Shape}.");
        double[] p = values.To(DType.Float64).ToArray<double>();
        for (int i = 0; i < rows; i++)
            if (Math.Abs(p.AsSpan(i * columns, columns).ToArray().Sum() - 1) > 1e-6)
                throw new ArgumentException($"{Name}: expected {what} in rows that add up to 1, got {p.AsSpan(i * columns, columns).ToArray().Sum()} in row {i}.");
        return p;
    }
}

using Nabla.Estimators;

namespace Nabla.Classical.Sequences;

/// <summary>The next state by the state before it alone (Markov, 1906): p(j|i) = (c(ij) + α) / (c(i) + α·states).</summary>
public sealed class MarkovChain : Estimator
{
    int states;
    double alpha;
    double[]? transitions, start;

    /// <summary>A chain of <paramref name="states"/> states, at least 1; <paramref name="alpha"/> ≥ 0 is added to every count, by default 1.</summary>
    public MarkovChain(int states, double alpha = 1)
    {
        this.states = OptionChecks.AtLeast(1, states, nameof(states));
        this.alpha = OptionChecks.NotNegative(alpha, nameof(alpha));
    }

    /// <summary>p(j|i), Float64 [states, states], rows that add up to 1.</summary>
    public Tensor Transitions => Learned(transitions, (states, states));

    /// <summary>Probabilities of the first state, Float64 [states].</summary>
    public Tensor Start => Learned(start);

    /// <summary>Counts the steps of sequences of states.</summary>
    /// <exception cref="ArgumentException">With α = 0 a state was never left.</exception>
    public void Fit(params IReadOnlyList<IReadOnlyList<int>> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        BeginFit();
        var counts = new Matrix<double>(states, states);
        double[] first = new double[states];
        Array.Fill(counts.Values, alpha);
        Array.Fill(first, alpha);
        foreach (IReadOnlyList<int> sequence in sequences)
            for (int t = 0; t < sequence.Count; t++)
            {
                if (sequence[t] < 0 || sequence[t] >= states)
                    throw new ArgumentException($"{Name}: expected states in [0, {states}), got {sequence[t]} at position {t}.", nameof(sequences));
                if (t == 0) first[sequence[0]]++;
                else counts[sequence[t - 1], sequence[t]]++;
            }
        for (int i = 0; i < states; i++) Normalize(counts.Row(i), $"steps from state {i}");
        Normalize(first, "sequences");
        (transitions, start) = (counts.Values, first);
        EndFit();
    }

    /// <summary>Probabilities of the states <paramref name="steps"/> steps after a state: row of Tᵏ, Float64 [states].</summary>
    public Tensor Forecast(int state, int steps = 1)
    {
        CheckFitted();
        OptionChecks.AtLeast(0, steps, nameof(steps));
        if (state < 0 || state >= states) throw new ArgumentOutOfRangeException(nameof(state), state, $"{Name}: expected a state in [0, {states}), got {state}.");
        double[] p = new double[states];
        p[state] = 1;
        for (int k = 0; k < steps; k++) p = Step(p);
        return Tensor.From(p);
    }

    /// <summary>The distribution that a step leaves as it is, Float64 [states], found by steps that half the chain stays put in.</summary>
    public Tensor Stationary()
    {
        CheckFitted();
        double[] p = new double[states];
        Array.Fill(p, 1.0 / states);
        double change = 1;
        for (int k = 0; k < 1_000_000 && change > 1e-15; k++)
        {
            double[] next = Step(p);
            change = 0;
            for (int i = 0; i < states; i++)
            {
                double mixed = (p[i] + next[i]) / 2;
                change = Math.Max(change, Math.Abs(mixed - p[i]));
                p[i] = mixed;
            }
        }
        return Tensor.From(p);
    }

    /// <summary>exp(−mean log p) of a sequence, its first state included.</summary>
    public double Perplexity(IReadOnlyList<int> sequence)
    {
        CheckFitted();
        ArgumentNullException.ThrowIfNull(sequence);
        double log = 0;
        for (int t = 0; t < sequence.Count; t++) log += Math.Log(t == 0 ? start![sequence[0]] : transitions![sequence[t - 1] * states + sequence[t]]);
        return Math.Exp(-log / sequence.Count);
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Keep("states", ref states);
        state.Keep("alpha", ref alpha);
        state.Keep("transitions", ref transitions);
        state.Keep("start", ref start);
    }

    double[] Step(double[] p)
    {
        double[] next = new double[states];
        for (int i = 0; i < states; i++) Kernels.Vectors.AddScaled(next, p[i], transitions.AsSpan(i * states, states));
        return next;
    }

    void Normalize(Span<double> counts, string what)
    {
        double total = 0;
        foreach (double c in counts) total += c;
        if (total == 0) throw new ArgumentException($"{Name}: expected {what}, got none and alpha 0. Take alpha above 0.");
        foreach (ref double c in counts) c /= total;
    }
}

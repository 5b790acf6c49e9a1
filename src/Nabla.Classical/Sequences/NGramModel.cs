using Nabla.Estimators;

namespace Nabla.Classical.Sequences;

/// <summary>What a model does about words it has not seen after a context.</summary>
public enum NGramSmoothing
{
    /// <summary>p(w|h) = (c(hw) + α) / (c(h) + α·V) (Laplace, Lidstone).</summary>
    Additive,

    /// <summary>
    /// Interpolated: p(w|h) = (c(hw) − d)⁺ / c(h) + d·N(h·)/c(h) · p(w|h′), where lower orders count in how many contexts a word occurs
    /// (Kneser, Ney, 1995; Chen, Goodman, 1999).
    /// </summary>
    KneserNey,
}

/// <summary>Settings of <see cref="NGramModel"/>.</summary>
public sealed record NGramOptions
{
    /// <summary>Words of a gram, the context and the next, at least 1. Default 3.</summary>
    public int Order { get; init => field = OptionChecks.AtLeast(1, value, nameof(Order)); } = 3;

    /// <summary>What to do about words not seen. Default Kneser–Ney.</summary>
    public NGramSmoothing Smoothing { get; init => field = OptionChecks.Known(value, nameof(Smoothing)); } = NGramSmoothing.KneserNey;

    /// <summary>α above 0 of additive smoothing. Default 1.</summary>
    public double Alpha { get; init => field = OptionChecks.Positive(value, nameof(Alpha)); } = 1;

    /// <summary>d in [0, 1] of Kneser–Ney. Default 0.75.</summary>
    public double Discount { get; init => field = OptionChecks.InUnit(value, nameof(Discount)); } = 0.75;
}

/// <summary>The next word by the n − 1 words before it (Shannon, 1948). Words are numbers below the size of the vocabulary.</summary>
/// <remarks>Shorter contexts at the start of a sequence use the lower orders. Fitting on several sequences never counts across their ends.</remarks>
public sealed class NGramModel : Estimator
{
    NGramOptions options;
    int vocabulary;
    Dictionary<string, Context> contexts = [];

    /// <summary>A model of <paramref name="vocabularySize"/> words, at least 1 and below 65,536.</summary>
    public NGramModel(int vocabularySize, NGramOptions? options = null)
    {
        if (vocabularySize is < 1 or > char.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(vocabularySize), vocabularySize, $"vocabularySize: expected 1 to {char.MaxValue}, got {vocabularySize}.");
        vocabulary = vocabularySize;
        this.options = options ?? new();
    }

    /// <summary>Contexts seen, of all lengths.</summary>
    public int ContextCount => contexts.Count;

    /// <summary>Counts the grams of sequences.</summary>
    public void Fit(params IReadOnlyList<IReadOnlyList<int>> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        BeginFit();
        contexts = [];
        foreach (IReadOnlyList<int> sequence in sequences) Count(sequence);
        EndFit();
    }

    /// <summary>p(word | context); of the context the last n − 1 words matter.</summary>
    public double Probability(int word, IReadOnlyList<int> context)
    {
        CheckFitted();
        ArgumentNullException.ThrowIfNull(context);
        Check(word);
        string key = Key(context, context.Count, Math.Min(options.Order - 1, context.Count));
        return options.Smoothing == NGramSmoothing.Additive ? Additive((char)word, key) : Interpolated((char)word, key, isHighest: true);
    }

    /// <summary>exp(−mean log p) of a sequence, each word after those before it.</summary>
    public double Perplexity(IReadOnlyList<int> sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        if (sequence.Count == 0) throw new ArgumentException($"{Name}: expected at least one word, got none.", nameof(sequence));
        double log = 0;
        for (int i = 0; i < sequence.Count; i++) log += Math.Log(Probability(sequence[i], [.. sequence.Take(i).TakeLast(options.Order - 1)]));
        return Math.Exp(-log / sequence.Count);
    }

    /// <summary>Words drawn one after another from a context.</summary>
    public int[] Generate(int count, RandomStream random, params IReadOnlyList<int> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        List<int> words = [.. context];
        for (int i = 0; i < count; i++)
        {
            double left = random.NextUniform(i);
            int word = 0;
            while (word < vocabulary - 1 && (left -= Probability(word, words)) >= 0) word++;
            words.Add(word);
        }
        return [.. words.Skip(context.Count)];
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Keep(ref options, ClassicalJson.Default.NGramOptions);
        state.Keep("vocabulary", ref vocabulary);
        // One row per gram: its length, its words, how often it occurs, in how many contexts of one word more.
        List<int> numbers = [];
        foreach (var (key, context) in contexts.OrderBy(c => c.Key, StringComparer.Ordinal))
            foreach (var (word, count) in context.Counts.OrderBy(c => c.Key))
                numbers.AddRange([key.Length, .. key, word, count, context.Continuations.GetValueOrDefault(word)]);
        int[]? grams = [.. numbers];
        state.Keep("grams", ref grams);
        if (!state.IsReading) return;
        contexts = [];
        for (int at = 0; at < grams!.Length;)
        {
            int length = grams[at++];
            if (length < 0 || length >= options.Order || at + length + 3 > grams.Length)
                throw new DataFormatException($"{Name}: expected grams of at most {options.Order} words, got other numbers.");
            Context context = At(new string([.. grams.Skip(at).Take(length).Select(w => (char)w)]));
            at += length;
            char word = (char)grams[at++];
            context.Add(word, grams[at++]);
            if (grams[at++] is > 0 and var continuations) context.Continue(word, continuations);
        }
    }

    void Count(IReadOnlyList<int> sequence)
    {
        for (int i = 0; i < sequence.Count; i++)
        {
            Check(sequence[i]);
            char word = (char)sequence[i];
            for (int length = 0; length < options.Order && length <= i; length++)
            {
                bool isNew = At(Key(sequence, i, length)).Add(word, 1);
                // The first time a gram occurs, its tail has one more word that it follows.
                if (isNew && length > 0) At(Key(sequence, i, length - 1)).Continue(word, 1);
            }
        }
    }

    double Additive(char word, string key)
    {
        Context? context = contexts.GetValueOrDefault(key);
        return ((context?.Counts.GetValueOrDefault(word) ?? 0) + options.Alpha) / ((context?.Total ?? 0) + options.Alpha * vocabulary);
    }

    double Interpolated(char word, string key, bool isHighest)
    {
        double lower = key.Length == 0 ? 1.0 / vocabulary : Interpolated(word, key[1..], isHighest: false);
        if (!contexts.TryGetValue(key, out Context? context)) return lower;
        // Orders below the first asked count contexts instead of occurrences; what no longer context precedes keeps its count.
        bool counts = isHighest || context.ContinuationTotal == 0;
        Dictionary<char, int> table = counts ? context.Counts : context.Continuations;
        double total = counts ? context.Total : context.ContinuationTotal, d = options.Discount;
        return Math.Max(table.GetValueOrDefault(word) - d, 0) / total + d * table.Count / total * lower;
    }

    Context At(string key)
    {
        if (!contexts.TryGetValue(key, out Context? context)) contexts.Add(key, context = new Context());
        return context;
    }

    void Check(int word)
    {
        if (word < 0 || word >= vocabulary) throw new ArgumentOutOfRangeException(nameof(word), word, $"{Name}: expected words in [0, {vocabulary}), got {word}.");
    }

    static string Key(IReadOnlyList<int> words, int end, int length) =>
        string.Create(length, (words, end), static (key, from) =>
        {
            for (int i = 0; i < key.Length; i++) key[i] = (char)from.words[from.end - key.Length + i];
        });

    sealed class Context
    {
        public Dictionary<char, int> Counts { get; } = [];

        public Dictionary<char, int> Continuations { get; } = [];

        public int Total { get; private set; }

        public int ContinuationTotal { get; private set; }

        public bool Add(char word, int count)
        {
            Total += count;
            bool isNew = !Counts.TryGetValue(word, out int before);
            Counts[word] = before + count;
            return isNew;
        }

        public void Continue(char word, int count)
        {
            ContinuationTotal += count;
            Continuations[word] = Continuations.GetValueOrDefault(word) + count;
        }
    }
}

using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Sequences;

/// <summary>Settings of <see cref="TopicModel"/>.</summary>
public sealed record TopicOptions
{
    /// <summary>α above 0 of the topics of a document; null for 1 / topics. Default null.</summary>
    public double? DocumentPrior { get; init => field = value is { } prior ? OptionChecks.Positive(prior, nameof(DocumentPrior)) : null; }

    /// <summary>η above 0 of the words of a topic; null for 1 / topics. Default null.</summary>
    public double? WordPrior { get; init => field = value is { } prior ? OptionChecks.Positive(prior, nameof(WordPrior)) : null; }

    /// <summary>Rounds over all documents, at least 1. Default 10.</summary>
    public int MaxIterations { get; init => field = OptionChecks.AtLeast(1, value, nameof(MaxIterations)); } = 10;

    /// <summary>Updates of one document in a round, at least 1. Default 100.</summary>
    public int DocumentIterations { get; init => field = OptionChecks.AtLeast(1, value, nameof(DocumentIterations)); } = 100;

    /// <summary>Mean change of a document's topics to stop its updates at. Default 1e-3.</summary>
    public double DocumentTolerance { get; init => field = OptionChecks.NotNegative(value, nameof(DocumentTolerance)); } = 1e-3;

    /// <summary>Seed of the first topics. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>First topics [topics, words] of pseudo-counts above 0, instead of drawn ones. Default none.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Tensor? Topics { get; init; }
}

/// <summary>
/// Documents as mixtures of topics, topics as distributions of words: latent Dirichlet allocation by variational Bayes (Blei, Ng, Jordan,
/// 2003; Hoffman, Blei, Bach, 2010). Tables hold counts: documents × words.
/// </summary>
public sealed class TopicModel : TableEstimator, ITransformer
{
    TopicOptions options;
    int topics;
    double[]? components;

    /// <summary>A model of <paramref name="topics"/> topics, at least 1.</summary>
    public TopicModel(int topics, TopicOptions? options = null)
    {
        this.topics = OptionChecks.AtLeast(1, topics, nameof(topics));
        this.options = options ?? new();
    }

    /// <summary>Pseudo-counts of the words of each topic, Float64 [topics, words].</summary>
    public Tensor Components => Learned(components, (topics, FeatureCount));

    double Alpha => options.DocumentPrior ?? 1.0 / topics;

    double Eta => options.WordPrior ?? 1.0 / topics;

    /// <inheritdoc/>
    public void Fit(Tensor features)
    {
        Matrix<double> x = Counts(FitTable<double>(features));
        components = Start(x.Columns);
        for (int round = 0; round < options.MaxIterations; round++)
        {
            Matrix<double> words = ExpectedWords();
            var (_, sums) = Documents(x, words, collects: true);
            for (int i = 0; i < components.Length; i++) components[i] = Eta + words.Values[i] * sums[i];
        }
        EndFit();
    }

    /// <summary>The share of each topic in each document: counts [documents, words] → Float64 [documents, topics].</summary>
    public Tensor Transform(Tensor features)
    {
        Matrix<double> gamma = Gamma(Counts(Table<double>(features)));
        for (int d = 0; d < gamma.Rows; d++)
        {
            double total = 0;
            foreach (double g in gamma.Row(d)) total += g;
            foreach (ref double g in gamma.Row(d)) g /= total;
        }
        return gamma.ToTensor();
    }

    /// <summary>exp(−bound / words): an upper bound of the perplexity per word of documents.</summary>
    public double Perplexity(Tensor features)
    {
        Matrix<double> x = Counts(Table<double>(features)), gamma = Gamma(x);
        return Math.Exp(-Bound(x, gamma) / x.Values.Sum());
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.TopicOptions);
        state.Keep("topics", ref topics);
        state.Keep("components", ref components);
    }

    double[] Start(int words)
    {
        if (options.Topics is { } given)
            return given.Shape == (topics, words) ? given.To(DType.Float64).ToArray<double>()
                : throw new ShapeException($"TopicModel: expected Topics [{topics}, {words}], got {given.Shape}.");
        // Mean 1, deviation 0.1, as the sum of a hundred exponentials would have.
        RandomStream random = new RandomStream(options.Seed).Split("topics");
        return [.. Enumerable.Range(0, topics * words).Select(i => Math.Max(1 + 0.1 * Draw.Normal(random, i), 0.01))];
    }

    Matrix<double> Gamma(Matrix<double> x) => Documents(x, ExpectedWords(), collects: false).Gamma;

    // exp(E log β) [topics, words].
    Matrix<double> ExpectedWords()
    {
        var words = new Matrix<double>([.. components!], topics, FeatureCount);
        for (int k = 0; k < topics; k++) SpecialFunctions.ExpectedLog(words.Row(k));
        foreach (ref double v in words.Values.AsSpan()) v = Math.Exp(v);
        return words;
    }

    // Variational Dirichlets of the documents [documents, topics]; Σ over documents of count / norm · exp(E log θ) [topics × words].
    (Matrix<double> Gamma, double[] Sums) Documents(Matrix<double> x, Matrix<double> words, bool collects)
    {
        const int Block = 64;
        int blocks = (x.Rows + Block - 1) / Block;
        var gamma = new Matrix<double>(x.Rows, topics);
        var job = new Job(this, x, words, gamma, collects ? new double[blocks][] : null, Block);
        Workers.For(blocks, ref job);
        var sums = new double[words.Values.Length];
        foreach (double[] part in job.Parts ?? []) Vectors.AddScaled(sums, 1, part);
        return (gamma, sums);
    }

    double Bound(Matrix<double> x, Matrix<double> gamma)
    {
        double bound = 0;
        var theta = new Matrix<double>([.. gamma.Values], gamma.Rows, topics);
        var beta = new Matrix<double>([.. components!], topics, FeatureCount);
        for (int d = 0; d < theta.Rows; d++) SpecialFunctions.ExpectedLog(theta.Row(d));
        for (int k = 0; k < topics; k++) SpecialFunctions.ExpectedLog(beta.Row(k));
        double[] terms = new double[topics];
        for (int d = 0; d < x.Rows; d++)
            for (int w = 0; w < x.Columns; w++)
            {
                if (x[d, w] == 0) continue;
                for (int k = 0; k < topics; k++) terms[k] = theta[d, k] + beta[k, w];
                bound += x[d, w] * LogSums.LogSumExp(terms);
            }
        for (int d = 0; d < gamma.Rows; d++) bound += SpecialFunctions.DirichletBound(Alpha, gamma.Row(d), theta.Row(d));
        for (int k = 0; k < topics; k++) bound += SpecialFunctions.DirichletBound(Eta, components.AsSpan(k * FeatureCount, FeatureCount), beta.Row(k));
        return bound;
    }

    Matrix<double> Counts(Matrix<double> x)
    {
        if (Array.FindIndex(x.Values, static v => v < 0) is >= 0 and var bad)
            throw new ArgumentException($"{Name}: expected counts of at least 0, got {x.Values[bad]} at row {bad / x.Columns}, column {bad % x.Columns}.");
        return x;
    }

    readonly struct Job(TopicModel model, Matrix<double> x, Matrix<double> words, Matrix<double> gamma, double[][]? parts, int block) : IJob
    {
        public double[][]? Parts => parts;

        public void Run(int index)
        {
            double[]? part = parts is null ? null : new double[words.Values.Length];
            for (int d = index * block; d < Math.Min((index + 1) * block, x.Rows); d++) Document(d, part);
            if (parts is not null) parts[index] = part!;
        }

        void Document(int d, double[]? part)
        {
            int topics = model.topics;
            ReadOnlySpan<double> counts = x.Row(d);
            List<int> present = [];
            for (int w = 0; w < counts.Length; w++)
                if (counts[w] > 0) present.Add(w);
            Span<double> own = gamma.Row(d);
            own.Fill(1);
            double[] theta = new double[topics], next = new double[topics];
            for (int turn = 0; turn < model.options.DocumentIterations; turn++)
            {
                Theta(own, theta);
                Array.Fill(next, model.Alpha);
                foreach (int w in present)
                {
                    double share = counts[w] / Norm(theta, w);
                    for (int k = 0; k < topics; k++) next[k] += share * theta[k] * words[k, w];
                }
                double change = 0;
                for (int k = 0; k < topics; k++) change += Math.Abs(next[k] - own[k]) / topics;
                next.CopyTo(own);
                if (change < model.options.DocumentTolerance) break;
            }
            if (part is null) return;
            Theta(own, theta);
            foreach (int w in present)
            {
                double share = counts[w] / Norm(theta, w);
                for (int k = 0; k < topics; k++) part[k * x.Columns + w] += share * theta[k];
            }
        }

        static void Theta(ReadOnlySpan<double> own, double[] theta)
        {
            own.CopyTo(theta);
            SpecialFunctions.ExpectedLog(theta);
            for (int k = 0; k < theta.Length; k++) theta[k] = Math.Exp(theta[k]);
        }

        double Norm(double[] theta, int word)
        {
            double norm = 2.220446049250313e-16;
            for (int k = 0; k < theta.Length; k++) norm += theta[k] * words[k, word];
            return norm;
        }
    }
}

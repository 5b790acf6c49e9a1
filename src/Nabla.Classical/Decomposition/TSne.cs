using System.Runtime.CompilerServices;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Decomposition;

/// <summary>Settings of <see cref="TSne"/>.</summary>
public sealed record TSneOptions
{
    /// <summary>Coordinates of the map, at least 1. Default 2.</summary>
    public int Components { get; init => field = OptionChecks.AtLeast(1, value, nameof(Components)); } = 2;

    /// <summary>About how many neighbors each row has, above 1 and below the number of rows. Default 30.</summary>
    public double Perplexity
    {
        get;
        init => field = value > 1 ? value : throw new ArgumentOutOfRangeException(nameof(Perplexity), value, $"Perplexity: expected a number above 1, got {value}.");
    } = 30;

    /// <summary>Steps, at least 1. Default 1,000, of which the first 250 exaggerate.</summary>
    public int MaxIterations { get; init => field = OptionChecks.AtLeast(1, value, nameof(MaxIterations)); } = 1000;

    /// <summary>Factor on attraction in the first 250 steps. Default 12.</summary>
    public double EarlyExaggeration { get; init => field = OptionChecks.Positive(value, nameof(EarlyExaggeration)); } = 12;

    /// <summary>Length of a step; null for max(rows / exaggeration / 4, 50) (Belkina and others, 2019). Default null.</summary>
    public double? LearningRate { get; init => field = value is { } rate ? OptionChecks.Positive(rate, nameof(LearningRate)) : null; }

    /// <summary>Largest gradient to stop at. Default 1e-7.</summary>
    public double MinimumGradient { get; init => field = OptionChecks.NotNegative(value, nameof(MinimumGradient)); } = 1e-7;

    /// <summary>Seed, used where principal components cannot start the map. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// A map in which neighbors stay neighbors: min KL(P‖Q), P Gaussian affinities of the rows with a width for each that gives the perplexity,
/// Q affinities 1/(1 + d²) on the map (van der Maaten, Hinton: Visualizing data using t-SNE, 2008). Exact: O(rows²) per step.
/// </summary>
public sealed class TSne(TSneOptions? options = null) : Estimator
{
    const int EarlySteps = 250;

    TSneOptions options = options ?? new();
    Tensor? embedding;
    double divergence;

    /// <summary>The map, Float64 [rows, components].</summary>
    public Tensor Embedding
    {
        get
        {
            CheckFitted();
            return embedding!;
        }
    }

    /// <summary>KL(P‖Q) of the map.</summary>
    public double Divergence => divergence;

    /// <summary>Makes the map of a table: [rows, features] → Float64 [rows, components].</summary>
    public Tensor FitTransform(Tensor features)
    {
        BeginFit();
        Matrix<double> x = TableInput.Features<double>(features, Name);
        if (options.Perplexity >= x.Rows)
            throw new ArgumentException($"{Name}: expected a Perplexity below the {x.Rows} rows, got {options.Perplexity}.", nameof(features));
        double[] p = Affinities(x);
        Matrix<double> y = EmbeddingStart.Principal(x, options.Components, 1e-4, options.Seed);
        Descend(p, y);
        embedding = y.ToTensor();
        EndFit();
        return embedding;
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Keep(ref options, ClassicalJson.Default.TSneOptions);
        state.Keep("embedding", ref embedding);
        state.Keep("divergence", ref divergence);
    }

    // P symmetric, sum 1.
    double[] Affinities(Matrix<double> x)
    {
        int n = x.Rows;
        Matrix<double> d = Distances.Squared(x, x);
        double goal = Math.Log(options.Perplexity);
        for (int i = 0; i < n; i++)
        {
            Span<double> row = d.Row(i);
            double[] squares = row.ToArray();
            double beta = 1, low = 0, high = double.PositiveInfinity;
            for (int trial = 0; trial < 100; trial++)
            {
                double sum = 0, weighted = 0;
                for (int j = 0; j < n; j++)
                {
                    row[j] = j == i ? 0 : Math.Exp(-beta * squares[j]);
                    sum += row[j];
                    weighted += row[j] * squares[j];
                }
                sum = Math.Max(sum, 1e-300);
                double apart = Math.Log(sum) + beta * weighted / sum - goal;
                foreach (ref double v in row) v /= sum;
                if (Math.Abs(apart) < 1e-5) break;
                if (apart > 0) (low, beta) = (beta, double.IsInfinity(high) ? 2 * beta : (beta + high) / 2);
                else (high, beta) = (beta, (beta + low) / 2);
            }
        }
        var p = new double[n * n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) p[i * n + j] = Math.Max((d[i, j] + d[j, i]) / (2 * n), 1e-300);
        return p;
    }

    void Descend(double[] p, Matrix<double> y)
    {
        int n = y.Rows;
        double rate = options.LearningRate ?? Math.Max(n / options.EarlyExaggeration / 4, 50);
        double[] gradient = new double[y.Values.Length], speed = new double[gradient.Length], gain = new double[gradient.Length], sums = new double[n], costs = new double[n];
        Array.Fill(gain, 1);
        for (int step = 0; step < options.MaxIterations; step++)
        {
            bool isEarly = step < EarlySteps;
            Ranges.For(n, 8L * n, new Normalizer(y, sums));
            Ranges.For(n, 8L * n, new Gradient(p, y, isEarly ? options.EarlyExaggeration : 1, sums.Sum(), gradient, costs));
            double largest = 0;
            for (int i = 0; i < gradient.Length; i++)
            {
                gain[i] = Math.Max(gradient[i] * speed[i] < 0 ? gain[i] + 0.2 : gain[i] * 0.8, 0.01);
                speed[i] = (isEarly ? 0.5 : 0.8) * speed[i] - rate * gain[i] * gradient[i];
                y.Values[i] += speed[i];
                largest = Math.Max(largest, Math.Abs(gradient[i]));
            }
            if (!isEarly && largest <= options.MinimumGradient) break;
        }
        Ranges.For(n, 8L * n, new Normalizer(y, sums));
        Ranges.For(n, 8L * n, new Gradient(p, y, 1, sums.Sum(), gradient, costs));
        divergence = costs.Sum();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double Similarity(Matrix<double> y, int i, int j) => 1 / (1 + Vectors.SquaredDistance<double>(y.Row(i), y.Row(j)));

    readonly struct Normalizer(Matrix<double> y, double[] sums) : IRange
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int first, int end)
        {
            for (int i = first; i < end; i++)
            {
                double sum = 0;
                for (int j = 0; j < y.Rows; j++)
                    if (j != i) sum += Similarity(y, i, j);
                sums[i] = sum;
            }
        }
    }

    // dC/dy_i = 4 Σ_j (p_ij − q_ij)(y_i − y_j) / (1 + ‖y_i − y_j‖²)
    readonly struct Gradient(double[] p, Matrix<double> y, double exaggeration, double total, double[] gradient, double[] costs) : IRange
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int first, int end)
        {
            int n = y.Rows, d = y.Columns;
            for (int i = first; i < end; i++)
            {
                Span<double> g = gradient.AsSpan(i * d, d);
                g.Clear();
                double cost = 0;
                for (int j = 0; j < n; j++)
                {
                    if (j == i) continue;
                    double similarity = Similarity(y, i, j), q = Math.Max(similarity / total, 1e-300), own = p[i * n + j];
                    double pull = 4 * (exaggeration * own - q) * similarity;
                    for (int k = 0; k < d; k++) g[k] += pull * (y[i, k] - y[j, k]);
                    cost += own * Math.Log(own / q);
                }
                costs[i] = cost;
            }
        }
    }
}

using System.Runtime.CompilerServices;
using Nabla.Classical.Neighbors;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Decomposition;

/// <summary>Settings of <see cref="Umap"/>.</summary>
public sealed record UmapOptions
{
    /// <summary>Coordinates of the map, at least 1. Default 2.</summary>
    public int Components { get; init => field = OptionChecks.AtLeast(1, value, nameof(Components)); } = 2;

    /// <summary>Neighbors of a row, at least 2. Default 15.</summary>
    public int Neighbors { get; init => field = OptionChecks.AtLeast(2, value, nameof(Neighbors)); } = 15;

    /// <summary>How near rows may come on the map, at least 0. Default 0.1.</summary>
    public double MinimumDistance { get; init => field = OptionChecks.NotNegative(value, nameof(MinimumDistance)); } = 0.1;

    /// <summary>Passes over the edges, at least 1. Default 300.</summary>
    public int Epochs { get; init => field = OptionChecks.AtLeast(1, value, nameof(Epochs)); } = 300;

    /// <summary>Rows pushed away for each that is pulled near, at least 0. Default 5.</summary>
    public int NegativeSamples { get; init => field = OptionChecks.AtLeast(0, value, nameof(NegativeSamples)); } = 5;

    /// <summary>η above 0, falling to 0 over the epochs. Default 1.</summary>
    public double LearningRate { get; init => field = OptionChecks.Positive(value, nameof(LearningRate)); } = 1;

    /// <summary>Seed of the rows pushed away. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// A map by neighbors: a weighted graph of near rows, each with its own idea of near, drawn so that edges are short and other rows apart: min cross
/// entropy of edge weights and 1 / (1 + a·d^2b) (McInnes, Healy, Melville: UMAP, 2018). Starts from principal components.
/// </summary>
public sealed class Umap(UmapOptions? options = null) : Estimator
{
    UmapOptions options = options ?? new();
    Tensor? embedding;

    /// <summary>The map, Float64 [rows, components].</summary>
    public Tensor Embedding
    {
        get
        {
            CheckFitted();
            return embedding!;
        }
    }

    /// <summary>Makes the map of a table: [rows, features] → Float64 [rows, components].</summary>
    public Tensor FitTransform(Tensor features)
    {
        BeginFit();
        Matrix<double> x = TableInput.Features<double>(features, Name);
        if (options.Neighbors >= x.Rows)
            throw new ArgumentException($"{Name}: expected Neighbors below the {x.Rows} rows, got {options.Neighbors}.", nameof(features));
        (int From, int To, double Weight)[] edges = Graph(x);
        Matrix<double> y = EmbeddingStart.Principal(x, options.Components, 5, options.Seed);
        Draw(edges, y);
        embedding = y.ToTensor();
        EndFit();
        return embedding;
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Keep(ref options, ClassicalJson.Default.UmapOptions);
        state.Keep("embedding", ref embedding);
    }

    // Memberships exp(−(d − ρ)⁺ / σ) with Σ = log₂ k for every row, then p + pᵀ − p·pᵀ: near by either's judgement.
    (int, int, double)[] Graph(Matrix<double> x)
    {
        int k = options.Neighbors;
        var (rows, distances) = NearestNeighbors.Find(x, x, k, skipsSelf: true);
        Dictionary<(int, int), double> directed = [];
        for (int i = 0; i < x.Rows; i++)
        {
            ReadOnlySpan<double> d = distances.AsSpan(i * k, k);
            double nearest = 0, low = 0, high = double.PositiveInfinity, sigma = 1;
            foreach (double v in d)
                if (v > 0)
                {
                    nearest = v;
                    break;
                }
            for (int trial = 0; trial < 64; trial++)
            {
                double sum = 0;
                foreach (double v in d) sum += Math.Exp(-Math.Max(v - nearest, 0) / sigma);
                double apart = sum - Math.Log2(k);
                if (Math.Abs(apart) < 1e-5) break;
                if (apart > 0) (high, sigma) = (sigma, (low + sigma) / 2);
                else (low, sigma) = (sigma, double.IsInfinity(high) ? 2 * sigma : (sigma + high) / 2);
            }
            for (int j = 0; j < k; j++) directed[(i, rows[i * k + j])] = Math.Exp(-Math.Max(d[j] - nearest, 0) / Math.Max(sigma, 1e-12));
        }
        return [.. directed.Keys.Select(e => (Math.Min(e.Item1, e.Item2), Math.Max(e.Item1, e.Item2))).Distinct().Order().Select(e =>
        {
            double there = directed.GetValueOrDefault(e), back = directed.GetValueOrDefault((e.Item2, e.Item1));
            return (e.Item1, e.Item2, there + back - there * back);
        })];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Draw((int From, int To, double Weight)[] edges, Matrix<double> y)
    {
        var (a, b) = Curve(options.MinimumDistance);
        RandomStream random = new RandomStream(options.Seed).Split("umap");
        double strongest = edges.Max(e => e.Weight);
        double[] due = new double[edges.Length];
        long draws = 0;
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            double rate = options.LearningRate * (1 - (double)epoch / options.Epochs);
            for (int e = 0; e < edges.Length; e++)
            {
                // An edge is due as often as it is strong.
                due[e] += edges[e].Weight / strongest;
                if (due[e] < 1) continue;
                due[e]--;
                Span<double> from = y.Row(edges[e].From), to = y.Row(edges[e].To);
                double square = Vectors.SquaredDistance<double>(from, to);
                if (square > 0) Push(from, to, -2 * a * b * Math.Pow(square, b - 1) / (1 + a * Math.Pow(square, b)), rate, both: true);
                for (int s = 0; s < 2 * options.NegativeSamples; s++)
                {
                    Span<double> own = s < options.NegativeSamples ? from : to, other = y.Row(random.NextInt(draws++, y.Rows));
                    square = Vectors.SquaredDistance<double>(own, other);
                    if (square > 0) Push(own, other, 2 * b / ((0.001 + square) * (1 + a * Math.Pow(square, b))), rate, both: false);
                }
            }
        }
    }

    static void Push(Span<double> one, Span<double> other, double force, double rate, bool both)
    {
        for (int k = 0; k < one.Length; k++)
        {
            double step = rate * Math.Clamp(force * (one[k] - other[k]), -4, 4);
            one[k] += step;
            if (both) other[k] -= step;
        }
    }

    // 1 / (1 + a·d^2b) nearest to 1 up to the minimum distance and exp(−(d − minimum)) beyond: least squares by Gauss–Newton.
    static (double A, double B) Curve(double minimum)
    {
        double a = 1, b = 1;
        for (int turn = 0; turn < 200; turn++)
        {
            double aa = 1e-9, ab = 0, bb = 1e-9, ga = 0, gb = 0;
            for (int i = 1; i < 300; i++)
            {
                double d = 0.01 * i, goal = d < minimum ? 1 : Math.Exp(-(d - minimum)), power = Math.Pow(d, 2 * b), f = 1 / (1 + a * power);
                double fa = -f * f * power, fb = -f * f * a * power * 2 * Math.Log(d), rest = goal - f;
                aa += fa * fa;
                ab += fa * fb;
                bb += fb * fb;
                ga += fa * rest;
                gb += fb * rest;
            }
            double determinant = aa * bb - ab * ab;
            a = Math.Max(a + 0.5 * (bb * ga - ab * gb) / determinant, 1e-3);
            b = Math.Clamp(b + 0.5 * (aa * gb - ab * ga) / determinant, 0.1, 5);
        }
        return (a, b);
    }
}

using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Energy;

/// <summary>Settings of <see cref="RestrictedBoltzmannMachine"/>.</summary>
public sealed record RbmOptions
{
    /// <summary>Gibbs steps of the negative phase, at least 1. Default 1: CD-1.</summary>
    public int Steps { get; init => field = OptionChecks.AtLeast(1, value, nameof(Steps)); } = 1;

    /// <summary>Whether the negative phase goes on from where the last batch left it (Tieleman, 2008). Default false.</summary>
    public bool Persistent { get; init; }

    /// <summary>η above 0. Default 0.1.</summary>
    public double LearningRate { get; init => field = OptionChecks.Positive(value, nameof(LearningRate)); } = 0.1;

    /// <summary>Rows of a step, at least 1. Default 10.</summary>
    public int BatchSize { get; init => field = OptionChecks.AtLeast(1, value, nameof(BatchSize)); } = 10;

    /// <summary>Passes over the rows, at least 1. Default 10.</summary>
    public int Epochs { get; init => field = OptionChecks.AtLeast(1, value, nameof(Epochs)); } = 10;

    /// <summary>Seed of weights, batches and samples. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// Binary units in two layers, each layer independent given the other: p(v) ∝ Σ_h exp(vᵀWh + a·v + b·h) (Smolensky, 1986). Learns by
/// contrastive divergence: W += η(⟨vh⟩ of the data − ⟨vh⟩ after a few Gibbs steps) (Hinton, 2002).
/// </summary>
public sealed class RestrictedBoltzmannMachine : TableEstimator, ITransformer
{
    RbmOptions options;
    int hidden;
    double[]? weights, visibleBias, hiddenBias;

    /// <summary>A machine of <paramref name="hidden"/> hidden units, at least 1.</summary>
    public RestrictedBoltzmannMachine(int hidden, RbmOptions? options = null)
    {
        this.hidden = OptionChecks.AtLeast(1, hidden, nameof(hidden));
        this.options = options ?? new();
    }

    /// <summary>Wᵀ, Float64 [hidden, visible].</summary>
    public Tensor Weights => Learned(weights, (hidden, FeatureCount));

    /// <summary>a, Float64 [visible].</summary>
    public Tensor VisibleBias => Learned(visibleBias, Shape.Create(FeatureCount));

    /// <summary>b, Float64 [hidden].</summary>
    public Tensor HiddenBias => Learned(hiddenBias, Shape.Create(hidden));

    /// <summary>Learns from rows in [0, 1]: bits, or probabilities of bits.</summary>
    public void Fit(Tensor features)
    {
        Matrix<double> x = FitTable<double>(features);
        if (Array.FindIndex(x.Values, static v => v is < 0 or > 1) is >= 0 and var bad)
            throw new ArgumentException(
                $"{Name}: expected features in [0, 1], got {x.Values[bad]} at row {bad / x.Columns}, column {bad % x.Columns}. Scale them.", nameof(features));
        RandomStream random = new RandomStream(options.Seed).Split("restricted boltzmann machine");
        weights = new double[(long)hidden * x.Columns];
        for (int i = 0; i < weights.Length; i++) weights[i] = 0.01 * Draw.Normal(random.Split("weights"), i);
        (visibleBias, hiddenBias) = (new double[x.Columns], new double[hidden]);
        Matrix<double>? chain = null;
        long step = 0;
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            int[] order = random.Split("order").Split(epoch).Permutation(x.Rows);
            for (int first = 0; first < order.Length; first += options.BatchSize)
            {
                Matrix<double> batch = x.Take(order.AsSpan(first, Math.Min(options.BatchSize, order.Length - first)));
                Matrix<double>? start = options.Persistent && chain?.Rows == batch.Rows ? chain : null;
                chain = Learn(batch, start, random.Split("gibbs").Split(step++));
            }
        }
        EndFit();
    }

    /// <summary>p(hidden = 1 | visible): [rows, visible] → Float64 [rows, hidden].</summary>
    public Tensor Transform(Tensor features) => Hidden(Table<double>(features)).ToTensor();

    /// <summary>F(v) = −a·v − Σ log(1 + exp(b + Wᵀv)), so that p(v) ∝ e^−F: [rows, visible] → Float64 [rows].</summary>
    public Tensor FreeEnergy(Tensor features)
    {
        Matrix<double> x = Table<double>(features), z = Products.Affine(x, weights!, hiddenBias);
        var energy = new double[x.Rows];
        for (int i = 0; i < energy.Length; i++)
        {
            energy[i] = -Vectors.Dot<double>(x.Row(i), visibleBias);
            foreach (double s in z.Row(i)) energy[i] -= Math.Max(s, 0) + Math.Log(1 + Math.Exp(-Math.Abs(s)));
        }
        return Tensor.From(energy);
    }

    /// <summary>Rows of bits after so many Gibbs steps from the given ones: [rows, visible] → Float64 [rows, visible].</summary>
    public Tensor Gibbs(Tensor features, int steps, RandomStream random)
    {
        Matrix<double> v = Table<double>(features);
        OptionChecks.AtLeast(0, steps, nameof(steps));
        for (int k = 0; k < steps; k++) v = Sample(Visible(Sample(Hidden(v), random.Split(2 * k))), random.Split(2 * k + 1));
        return v.ToTensor();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.RbmOptions);
        state.Keep("hidden", ref hidden);
        state.Keep("weights", ref weights);
        state.Keep("visible bias", ref visibleBias);
        state.Keep("hidden bias", ref hiddenBias);
    }

    // One step on a batch; where its negative chain ended.
    Matrix<double> Learn(Matrix<double> batch, Matrix<double>? start, RandomStream random)
    {
        Matrix<double> positive = Hidden(batch), v = start ?? batch, h = Hidden(v);
        for (int k = 0; k < options.Steps; k++)
        {
            v = Sample(Visible(Sample(h, random.Split(2 * k))), random.Split(2 * k + 1));
            h = Hidden(v);
        }
        double rate = options.LearningRate / batch.Rows;
        Vectors.AddScaled(weights, rate, Products.TransposedMultiply(positive, batch).Values);
        Vectors.AddScaled(weights, -rate, Products.TransposedMultiply(h, v).Values);
        for (int i = 0; i < batch.Rows; i++)
        {
            Vectors.AddScaled(hiddenBias, rate, positive.Row(i));
            Vectors.AddScaled(hiddenBias, -rate, h.Row(i));
            Vectors.AddScaled(visibleBias, rate, batch.Row(i));
            Vectors.AddScaled(visibleBias, -rate, v.Row(i));
        }
        return v;
    }

    Matrix<double> Hidden(Matrix<double> v) => Sigmoid(Products.Affine(v, weights!, hiddenBias));

    Matrix<double> Visible(Matrix<double> h)
    {
        Matrix<double> z = Products.Multiply(h, new Matrix<double>(weights!, hidden, FeatureCount));
        for (int i = 0; i < z.Rows; i++) Vectors.AddScaled(z.Row(i), 1, visibleBias);
        return Sigmoid(z);
    }

    static Matrix<double> Sample(Matrix<double> p, RandomStream random)
    {
        var bits = new Matrix<double>(p.Rows, p.Columns);
        for (int i = 0; i < bits.Values.Length; i++) bits.Values[i] = random.NextUniform(i) < p.Values[i] ? 1 : 0;
        return bits;
    }

    static Matrix<double> Sigmoid(Matrix<double> z)
    {
        foreach (ref double v in z.Values.AsSpan()) v = 1 / (1 + Math.Exp(-v));
        return z;
    }
}

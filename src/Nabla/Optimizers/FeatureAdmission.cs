namespace Nabla.Optimizers;

/// <summary>
/// Which of the many features of a sparse model get a weight at all: most occur once and would only cost memory (McMahan et al.: Ad click
/// prediction: a view from the trenches, 2013, section 4).
/// </summary>
public abstract class FeatureAdmission
{
    readonly HashSet<ulong> admitted = [];

    /// <summary>Features that have been admitted.</summary>
    public int Count => admitted.Count;

    /// <summary>Sees a feature once more; true if it has a weight, from now on or already.</summary>
    public bool Admit(ulong feature)
    {
        if (admitted.Contains(feature)) return true;
        if (!IsEnough(feature)) return false;
        admitted.Add(feature);
        return true;
    }

    /// <summary>Whether this sight of a feature that has no weight yet is enough.</summary>
    private protected abstract bool IsEnough(ulong feature);
}

/// <summary>Poisson inclusion: every sight admits with probability p, so that a feature waits 1/p sights on average, without memory for the waiting.</summary>
public sealed class PoissonAdmission : FeatureAdmission
{
    readonly double probability;
    readonly RandomStream stream;
    long sights;

    /// <summary>Creates the rule.</summary>
    /// <param name="probability">p in (0, 1].</param>
    /// <param name="stream">What decides.</param>
    public PoissonAdmission(double probability, RandomStream stream)
    {
        if (probability is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, $"PoissonAdmission: expected a probability in (0, 1], got {probability}.");
        (this.probability, this.stream) = (probability, stream);
    }

    private protected override bool IsEnough(ulong feature) => stream.NextUniform(sights++) < probability;
}

/// <summary>
/// A counting Bloom filter: admits at sight n, or earlier if other features fell on all of the same counters (Bloom, 1970; Fan et al., 2000);
/// never later.
/// </summary>
public sealed class BloomAdmission : FeatureAdmission
{
    const int Hashes = 4;

    readonly byte[] counters;
    readonly int sights;

    /// <summary>Creates the filter.</summary>
    /// <param name="sights">n in [1, 255].</param>
    /// <param name="counters">Bytes of the filter, at least 1: some ten for each feature that is expected makes early admissions rare.</param>
    public BloomAdmission(int sights, int counters)
    {
        if (sights is < 1 or > 255) throw new ArgumentOutOfRangeException(nameof(sights), sights, $"BloomAdmission: expected sights in [1, 255], got {sights}.");
        ArgumentOutOfRangeException.ThrowIfLessThan(counters, 1);
        (this.sights, this.counters) = (sights, new byte[counters]);
    }

    private protected override bool IsEnough(ulong feature)
    {
        // Counters at the minimum only grow (conservative update), which keeps the estimate as low as it can be.
        Span<uint> places = stackalloc uint[Hashes];
        byte least = byte.MaxValue;
        for (int i = 0; i < Hashes; i++)
        {
            places[i] = (uint)(new RandomStream(feature).NextUniform(i) * counters.Length);
            least = Math.Min(least, counters[places[i]]);
        }
        if (least + 1 >= sights) return true;
        foreach (uint place in places)
            if (counters[place] == least) counters[place]++;
        return false;
    }
}

/// <summary>
/// Keeps all positive samples and a share r of the negative ones, which count 1/r times, so that the expected loss stays what it was.
/// </summary>
public sealed class NegativeSubsampling
{
    readonly double rate;
    readonly RandomStream stream;

    /// <summary>Creates the rule.</summary>
    /// <param name="rate">r in (0, 1].</param>
    /// <param name="stream">What decides; sample i uses number i.</param>
    public NegativeSubsampling(double rate, RandomStream stream)
    {
        if (rate is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(rate), rate, $"NegativeSubsampling: expected a rate in (0, 1], got {rate}.");
        (this.rate, this.stream) = (rate, stream);
    }

    /// <summary>The weight of a sample: 1 if it is positive, else 1/r or 0.</summary>
    public double Weight(bool isPositive, long sample) => isPositive ? 1 : stream.NextUniform(sample) < rate ? 1 / rate : 0;
}

/// <summary>
/// Validation without data held back: every sample is predicted before it is trained on, so that its loss is honest. Feed it the predictions of
/// an online learner; the means are over all samples and over the recent ones.
/// </summary>
public sealed class ProgressiveValidation
{
    readonly double memory;
    double weight, sum, recent, recentWeight;

    /// <summary>Creates the record.</summary>
    /// <param name="memory">Share of the recent mean that each sample leaves, in [0, 1). Default 0.999: about the last thousand.</param>
    public ProgressiveValidation(double memory = 0.999)
    {
        if (memory is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(memory), memory, $"ProgressiveValidation: expected a memory in [0, 1), got {memory}.");
        this.memory = memory;
    }

    /// <summary>Mean log-loss of all samples; NaN before the first.</summary>
    public double LogLoss => weight == 0 ? double.NaN : sum / weight;

    /// <summary>Mean log-loss of recent samples; NaN before the first.</summary>
    public double RecentLogLoss => recentWeight == 0 ? double.NaN : recent / recentWeight;

    /// <summary>Takes a prediction made before its sample was trained on.</summary>
    /// <param name="probability">Predicted probability of the positive class; kept 1e-15 away from 0 and 1.</param>
    /// <param name="isPositive">What it was.</param>
    /// <param name="sampleWeight">Weight, such as that of <see cref="NegativeSubsampling"/>; at least 0.</param>
    public void Add(double probability, bool isPositive, double sampleWeight = 1)
    {
        if (!(sampleWeight >= 0)) throw new ArgumentOutOfRangeException(nameof(sampleWeight), sampleWeight, "ProgressiveValidation: expected a weight of at least 0.");
        double p = Math.Clamp(probability, 1e-15, 1 - 1e-15), loss = -Math.Log(isPositive ? p : 1 - p);
        (weight, sum) = (weight + sampleWeight, sum + sampleWeight * loss);
        (recentWeight, recent) = (memory * recentWeight + sampleWeight, memory * recent + sampleWeight * loss);
    }
}

/// <summary>
/// Weights in 16 bits: fixed-point numbers q2.13 between −4 and 4 in steps of 2⁻¹³, rounded up or down at random so that the mean is exact and small
/// updates are not lost (McMahan et al., 2013, section 4.2).
/// </summary>
public static class FixedPointWeights
{
    const double Scale = 1 << 13;

    /// <summary>⌊2¹³w + u⌋ with u uniform in [0, 1), one random number each; beyond ±4 the ends.</summary>
    /// <param name="weights">Numbers.</param>
    /// <param name="stream">What decides; element i uses number i.</param>
    public static short[] Encode(ReadOnlySpan<float> weights, RandomStream stream)
    {
        var encoded = new short[weights.Length];
        for (int i = 0; i < encoded.Length; i++)
            encoded[i] = (short)Math.Clamp(Math.Floor(weights[i] * Scale + stream.NextUniform(i)), short.MinValue, short.MaxValue);
        return encoded;
    }

    /// <summary>The numbers that the codes stand for.</summary>
    public static float[] Decode(ReadOnlySpan<short> codes)
    {
        var weights = new float[codes.Length];
        for (int i = 0; i < weights.Length; i++) weights[i] = (float)(codes[i] / Scale);
        return weights;
    }
}

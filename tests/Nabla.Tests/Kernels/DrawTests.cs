using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

public class DrawTests
{
    const int Count = 20_000;
    static readonly RandomStream Stream = new RandomStream(7).Split("draw tests");

    delegate void Filler(RandomStream stream, long first, Span<float> y);

    static readonly Dictionary<string, Filler> Fillers = new()
    {
        ["uniform"] = (s, i, y) => Draw.Uniform(s, i, y),
        ["uniform range"] = (s, i, y) => Draw.Uniform(s, i, y, -3, 5),
        ["normal"] = (s, i, y) => Draw.Normal(s, i, y),
        ["normal moved"] = (s, i, y) => Draw.Normal(s, i, y, 2, 3),
        ["exponential"] = (s, i, y) => Draw.Exponential(s, i, y, 2),
        ["gumbel"] = Draw.Gumbel,
        ["bernoulli"] = (s, i, y) => Draw.Bernoulli(s, i, y, 0.3, 2),
        ["gamma 2.5"] = (s, i, y) => Rejection.Gamma(s, i, y, 2.5),
        ["gamma 0.3"] = (s, i, y) => Rejection.Gamma(s, i, y, 0.3, 2),
        ["truncated middle"] = (s, i, y) => Rejection.TruncatedNormal(s, i, y, 0, 1, -2, 2),
        ["truncated narrow"] = (s, i, y) => Rejection.TruncatedNormal(s, i, y, 0, 1, 0.5, 0.75),
        ["truncated tail"] = (s, i, y) => Rejection.TruncatedNormal(s, i, y, 1, 2, 5, 30),
        ["truncated below"] = (s, i, y) => Rejection.TruncatedNormal(s, i, y, 0, 1, -9, -1),
    };

    public static TheoryData<string> Names => [.. Fillers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Chunks_of_any_size_give_the_numbers_of_one_call(string name)
    {
        Filler fill = Fillers[name];
        float[] whole = new float[300], parts = new float[300];
        fill(Stream, 1000, whole);
        int[] sizes = [1, 63, 64, 65, 2, 0, 31, 74];
        int start = 0;
        foreach (int size in sizes)
        {
            fill(Stream, 1000 + start, parts.AsSpan(start, size));
            start += size;
        }
        Assert.Equal(300, start);
        Assert.Equal(whole, parts);
    }

    // Models start from these numbers: a faster way to draw them must not change a bit.
    [Theory]
    [InlineData("uniform", 0xE4E1_D7F5_A45B_7697UL)]
    [InlineData("uniform range", 0x2D27_FC19_BCD3_ABFAUL)]
    [InlineData("normal", 0x84A6_30E6_C13B_52EDUL)]
    [InlineData("normal moved", 0xD57F_E10A_4400_A520UL)]
    [InlineData("exponential", 0x7113_45CB_06EA_E78BUL)]
    [InlineData("bernoulli", 0xF703_2471_83FC_8067UL)]
    public void A_seed_gives_the_numbers_it_always_gave(string name, ulong fingerprint)
    {
        float[] y = new float[10_007];
        Fillers[name](Stream, 5, y);
        ulong hash = 0xCBF2_9CE4_8422_2325;
        foreach (float number in y) hash = (hash ^ BitConverter.SingleToUInt32Bits(number)) * 0x0000_0100_0000_01B3;
        Assert.Equal(fingerprint, hash);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Another_seed_or_stream_gives_other_numbers(string name)
    {
        float[] a = new float[64], b = new float[64], c = new float[64];
        Fillers[name](Stream, 0, a);
        Fillers[name](Stream with { Seed = 8 }, 0, b);
        Fillers[name](Stream.Split("other"), 0, c);
        Assert.NotEqual(a, b);
        Assert.NotEqual(a, c);
        Assert.NotEqual(b, c);
    }

    // Kolmogorov's statistic times √n stays below 1.95 with probability 0.999; the seed is fixed, so this never flickers.
    [Theory]
    [InlineData("uniform")]
    [InlineData("uniform range")]
    [InlineData("normal")]
    [InlineData("normal moved")]
    [InlineData("exponential")]
    [InlineData("gumbel")]
    [InlineData("truncated middle")]
    [InlineData("truncated narrow")]
    [InlineData("truncated below")]
    [InlineData("truncated tail")]
    public void Samples_follow_their_distribution(string name)
    {
        double Between(double x, double low, double high) => (NormalCdf(x) - NormalCdf(low)) / (NormalCdf(high) - NormalCdf(low));
        Func<double, double> cdf = name switch
        {
            "uniform" => x => x,
            "uniform range" => x => (x + 3) / 8,
            "normal" => NormalCdf,
            "normal moved" => x => NormalCdf((x - 2) / 3),
            "exponential" => x => 1 - Math.Exp(-2 * x),
            "gumbel" => x => Math.Exp(-Math.Exp(-x)),
            "truncated middle" => x => Between(x, -2, 2),
            "truncated narrow" => x => Between(x, 0.5, 0.75),
            "truncated below" => x => Between(x, -9, -1),
            _ => x => Between((x - 1) / 2, 2, 14.5),
        };
        float[] y = new float[Count];
        Fillers[name](Stream, 0, y);
        Array.Sort(y);
        double worst = 0;
        for (int i = 0; i < Count; i++)
        {
            double p = cdf(y[i]);
            worst = Math.Max(worst, Math.Max(p - (double)i / Count, (i + 1.0) / Count - p));
        }
        Assert.InRange(worst * Math.Sqrt(Count), 0.1, 1.95);
    }

    [Theory]
    [InlineData(2.5, 1)]
    [InlineData(0.3, 2)]
    public void Gamma_has_its_mean_and_variance(double shape, double scale)
    {
        float[] y = new float[Count];
        Rejection.Gamma(Stream, 0, y, shape, scale);
        double mean = y.Average(v => v), variance = y.Average(v => (v - mean) * (v - mean));
        double deviation = Math.Sqrt(shape) * scale, kurtosis = 3 + 6 / shape;
        Assert.Equal(shape * scale, mean, 4 * deviation / Math.Sqrt(Count));
        Assert.Equal(deviation * deviation, variance, 4 * deviation * deviation * Math.Sqrt((kurtosis - 1) / Count));
        Assert.All(y, v => Assert.True(v >= 0 && float.IsFinite(v)));
    }

    [Fact]
    public void Double_precision_samples_follow_their_distribution()
    {
        double[] u = new double[Count], z = new double[Count];
        Draw.Uniform(Stream, 3, u);
        Draw.Normal(Stream, 3, z);
        Assert.Equal(0.5, u.Average(), 4 * Math.Sqrt(1.0 / 12 / Count));
        Assert.Equal(0, z.Average(), 4 / Math.Sqrt(Count));
        Assert.Equal(1, z.Average(v => v * v), 4 * Math.Sqrt(2.0 / Count));
        Assert.Equal(0, z.Zip(z.Skip(1), (a, b) => a * b).Average(), 4 / Math.Sqrt(Count));
    }

    [Fact]
    public void Neighbors_of_a_normal_stream_are_uncorrelated_at_every_distance_inside_a_group()
    {
        float[] z = new float[Count + 64];
        Draw.Normal(Stream, 0, z);
        for (int lag = 1; lag <= 64; lag++)
        {
            double sum = 0;
            for (int i = 0; i < Count; i++) sum += z[i] * z[i + lag];
            Assert.Equal(0, sum / Count, 4.5 / Math.Sqrt(Count));
        }
    }

    [Fact]
    public void Uniform_numbers_never_reach_the_open_end()
    {
        float[] y = new float[4096];
        Draw.Uniform(Stream, 0, y, 1, 1 + 2 * MathF.BitIncrement(0.5f) * 1.1920929e-7f); // a range of about one rounding step
        Assert.All(y, v => Assert.Equal(1f, v));
        double[] z = new double[64];
        Draw.Uniform(Stream, 0, z, 1, Math.BitIncrement(1.0));
        Assert.All(z, v => Assert.Equal(1.0, v));
        Draw.Uniform(Stream, 0, y, 4, 4);
        Assert.All(y, v => Assert.Equal(4f, v));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.25)]
    [InlineData(1.0)]
    public void Bernoulli_frequency_is_the_probability(double probability)
    {
        byte[] y = new byte[Count];
        Draw.Bernoulli(Stream, 5, y, probability);
        Assert.Equal(probability, y.Average(v => (double)v), 4 * Math.Sqrt(probability * (1 - probability) / Count));
        Assert.All(y, v => Assert.True(v <= 1));
    }

    [Fact]
    public void Integers_cover_the_range_evenly()
    {
        long[] y = new long[Count];
        Draw.Integers(Stream, 0, y, -3, 7);
        foreach (long value in Enumerable.Range(-3, 10))
            Assert.Equal(Count / 10.0, y.Count(v => v == value), 4 * Math.Sqrt(Count * 0.09));
        Assert.All(y, v => Assert.InRange(v, -3, 6));

        int[] narrow = new int[100];
        Draw.Integers(Stream, 0, narrow, -3, 7);
        Assert.Equal(y.Take(100), narrow.Select(v => (long)v));
        Draw.Integers(Stream, 0, y, long.MinValue, long.MaxValue);
        Assert.True(y.Any(v => v < 0) && y.Any(v => v > 0));
        Draw.Integers(Stream, 0, narrow, int.MinValue, int.MaxValue);
        Assert.True(narrow.Any(v => v < 0) && narrow.Any(v => v > 0));
    }

    [Fact]
    public void Filling_allocates_nothing()
    {
        float[] y = new float[1000];
        Draw.Normal(Stream, 0, y);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Draw.Normal(Stream, 1, y);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Φ by its Taylor series (|x| ≤ 6) and the continued fraction of its tail.</summary>
    static double NormalCdf(double x)
    {
        if (x < -6 || x > 6)
        {
            double t = Math.Abs(x), f = t;
            for (int k = 40; k > 0; k--) f = t + k / f;
            double tail = Math.Exp(-x * x / 2) / (f * Math.Sqrt(2 * Math.PI));
            return x < 0 ? tail : 1 - tail;
        }
        double term = x, sum = x;
        for (int k = 1; k < 200; k++)
        {
            term *= x * x / (2 * k + 1);
            sum += term;
        }
        return 0.5 + sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
    }
}

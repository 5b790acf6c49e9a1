using Nabla.Kernels;

namespace Nabla.Tests.Kernels.Lanes;

/// <summary>
/// The vector functions of floats against the framework's doubles. Errors are in ulps: distances between neighboring floats at
/// the exact result. A correctly rounded function has a maximum of 0.5.
/// </summary>
public class SingleMathTests
{
    // Name, operation, exact function, largest |argument| that is tried, maximum and mean error.
    public static TheoryData<string> Functions => [.. Table.Keys];

    static readonly Dictionary<string, (Func<Tensor, Tensor> Ours, Func<double, double> Exact, double Range, double Max, double Mean)> Table = new()
    {
        ["exp"] = (x => x.Exp(), Math.Exp, 110, 1.0, 0.27),
        ["expm1"] = (x => x.Expm1(), ScalarMath.Expm1, 110, 1.6, 0.27),
        ["log"] = (x => x.Log(), Math.Log, double.MaxValue, 1.0, 0.27),
        ["log1p"] = (x => x.Log1p(), ScalarMath.Log1p, double.MaxValue, 1.5, 0.27),
        ["tanh"] = (x => x.Tanh(), Math.Tanh, 12, 2.5, 0.27),
        ["sigmoid"] = (x => x.Sigmoid(), ScalarMath.Sigmoid, 110, 2.5, 0.35),
        ["softplus"] = (x => x.Softplus(), static x => Math.Max(x, 0) + ScalarMath.Log1p(Math.Exp(-Math.Abs(x))), 110, 2.0, 0.3),
        ["erf"] = (x => x.Erf(), ScalarMath.Erf, 6, 3.0, 0.65),
        ["normal"] = (x => x.NormalDistribution(), ScalarMath.NormalDistribution, 15, 6.5, 0.45),
        ["gelu"] = (x => x.Gelu(), static x => double.IsNegativeInfinity(x) ? -0.0 : x * ScalarMath.NormalDistribution(x), 13, 3.7, 0.5),
        ["sin"] = (x => x.Sin(), Math.Sin, CircularMath.Limit, 2.0, 0.27),
        ["cos"] = (x => x.Cos(), Math.Cos, CircularMath.Limit, 2.0, 0.27),
        ["tan"] = (x => x.Tan(), Math.Tan, CircularMath.Limit, 4.0, 0.4),
        ["asin"] = (x => x.Asin(), Math.Asin, 1, 3.0, 0.4),
        ["acos"] = (x => x.Acos(), Math.Acos, 1, 3.0, 0.65),
        ["atan"] = (x => x.Atan(), Math.Atan, double.MaxValue, 1.5, 0.3),
        ["sinh"] = (x => x.Sinh(), Math.Sinh, 90, 4.5, 0.3),
        ["cosh"] = (x => x.Cosh(), Math.Cosh, 90, 4.0, 0.3),
        ["asinh"] = (x => x.Asinh(), ExactAsinh, double.MaxValue, 3.0, 0.4),
        ["acosh"] = (x => x.Acosh(), Math.Acosh, double.MaxValue, 3.0, 0.4),
        ["atanh"] = (x => x.Atanh(), ExactAtanh, 1, 3.0, 0.4),
        ["log2"] = (x => x.Log2(), Math.Log2, double.MaxValue, 2.0, 0.3),
        ["log10"] = (x => x.Log10(), Math.Log10, double.MaxValue, 1.5, 0.3),
        ["rsqrt"] = (x => x.ReciprocalSqrt(), static x => 1 / Math.Sqrt(x), double.MaxValue, 1.5, 0.4),
        ["sqrt"] = (x => x.Sqrt(), Math.Sqrt, double.MaxValue, 0.5, 0.27),
    };

    static readonly float[] Special =
    [
        0f, -0f, 1, -1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, float.Epsilon, -float.Epsilon,
        1.17549435e-38f, -1.17549435e-38f, 1e-40f, -1e-40f, 1e-20f, -1e-20f, 88.72283f, 88.72284f, -87.4f, -103.9f, -104.1f, 1e4f, -1e4f, 1e10f,
    ];

    /// <summary>The framework's asinh and atanh keep no digits near 0.</summary>
    static double ExactAsinh(double x) => double.IsInfinity(x) ? x : Math.CopySign(ScalarMath.Log1p(Math.Abs(x) + x * x / (1 + Math.Sqrt(1 + x * x))), x);

    static double ExactAtanh(double x) => 0.5 * (ScalarMath.Log1p(x) - ScalarMath.Log1p(-x));

    [Theory]
    [MemberData(nameof(Functions))]
    public void Errors_stay_below_the_stated_ulps(string name)
    {
        var (ours, exact, range, maximum, mean) = Table[name];
        float[] x = [.. Patterns(4099).Where(v => Math.Abs(v) <= range && !double.IsNaN(exact(v))), .. Even(range)];
        if (name == "gelu") x = [.. x.Where(v => v >= -1)];                          // further left errors are absolute: see below
        float[] y = ours(Tensor.From(x)).ToArray<float>();
        double worst = 0, sum = 0;
        float at = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double error = Ulps(exact(x[i]), y[i]);
            if (error > worst) (worst, at) = (error, x[i]);
            sum += error;
        }
        Assert.True(worst <= maximum && sum / x.Length <= mean, $"{name}: maximum {worst:F2} ulp at {at:R}, mean {sum / x.Length:F3} of {x.Length}");

        // The body of the distribution too, where a network lives: bit patterns favor tiny numbers.
        float[] Even(double range) => [.. Enumerable.Range(0, 20_000).Select(i => (float)((i - 10_000) * Math.Min(range, 20) / 10_000)).Where(v => !double.IsNaN(exact(v)))];
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Special_values_are_exact(string name)
    {
        var (ours, exact, _, maximum, _) = Table[name];
        float[] y = ours(Tensor.From(Special)).ToArray<float>();
        for (int i = 0; i < Special.Length; i++)
        {
            float wanted = (float)exact(Special[i]);
            bool same = BitConverter.SingleToInt32Bits(wanted) == BitConverter.SingleToInt32Bits(y[i]) || (float.IsNaN(wanted) && float.IsNaN(y[i]))
                || (wanted != 0 && float.IsFinite(wanted) && Ulps(exact(Special[i]), y[i]) <= maximum)
                || (exact(Special[i]) != 0 && Ulps(exact(Special[i]), y[i]) <= 0.5);                                        // halfway between 0 and the next
            Assert.True(same, $"{name}({Special[i]:R}): expected {wanted:R}, got {y[i]:R}");
        }
    }

    [Fact]
    public void Gelu_errs_by_a_unit_of_its_argument_at_most_and_ends_in_zero()
    {
        float[] x = [.. Enumerable.Range(-140_000, 280_001).Where(static i => i != 0).Select(static i => i * 1e-4f)];
        float[] y = Tensor.From(x).Gelu().ToArray<float>();
        double worst = x.Zip(y, static (x, y) => Math.Abs(y - x * ScalarMath.NormalDistribution(x)) / Math.Abs(x)).Max();
        Assert.True(worst <= 2.4e-7, $"maximum {worst:E2} of the argument");
        Assert.DoesNotContain(x.Zip(y), static p => p.First < 0 ? p.Second > 0 : p.Second < 0);
        Assert.DoesNotContain(x.Zip(y), static p => Math.Abs(p.First) > 5.51f && p.Second != Math.Max(p.First, 0));
    }

    [Fact]
    public void The_slope_of_gelu_errs_by_a_unit_near_one_at_most_and_ends_in_zero_and_one()
    {
        float[] x = [.. Enumerable.Range(-140_000, 280_001).Select(static i => i * 1e-4f), 1e-30f, -1e30f, 1e30f, float.NegativeInfinity, float.PositiveInfinity];
        float[] slope = Tensor.From(x).Map(default(GeluSlopeOperation)).ToArray<float>();
        double worst = x.Zip(slope, static (x, slope) => Math.Abs(slope - ExactGeluSlope(x))).Max();
        Assert.True(worst <= 2.5e-7, $"maximum {worst:E2}");
        Assert.DoesNotContain(x.Zip(slope), static p => Math.Abs(p.First) > 5.91f && p.Second != (p.First > 0 ? 1 : 0));
        Assert.Equal([0.5f, 0.5f, float.NaN], Tensor.From([0f, -0f, float.NaN]).Map(default(GeluSlopeOperation)).ToArray<float>());
    }

    static double ExactGeluSlope(double x) =>
        ScalarMath.NormalDistribution(x) + (double.IsInfinity(x) ? 0 : x * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI));

    readonly struct GeluSlopeOperation : IUnaryOperation
    {
        public static string Name => "GeluSlope";

        public V Value<V>(V x) where V : struct, ILanes<V> => V.GeluSlope(x);

        public V Slope<V>(V x, V y) where V : struct, ILanes<V> => y;
    }

    [Fact]
    public void Tanh_and_erf_saturate_at_exactly_one()
    {
        Assert.Equal([1f, -1, 1, -1], Tensor.From([9.1f, -9.1f, 1e4f, float.NegativeInfinity]).Tanh().ToArray<float>());
        Assert.Equal([1f, -1, 1, -1], Tensor.From([4.1f, -4.1f, 1e4f, float.NegativeInfinity]).Erf().ToArray<float>());
    }

    [Fact]
    public void A_lane_beyond_the_range_of_sine_does_not_change_its_neighbors()
    {
        float[] x = [.. Enumerable.Range(0, 64).Select(i => i * 0.37f)];
        float[] alone = Tensor.From(x).Sin().ToArray<float>();
        for (int i = 3; i < 64; i += 16) x[i] = 1e7f + i;
        float[] mixed = Tensor.From(x).Sin().ToArray<float>();
        for (int i = 0; i < 64; i++) Assert.Equal(i % 16 == 3 ? MathF.Sin(x[i]) : alone[i], mixed[i]);
    }

    [Fact]
    public void The_exponential_of_negative_numbers_is_as_exact_and_ends_in_zero()
    {
        float[] x = [.. Patterns(4099).Where(v => v is <= 0 and >= -87.3f), .. Enumerable.Range(0, 20_000).Select(i => i * -87.3f / 20_000)];
        float[] y = Tensor.From(x).Map(default(ExpOfNegativeOperation)).ToArray<float>();
        double[] errors = [.. x.Select((v, i) => Ulps(Math.Exp(v), y[i]))];
        Assert.True(errors.Max() <= 1 && errors.Average() <= 0.27, $"maximum {errors.Max():F2} ulp, mean {errors.Average():F3}");
        float[] special = [0f, -0f, float.NaN, -87.4f, -88, -103.9f, -1e4f, float.MinValue, float.NegativeInfinity];
        Assert.Equal(
            [1f, 1, float.NaN, MathF.Exp(-87.4f), 0, 0, 0, 0, 0], Tensor.From(special).Map(default(ExpOfNegativeOperation)).ToArray<float>());
    }

    readonly struct ExpOfNegativeOperation : IUnaryOperation
    {
        public static string Name => "ExpOfNegative";

        public V Value<V>(V x) where V : struct, ILanes<V> => V.ExpOfNegative(x);

        public V Slope<V>(V x, V y) where V : struct, ILanes<V> => y;
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public void The_exponentials_of_four_have_the_bits_of_one(int which)
    {
        float[] x = [0f, -0f, float.NaN, -87.4f, -88, -103.9f, -1e4f, float.MinValue, float.NegativeInfinity, .. Enumerable.Range(0, 20_000).Select(static i => i * -100f / 20_000)];
        float[] alone = Tensor.From([.. x.Select(v => v * MathF.ScaleB(1, -which))]).Map(default(ExpOfNegativeOperation)).ToArray<float>();
        Assert.Equal(alone, Tensor.From(x).Map(new ExpOfFourOperation(which)).ToArray<float>());
    }

    /// <summary>e to x, x/2, x/4 or x/8, computed with the three others.</summary>
    readonly struct ExpOfFourOperation(int which) : IUnaryOperation
    {
        public static string Name => "ExpOfFour";

        public V Value<V>(V x) where V : struct, ILanes<V>
        {
            V half = V.Constant(0.5), a = x, b = a * half, c = b * half, d = c * half;
            V.ExpOfNegative(ref a, ref b, ref c, ref d);
            return which switch { 0 => a, 1 => b, 2 => c, _ => d };
        }

        public V Slope<V>(V x, V y) where V : struct, ILanes<V> => y;
    }

    [Fact]
    public void Powers_are_within_an_ulp()
    {
        float[] bases = [.. Patterns(1_299_709).Where(v => v > 0)];
        float[] exponents = [-40.5f, -3, -1.25f, -0.1f, 1e-6f, 0.3f, 0.5f, 1, 1.7f, 2, 3, 12.3f, 80];
        double worst = 0;
        foreach (float b in exponents)
        {
            float[] y = Tensor.From(bases).Pow(Tensor.From([b])).ToArray<float>();
            for (int i = 0; i < bases.Length; i++) worst = Math.Max(worst, Ulps(Math.Pow(bases[i], b), y[i]));
        }
        Assert.True(worst <= 0.75, $"maximum {worst:F3} ulp");
    }

    [Fact]
    public void Powers_of_special_values_are_those_of_the_framework()
    {
        float[] values = [.. Special, 2, -2, 3, -3, 0.5f, -0.5f, 1.5f, -1.5f, 16777216, 16777217 + 2];
        foreach (float b in values)
        {
            float[] y = Tensor.From(values).Pow(Tensor.From([b])).ToArray<float>();
            for (int i = 0; i < values.Length; i++)
            {
                float wanted = MathF.Pow(values[i], b);
                Assert.True(
                    wanted.Equals(y[i]) && (wanted != 0 || float.IsNegative(wanted) == float.IsNegative(y[i])) || (float.IsNormal(wanted) && Ulps(wanted, y[i]) <= 1),
                    $"pow({values[i]:R}, {b:R}): expected {wanted:R}, got {y[i]:R}");
            }
        }
    }

    static double Ulps(double exact, float actual)
    {
        float rounded = (float)exact;
        if (float.IsInfinity(rounded) || float.IsInfinity(actual)) return rounded == actual ? 0 : double.PositiveInfinity;
        double spacing = Math.Max(float.Epsilon, (double)MathF.BitIncrement(MathF.Abs(rounded)) - MathF.Abs(rounded));
        double error = Math.Abs(exact - actual) / spacing;
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    /// <summary>Floats of every size: each bit pattern that is a multiple of <paramref name="step"/>.</summary>
    static IEnumerable<float> Patterns(uint step)
    {
        for (ulong bits = 0; bits <= uint.MaxValue; bits += step)
        {
            float value = BitConverter.UInt32BitsToSingle((uint)bits);
            if (float.IsFinite(value)) yield return value;
        }
    }
}

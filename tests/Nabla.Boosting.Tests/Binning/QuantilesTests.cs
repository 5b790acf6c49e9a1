using Nabla.Boosting.Binning;

namespace Nabla.Boosting.Tests.Binning;

public class QuantilesTests
{
    static ColumnBins Cut(float[] values, int most = 255, float[]? weights = null) =>
        Quantiles.Cut((float[])values.Clone(), new uint[values.Length], weights, most);

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(5000)]
    public void Sorting_by_digits_sorts(int count)
    {
        float[] x = [.. Tables.Features(count, 1, 3).Select(static v => v * MathF.Exp(20 * v))];
        float[] expected = [.. x.Order()];
        Quantiles.Sort(x, new uint[count]);
        Assert.Equal(expected, x);
    }

    [Fact]
    public void Few_values_get_a_bin_each_and_every_value_its_own()
    {
        float[] x = [3, 1, float.NaN, 2, 1, -0f, 0];
        ColumnBins bins = Cut(x);
        Assert.Equal(4, bins.Count);
        Assert.Equal([3, 1, 4, 2, 1, 0, 0], x.Select(v => (int)bins.Of(v)));
        Assert.Equal(3, bins.Of(1e30f));
        Assert.Equal(0, bins.Of(-1e30f));
    }

    [Fact]
    public void Bins_hold_about_equal_shares()
    {
        float[] x = Tables.Features(100_000, 1, 4);
        ColumnBins bins = Cut(x);
        Assert.Equal(255, bins.Count);
        int[] counts = new int[256];
        foreach (float v in x) counts[bins.Of(v)]++;
        Assert.All(counts[..255], count => Assert.InRange(count, 300, 500));
    }

    [Fact]
    public void A_heavy_value_has_a_bin_of_its_own()
    {
        float[] x = [.. Tables.Features(10_000, 1, 4).Select(static (v, i) => i % 2 == 0 ? 0 : v)];
        ColumnBins bins = Cut(x, 16);
        int zero = bins.Of(0);
        Assert.All(x.Where(static v => v != 0), v => Assert.NotEqual(zero, bins.Of(v)));
    }

    [Fact]
    public void Weights_move_the_cuts()
    {
        float[] x = Tables.Features(10_000, 1, 4), w = [.. x.Select(static v => v > 0.5f ? 10f : 1f)];
        ColumnBins bins = Cut(x, 64, w);
        double[] mass = new double[65];
        for (int i = 0; i < x.Length; i++) mass[bins.Of(x[i])] += w[i];
        Assert.All(mass[..bins.Count], m => Assert.InRange(m, 0.5 * w.Sum() / 64, 1.6 * w.Sum() / 64));
    }

    [Fact]
    public void A_bin_is_found_as_by_counting_cuts()
    {
        float[] x = Tables.Features(3000, 1, 8);
        ColumnBins bins = Cut(x);
        foreach (float v in x.Concat(bins.Bounds)) Assert.Equal(bins.Bounds.Take(bins.Count - 1).Count(cut => cut <= v), bins.Of(v));
    }

    public static TheoryData<string> Shapes => ["even", "bell", "heavy tails", "far outlier", "ties", "whole numbers", "one value and noise", "tiny", "missing"];

    /// <summary>Enough rows for buckets and tables.</summary>
    static float[] Shape(string shape)
    {
        const int Rows = 40_000;
        float[] x = Tables.Features(Rows, 1, 11), y = Tables.Features(Rows, 1, 12);
        return [.. x.Select((v, i) => shape switch
        {
            "even" => v,
            "bell" => v + y[i] + x[Rows - 1 - i],
            "heavy tails" => MathF.Exp(30 * v),
            "far outlier" => i == 77 ? 1e30f : v,
            "ties" => MathF.Round(v * 700) / 700,
            "whole numbers" => MathF.Floor(v * 5000),
            "one value and noise" => i % 3 > 0 ? 0.25f : v,
            "tiny" => v * 1e-42f,
            _ => y[i] > 0.9f ? float.NaN : v * 0,
        })];
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Cuts_are_those_of_the_sorted_column(string shape)
    {
        float[] x = Shape(shape), ones = new float[x.Length];
        Array.Fill(ones, 1f);
        foreach (int most in new[] { 2, 16, 255 })      // with weights the whole column is sorted
            Assert.Equal(Cut(x, most, ones).Bounds, Cut(x, most).Bounds);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public unsafe void A_table_finds_the_bins_that_a_search_finds(string shape)
    {
        float[] x = Shape(shape);
        ColumnBins bins = Cut(x);
        float[] asked =
            [.. x, .. bins.Bounds, .. bins.Bounds.Select(MathF.BitDecrement), float.NaN, -0f, float.MinValue, float.MaxValue];
        byte[] found = new byte[asked.Length];
        if (BinTable.For(bins) is not { } table)
        {
            Assert.False(shape is "even" or "bell" or "ties" or "whole numbers");
            return;
        }
        Assert.NotEqual("heavy tails", shape);
        fixed (float* first = asked) table.Fill(first, 1, found);
        Assert.Equal(asked.Select(v => bins.Of(v)), found);
    }

    [Fact]
    public void Neighboring_floats_are_told_apart()
    {
        float a = 1, b = MathF.BitIncrement(1);
        ColumnBins bins = Cut([a, b]);
        Assert.Equal((0, 1), (bins.Of(a), bins.Of(b)));
    }

    [Fact]
    public void Nothing_but_missing_values_makes_no_bin()
    {
        ColumnBins bins = Cut([float.NaN, float.NaN]);
        Assert.Equal(0, bins.Count);
        Assert.Equal(0, bins.Of(float.NaN));
    }
}

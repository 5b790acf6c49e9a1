using System.Numerics;
using Nabla.Boosting.Binning;
using Nabla.Boosting.Trees;

namespace Nabla.Boosting.Tests.Trees;

/// <summary>Each stage of growing a tree against a recomputation of a few lines.</summary>
public unsafe class StageTests
{
    const int Columns = 11;

    static (BinnedMatrix Matrix, PackedGradients Packed, float[] G, float[] H) Setup(int rows, ulong seed)
    {
        float[] x = Tables.Features(rows, Columns, seed, missing: 0.1);
        float[] g = Tables.Features(rows, 1, seed + 1), h = [.. Tables.Features(rows, 1, seed + 2).Select(static v => v + 1)];
        BinnedMatrix matrix = BinnedMatrix.Create(new FeatureMatrix(Tensor.From(x, [rows, Columns]), "test"), [], new bool[Columns], 255);
        var packed = new PackedGradients(rows);
        packed.Pack(g, h);
        return (matrix, packed, g, h);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(37)]
    [InlineData(5000)]
    [InlineData(40_000)]
    public void Histogram_sums_gradients_by_bin(int rows)
    {
        var (matrix, packed, g, h) = Setup(rows, 5);
        var partition = new RowPartition(matrix);
        partition.Reset([.. Enumerable.Range(0, rows).Select(static row => row % 3 != 1)]);
        var builder = new HistogramBuilder(matrix, packed);
        Histogram histogram = builder.Rent();
        builder.Build([(histogram, new RowRange(0, partition.Count))], partition);

        for (int column = 0; column < Columns; column++)
        {
            double[] gradients = new double[256], hessians = new double[256];
            for (int row = 0; row < rows; row++)
            {
                if (row % 3 == 1) continue;
                gradients[matrix.Column(column)[row]] += g[row];
                hessians[matrix.Column(column)[row]] += h[row];
            }
            for (int bin = 0; bin < matrix.Bins[column].Total; bin++)
            {
                Assert.Equal(gradients[bin], histogram.Gradients[matrix.Starts[column] + bin] * packed.GradientUnit, rows * packed.GradientUnit);
                Assert.Equal(hessians[bin], histogram.Hessians[matrix.Starts[column] + bin] * packed.HessianUnit, rows * packed.HessianUnit);
            }
        }
    }

    [Fact]
    public void Packed_sums_do_not_overflow_at_the_largest_values()
    {
        const int Rows = 1 << 16;
        float[] x = new float[Rows], g = new float[Rows], h = new float[Rows];
        Array.Fill(g, -3);
        Array.Fill(h, 5);
        BinnedMatrix matrix = BinnedMatrix.Create(new FeatureMatrix(Tensor.From(x, [Rows, 1]), "test"), [], [false], 255);
        var packed = new PackedGradients(Rows);
        packed.Pack(g, h);
        var partition = new RowPartition(matrix);
        partition.Reset(null);
        var builder = new HistogramBuilder(matrix, packed);
        Histogram histogram = builder.Rent();
        builder.Build([(histogram, new RowRange(0, Rows))], partition);
        Assert.Equal(-3.0 * Rows, histogram.Gradients[0] * packed.GradientUnit, 1e-3);
        Assert.Equal(5.0 * Rows, histogram.Hessians[0] * packed.HessianUnit, 1e-3);
    }

    [Fact]
    public void A_few_huge_gradients_do_not_erase_the_others()
    {
        const int Rows = 20_000;
        float[] g = new float[Rows], h = new float[Rows];
        Array.Fill(g, 0.01f);
        Array.Fill(h, 1);
        g[7] = 1000;
        var packed = new PackedGradients(Rows);
        packed.Pack(g, h);
        double small = (packed.Pointer[0] >> 32) * packed.GradientUnit;
        Assert.Equal(0.01, small, 1e-4);
        Assert.True(packed.ChunkRows < 1024);
    }

    [Fact]
    public void Partition_is_stable_and_complete()
    {
        var (matrix, _, _, _) = Setup(100_000, 9);
        var partition = new RowPartition(matrix);
        partition.Reset(null);
        var goesRight = new bool[256];
        for (int bin = 0; bin < 256; bin++) goesRight[bin] = bin % 5 < 2;
        var split = new RowSplit(new RowRange(0, 100_000), 3, goesRight);
        partition.Split([split]);
        int[] all = [.. Enumerable.Range(0, 100_000)];
        Assert.Equal(all.Where(row => !goesRight[matrix.Column(3)[row]]), partition.Of(split.Left).ToArray());
        Assert.Equal(all.Where(row => goesRight[matrix.Column(3)[row]]), partition.Of(split.Right).ToArray());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.3, 0.2)]
    public void Best_split_is_that_of_all_cuts_tried_by_hand(double alpha, double maxDeltaStep)
    {
        var (matrix, packed, _, _) = Setup(300, 21);
        var options = new TreeOptions { Lambda = 1.5, Alpha = alpha, MaxDeltaStep = maxDeltaStep, MinChildWeight = 10 };
        var partition = new RowPartition(matrix);
        partition.Reset(null);
        var builder = new HistogramBuilder(matrix, packed);
        Histogram histogram = builder.Rent();
        builder.Build([(histogram, new RowRange(0, 300))], partition);
        long totalG = 0, totalH = 0;
        for (int row = 0; row < 300; row++) (totalG, totalH) = (totalG + (packed.Pointer[row] >> 32), totalH + (uint)packed.Pointer[row]);

        double best = 0;
        for (int column = 0; column < Columns; column++)
            for (int cut = 0; cut < matrix.Bins[column].Count; cut++)
                foreach (bool missingLeft in new[] { false, true })
                {
                    double gl = 0, hl = 0, g = totalG * packed.GradientUnit, h = totalH * packed.HessianUnit;
                    for (int row = 0; row < 300; row++)
                    {
                        byte bin = matrix.Column(column)[row];
                        if (bin == matrix.Bins[column].Count ? !missingLeft : bin > cut) continue;
                        gl += (packed.Pointer[row] >> 32) * packed.GradientUnit;
                        hl += (uint)packed.Pointer[row] * packed.HessianUnit;
                    }
                    if (hl < 10 || h - hl < 10) continue;
                    best = Math.Max(best, Objective(gl, hl) + Objective(g - gl, h - hl) - Objective(g, h));
                }

        var query = new SplitQuery(histogram, new GradientSums(totalG, totalH), WeightBounds.None, [.. Enumerable.Range(0, Columns)]);
        Split found = options.IsPlain
            ? new SplitFinder<PlainRule>(matrix, new PlainRule(1.5), options).Find([query], packed)[0]!
            : new SplitFinder<BoundedRule>(matrix, new BoundedRule(1.5, alpha, maxDeltaStep), options).Find([query], packed)[0]!;
        Assert.Equal(best, found.Gain, 1e-9 * best);
        long leftG = 0, leftH = 0;
        for (int row = 0; row < 300; row++)
            if (!found.GoesRight[matrix.Column(found.Column)[row]]) (leftG, leftH) = (leftG + (packed.Pointer[row] >> 32), leftH + (uint)packed.Pointer[row]);
        Assert.Equal(new GradientSums(leftG, leftH), found.Left);

        // Twice the least of G·w + ½(H + λ)w² + α|w| over |w| ≤ the largest step, found by trying weights.
        double Objective(double g, double h)
        {
            double w = -Math.Sign(g) * Math.Max(Math.Abs(g) - alpha, 0) / (h + 1.5);
            if (maxDeltaStep > 0) w = Math.Clamp(w, -maxDeltaStep, maxDeltaStep);
            return -2 * (g * w + (h + 1.5) * w * w / 2 + alpha * Math.Abs(w));
        }
    }

    [Theory]
    [InlineData(0, 0, double.PositiveInfinity)]
    [InlineData(0.3, 0, 0.1)]
    [InlineData(0.3, 0.2, 0.1)]
    public void Gains_of_several_leaves_are_those_of_each(double alpha, double maxDeltaStep, double high)
    {
        var bounds = new WeightBounds(-high, high);
        var draws = new RandomStream(4);
        for (int i = 0; i < 200; i++)
        {
            double[] g = [.. Enumerable.Range(0, 8).Select(k => draws.Split(i).NextUniform(k) * 4 - 2)], h = [.. Enumerable.Range(0, 8).Select(k => Math.Max(draws.Split(i).NextUniform(k + 8) - 0.1, 0))];
            if (i == 0) g[0] = 0;
            Same(new PlainRule(0.5), g, h);
            Same(new BoundedRule(i % 2 * 0.5, alpha, maxDeltaStep), g, h);
        }

        void Same<TRule>(TRule rule, double[] g, double[] h) where TRule : struct, ILeafRule
        {
            Vector<double> gains = rule.Gain(new Vector<double>(g), new Vector<double>(h), bounds);
            for (int lane = 0; lane < Vector<double>.Count; lane++) Assert.Equal(rule.Gain(g[lane], h[lane], bounds), gains[lane]);
        }
    }
}

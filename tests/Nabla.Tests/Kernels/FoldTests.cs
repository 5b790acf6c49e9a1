namespace Nabla.Tests.Kernels;

/// <summary>Folds of rows that are cut into pieces, in fours and alone, against the plain loop; the same bits for any number of threads.</summary>
[Collection(KernelSettings.Name)]
public class FoldTests
{
    [Theory]
    [InlineData(1, 100_003)]
    [InlineData(1, 65_536)]
    [InlineData(3, 40_001)]
    [InlineData(6, 32_768)]
    [InlineData(9, 16_384)]
    [InlineData(5, 1000)]
    [InlineData(13, 37)]
    [InlineData(4, 8)]
    [InlineData(7, 1)]
    public void Rows_are_folded_whole_and_each_by_itself(int rows, int columns)
    {
        Tensor x = Tensor.Uniform((rows, columns), new RandomStream(1), -1, 1);
        double[] values = x.To(DType.Float64).ToArray<double>();
        var expected = Enumerable.Range(0, rows).Select(r => values.AsSpan(r * columns, columns).ToArray()).ToArray();
        KernelSettings.ForEachInstructionSet(() =>
        {
            var (sums, largest, norms) = OnThreads(1);
            var two = OnThreads(2);
            Assert.Equal(sums, two.Sums);
            Assert.Equal(norms, two.Norms);
            for (int r = 0; r < rows; r++)
            {
                Assert.Equal(expected[r].Sum(), sums[r], 1e-6 * columns);
                Assert.Equal(expected[r].Max(), largest[r]);
                Assert.Equal(Math.Sqrt(expected[r].Sum(v => v * v)), norms[r], 1e-5 * Math.Sqrt(columns));
            }
        });

        (float[] Sums, float[] Largest, float[] Norms) OnThreads(int threads)
        {
            using IDisposable setting = KernelSettings.Threads(threads);
            return (x.Sum(1).ToArray<float>(), x.Max(1).ToArray<float>(), x.Norm(1, 2).ToArray<float>());
        }
    }

    /// <summary>Rows of columns together, and, of what only memory holds, in quarters with a rest.</summary>
    [Theory]
    [InlineData(1, 2051, 1040)]
    [InlineData(2, 1030, 1051)]
    [InlineData(1, 514, 5000)]
    [InlineData(3, 300, 37)]
    [InlineData(1, 16_387, 9)]
    public void Columns_are_folded_whole_and_each_by_itself(int outer, int rows, int columns)
    {
        Tensor x = Tensor.Uniform((outer, rows, columns), new RandomStream(1), -1, 1);
        double[] values = x.To(DType.Float64).ToArray<double>(), sums = new double[outer * columns], squares = new double[outer * columns];
        double[] largest = [.. Enumerable.Repeat(-1.0, outer * columns)];
        for (int i = 0; i < values.Length; i++)
        {
            int at = i / (rows * columns) * columns + i % columns;
            sums[at] += values[i];
            squares[at] += values[i] * values[i];
            largest[at] = Math.Max(largest[at], values[i]);
        }
        KernelSettings.ForEachInstructionSet(() =>
        {
            var one = OnThreads(1);
            Assert.Equal(one.Sums, OnThreads(2).Sums);
            for (int i = 0; i < sums.Length; i++)
            {
                Assert.Equal(sums[i], one.Sums[i], 2e-6 * Math.Sqrt(rows));
                Assert.Equal(largest[i], one.Largest[i]);
                Assert.Equal(Math.Sqrt(squares[i]), one.Norms[i], 1e-6 * Math.Sqrt(rows));
            }
        });

        (float[] Sums, float[] Largest, float[] Norms) OnThreads(int threads)
        {
            using IDisposable setting = KernelSettings.Threads(threads);
            return (x.Sum(1).ToArray<float>(), x.Max(1).ToArray<float>(), x.Norm(1, 2).ToArray<float>());
        }
    }

    /// <summary>Lanes are joined in registers for elements of every size.</summary>
    [Fact]
    public void Integers_of_every_size_are_added_up()
    {
        foreach (DType dtype in (DType[])[DType.Int32, DType.Int64, DType.Float64])
            foreach (int n in (int[])[1, 3, 8, 17, 64, 129])
                Assert.Equal(n * (n - 1) / 2.0, Tensor.Arange(n).To(dtype).Sum().To(DType.Float64).ToArray<double>()[0]);
    }
}

using FsCheck;
using FsCheck.Fluent;

namespace Nabla.Tests.Operations;

public class SortingTests
{
    [Fact]
    public void Sorting_is_a_stable_ordered_permutation() => Prop.ForAll(
        Gen.Choose(-9, 9).ListOf().Select(list => list.ToArray()).ToArbitrary(), Gen.Elements(true, false).ToArbitrary(),
        (values, descending) =>
        {
            int[] expected = [.. Enumerable.Range(0, values.Length).OrderBy(i => descending ? -values[i] : values[i])];     // LINQ's order is stable
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64, DType.Int32, DType.Int64, DType.Float16])
            {
                Tensor x = Tensor.From(values).To(dtype);
                (Tensor sorted, Tensor at) = x.Sort(0, descending);
                Assert.Equal(expected.Select(i => (long)i), at.ToArray<long>());
                Assert.Equal(expected.Select(i => values[i]), sorted.To(DType.Int32).ToArray<int>());
                Assert.Equal(dtype, sorted.DType);
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Long_rows_with_every_kind_of_number_are_in_order(bool descending)
    {
        foreach (int n in (int[])[1, 48, 49, 1000])
        {
            Tensor x = Tensor.Normal(n, new RandomStream(4), 0, 1e3, DType.Float64);
            x[Tensor.Arange(0, n, 7, DType.Int64)] = Tensor.Scalar(double.NaN, DType.Float64);
            x[Tensor.Arange(0, n, 11, DType.Int64)] = Tensor.Scalar(double.NegativeInfinity, DType.Float64);
            foreach (Tensor values in (Tensor[])[x, x.To(DType.Float32)])
            {
                double[] raw = values.To(DType.Float64).ToArray<double>();
                int[] expected = [.. Enumerable.Range(0, n).OrderBy(i => double.IsNaN(raw[i])).ThenBy(i => descending ? -raw[i] : raw[i])];
                Assert.Equal(expected.Select(i => (long)i), values.ArgSort(0, descending).ToArray<long>());
                foreach (int k in (int[])[0, 1, Math.Min(n, 10), n / 5, n])
                {
                    Assert.Equal(expected.Take(k).Select(i => (long)i), values.TopK(k, 0, descending).Indices.ToArray<long>());
                    Tensor columns = values.Unsqueeze(1).Expand(n, 3).Contiguous();
                    Assert.Equal(expected.Take(k).Select(i => (long)i), columns.TopK(k, 0, descending).Indices[.., 1].ToArray<long>());
                }
            }
        }
    }

    [Fact]
    public void Negative_zero_equals_zero()
    {
        Assert.Equal([0L, 1, 2], Tensor.From([0f, -0f, 0f]).ArgSort().ToArray<long>());
        Assert.Equal([0L, 1], Tensor.From([0.0, -0.0]).ArgSort(0, descending: true).ToArray<long>());
    }

    [Fact]
    public void Inner_axes_are_sorted_on_their_own()
    {
        Tensor x = Tensor.From(new[,] { { 3, 1 }, { 1, 2 }, { 2, 0 } });
        Assert.Equal([1, 0, 2, 1, 3, 2], x.Sort(0).Values.ToArray<int>());
        Assert.Equal([3, 2, 2, 1], x.TopK(2, 0).Values.ToArray<int>());
        Assert.Equal((0, 2), Tensor.Zeros((0, 2)).Sort(0).Values.Shape);
    }

    [Fact]
    public void Extreme_integers_keep_their_places()
    {
        Assert.Equal([long.MinValue, -1, 0, long.MaxValue], Tensor.From([0, long.MaxValue, -1, long.MinValue]).Sort().Values.ToArray<long>());
        Assert.Equal([int.MaxValue, 0, int.MinValue], Tensor.From([0, int.MinValue, int.MaxValue]).Sort(0, true).Values.ToArray<int>());
    }

    [Fact]
    public void Unique_counts_and_finds_its_way_back()
    {
        var (values, inverse, counts) = Tensor.From(new[,] { { 5, 2 }, { 2, 9 } }).Unique();
        Assert.Equal([2, 5, 9], values.ToArray<int>());
        Assert.Equal([1L, 0, 0, 2], inverse.ToArray<long>());
        Assert.Equal([2L, 1, 1], counts.ToArray<long>());
        Assert.Equal(0, Tensor.Zeros(0).Unique().Values.Length);
    }

    [Fact]
    public void Unique_follows_a_dictionary()
    {
        foreach (int n in (int[])[1, 7, 48, 49, 5000])
            foreach (DType dtype in (DType[])[DType.Int32, DType.Int64, DType.Float32, DType.Float64, DType.Float16])
            {
                long far = dtype == DType.Int64 ? 1L << 40 : 1;         // 64-bit keys, and keys of which only the middle differs
                Tensor x = Tensor.From([.. Enumerable.Range(0, n).Select(i => (new RandomStream(8).NextInt(i, 19) - 9) * far)]).To(dtype);
                double[] raw = x.To(DType.Float64).ToArray<double>(), expected = [.. raw.Distinct().Order()];
                var (values, inverse, counts) = x.Unique();
                Assert.Equal(dtype, values.DType);
                Assert.Equal(expected, values.To(DType.Float64).ToArray<double>());
                Assert.Equal(raw.Select(value => (long)Array.IndexOf(expected, value)), inverse.ToArray<long>());
                Assert.Equal(expected.Select(value => raw.LongCount(other => other == value)), counts.ToArray<long>());
            }
    }

    [Fact]
    public void Every_NaN_is_unique_and_zeros_are_one()
    {
        var (values, inverse, counts) = Tensor.From([float.NaN, 1, 0f, float.NaN, -0f, 1]).Unique();
        Assert.Equal([0f, 1, float.NaN, float.NaN], values.ToArray<float>());
        Assert.Equal([2L, 1, 0, 3, 0, 1], inverse.ToArray<long>());
        Assert.Equal([2L, 2, 1, 1], counts.ToArray<long>());
    }

    [Fact]
    public void SearchSorted_counts_what_comes_before()
    {
        Tensor x = Tensor.From([1f, 2, 2, 4]), at = Tensor.From([0f, 2, 3, 5]);
        Assert.Equal([0L, 1, 3, 4], x.SearchSorted(at).ToArray<long>());
        Assert.Equal([0L, 3, 3, 4], x.SearchSorted(at, right: true).ToArray<long>());
    }

    [Fact]
    public void Gradients_match_differences()
    {
        Tensor x = CentralDifferences.Values((3, 4));
        CentralDifferences.Check(t => t.Sort(1).Values, x);
        CentralDifferences.Check(t => t.TopK(2, 0).Values, x);
        CentralDifferences.Check(t => t.CumulativeSum(0), x);
        CentralDifferences.Check(t => t.CumulativeSum(1, reverse: true), x);
        CentralDifferences.Check(t => t.CumulativeProduct(1), Tensor.From(new[,] { { 1.5, 0, 0, 2 }, { 2, -1, 0.5, 3 } }));
    }

    [Fact]
    public void Running_sums_follow_a_loop()
    {
        Tensor x = Tensor.From(new[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Assert.Equal([1, 3, 6, 4, 9, 15], x.CumulativeSum(1).ToArray<int>());
        Assert.Equal([1, 2, 3, 5, 7, 9], x.CumulativeSum(0).ToArray<int>());
        Assert.Equal([6, 5, 3, 15, 11, 6], x.CumulativeSum(1, reverse: true).ToArray<int>());
        Assert.Equal([1f, 2, 6, 24, 120], Tensor.Arange(1, 6).CumulativeProduct(0).ToArray<float>());
        Assert.Equal([1L, 1, 2], Tensor.From([true, false, true]).CumulativeSum(0).ToArray<long>());
    }

    [Fact]
    public void Too_many_are_refused() => Assert.StartsWith(
        "TopK: expected at most the 3 elements of axis 0 of [3], got 4.",
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Zeros(3).TopK(4)).Message);
}

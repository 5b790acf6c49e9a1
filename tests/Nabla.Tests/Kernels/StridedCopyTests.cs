namespace Nabla.Tests.Kernels;

[Collection(KernelSettings.Name)]
public class StridedCopyTests
{
    public static TheoryData<int[], int[]> Cases => new()
    {
        { [3, 4], [1, 0] }, { [16, 16], [1, 0] }, { [17, 33], [1, 0] }, { [64, 48], [1, 0] }, { [130, 70], [1, 0] }, { [1100, 90], [1, 0] },
        { [2, 5, 7], [0, 2, 1] }, { [4, 20, 30], [0, 2, 1] }, { [4, 20, 30], [2, 1, 0] }, { [4, 20, 30], [1, 0, 2] }, { [3, 4, 5, 6], [3, 1, 0, 2] },
        { [8, 33, 20, 20], [0, 2, 3, 1] }, { [1, 5], [1, 0] }, { [0, 5], [1, 0] }, { [2, 300, 300], [0, 2, 1] }, { [1200, 300], [1, 0] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_permuted_copy_equals_index_arithmetic(int[] shape, int[] order)
    {
        Shape from = Shape.Create(shape);
        int[] numbers = [.. Enumerable.Range(0, from.Length)];
        foreach (int threads in (int[])[1, 2])
            KernelSettings.With(threads, () =>
            {
                Check(Tensor.From(numbers, from), (int i) => i);
                Check(Tensor.From([.. numbers.Select(i => (byte)i)], from), (int i) => (byte)i);
                Check(Tensor.From([.. numbers.Select(i => (Half)(i % 2000))], from), (int i) => (Half)(i % 2000));
                Check(Tensor.From([.. numbers.Select(i => (double)i)], from), (int i) => (double)i);
            });

        void Check<T>(Tensor x, Func<int, T> value) where T : unmanaged
        {
            Tensor y = x.Permute(order);
            T[] copy = y.Contiguous().ToArray<T>();
            for (int i = 0; i < copy.Length; i++)
            {
                int source = 0;
                for (int axis = 0; axis < order.Length; axis++) source += i / y.Shape.Strides[axis] % y.Shape[axis] * from.Strides[order[axis]];
                Assert.Equal(value(source), copy[i]);
            }
        }
    }

    [Theory]
    [InlineData(2048, 1024, 0, 0)]          // whole blocks
    [InlineData(1504, 1500, 0, 0)]          // and what is left of them on both sides
    [InlineData(2096, 1100, 3, 50)]         // rows that lie apart
    public void A_large_transpose_equals_index_arithmetic(int rows, int columns, int firstColumn, int spare)
    {
        Tensor wide = Tensor.From([.. Enumerable.Range(0, rows * (columns + spare)).Select(static i => (float)i)], (rows, columns + spare));
        foreach (int threads in (int[])[1, 2])
            KernelSettings.With(threads, () =>
            {
                float[] copy = wide[.., firstColumn..(firstColumn + columns)].T.Contiguous().ToArray<float>();
                for (int i = 0; i < copy.Length; i++)
                    if (copy[i] != (float)(i % rows * (columns + spare) + firstColumn + i / rows)) Assert.Fail($"{copy[i]} at [{i / rows}, {i % rows}]");
            });
    }

    [Fact]
    public void Many_small_transposes_equal_index_arithmetic()
    {
        const int Count = 40, Rows = 96, Columns = 700;         // only together large enough to go past the caches
        Tensor x = Tensor.From([.. Enumerable.Range(0, Count * Rows * Columns).Select(static i => (float)i)], (Count, Rows, Columns));
        foreach (int threads in (int[])[1, 2])
            KernelSettings.With(threads, () =>
            {
                float[] copy = x.Permute(0, 2, 1).Contiguous().ToArray<float>();
                for (int i = 0; i < copy.Length; i++)
                {
                    int matrix = i / (Rows * Columns), place = i % (Rows * Columns);
                    if (copy[i] != (matrix * Rows + place % Rows) * Columns + place / Rows) Assert.Fail($"{copy[i]} at {i}");
                }
            });
    }

    /// <summary>Results of more than 8 MB, whose runs begin and end anywhere within a line.</summary>
    [Theory]
    [InlineData(3, 1001, 700)]
    [InlineData(2, 512, 2051)]
    [InlineData(1, 40_000, 71)]
    public void Large_runs_equal_index_arithmetic(int planes, int rows, int columns)
    {
        float[] numbers = [.. Enumerable.Range(0, planes * rows * columns).Select(static i => (float)i)];
        Tensor x = Tensor.From(numbers, (planes, rows, columns)), first = x[.., .., 0..1].Contiguous();
        foreach (int threads in (int[])[1, 2])
            KernelSettings.With(threads, () =>
            {
                Check(x.Permute(1, 0, 2).Contiguous().ToArray<float>(), i => (i / columns % planes * rows + i / columns / planes) * columns + i % columns);
                Check(first.Expand(x.Shape).Contiguous().ToArray<float>(), i => i / columns * columns);
                Check(first.To(DType.Float64).Expand(x.Shape).Contiguous().To(DType.Float32).ToArray<float>(), i => i / columns * columns);
                Check(x[planes - 1, rows - 1, columns - 1].Expand(x.Shape).Contiguous().ToArray<float>(), i => numbers.Length - 1);
            });

        static void Check(float[] copy, Func<int, int> expected)
        {
            for (int i = 0; i < copy.Length; i++)
                if (copy[i] != expected(i)) Assert.Fail($"expected {expected(i)}, got {copy[i]} at {i}");
        }
    }
}

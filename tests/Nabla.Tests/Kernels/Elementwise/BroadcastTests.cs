namespace Nabla.Tests.Kernels.Elementwise;

[Collection(KernelSettings.Name)]
public class BroadcastTests
{
    /// <summary>Shapes whose last axes are short and long, repeated, standing still and both.</summary>
    public static TheoryData<int[], int[]> Pairs => new()
    {
        { [5, 10], [10] }, { [300, 10], [10] }, { [300, 10], [300, 1] }, { [10], [300, 10] }, { [7, 3], [1, 3] }, { [2000, 3], [3] },
        { [4, 6, 5, 5], [1, 6, 1, 1] }, { [4, 6, 9, 9], [6, 1, 1] }, { [40, 1], [1, 50] }, { [3, 1, 5], [1, 7, 5] }, { [3, 1, 70], [1, 7, 70] },
        { [2, 3, 4, 5, 6], [2, 1, 4, 1, 6] }, { [1], [4, 4] }, { [], [4, 4] }, { [65, 64], [65, 1] }, { [65, 63], [63] }, { [1, 1], [1] }, { [0, 3], [3] },
        { [17000, 4], [4] }, { [3, 40000], [40000] }, { [0], [1] },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Broadcasting_equals_index_arithmetic(int[] shapeA, int[] shapeB)
    {
        Tensor a = Numbers(shapeA, 1), b = Numbers(shapeB, 2);
        Shape shape = Shape.Broadcast(a.Shape, b.Shape, "test");
        float[] x = a.ToArray<float>(), y = b.ToArray<float>();
        float[] wanted = [.. Enumerable.Range(0, shape.Length).Select(i => x[Source(i, shape, a.Shape)] - 2 * y[Source(i, shape, b.Shape)])];
        foreach (int threads in (int[])[1, 2])
            KernelSettings.With(threads, () =>
            {
                Assert.Equal(wanted, (a - 2 * b).ToArray<float>());
                Assert.Equal(wanted.Select(v => (double)v), (a.To(DType.Float64) - 2 * b.To(DType.Float64)).ToArray<double>());
                Assert.Equal(wanted.Select(v => (int)v), (a.To(DType.Int32) - 2 * b.To(DType.Int32)).ToArray<int>());
                Assert.Equal(wanted.Select(v => v < 0), a.Less(2 * b).ToArray<bool>());
                Assert.Equal(wanted.Select(v => v < 0), a.To(DType.Int64).Less(2 * b.To(DType.Int64)).ToArray<bool>());
                Assert.Equal(wanted.Select((v, i) => i % 3 == 0 ? x[Source(i, shape, a.Shape)] : y[Source(i, shape, b.Shape)]), Tensor.Where(EveryThird(shape), a, b).ToArray<float>());
            });
    }

    [Fact]
    public void Views_of_any_stride_broadcast()
    {
        Tensor x = Numbers([12, 20], 3), columns = x.Permute(1, 0);
        float[] flat = x.ToArray<float>();
        float[] sum = (columns + Numbers([12], 4)).ToArray<float>(), other = Numbers([12], 4).ToArray<float>();
        for (int i = 0; i < 20; i++)
            for (int j = 0; j < 12; j++) Assert.Equal(flat[j * 20 + i] + other[j], sum[i * 12 + j]);
    }

    static Tensor EveryThird(Shape shape) => Tensor.From(Enumerable.Range(0, shape.Length).Select(i => i % 3 == 0).ToArray(), shape);

    static Tensor Numbers(int[] shape, int seed)
    {
        Shape s = Shape.Create(shape);
        return Tensor.From(Enumerable.Range(0, s.Length).Select(i => (float)((i * 37 + seed * 11) % 101 - 50)).ToArray(), s);
    }

    /// <summary>Element of an input that stands behind element <paramref name="index"/> of the result.</summary>
    static int Source(int index, Shape result, Shape input)
    {
        int source = 0;
        for (int axis = 1; axis <= result.Rank; axis++)
        {
            int position = index / result.Strides[^axis] % Math.Max(result[^axis], 1);
            if (axis <= input.Rank && input[^axis] != 1) source += position * input.Strides[^axis];
        }
        return source;
    }
}

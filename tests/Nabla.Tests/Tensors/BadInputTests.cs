using Nabla.Tests.Kernels;

namespace Nabla.Tests.Tensors;

/// <summary>Sizes that do not fit, memory that is not there, axes of size zero, shared memory and odd addresses, through the public surface.</summary>
[Collection(KernelSettings.Name)]
public class BadInputTests
{
    static readonly Tensor numbers = Tensor.From([.. Enumerable.Range(0, 4099).Select(static i => MathF.Sin(i))]);

    [Fact]
    public void A_shape_whose_product_overflows_is_refused_before_memory_is_taken()
    {
        long before = Memory.InUseBytes;
        const string message = "Shape: expected at most 2,147,483,647 elements, got [65536, 65536]. Split the tensor.";
        Assert.Equal(message, Assert.Throws<ShapeException>(() => Tensor.Zeros((65536, 65536))).Message);
        Tensor column = Tensor.Ones((65536, 1)), row = Tensor.Ones((1, 65536));
        Assert.Equal(message, Assert.Throws<ShapeException>(() => column.MatMul(row)).Message);
        Assert.Equal(message, Assert.Throws<ShapeException>(() => column + row).Message);
        Assert.Equal(
            "Shape: expected at most 2,147,483,647 elements, got [2147483647, 2147483647, 2147483647]. Split the tensor.",
            Assert.Throws<ShapeException>(() => Tensor.Zeros((int.MaxValue, int.MaxValue, int.MaxValue))).Message);
        Assert.Equal("Shape: expected sizes of at least 0, got [3, -1].", Assert.Throws<ShapeException>(() => Tensor.Zeros((3, -1))).Message);
        Assert.InRange(Memory.InUseBytes - before, 0, 4 << 20);
        GC.KeepAlive(column);
        GC.KeepAlive(row);
    }

    [Fact]
    public void Without_memory_a_tensor_is_refused_and_the_program_computes_on()
    {
        long limit = Memory.Limit;
        Memory.Collect();
        try
        {
            Memory.Limit = Memory.InUseBytes + (64L << 20);
            string message = Assert.Throws<InsufficientMemoryException>(() => Tensor.Zeros((64, 1 << 20))).Message;
            Assert.StartsWith("Memory: expected 268,435,456 bytes for a tensor, the system has no such block: ", message, StringComparison.Ordinal);
            Assert.EndsWith(" bytes are taken. Use a smaller batch or a smaller model.", message, StringComparison.Ordinal);

            // Dead tensors make room by themselves: ten times the limit, one after the other.
            for (int i = 0; i < 40; i++) Assert.Equal(i, Tensor.Full((16, 1 << 18), i).Max().Item<float>());
            Assert.Equal(2000, (Tensor.Ones(1000) + 1).Sum().Item<float>());
        }
        finally
        {
            Memory.Limit = limit;
        }
        Assert.Throws<ArgumentOutOfRangeException>(static () => Memory.Limit = -1);
    }

    [Fact]
    public void Axes_of_size_zero_go_through_products_and_sums_and_convolutions_refuse_them()
    {
        Assert.Equal((Shape)(0, 4), Tensor.Ones((0, 3)).MatMul(Tensor.Ones((3, 4))).Shape);
        Assert.Equal([0, 0, 0, 0, 0, 0], Tensor.Ones((2, 0)).MatMul(Tensor.Ones((0, 3))).ToArray<float>());
        Assert.Equal((Shape)(0, 2, 5), Tensor.Ones((0, 2, 3)).MatMul(Tensor.Ones((3, 5))).Shape);
        Assert.Equal((Shape)(0, 5), Tensor.Ones((0, 3)).Linear(Tensor.Ones((5, 3)), Tensor.Ones(5)).Shape);
        Assert.Equal([1, 1], Tensor.Ones((1, 0)).Linear(Tensor.Ones((2, 0)), Tensor.Ones(2)).ToArray<float>());
        Assert.Equal(0, Tensor.Ones((0, 3)).Sum().Item<float>());
        Assert.Equal([0, 0, 0], Tensor.Ones((0, 3)).Sum(0).ToArray<float>());
        Assert.Empty(Tensor.Ones((0, 3)).Sum(1).ToArray<float>());
        Assert.Empty(Tensor.Ones((0, 3)).Softmax().ToArray<float>());
        Assert.Equal(
            "Conv2d: expected at least one image and channel, got input [0, 2, 5, 5] and weight [4, 2, 3, 3].",
            Assert.Throws<ShapeException>(() => Tensor.Ones((0, 2, 5, 5)).Conv2d(Tensor.Ones((4, 2, 3, 3)), padding: 1)).Message);
    }

    [Fact]
    public void Gradients_flow_through_axes_of_size_zero()
    {
        Tensor x = Tensor.Ones((0, 3)), w = Tensor.Ones((5, 3));
        x.RequiresGradient = w.RequiresGradient = true;
        x.Linear(w).Sum().Backward();
        Assert.Equal((Shape)(0, 3), x.Gradient!.Shape);
        Assert.All(w.Gradient!.ToArray<float>(), static value => Assert.Equal(0, value));
    }

    [Fact]
    public void Elements_that_share_memory_do_not_change_in_place()
    {
        Tensor row = Tensor.Ones((1, 3)), shared = row.Expand(4, 3);
        Assert.Equal(
            "+=: expected a tensor whose elements have memory of their own, got [4, 3] expanded along axis 0. Change a copy: x.Clone().",
            Assert.Throws<ArgumentException>(() => shared += Tensor.Ones((4, 3))).Message);
        Assert.Equal([1, 1, 1], row.ToArray<float>());
        row += row.Expand(1, 3);        // reading what is written is fine
        Assert.Equal([2, 2, 2], row.ToArray<float>());
    }

    [Fact]
    public void Overlapping_views_change_as_if_the_right_side_were_read_first()
    {
        Tensor x = Tensor.From(numbers.ToArray<float>());
        float[] before = x.ToArray<float>(), expected = x.ToArray<float>();
        for (int i = 1; i < expected.Length; i++) expected[i] += before[i - 1];
        Tensor right = x[..^1], left = x[1..];
        left += right;
        Assert.Equal(expected, x.ToArray<float>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Views_at_odd_addresses_compute_the_same_bits(int first) => KernelSettings.ForEachInstructionSet(() =>
    {
        Tensor view = numbers[first..(first + 4080)], copy = view.Clone();
        Assert.Equal(copy.Exp().ToArray<float>(), view.Exp().ToArray<float>());
        Assert.Equal((copy * copy + 1).ToArray<float>(), (view * view + 1).ToArray<float>());
        Assert.Equal(copy.Sum().Item<float>(), view.Sum().Item<float>());
        Tensor a = view.Reshape(60, 68), b = copy.Reshape(60, 68);
        Assert.Equal(b.MatMul(b.T).ToArray<float>(), a.MatMul(a.T).ToArray<float>());
        Assert.Equal(b.Softmax().ToArray<float>(), a.Softmax().ToArray<float>());
        Tensor images = view.Reshape(5, 2, 24, 17), kernel = numbers[first..(first + 36)].Reshape(2, 2, 3, 3);
        Assert.Equal(
            copy.Reshape(5, 2, 24, 17).Conv2d(kernel.Clone(), padding: 1).ToArray<float>(), images.Conv2d(kernel, padding: 1).ToArray<float>());
    });
}

using FsCheck;
using FsCheck.Fluent;

namespace Nabla.Tests.Operations;

public class ElementwiseIntegerTests
{
    [Fact]
    public void Integers_stay_integers_with_integers_and_become_floats_with_fractions()
    {
        Tensor x = Tensor.From([1L, 2, 3]);
        Assert.Equal([2L, 3, 4], (x + 1).ToArray<long>());
        Assert.Equal([9L, 8, 7], (10 - x).ToArray<long>());
        Assert.Equal([-1L, -2, -3], (-x).ToArray<long>());
        Assert.Equal([2L, 4, 6], (x * 2).ToArray<long>());
        Assert.Equal([0.5f, 1, 1.5f], (x * 0.5).ToArray<float>());
        Assert.Equal([0.5f, 1, 1.5f], (x / 2).ToArray<float>());
        Assert.Equal([2f, 3, 4], (x + Tensor.Ones(3)).ToArray<float>());
        Assert.Equal(DType.Int64, (x + Tensor.From([1, 2, 3])).DType);
        Assert.Equal(DType.Int32, (Tensor.From([1, 2, 3]) + Tensor.From(new byte[] { 1, 2, 3 })).DType);
        Assert.Equal([2L, 1], (Tensor.From([true, false]) + Tensor.From([true, true])).ToArray<long>());
        Assert.Equal([1L, 0], (Tensor.From([true, false]) * 1).ToArray<long>());
    }

    [Fact]
    public void Overflow_wraps_around()
    {
        Assert.Equal([44, 0], (Tensor.From(new byte[] { 200, 155 }) + Tensor.From(new byte[] { 100, 101 })).ToArray<byte>());
        Assert.Equal([255], (Tensor.From(new byte[] { 0 }) - 1).ToArray<byte>());
        Assert.Equal([int.MinValue], (Tensor.From([int.MaxValue]) + 1).ToArray<int>());
        Assert.Equal([long.MinValue], (Tensor.From([long.MinValue]).FloorDivide(-1)).ToArray<long>());
    }

    [Fact]
    public void Quotients_round_down_and_remainders_take_the_sign_of_the_divisor()
    {
        Tensor a = Tensor.From([7, -7, 7, -7]), b = Tensor.From([2, 2, -2, -2]);
        Assert.Equal([3, -4, -4, 3], a.FloorDivide(b).ToArray<int>());
        Assert.Equal([1, 1, -1, -1], (a % b).ToArray<int>());
        Assert.Equal([3f, -4, -4, 3], a.To(DType.Float32).FloorDivide(b).ToArray<float>());
        Assert.Equal([1f, 1, -1, -1], (a.To(DType.Float32) % b).ToArray<float>());
        Assert.Equal([1, 1, 1, 1], (a % 2).ToArray<int>());
    }

    [Fact]
    public void Quotient_and_remainder_belong_together() => Prop.ForAll<int, int>((a, b) =>
    {
        if (b == 0) return true;
        Tensor x = Tensor.From([a]), y = Tensor.From([b]);
        int quotient = x.FloorDivide(y).Item<int>(), rest = (x % y).Item<int>();
        return quotient * b + rest == a && (rest == 0 || (rest < 0) == (b < 0)) && Math.Abs((long)rest) < Math.Abs((long)b);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Division_of_integers_by_zero_is_refused()
    {
        var error = Assert.Throws<DivideByZeroException>(() => Tensor.From([1, 2, 3]).FloorDivide(Tensor.From([1, 0, 2])));
        Assert.Equal("FloorDivide: expected integers other than 0 to divide by, got 0 at element 1 of [3].", error.Message);
        Assert.Throws<DivideByZeroException>(() => Tensor.From([1, 2, 3]) % 0);
    }

    [Fact]
    public void Long_vectors_equal_one_by_one()
    {
        foreach (int n in (int[])[1, 15, 16, 17, 63, 64, 65, 200])
        {
            long[] a = [.. Enumerable.Range(0, n).Select(i => i * 12345L - 500)], b = [.. a.Select(v => v * 7 % 31)];
            Tensor x = Tensor.From(a), y = Tensor.From(b);
            Assert.Equal(a.Zip(b, (p, q) => p * q), (x * y).ToArray<long>());
            Assert.Equal(a.Zip(b, Math.Min), x.Minimum(y).ToArray<long>());
            Assert.Equal(a.Zip(b, Math.Max), x.Maximum(y).ToArray<long>());
            Assert.Equal(a.Select(v => Math.Clamp(v, 0, 1000)), x.Clamp(0, 1000).ToArray<long>());
            Assert.Equal(a.Zip(b, (p, q) => (byte)((byte)p + (byte)q)), (x.To(DType.UInt8) + y.To(DType.UInt8)).ToArray<byte>());
            Assert.Equal(a.Zip(b, (p, q) => p <= q), x.To(DType.Int32).LessOrEqual(y.To(DType.Int32)).ToArray<bool>());
            Assert.Equal(a.Zip(b, (p, q) => (byte)p == (byte)q), x.To(DType.UInt8).EqualTo(y.To(DType.UInt8)).ToArray<bool>());
            Assert.Equal(a.Zip(b, (p, q) => (float)p != q), x.To(DType.Float32).NotEqualTo(y.To(DType.Float32)).ToArray<bool>());
        }
    }

    [Fact]
    public void Truth_values_combine()
    {
        Tensor a = Tensor.From([true, true, false, false]), b = Tensor.From([true, false, true, false]);
        Assert.Equal([true, false, false, false], a.LogicalAnd(b).ToArray<bool>());
        Assert.Equal([true, true, true, false], a.LogicalOr(b).ToArray<bool>());
        Assert.Equal([false, true, true, false], a.LogicalXor(b).ToArray<bool>());
        Assert.Equal([false, false, true, true], a.LogicalNot().ToArray<bool>());
        var error = Assert.Throws<DTypeException>(() => a.LogicalAnd(Tensor.Ones(4)));
        Assert.Equal("LogicalAnd: expected Bool tensors, got Bool and Float32. Compare first, for example x.NotEqualTo(0).", error.Message);
    }

    [Fact]
    public void NaN_and_infinities_are_found()
    {
        Tensor x = Tensor.From([1, float.NaN, float.PositiveInfinity, float.NegativeInfinity]);
        Assert.Equal([false, true, false, false], x.IsNan().ToArray<bool>());
        Assert.Equal([true, false, false, false], x.IsFinite().ToArray<bool>());
        Assert.Equal([true, true], Tensor.From([1L, 2]).IsFinite().ToArray<bool>());
        Assert.Equal([false, false, false, false], x.Less(x).LogicalOr(x.Greater(x)).ToArray<bool>());
    }
}

namespace Nabla.Tests.Operations;

public class ElementwiseConversionTests
{
    static readonly float[] Floats =
    [
        0, -0f, 1, -1, 0.5f, 1.9f, -1.9f, 2.5f, 254.9f, 255, 256, 300, -300, 65504, 65519.99f, 65520, 1e-8f, 2.9e-8f, 2.98e-8f, 3e-8f, 6e-8f, 6.1e-5f,
        1e10f, -1e10f, 3e38f, -3e38f, 1e-40f, 1.00048828125f, 1.00146484375f, 1.00390625f, 1.01171875f, float.NaN, float.PositiveInfinity, float.NegativeInfinity,
    ];

    /// <summary>The values at every place of a vector and of its tail.</summary>
    static float[] Values(int length) => [.. Enumerable.Range(0, length).Select(i => Floats[i * 7 % Floats.Length])];

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(64)]
    [InlineData(200)]
    [InlineData(70_000)]
    public void Floats_saturate_truncate_and_round(int length)
    {
        float[] x = Values(length);
        Tensor t = Tensor.From(x);
        Assert.Equal(x.Select(v => (double)v), t.To(DType.Float64).ToArray<double>());
        Assert.Equal(x, t.To(DType.Float64).To(DType.Float32).ToArray<float>());
        Assert.Equal(x.Select(int.CreateSaturating), t.To(DType.Int32).ToArray<int>());
        Assert.Equal(x.Select(long.CreateSaturating), t.To(DType.Int64).ToArray<long>());
        Assert.Equal(x.Select(byte.CreateSaturating), t.To(DType.UInt8).ToArray<byte>());
        Assert.Equal(x.Select(v => v != 0), t.To(DType.Bool).ToArray<bool>());
        Assert.Equal(x.Select(v => (float)(Half)v), t.To(DType.Float16).To(DType.Float32).ToArray<float>());
        Assert.Equal(x.Select(v => (float)(BFloat16)v), t.To(DType.BFloat16).To(DType.Float32).ToArray<float>());
    }

    [Fact]
    public void Every_half_widens_exactly_and_comes_back()
    {
        Half[] all = [.. Enumerable.Range(0, 65536).Select(i => BitConverter.UInt16BitsToHalf((ushort)i))];
        Tensor wide = Tensor.From(all).To(DType.Float32);
        Assert.Equal(all.Select(h => (float)h), wide.ToArray<float>());
        Half[] back = wide.To(DType.Float16).ToArray<Half>();
        for (int i = 0; i < all.Length; i++) Assert.True(Half.IsNaN(all[i]) ? Half.IsNaN(back[i]) : BitConverter.HalfToUInt16Bits(back[i]) == i);
    }

    [Fact]
    public void Rounding_to_halves_is_that_of_the_framework()
    {
        float[] x = [.. Enumerable.Range(0, 400_000).Select(i => BitConverter.Int32BitsToSingle(i * 10007)).Where(v => !float.IsNaN(v))];
        Assert.Equal(x.Select(v => BitConverter.HalfToUInt16Bits((Half)v)), Tensor.From(x).To(DType.Float16).ToArray<Half>().Select(BitConverter.HalfToUInt16Bits));
        Assert.Equal(x.Select(v => ((BFloat16)v).ToBits()), Tensor.From(x).To(DType.BFloat16).ToArray<BFloat16>().Select(b => b.ToBits()));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(150)]
    public void Integers_wrap_around_and_widen(int length)
    {
        long[] x = [.. Enumerable.Range(0, length).Select(i => (i - 40) * 5_000_000_123L)];
        Tensor t = Tensor.From(x);
        Assert.Equal(x.Select(v => (int)v), t.To(DType.Int32).ToArray<int>());
        Assert.Equal(x.Select(v => (long)(int)v), t.To(DType.Int32).To(DType.Int64).ToArray<long>());
        Assert.Equal(x.Select(v => (byte)v), t.To(DType.UInt8).ToArray<byte>());
        Assert.Equal(x.Select(v => (float)v), t.To(DType.Float32).ToArray<float>());
        Assert.Equal(x.Select(v => (float)(int)v), t.To(DType.Int32).To(DType.Float32).ToArray<float>());
        Assert.Equal(x.Select(v => (float)(byte)v), t.To(DType.UInt8).To(DType.Float32).ToArray<float>());
        Assert.Equal(x.Select(v => v != 0), t.To(DType.Bool).ToArray<bool>());
        Assert.Equal(x.Select(v => v != 0 ? 1f : 0), t.To(DType.Bool).To(DType.Float32).ToArray<float>());
        Assert.Equal(x.Select(v => (Half)(float)v), t.To(DType.Float16).ToArray<Half>());
    }
}

using Nabla.Layers;
using Nabla.Tests.Kernels;

namespace Nabla.Tests.Operations;

/// <summary>Properties of resampling that no golden case states.</summary>
[Collection(KernelSettings.Name)]
public class ResamplingTests
{
    static Tensor Random(Shape shape, ulong seed = 1) => Tensor.Normal(shape, new RandomStream(seed));

    /// <summary>Rows longer than a vector, with a tail, and single columns; every set of instructions and number of threads has the bits of one.</summary>
    [Theory]
    [InlineData(InterpolationMode.Nearest)]
    [InlineData(InterpolationMode.Linear)]
    [InlineData(InterpolationMode.Cubic)]
    public void Lanes_and_threads_agree_with_sums_by_hand(InterpolationMode mode)
    {
        Tensor x = Random((3, 5, 40, 37)), reference = x.To(DType.Float64).Interpolate((61, 90), mode);
        float[]? bits = null;
        KernelSettings.ForEachInstructionSet(() =>
        {
            for (int threads = 1; threads <= 3; threads += 2)
                KernelSettings.With(threads, () =>
                {
                    Tensor y = x.Interpolate((61, 90), mode);
                    Assert.True((double)(y.To(DType.Float64) - reference).Abs().Max() < 2e-6);
                    bits ??= y.ToArray<float>();
                    Assert.Equal(bits, y.ToArray<float>());
                });
        });
    }

    static readonly (int, int, int, int)[] Sizes =
    [
        (256, 260, 512, 520), (256, 256, 512, 512), (2350, 28, 4700, 56), (16400, 4, 32800, 8), (27, 28, 54, 56), (20, 24, 60, 72), (21, 12, 42, 25),
        (64, 90, 63, 41), (37, 17, 40, 50), (80, 81, 2, 3), (3, 24, 300, 48),
    ];

    public static TheoryData<InterpolationMode, int, int, int, int> ModesAndSizes
    {
        get
        {
            var data = new TheoryData<InterpolationMode, int, int, int, int>();
            foreach (InterpolationMode mode in Enum.GetValues<InterpolationMode>())
                foreach (var (h, w, toH, toW) in Sizes)
                    data.Add(mode, h, w, toH, toW);
            return data;
        }
    }

    /// <summary>
    /// Results that are stored past the caches, in rows of whole vectors, of whole ones and a half, and of half a one; rows that fit two vectors, rows that are
    /// copied twice, three and a hundred times; a gradient that reads two vectors of neighbors; axes that shrink, and rows that nothing reads.
    /// </summary>
    [Theory]
    [MemberData(nameof(ModesAndSizes))]
    public void Results_and_gradients_agree_with_sums_by_hand(InterpolationMode mode, int height, int width, int toHeight, int toWidth)
    {
        Tensor x = Random((1, 8, height, width)), slope = Random((1, 8, toHeight, toWidth), 2);
        (Tensor y, Tensor dx) reference = Both(x.To(DType.Float64), slope.To(DType.Float64));
        float[]? bits = null;
        KernelSettings.ForEachInstructionSet(() =>
        {
            (Tensor y, Tensor dx) = Both(x, slope);
            Assert.True((double)(y.To(DType.Float64) - reference.y).Abs().Max() < 3e-6);
            Assert.True((double)(dx.To(DType.Float64) - reference.dx).Abs().Max() < Math.Max(1e-5, 2e-6 * (double)reference.dx.Abs().Max()));
            bits ??= y.ToArray<float>();
            Assert.Equal(bits, y.ToArray<float>());
        });

        (Tensor, Tensor) Both(Tensor at, Tensor towards)
        {
            Tensor leaf = at.Detach();
            leaf.RequiresGradient = true;
            Tensor y = leaf.Interpolate((toHeight, toWidth), mode);
            (y * towards).Sum().Backward();
            return (y.Detach(), leaf.Gradient!);
        }
    }

    /// <summary>An infinite slope stays one where outputs count differently often.</summary>
    [Fact]
    public void Infinite_slopes_make_no_nan()
    {
        Tensor leaf = Random((1, 1, 16, 32));
        leaf.RequiresGradient = true;
        Tensor slope = Tensor.Full(Nabla.Shape.Create(1, 1, 16, 62), float.PositiveInfinity);
        (leaf.Interpolate((16, 62)) * slope).Sum().Backward();
        Assert.All(leaf.Gradient!.ToArray<float>(), value => Assert.Equal(float.PositiveInfinity, value));
    }

    [Fact]
    public void A_line_stays_a_line_and_a_constant_a_constant()
    {
        Tensor line = Tensor.Arange(6).To(DType.Float64).Reshape(1, 1, 6);
        double[] finer = line.Interpolate(11, InterpolationMode.Linear, alignCorners: true).ToArray<double>();
        Assert.Equal(Enumerable.Range(0, 11).Select(i => i / 2.0), finer, (a, b) => Math.Abs(a - b) < 1e-14);
        Tensor constant = Tensor.Full(Nabla.Shape.Create(2, 3, 4, 5, 2), 7, DType.Float64);
        foreach (InterpolationMode mode in Enum.GetValues<InterpolationMode>())
            Assert.All(constant.Interpolate((3, 9, 4), mode).ToArray<double>(), value => Assert.Equal(7, value, 1e-13));
    }

    [Fact]
    public void Shuffles_undo_each_other_and_keep_every_number()
    {
        Tensor x = Random((2, 12, 3, 5));
        Assert.Equal(x.ToArray<float>(), x.PixelShuffle(2).PixelUnshuffle(2).ToArray<float>());
        Assert.Equal(x.ToArray<float>(), x.ChannelShuffle(3).ChannelShuffle(4).ToArray<float>());
    }

    [Fact]
    public void Pictures_of_whole_numbers_keep_their_type_with_the_nearest()
    {
        Tensor mask = Tensor.From(new byte[] { 1, 2, 3, 4 }, (1, 1, 2, 2));
        Tensor y = mask.Interpolate(4);
        Assert.Equal(DType.UInt8, y.DType);
        Assert.Equal([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4], y.ToArray<byte>());
    }

    [Fact]
    public void Misuse_is_explained()
    {
        Tensor x = Random((1, 3, 4, 4));
        static void Shape(string message, Func<object> action) => Assert.Equal(message, Assert.Throws<ShapeException>(action).Message);
        Shape("Interpolate: expected [N, C, d…] with one to three spatial axes, got [3, 4].", () => Random((3, 4)).Interpolate(2));
        Shape("Interpolate: expected spatial axes that are not empty, got [1, 3, 0].", () => Tensor.Zeros((1, 3, 0)).Interpolate(2));
        Shape("PixelShuffle: expected [N, C, H, W] with channels in multiples of 4, got [1, 3, 4, 4].", () => x.PixelShuffle(2));
        Shape("PixelUnshuffle: expected [N, C, H, W] with height and width in multiples of 3, got [1, 3, 4, 4].", () => x.PixelUnshuffle(3));
        Shape("ChannelShuffle: expected [N, C, d…] with channels in multiples of 2, got [1, 3, 4, 4].", () => x.ChannelShuffle(2));
        Shape("Upsample(2, Nearest): Upsample: expected [N, C, d…] with one to three spatial axes, got [4].", () => new Upsample(2).Predict(Random(4)));
        Assert.StartsWith("Interpolate: expected sizes in 1 … 536870911, got 0, 2.", Assert.Throws<ArgumentOutOfRangeException>(() => x.Interpolate((0, 2))).Message, StringComparison.Ordinal);
        Assert.StartsWith("Interpolate: expected one number or 2", Assert.Throws<ArgumentException>(() => x.Interpolate((1, 2, 3))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new PixelShuffle(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PixelUnshuffle(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChannelShuffle(0));
        Assert.StartsWith("Interpolate: expected sizes in 1 … 536870911, got 2147483647, 2147483647.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new Upsample(int.MaxValue).Predict(x)).Message, StringComparison.Ordinal);
    }
}

namespace Nabla.Tests.Operations;

public class PoolingOperationTests
{
    static readonly Tensor Image = FusedCheck.Random((2, 2, 5, 4));

    public static TheoryData<string> Names => [.. Poolings.Keys];

    static readonly Dictionary<string, Func<Tensor, Tensor>> Poolings = new()
    {
        ["max"] = x => x.MaxPool2d(2),
        ["max, overlapping and padded"] = x => x.MaxPool2d(3, stride: 1, padding: 1),
        ["max, dilated"] = x => x.MaxPool2d(2, stride: 1, dilation: 2),
        ["max, ceiling"] = x => x.MaxPool2d((2, 3), ceilMode: true),
        ["max, same"] = x => x.MaxPool2d(3, stride: 2, padding: Padding.Same),
        ["average"] = x => x.AveragePool2d(2),
        ["average, padded"] = x => x.AveragePool2d(3, stride: 2, padding: 1),
        ["average, padding not counted"] = x => x.AveragePool2d(3, stride: 2, padding: 1, countPadding: false),
        ["adaptive average"] = x => x.AdaptiveAveragePool2d((3, 2)),
        ["adaptive max"] = x => x.AdaptiveMaxPool2d((2, 3)),
        ["global average"] = x => x.GlobalAveragePool(),
        ["global max"] = x => x.GlobalMaxPool(),
        ["one axis"] = x => x.Flatten(0, 1).MaxPool1d(2) + x.Flatten(0, 1).AveragePool1d(2) * x.Flatten(0, 1).AdaptiveMaxPool1d(2),
        ["one axis, adaptive average"] = x => x.Flatten(0, 1).AdaptiveAveragePool1d(3),
        ["three axes"] = x => x.Unsqueeze(0).MaxPool3d(2) * x.Unsqueeze(0).AveragePool3d(2),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Derivatives(string name) => FusedCheck.Derivatives(x => Poolings[name](x[0]), Image);

    [Fact]
    public void Values_of_windows_of_two()
    {
        Tensor x = Tensor.From([1f, 2, 3, 4, 5, 6, 7, 8], (1, 1, 2, 4));
        Assert.Equal([6f, 8], x.MaxPool2d(2).ToArray<float>());
        Assert.Equal([3.5f, 5.5f], x.AveragePool2d(2).ToArray<float>());
        Assert.Equal([4.5f], x.GlobalAveragePool().ToArray<float>());
        Assert.Equal((1, 1), x.GlobalAveragePool().Shape);
    }

    [Fact]
    public void Values_are_the_same_whether_the_maximum_is_recorded_or_not()
    {
        Tensor x = FusedCheck.Leaf(Image.To(DType.Float32)), y;
        using (Autograd.NoGradient()) y = x.MaxPool2d(2);
        Assert.Equal(y.ToArray<float>(), x.MaxPool2d(2).ToArray<float>());
    }

    [Fact]
    public void Bad_windows_and_inputs_are_refused()
    {
        Assert.Throws<ShapeException>(() => Tensor.Zeros((1, 2, 3)).MaxPool2d(2));
        Assert.Throws<ShapeException>(() => Tensor.Zeros((1, 2, 3, 3)).MaxPool2d(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Zeros((1, 2, 3, 3)).MaxPool2d(2, padding: 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Zeros((1, 2, 3, 3)).AdaptiveAveragePool2d(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Zeros((1, 2, 3, 3)).MaxPool2d(default));
        Assert.Throws<ShapeException>(() => Tensor.Zeros((2, 3)).GlobalAveragePool());
    }
}

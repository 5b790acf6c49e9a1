using Nabla.Layers;
using Nabla.Models;

namespace Nabla.Tests.Models;

public class ModelTests
{
    public static TheoryData<string, long> Published => new()
    {
        { "resnet18", 11_689_512 }, { "resnet34", 21_797_672 }, { "resnet50", 25_557_032 }, { "resnet101", 44_549_160 }, { "resnet152", 60_192_808 },
        { "vgg11", 132_863_336 }, { "vgg13", 133_047_848 }, { "vgg16", 138_357_544 }, { "vgg19", 143_667_240 }, { "mobilenetv2", 3_504_872 },
    };

    /// <summary>torchvision's counts; parameters are made on first use, so that counting them costs nothing.</summary>
    [Theory, MemberData(nameof(Published))]
    public void Networks_have_as_many_parameters_as_the_published_ones(string name, long count) =>
        Assert.Equal(count, Named(name).Parameters().Sum(static parameter => (long)parameter.Length));

    [Theory]
    [InlineData("resnet50", "layer1.0.downsample.0.weight", "layer4.2.conv3.weight", "bn1.runningMean", "fc.bias")]
    [InlineData("vgg16", "features.0.weight", "features.28.bias", "classifier.6.weight", "classifier.0.bias")]
    [InlineData("mobilenetv2", "features.0.0.weight", "features.1.conv.0.0.weight", "features.2.conv.3.weight", "classifier.1.weight")]
    public void Parameters_are_named_as_in_published_files(string name, params string[] some) =>
        Assert.Subset(Named(name).Members().Select(static entry => entry.Name).ToHashSet(), some.ToHashSet());

    [Fact]
    public void A_small_residual_network_learns_to_tell_patterns_apart()
    {
        var model = new ResNet(new ResNetOptions { Blocks = [1, 1, 1, 1], Width = 4, Classes = 2, InChannels = 1, IsForSmallImages = true });
        model.Initialize(3);
        var random = new RandomStream(1);
        Tensor x = Tensor.Normal((16, 1, 8, 8), random.Split("x"), 0, 0.3), y = Tensor.Arange(16).To(DType.Int64) % 2;
        for (int i = 1; i < 16; i += 2) x[i] = x[i] + Tensor.Eye(8);
        var optimizer = new Nabla.Optimizers.Adam(model, 0.01);
        double loss = 0;
        for (int step = 0; step < 15; step++)
        {
            optimizer.ClearGradients();
            Tensor value = new Nabla.Losses.CrossEntropy().Forward(model.Forward(x, Pass.Training(random.Split(step))), y);
            value.Backward();
            optimizer.Step();
            loss = (double)value;
        }
        Assert.True(loss < 0.1, $"loss {loss}");
    }

    [Fact]
    public void Sizes_that_cannot_be_are_refused()
    {
        Assert.StartsWith("ResNet: expected a depth of 18, 34, 50, 101 or 152, got 20.",
            Assert.Throws<ArgumentOutOfRangeException>(() => ResNet.OfDepth(20)).Message, StringComparison.Ordinal);
        Assert.StartsWith("ResNet: expected four stages of at least one block, got [2, 0, 2, 2].",
            Assert.Throws<ArgumentException>(() => new ResNet(new ResNetOptions { Blocks = [2, 0, 2, 2] })).Message, StringComparison.Ordinal);
        Assert.StartsWith("Vgg: expected a depth of 11, 13, 16 or 19, got 12.",
            Assert.Throws<ArgumentOutOfRangeException>(() => Vgg.OfDepth(12)).Message, StringComparison.Ordinal);
        Assert.StartsWith("Vgg: expected stages of at least one convolution, got [].",
            Assert.Throws<ArgumentException>(() => new Vgg(new VggOptions { Convolutions = [] })).Message, StringComparison.Ordinal);
        Assert.StartsWith("MobileNet: expected stages of positive numbers, got [(1, 16, 0, 1)].",
            Assert.Throws<ArgumentException>(() => new MobileNet(new MobileNetOptions { Stages = [(1, 16, 0, 1)] })).Message, StringComparison.Ordinal);
        Assert.StartsWith("MobileNet: expected a width above 0, got -1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new MobileNet(new MobileNetOptions { Width = -1 })).Message, StringComparison.Ordinal);
    }

    static Module Named(string name) => name switch
    {
        "mobilenetv2" => new MobileNet(),
        _ when name.StartsWith("vgg", StringComparison.Ordinal) => Vgg.OfDepth(int.Parse(name[3..], System.Globalization.CultureInfo.InvariantCulture)),
        _ => ResNet.OfDepth(int.Parse(name[6..], System.Globalization.CultureInfo.InvariantCulture)),
    };
}

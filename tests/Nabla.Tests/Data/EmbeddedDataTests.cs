using Nabla.Data;

namespace Nabla.Tests.Data;

public class EmbeddedDataTests
{
    [Fact]
    public void Digits_are_the_published_ones()
    {
        var (features, targets) = EmbeddedData.Digits;
        Assert.Equal("UInt8 [1797, 64]", features.ToString());
        Assert.Equal("UInt8 [1797]", targets.ToString());
        Assert.Equal<byte>([0, 0, 5, 13, 9, 1, 0, 0], features.Bytes[..8].ToArray());
        Assert.Equal(16, features.Bytes.ToArray().Max());
        Assert.Equal([178, 182, 177, 183, 181, 182, 181, 179, 174, 180], targets.Bytes.ToArray().GroupBy(t => t).OrderBy(g => g.Key).Select(g => g.Count()));
    }

    [Fact]
    public void The_tables_have_their_published_sizes_means_and_classes()
    {
        Check(EmbeddedData.Iris, [150, 4], [50, 50, 50], 5.843333);
        Check(EmbeddedData.Wine, [178, 13], [59, 71, 48], 13.000618);
        Check(EmbeddedData.BreastCancer, [569, 30], [212, 357], 14.127292);

        static void Check((Nabla.Data.Formats.ArrayData Features, Nabla.Data.Formats.ArrayData Targets) set, int[] shape, int[] classes, double firstMean)
        {
            Assert.Equal(shape, set.Features.Shape);
            Assert.Equal(DType.Float64, set.Features.DType);
            double[] features = set.Features.Elements<double>().ToArray();
            Assert.Equal(firstMean, features.Where((_, i) => i % shape[1] == 0).Average(), 1e-6);
            Assert.Equal(classes, set.Targets.Elements<long>().ToArray().GroupBy(t => t).OrderBy(g => g.Key).Select(g => g.Count()));
        }
    }

    [Fact]
    public void Diabetes_has_its_published_size_and_mean()
    {
        var (features, targets) = EmbeddedData.Diabetes;
        Assert.Equal("Float64 [442, 10]", features.ToString());
        Assert.Equal([59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87], features.Elements<double>()[..10].ToArray());
        Assert.Equal(152.133484, targets.Elements<double>().ToArray().Average(), 1e-6);
    }
}

using Nabla.Models;
using Nabla.Tests.Parity;

namespace Nabla.Tests.Models;

/// <summary>Image models at tiny widths against PyTorch: equal weights give equal logits, gradients and running statistics.</summary>
public class ModelParityTests
{
    internal static readonly LayerTable Table = new("models", rounding: 8)
    {
        { "ResNet", c => new ResNet(new ResNetOptions
        {
            Blocks = c.Ints("blocks")!, HasBottlenecks = c.Bool("bottleneck"), IsForSmallImages = c.Bool("small"), Width = c.Bool("small") ? 2 : 1, Classes = 3,
        }) },
        { "Vgg", c => c.Bool("norm")
            ? new Vgg(new VggOptions { Convolutions = c.Ints("convolutions")!, Width = 2, Hidden = 5, Classes = 4, Grid = 2, Dropout = 0, HasBatchNorm = true })
            : new Vgg(new VggOptions { Convolutions = c.Ints("convolutions")!, Width = 3, Hidden = 6, Classes = 4, Grid = 2, Dropout = 0 }) },
        { "MobileNet", c => new MobileNet(new MobileNetOptions
        {
            Stages = [(1, 3, 1, 1), (2, 4, 2, 2)], First = 3, Last = 6, Divisor = 1, Classes = 4, Dropout = 0,
        }) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Logits_gradients_and_statistics_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();
}

using Nabla.Tests.Kernels;

namespace Nabla.Tests.Operations;

/// <summary>Reading pictures at places: the kernels against the sum over all pixels in the paper, differences, and each other.</summary>
[Collection(KernelSettings.Name)]
public class GridSampleTests
{
    /// <summary>Channels around a vector and a block of them, points around a tile; paddings and corners in turn.</summary>
    public static TheoryData<int, int, int, GridPadding, bool> Sizes => new()
    {
        { 1, 1, 1, GridPadding.Zeros, false },
        { 3, 7, 9, GridPadding.Border, false },
        { 8, 8, 8, GridPadding.Zeros, true },
        { 16, 5, 13, GridPadding.Border, true },
        { 21, 10, 20, GridPadding.Zeros, false },
        { 35, 1, 130, GridPadding.Border, false },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Values_and_gradients_are_those_of_the_definition_on_every_instruction_set(int channels, int rows, int columns, GridPadding padding, bool alignCorners)
    {
        (Tensor map, Tensor grid) = Draw(channels, rows, columns);
        Tensor expected = Definition(map, grid, padding, alignCorners);
        FusedCheck.Near(expected.ToArray<double>(), map.GridSample(grid, padding, alignCorners).ToArray<double>(), 1e-13);
        Tensor[] slopes = Slopes(map, grid);
        KernelSettings.ForEachInstructionSet(() =>
        {
            Tensor x = map.To(DType.Float32), places = grid.To(DType.Float32);
            FusedCheck.Near(expected.ToArray<double>(), x.GridSample(places, padding, alignCorners).To(DType.Float64).ToArray<double>(), 1e-5);
            Tensor[] actual = Slopes(x, places);
            for (int i = 0; i < 2; i++) FusedCheck.Near(slopes[i].ToArray<double>(), actual[i].To(DType.Float64).ToArray<double>(), 2e-5 * channels);
        });

        Tensor[] Slopes(Tensor map, Tensor grid)
        {
            Tensor[] leaves = [FusedCheck.Leaf(map), FusedCheck.Leaf(grid)];
            return Autograd.Gradient((leaves[0].GridSample(leaves[1], padding, alignCorners) * Parity.Weighting.Of(expected).To(map.DType)).Sum(), leaves);
        }
    }

    [Theory]
    [InlineData(3, GridPadding.Zeros, false)]
    [InlineData(18, GridPadding.Border, true)]
    public void Fused_derivatives_are_the_recorded_ones_and_differences(int channels, GridPadding padding, bool alignCorners)
    {
        (Tensor map, Tensor grid) = Draw(channels, 2, 3);
        FusedCheck.Derivatives(x => x[0].GridSample(x[1], padding, alignCorners), map, grid);
    }

    /// <summary>Where a place leaves the picture, and between pixels, the slope has two sides: both derivatives take the same one, PyTorch's.</summary>
    [Theory]
    [InlineData(GridPadding.Zeros, true, 0)]
    [InlineData(GridPadding.Border, true, 0)]
    [InlineData(GridPadding.Border, false, 0)]
    [InlineData(GridPadding.Border, true, 0.5)]
    public void Kinks_have_one_slope(GridPadding padding, bool alignCorners, double shift)
    {
        Tensor identity = Tensor.From([1.0, 0, shift, 0, 1, shift], (1, 2, 3)).Expand(2, 2, 3);
        Tensor map = FusedCheck.Leaf(FusedCheck.Random((2, 4, 5, 5))), grid = FusedCheck.Leaf(identity.AffineGrid(5, 5, alignCorners));
        Tensor y = map.GridSample(grid, padding, alignCorners), loss = (y * Parity.Weighting.Of(y)).Sum();
        Tensor[] recorded = Autograd.Gradient(loss, [map, grid], createGraph: true), fused = Autograd.Gradient(loss, [map, grid]);
        for (int i = 0; i < 2; i++) FusedCheck.Near(recorded[i].ToArray<double>(), fused[i].ToArray<double>(), 1e-12);
        if (padding == GridPadding.Border && alignCorners) Assert.All(fused[1][.., .., 4, 0].ToArray<double>(), slope => Assert.Equal(0, slope));
    }

    [Theory]
    [InlineData(float.NegativeInfinity)]
    [InlineData(-1e30f)]
    [InlineData(-3f)]
    [InlineData(3f)]
    [InlineData(1e30f)]
    [InlineData(float.PositiveInfinity)]
    public void What_lies_outside_is_never_read(float place) => KernelSettings.ForEachInstructionSet(() =>
    {
        Tensor map = Tensor.Full((1, 2, 3, 3), float.NaN), grid = Tensor.From([place, 0.1f, 0.1f, place], (1, 1, 2, 2));
        float[] values = map.GridSample(grid).ToArray<float>();
        Assert.All(values, value => Assert.True(float.IsInfinity(place) ? float.IsNaN(value) : value == 0, $"{place}: {value}"));   // ∞ − ∞ is no share
    });

    [Fact]
    public void A_place_that_is_no_number_spoils_itself_only() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (GridPadding padding in Enum.GetValues<GridPadding>())
        {
            Tensor map = FusedCheck.Leaf(Tensor.Ones((1, 2, 3, 3))), y = map.GridSample(Tensor.From([float.NaN, 0, 0.1f, 0.2f], (1, 1, 2, 2)), padding);
            Assert.Equal([float.NaN, 1, float.NaN, 1], y.ToArray<float>(), (a, b) => a.Equals(b) || Math.Abs(a - b) < 1e-6);
        }
    });

    [Fact]
    public void Only_what_needs_a_gradient_gets_one()
    {
        (Tensor map, Tensor grid) = Draw(5, 4, 4);
        Tensor[] both = [FusedCheck.Leaf(map), FusedCheck.Leaf(grid)], slopes = Autograd.Gradient(both[0].GridSample(both[1]).Square().Sum(), both);
        Tensor x = FusedCheck.Leaf(map), places = FusedCheck.Leaf(grid);
        Assert.Equal(slopes[0].ToArray<double>(), Autograd.Gradient(x.GridSample(grid).Square().Sum(), x).ToArray<double>());
        Assert.Equal(slopes[1].ToArray<double>(), Autograd.Gradient(map.GridSample(places).Square().Sum(), places).ToArray<double>());
    }

    [Fact]
    public void No_points_give_nothing_and_no_slope()
    {
        Tensor map = FusedCheck.Leaf(Tensor.Ones((2, 3, 4, 5))), y = map.GridSample(Tensor.Zeros((2, 0, 6, 2)));
        Assert.Equal(Shape.Create(2, 3, 0, 6), y.Shape);
        Assert.All(Autograd.Gradient(y.Sum(), map).ToArray<float>(), slope => Assert.Equal(0, slope));
    }

    /// <summary>Two pictures of 8 × 9 and places in and around them.</summary>
    static (Tensor Map, Tensor Grid) Draw(int channels, int rows, int columns) =>
        (FusedCheck.Random((2, channels, 8, 9)), FusedCheck.Random((2, rows, columns, 2), 2, 1.5));

    /// <summary>Σ over all pixels of pixel · max(0, 1 − |x − column|) · max(0, 1 − |y − row|): equation (5) of the paper.</summary>
    static Tensor Definition(Tensor map, Tensor grid, GridPadding padding, bool alignCorners)
    {
        Tensor x = Weights(0, map.Shape[3]), y = Weights(1, map.Shape[2]), pixels = map.Reshape(map.Shape[0], map.Shape[1], -1);
        Tensor shares = (y.Unsqueeze(3) * x.Unsqueeze(2)).Reshape(map.Shape[0], x.Shape[1], -1);                    // [N, points, H·W]
        return pixels.MatMul(shares.Transpose(1, 2)).Reshape(map.Shape[0], map.Shape[1], grid.Shape[1], grid.Shape[2]);

        // [N, points, size]: what each pixel along an axis counts at each place.
        Tensor Weights(int axis, int size)
        {
            Tensor place = grid.Select(3, axis).Reshape(grid.Shape[0], -1, 1);
            Tensor at = alignCorners ? (place + 1) / 2 * (size - 1) : ((place + 1) * size - 1) / 2;
            if (padding == GridPadding.Border) at = at.Clamp(0, size - 1);
            return (1 - (at - Tensor.Arange(0, size, 1, map.DType)).Abs()).Clamp(0, 1);
        }
    }
}

using Nabla.Cli.Recipes;
using Nabla.Cli.Runs;
using Nabla.Data;

namespace Nabla.Cli.Tests.Commands;

public class PictureTests
{
    static readonly ModelFacts Facts = new([1, 8, 8], 10, ["0"], []);

    /// <summary>Digit 3 of the data set, each pixel a block of 5 × 5, as ink on paper or light on dark.</summary>
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    [InlineData(true, 15)]
    public void An_enlarged_digit_becomes_the_digit_again(bool isPaper, int margin)
    {
        using var place = new Workplace();
        float[] digit = Datasets.Digits().Data[3].Features.ToArray<float>();
        int width = 40, height = 40 - 2 * margin;       // a margin left out above and below comes back as background
        var pixels = new byte[width * height];
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                byte ink = (byte)MathF.Round(255 * digit[(y + margin) / 5 * 8 + x / 5]);
                pixels[y * width + x] = isPaper ? (byte)(255 - ink) : ink;
            }
        File.WriteAllBytes(place["digit.pgm"], [.. System.Text.Encoding.ASCII.GetBytes($"P5 {width} {height} 255\n"), .. pixels]);
        float[] read = PredictionInput.Read(place["digit.pgm"], Facts, new DataRecipe()).ToArray<float>();
        if (margin == 0) Assert.All(read.Zip(digit), static pair => Assert.InRange(pair.First, pair.Second - 0.005f, pair.Second + 0.005f));
        else Assert.All(read[..24].Concat(read[40..]), static value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_picture_smaller_than_the_input_is_refused()
    {
        using var place = new Workplace();
        place.Write("small.pgm", "P2 4 4 255\n" + string.Concat(Enumerable.Repeat("0 ", 16)));
        Assert.EndsWith("expected at least 8 × 8 pixels, got 4 × 4.",
            Assert.Throws<DataFormatException>(() => PredictionInput.Read(place["small.pgm"], Facts, new DataRecipe())).Message, StringComparison.Ordinal);
    }
}

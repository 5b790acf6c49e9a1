using Nabla.Cli.Recipes;
using Nabla.Data;

namespace Nabla.Cli.Models;

/// <summary>
/// Shifts, turns, zooms and mirrors each picture of a batch by amounts of its own: one affine map, read back with bilinear interpolation;
/// what comes from outside is 0. All channels of a picture move together.
/// </summary>
internal sealed class Augmentation(AugmentationRecipe recipe)
{
    /// <summary>Features [N, C, H, W] → the same shape. The amounts are a function of the stream and the position in the batch.</summary>
    public Batch Apply(Batch batch, RandomStream stream)
    {
        Shape shape = batch.Features.Shape;
        int channels = shape[1], height = shape[2], width = shape[3], plane = height * width;
        float[] source = batch.Features.ToArray<float>(), target = new float[source.Length];
        for (int i = 0; i < shape[0]; i++)
        {
            RandomStream ofPicture = stream.Split(i);
            Affine map = Draw(ofPicture, height, width);
            bool isMirrored = recipe.Mirror && ofPicture.NextUniform(4) < 0.5;
            for (int c = 0; c < channels; c++)
            {
                int start = (i * channels + c) * plane;
                map.Read(source.AsSpan(start, plane), target.AsSpan(start, plane), height, width, isMirrored);
            }
        }
        return batch with { Features = Tensor.From(target, shape) };
    }

    /// <summary>From places of the new picture to places of the old one.</summary>
    Affine Draw(RandomStream stream, int height, int width)
    {
        double Symmetric(int index, double bound) => bound * (2 * stream.NextUniform(index) - 1);
        double angle = Symmetric(0, recipe.Rotate) * Math.PI / 180, size = 1 / (1 + Symmetric(1, recipe.Zoom));
        var (sin, cos) = ((float)(Math.Sin(angle) * size), (float)(Math.Cos(angle) * size));
        float down = (float)Symmetric(2, recipe.Shift), right = (float)Symmetric(3, recipe.Shift);
        float y = (height - 1) / 2f, x = (width - 1) / 2f;
        // About the center: (v, u) = R·(row − y − down, column − x − right) + (y, x).
        return new Affine(cos, sin, y - cos * (y + down) - sin * (x + right), x + sin * (y + down) - cos * (x + right));
    }

    /// <summary>(row, column) → (cos·row + sin·column + top, −sin·row + cos·column + left).</summary>
    readonly record struct Affine(float Cos, float Sin, float Top, float Left)
    {
        public void Read(ReadOnlySpan<float> source, Span<float> target, int height, int width, bool isMirrored)
        {
            for (int row = 0; row < height; row++)
                for (int column = 0; column < width; column++)
                {
                    float v = Cos * row + Sin * column + Top, u = -Sin * row + Cos * column + Left;
                    int top = (int)MathF.Floor(v), left = (int)MathF.Floor(u);
                    float below = v - top, beside = u - left;
                    target[row * width + (isMirrored ? width - 1 - column : column)] =
                        (1 - below) * ((1 - beside) * At(source, top, left) + beside * At(source, top, left + 1))
                        + below * ((1 - beside) * At(source, top + 1, left) + beside * At(source, top + 1, left + 1));

                    float At(ReadOnlySpan<float> x, int r, int c) =>
                        (uint)r < (uint)height && (uint)c < (uint)width ? x[r * width + c] : 0;
                }
        }
    }
}

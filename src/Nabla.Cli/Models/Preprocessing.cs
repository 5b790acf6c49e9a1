using Nabla.Cli.Recipes;
using Nabla.Layers;

namespace Nabla.Cli.Models;

/// <summary>
/// (x − shift) · factor as the first layer of a model: its numbers travel with the weights, so prediction cannot forget them.
/// </summary>
internal sealed class Preprocessing : Module
{
    readonly Tensor shift, factor;

    /// <param name="shift">Broadcast against a batch: [features], or [1] for pictures.</param>
    /// <param name="factor">Of the same shape.</param>
    public Preprocessing(Tensor shift, Tensor factor)
    {
        Buffer(out this.shift, shift);
        Buffer(out this.factor, factor);
    }

    /// <summary>Numbers that do nothing, to be replaced by saved ones.</summary>
    public static Preprocessing Neutral(Shape input)
    {
        int columns = Columns(input);
        return new Preprocessing(Tensor.Zeros([columns]), Tensor.Ones([columns]));
    }

    /// <summary>Fits to features [samples, …]. A column that never changes keeps its size.</summary>
    public static Preprocessing Fit(PreprocessRecipe recipe, Tensor features)
    {
        Shape input = features.Shape.Without(0);
        int columns = Columns(input);
        float[] x = features.ToArray<float>(), shift = new float[columns], factor = new float[columns];
        for (int c = 0; c < columns; c++)
        {
            var (low, scale) = recipe.Kind switch
            {
                PreprocessRecipe.Standardize => Moments(x, c, columns),
                PreprocessRecipe.MinMax => Range(x, c, columns),
                _ => (0, 1 / recipe.Factor),
            };
            (shift[c], factor[c]) = ((float)low, scale > 0 ? (float)(1 / scale) : 1);
        }
        return new Preprocessing(Tensor.From(shift), Tensor.From(factor));
    }

    protected override Tensor Forward(Tensor x, Pass pass) => (x - shift) * factor;

    /// <summary>Tables have a scale per column, pictures one.</summary>
    static int Columns(Shape input) => input.Rank == 1 ? input[0] : 1;

    static (double Mean, double Deviation) Moments(float[] x, int column, int columns)
    {
        double sum = 0, squares = 0;
        int count = x.Length / columns;
        for (int i = column; i < x.Length; i += columns) sum += x[i];
        double mean = sum / count;
        for (int i = column; i < x.Length; i += columns) squares += (x[i] - mean) * (x[i] - mean);
        return (mean, Math.Sqrt(squares / count));
    }

    static (double Low, double Width) Range(float[] x, int column, int columns)
    {
        float low = float.PositiveInfinity, high = float.NegativeInfinity;
        for (int i = column; i < x.Length; i += columns) (low, high) = (Math.Min(low, x[i]), Math.Max(high, x[i]));
        return (low, (double)high - low);
    }
}

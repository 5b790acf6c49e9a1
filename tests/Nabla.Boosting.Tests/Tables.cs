namespace Nabla.Boosting.Tests;

/// <summary>Small tables made from streams of random numbers.</summary>
internal static class Tables
{
    /// <summary>Columns uniform in [−1, 1); some missing, some rounded so that values repeat.</summary>
    public static float[] Features(int rows, int columns, ulong seed = 1, double missing = 0)
    {
        var random = new RandomStream(seed);
        var x = new float[rows * columns];
        for (int i = 0; i < x.Length; i++)
        {
            double u = 2 * random.NextUniform(i) - 1;
            x[i] = random.Split("missing").NextUniform(i) < missing ? float.NaN : (float)(i % columns == 1 ? Math.Round(u * 4) / 4 : u);
        }
        return x;
    }

    /// <summary>A function of the first three columns with noise.</summary>
    public static float[] Numbers(float[] x, int columns, ulong seed = 2)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, x.Length / columns).Select(row =>
        {
            float a = Or0(x[row * columns]), b = Or0(x[row * columns + 1]), c = Or0(x[row * columns + 2]);
            return (float)(2 * a + Math.Sin(3 * b) * c + 0.3 * (random.NextUniform(row) - 0.5));
        })];
    }

    public static float[] Classes(float[] x, int columns, int classes = 2) =>
        [.. Numbers(x, columns).Select(value => (float)Math.Clamp((int)Math.Floor((value + 2) / 4 * classes), 0, classes - 1))];

    public static BoostingData Data(float[] x, int columns, float[] labels) =>
        new(Tensor.From(x, [labels.Length, columns]), Tensor.From(labels));

    static float Or0(float x) => float.IsNaN(x) ? 0 : x;
}

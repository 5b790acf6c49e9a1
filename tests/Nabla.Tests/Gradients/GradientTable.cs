using System.Collections;

namespace Nabla.Tests.Gradients;

/// <summary>
/// Rows of the gradient check: a name, a function, the shapes of its inputs. Elements are evenly spread over the domain in a
/// shuffled order, so that no two of them come close: maxima, sorting and pooling have no ties within the step of a difference.
/// </summary>
internal sealed class GradientTable : IEnumerable<string>
{
    readonly Dictionary<string, Func<GradientCheck>> rows = [];

    public GradientCheck this[string name] => rows[name]();

    public void Add(string name, Func<Tensor[], Tensor> function, params Shape[] shapes) => Add(name, (-2, 2), function, shapes);

    public void Add(string name, (double Low, double High) domain, Func<Tensor[], Tensor> function, params Shape[] shapes) =>
        Add(name, domain, [], function, shapes);

    public void Add(string name, (double Low, double High) domain, double[] kinks, Func<Tensor[], Tensor> function, Shape[] shapes) =>
        rows.Add(name, () => new GradientCheck(function, [.. shapes.Select((shape, k) => Spread(shape.Length, domain, kinks, k))], shapes));

    public void Add(GradientTable others)
    {
        foreach (var (name, check) in others.rows) rows.Add(name, check);
    }

    public IEnumerator<string> GetEnumerator() => rows.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    static double[] Spread(int count, (double Low, double High) domain, double[] kinks, int input)
    {
        int[] order = new RandomStream(7).Split(input).Permutation(count);
        double width = (domain.High - domain.Low) / count;
        var values = new double[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = domain.Low + (order[i] + 0.37 + 0.11 * input) * width;
            if (kinks.Any(kink => Math.Abs(values[i] - kink) < 0.01)) values[i] += 0.02;
        }
        return values;
    }
}

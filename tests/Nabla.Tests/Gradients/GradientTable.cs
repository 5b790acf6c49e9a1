using System.Collections;
using System.Reflection;
using Nabla.Kernels;
using Nabla.Tests.Operations;

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

    /// <summary>Every elementwise operation of the library; of two arguments with equal, broadcast and repeated inputs.</summary>
    public void AddElementwise()
    {
        foreach (Type type in ElementwiseTable.Unary.Concat(ElementwiseTable.Binary))
            typeof(GradientTable).GetMethod(
                    type.IsAssignableTo(typeof(IUnaryOperation)) ? nameof(AddUnary) : nameof(AddBinary), BindingFlags.Instance | BindingFlags.NonPublic)!
                .MakeGenericMethod(type).Invoke(this, [ElementwiseTable.Create(type)]);
    }

    public IEnumerator<string> GetEnumerator() => rows.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    void AddUnary<TOp>(TOp operation) where TOp : struct, IUnaryOperation =>
        Add(typeof(TOp).Name, TOp.Domain, TOp.Kinks.ToArray(), x => x[0].Map(operation), [(3, 7)]);

    void AddBinary<TOp>(TOp operation) where TOp : struct, IBinaryOperation
    {
        string name = typeof(TOp).Name;
        Add($"{name}", TOp.Domain, [0], x => x[0].Zip(x[1], operation), [(2, 5), (2, 5)]);
        Add($"{name}/repeated", TOp.Domain, [0], x => x[0].Zip(x[0], operation), [(2, 5)]);
        Add($"{name}/rows", TOp.Domain, [0], x => x[0].Zip(x[1], operation), [4, (3, 4)]);
        Add($"{name}/columns", TOp.Domain, [0], x => x[0].Zip(x[1], operation), [(2, 3, 1), (1, 4)]);
        Add($"{name}/scalar", TOp.Domain, [0], x => x[0].Zip(x[1], operation), [(2, 3), Shape.Scalar]);
    }

    void Add(string name, (double Low, double High) domain, double[] kinks, Func<Tensor[], Tensor> function, Shape[] shapes) =>
        rows.Add(name, () => new GradientCheck(function, [.. shapes.Select((shape, k) => Spread(shape.Length, domain, kinks, k))], shapes));

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

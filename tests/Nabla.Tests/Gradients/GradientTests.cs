using System.Reflection;

namespace Nabla.Tests.Gradients;

/// <summary>Derivatives of first and second order of every differentiable operation, and the proof that none is missing.</summary>
public class GradientTests
{
    static readonly GradientTable Table = Collect();

    public static TheoryData<string> Rows => [.. Table];

    [Theory, MemberData(nameof(Rows))]
    public void First_derivatives_match_central_differences(string row) => Table[row].FirstOrder();

    [Theory, MemberData(nameof(Rows))]
    public void Second_derivatives_match_central_differences_of_the_first(string row) => Table[row].SecondOrder();

    [Theory, MemberData(nameof(Rows))]
    public void Strided_inputs_and_gradients_give_the_same_derivatives(string row) => Table[row].Strides();

    /// <summary>Differences of step 1e-5 would drown in the rounding of Float32, so this one has its own test.</summary>
    [Fact]
    public void Gradients_pass_through_a_conversion_in_their_own_type()
    {
        Tensor x = Leaf([1.5, -2.25]);
        (x.To(DType.Float32) * Tensor.From([2f, 3f])).Sum().Backward();
        Assert.Equal([2.0, 3], x.Gradient!.ToArray<double>());
    }

    /// <summary>
    /// Every function of the library that computes a gradient (what stands last in a call of Autograd.Record, found by its
    /// return type) is in the graph of some row.
    /// </summary>
    [Fact]
    public void Every_derivative_of_the_library_belongs_to_a_row()
    {
        Module library = typeof(Tensor).Module;
        var inRows = Table.SelectMany(row => Table[row].Nodes()).Append(Leaf([1]).To(DType.Float32).Node!)
            .SelectMany(DerivativesOf).Where(method => method.Module == library).Select(method => method.MetadataToken).ToHashSet();
        const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var missing = library.GetTypes()
            .Where(type => type.FullName!.StartsWith("Nabla.", StringComparison.Ordinal) && !IsEngine(type))
            .SelectMany(type => type.GetMethods(All))
            .Where(method => method.ReturnType == typeof(Nabla.Gradients) && method.GetParameters() is [{ } g, { } saved, ..] &&
                g.ParameterType == typeof(Tensor) && saved.ParameterType == typeof(Saved))
            .Where(method => !inRows.Contains(method.MetadataToken))
            .Select(method => $"{method.DeclaringType!.DeclaringType?.Name}.{method.Name}");
        Assert.Equal([], missing);
    }

    /// <summary>Every table of this folder: the static property All of a class called …Rows.</summary>
    static GradientTable Collect()
    {
        var table = new GradientTable();
        foreach (Type type in typeof(GradientTests).Assembly.GetTypes().Where(type => type.Namespace == typeof(GradientTests).Namespace).OrderBy(type => type.Name))
            if (type.GetProperty("All")?.GetValue(null) is GradientTable rows) table.Add(rows);
        return table;
    }

    /// <summary>The derivative a node would call: its delegate, or the one it passes on as state.</summary>
    static IEnumerable<MethodInfo> DerivativesOf(Node node) => node.GetType()
        .GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
        .Select(field => field.GetValue(node)).OfType<Delegate>().Select(function => function.Method);

    /// <summary>The recorder itself wraps derivatives; it has none of its own.</summary>
    static bool IsEngine(Type type) => type.IsAssignableTo(typeof(Node)) || type.IsAssignableTo(typeof(Delegate)) ||
        type == typeof(Autograd) || type.DeclaringType == typeof(Autograd) || type == typeof(Nabla.Gradients);

    static Tensor Leaf(double[] values)
    {
        var x = Tensor.From(values);
        x.RequiresGradient = true;
        return x;
    }
}

using System.Reflection;
using Nabla.Kernels;

namespace Nabla.Tests.Gradients;

/// <summary>Derivatives of first and second order of every differentiable operation, and the proof that none is missing.</summary>
public class GradientTests
{
    static readonly GradientTable Table = Create();

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
        var checkedOnes = Table.SelectMany(row => Table[row].Nodes()).Append(Leaf([1]).To(DType.Float32).Node!).SelectMany(DerivativesOf).Select(method => method.MetadataToken).ToHashSet();
        const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var missing = typeof(Tensor).Assembly.GetTypes()
            .Where(type => type.FullName!.StartsWith("Nabla.", StringComparison.Ordinal) && !IsEngine(type))
            .SelectMany(type => type.GetMethods(All))
            .Where(method => method.ReturnType == typeof(Nabla.Gradients) && method.GetParameters() is [{ } g, { } saved, ..] &&
                g.ParameterType == typeof(Tensor) && saved.ParameterType == typeof(Saved))
            .Where(method => !checkedOnes.Contains(method.MetadataToken))
            .Select(method => $"{method.DeclaringType!.DeclaringType?.Name}.{method.Name}");
        Assert.Equal([], missing);
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

    static GradientTable Create()
    {
        var table = new GradientTable
        {
            { "Sum", x => x[0].Sum(), [(2, 3)] },
            { "Sum/axes", x => x[0].Sum([0, 2]), [(2, 3, 2)] },
            { "Sum/kept", x => x[0].Sum(1, keepAxis: true) * x[0], [(3, 4)] },
            { "Mean", x => x[0].Mean([1], keepAxis: true), [(2, 3, 2)] },
            { "Clone", x => x[0].Clone(), [(2, 3)] },
            { "Map/own", (0.5, 2), x => x[0].Map(default(ProductWithExp)), [(2, 3)] },
            { "Where", x => Tensor.Where(x[0].Greater(0.5), x[0], x[1]), [(2, 3), 3] },
            { "Reshape", x => x[0].Reshape(3, -1), [(2, 3, 2)] },
            { "Permute", x => x[0].Permute(2, 0, 1), [(2, 3, 4)] },
            { "Transpose", x => x[0].T * x[0].Transpose(0, 1), [(2, 3)] },
            { "Expand", x => x[0].Expand(4, 2, 3), [(2, 1)] },
            { "Unsqueeze", x => x[0].Unsqueeze(1), [(2, 3)] },
            { "Squeeze", x => x[0].Squeeze(1), [(2, 1, 3)] },
            { "Flatten", x => x[0].Flatten(1), [(2, 3, 2)] },
            { "MatMul", x => x[0].MatMul(x[1]), [(2, 3), (3, 4)] },
            { "MatMul/repeated", x => x[0].MatMul(x[0]), [(3, 3)] },
            { "MatMul/vectors", x => x[0].MatMul(x[1]), [4, 4] },
            { "MatMul/column", x => x[0].MatMul(x[1]), [(2, 3, 4), 4] },
            { "MatMul/batch", x => x[0].MatMul(x[1]), [(2, 2, 3), (2, 3, 2)] },
            { "MatMul/broadcast", x => x[0].MatMul(x[1]), [(2, 1, 2, 3), (3, 3, 2)] },
            { "MatMul/sharedRight", x => x[0].MatMul(x[1]), [(3, 2, 4), (4, 2)] },
            { "MatMul/sharedLeft", x => x[0].MatMul(x[1]), [(2, 4), (3, 4, 2)] },
            { "Linear", x => x[0].Linear(x[1]), [(4, 3), (2, 3)] },
            { "Linear/bias", x => x[0].Linear(x[1], x[2]), [(2, 2, 3), (4, 3), 4] },
        };
        table.AddElementwise();
        return table;
    }

    /// <summary>y = x·eˣ with y′ = y + y/x: an operation of a user's, and the only one here whose slope reads input and result.</summary>
    readonly struct ProductWithExp : IUnaryOperation
    {
        public static string Name => "ProductWithExp";

        public V Value<V>(V x) where V : struct, ILanes<V> => x * V.Exp(x);

        public V Slope<V>(V x, V y) where V : struct, ILanes<V> => y + y / x;
    }
}

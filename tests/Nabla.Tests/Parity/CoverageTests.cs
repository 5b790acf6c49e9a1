using System.Reflection;
using Nabla.Losses;
using Nabla.Metrics;
using Nabla.Optimizers;
using Nabla.Schedules;

namespace Nabla.Tests.Parity;

/// <summary>Whether every public operation, layer, loss, optimizer, schedule and metric has a row in the table of its kind.</summary>
public class CoverageTests
{
    /// <summary>Operations without a value of a peer to compare with, and those that stand in a table under another name.</summary>
    static readonly string[] Exempt =
    [
        "Arange", "Eye", "From", "Full", "Linspace", "Ones", "Scalar", "Zeros",
        "Bernoulli", "Beta", "Categorical", "Dirichlet", "Dropout", "Exponential", "Gamma", "Gumbel", "Normal", "Randint", "RandomPermutation",
        "Rrelu", "RreluByDivisor", "MergeTokens",
        "TruncatedNormal", "Uniform",
        "Clone", "Contiguous", "Map", "Zip",
        "Select", "get_T", "op_Addition", "op_Division", "op_Modulus", "op_Multiply", "op_Subtraction", "op_UnaryNegation",
    ];

    static readonly string[] Kinds = ["Layer", "Loss", "Optimizer", "Schedule", "Metric"];

    [Fact]
    public void Every_public_operation_has_a_row()
    {
        var rows = Tables.Where(table => !Kinds.Any(kind => IsOf(table.Owner, kind))).SelectMany(table => table.Rows.Operations)
            .Append("SoftmaxCrossEntropy").Concat(Exempt).ToHashSet();
        var missing = typeof(Tensor).Assembly.GetExportedTypes()
            .Where(type => type is { IsAbstract: true, IsSealed: true, Namespace: "Nabla" } && type != typeof(Autograd))
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(method => Yields(method.ReturnType))
            .Select(method => method.Name).Distinct().Where(name => !rows.Contains(name));
        Assert.Equal([], missing);
    }

    [Fact]
    public void Every_layer_has_a_row() => CheckTypes<Nabla.Layers.Module>("Layer");

    [Fact]
    public void Every_loss_has_a_row() => CheckTypes<Loss>("Loss");

    [Fact]
    public void Every_optimizer_has_a_row() => CheckTypes<Optimizer>("Optimizer");

    [Fact]
    public void Every_schedule_has_a_row() => CheckTypes<Schedule>("Schedule");

    [Fact]
    public void Every_metric_has_a_row() => CheckTypes<Metric>("Metric");

    static void CheckTypes<T>(string kind) => Assert.Equal([], typeof(T).Assembly.GetExportedTypes()
        .Where(type => type.IsAssignableTo(typeof(T)) && !type.IsAbstract && type.Namespace == typeof(T).Namespace)
        .Select(type => type.Name.Split('`')[0])
        .Except(Tables.Where(table => IsOf(table.Owner, kind)).SelectMany(table => table.Rows.Operations)));

    /// <summary>
    /// The tables of all test classes. The end of the class's name says of what: …LayerParityTests has rows of layers, and so for the
    /// other kinds; all others have rows of operations.
    /// </summary>
    static IEnumerable<(string Owner, IParityRows Rows)> Tables => typeof(CoverageTests).Assembly.GetTypes()
        .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .Where(slot => slot.FieldType.IsAssignableTo(typeof(IParityRows)))
        .Select(slot => (slot.DeclaringType!.Name, (IParityRows)slot.GetValue(null)!));

    static bool IsOf(string owner, string kind) => owner.EndsWith($"{kind}ParityTests", StringComparison.Ordinal);

    /// <summary>A tensor, several, or a tuple with one.</summary>
    static bool Yields(Type type) => type == typeof(Tensor) || type == typeof(Tensor[]) ||
        (type.IsGenericType && type.GetGenericArguments().Contains(typeof(Tensor)));
}

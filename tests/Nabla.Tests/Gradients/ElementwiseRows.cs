using System.Reflection;
using Nabla.Kernels;
using Nabla.Tests.Operations;

namespace Nabla.Tests.Gradients;

/// <summary>Every elementwise operation of the library; of two arguments with equal, broadcast and repeated inputs.</summary>
internal static class ElementwiseRows
{
    public static GradientTable All { get; } = Create();

    static GradientTable Create()
    {
        var table = new GradientTable { { "Map/own", (0.5, 2), x => x[0].Map(default(ProductWithExp)), [(2, 3)] } };
        foreach (double exponent in new[] { 0, 1, 2, 3, 0.5, -1 }) table.Add($"Pow/{exponent}", (0.5, 2), [], x => x[0].Pow(exponent), [(2, 3)]);
        foreach (Type type in ElementwiseTable.Unary) Call(nameof(AddUnary), type);
        foreach (Type type in ElementwiseTable.Binary) Call(nameof(AddBinary), type);
        return table;

        void Call(string method, Type type) => typeof(ElementwiseRows).GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(type).Invoke(null, [table, ElementwiseTable.Create(type)]);
    }

    static void AddUnary<TOp>(GradientTable table, TOp operation) where TOp : struct, IUnaryOperation =>
        table.Add(typeof(TOp).Name, TOp.Domain, TOp.Kinks.ToArray(), x => x[0].Map(operation), [(3, 7)]);

    static void AddBinary<TOp>(GradientTable table, TOp operation) where TOp : struct, IBinaryOperation
    {
        string name = typeof(TOp).Name;
        table.Add($"{name}", TOp.Domain, [0], x => x[0].Zip(x[1], operation), [(2, 5), (2, 5)]);
        table.Add($"{name}/repeated", TOp.Domain, [0], x => x[0].Zip(x[0], operation), [(2, 5)]);
        table.Add($"{name}/rows", TOp.Domain, [0], x => x[0].Zip(x[1], operation), [4, (3, 4)]);
        table.Add($"{name}/columns", TOp.Domain, [0], x => x[0].Zip(x[1], operation), [(2, 3, 1), (1, 4)]);
        table.Add($"{name}/scalar", TOp.Domain, [0], x => x[0].Zip(x[1], operation), [(2, 3), Shape.Scalar]);
    }

    /// <summary>y = x·eˣ with y′ = y + y/x: an operation of a user's, and the only one here whose slope reads input and result.</summary>
    readonly struct ProductWithExp : IUnaryOperation
    {
        public static string Name => "ProductWithExp";

        public V Value<V>(V x) where V : struct, ILanes<V> => x * V.Exp(x);

        public V Slope<V>(V x, V y) where V : struct, ILanes<V> => y + y / x;
    }
}

using System.Collections;

namespace Nabla.Tests.Parity;

/// <summary>
/// Rows from the name of an operation to our spelling of it, checked against the cases of one golden file: values, shapes, types
/// and gradients in Float64, then again in Float32 with that type's tolerance.
/// </summary>
internal sealed class ParityTable(string file) : IParityRows, IEnumerable
{
    readonly GoldenFile golden = GoldenFile.Open(file);
    readonly Dictionary<string, Func<GoldenCase, Tensor[]>> rows = [];

    public TheoryData<string> Cases => [.. golden.Names];

    public void Add(string operation, Func<GoldenCase, Tensor> row) => rows.Add(operation, c => [row(c)]);

    public void Add(string operation, Func<GoldenCase, Tensor[]> row) => rows.Add(operation, row);

    public IEnumerable<string> Operations => rows.Keys;

    public IEnumerator GetEnumerator() => rows.GetEnumerator();

    /// <summary>What stands before the slash of a case's name chooses the row.</summary>
    public static string Operation(string name) => name.Split('/')[0];

    public void Check(string name)
    {
        foreach (DType dtype in (DType[])[DType.Float64, DType.Float32]) Check(golden.Case(name, dtype));
    }

    /// <summary>Cases without a row and rows without a case.</summary>
    public void CheckComplete()
    {
        var recorded = golden.Names.Select(Operation).ToHashSet();
        Assert.Equal([], recorded.Except(rows.Keys));
        Assert.Equal([], rows.Keys.Except(recorded));
    }

    void Check(GoldenCase c)
    {
        if (!rows.TryGetValue(Operation(c.Name), out var row)) Assert.Fail($"{c.Name}: this case has no row.");
        Tensor[] results = row(c);
        Assert.Equal([], c.AttributesNotAsked);
        GoldenTensor[] expected = c.Outputs;
        Assert.Equal(expected.Length, results.Length);
        for (int i = 0; i < expected.Length; i++) Closeness.Check($"{c.Name}: output {i}", expected[i], results[i], c.DType);

        (string Name, GoldenTensor Value)[] gradients = [.. c.Gradients];
        if (gradients.Length == 0) return;
        Weighting.Backward(results);
        foreach ((string input, GoldenTensor gradient) in gradients)
            Closeness.Check($"{c.Name}: gradient of {input}", gradient, c[input].Gradient, c.DType);
    }
}

/// <summary>A table whose rows the coverage test counts.</summary>
internal interface IParityRows
{
    /// <summary>Names of what has a row.</summary>
    IEnumerable<string> Operations { get; }
}

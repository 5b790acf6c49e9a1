namespace Nabla.Tests.Parity;

/// <summary>Circular, hyperbolic and other functions, of one argument and of two, against PyTorch.</summary>
public class FunctionParityTests
{
    internal static readonly ParityTable Table = new("functions")
    {
        { "Tan", c => c["x"].Tan() },
        { "Asin", c => c["x"].Asin() },
        { "Acos", c => c["x"].Acos() },
        { "Atan", c => c["x"].Atan() },
        { "Sinh", c => c["x"].Sinh() },
        { "Cosh", c => c["x"].Cosh() },
        { "Asinh", c => c["x"].Asinh() },
        { "Acosh", c => c["x"].Acosh() },
        { "Atanh", c => c["x"].Atanh() },
        { "Log2", c => c["x"].Log2() },
        { "Log10", c => c["x"].Log10() },
        { "ReciprocalSqrt", c => c["x"].ReciprocalSqrt() },
        { "Atan2", c => c["a"].Atan2(c["b"]) },
        { "Hypot", c => c["a"].Hypot(c["b"]) },
        { "Remainder", c => c["a"] % c["b"] },
        { "FloorDivide", c => c["a"].FloorDivide(c["b"]) },
        { "Lerp", c => c["x"].Lerp(c["other"], c.Double("weight")) },
        { "LerpTensor", c => c["x"].Lerp(c["other"], c["weight"]) },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();
}

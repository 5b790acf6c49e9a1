namespace Nabla.Tests.Parity;

/// <summary>Elementwise operations against PyTorch.</summary>
public class ElementwiseParityTests
{
    internal static readonly ParityTable Table = new("elementwise")
    {
        { "Negate", c => -c["x"] },
        { "Abs", c => c["x"].Abs() },
        { "Square", c => c["x"].Square() },
        { "Sqrt", c => c["x"].Sqrt() },
        { "Exp", c => c["x"].Exp() },
        { "Expm1", c => c["x"].Expm1() },
        { "Log", c => c["x"].Log() },
        { "Log1p", c => c["x"].Log1p() },
        { "Sin", c => c["x"].Sin() },
        { "Cos", c => c["x"].Cos() },
        { "Tanh", c => c["x"].Tanh() },
        { "Erf", c => c["x"].Erf() },
        { "NormalDistribution", c => c["x"].NormalDistribution() },
        { "Reciprocal", c => c["x"].Reciprocal() },
        { "Floor", c => c["x"].Floor() },
        { "Ceiling", c => c["x"].Ceiling() },
        { "Round", c => c["x"].Round() },
        { "Truncate", c => c["x"].Truncate() },
        { "Sign", c => c["x"].Sign() },

        { "Relu", c => c["x"].Relu() },
        { "Relu6", c => c["x"].Relu6() },
        { "LeakyRelu", c => c["x"].LeakyRelu(c.Double("slope", 0.01)) },
        { "Prelu", c => c["x"].Prelu(c["weight"].Unsqueeze(1)) },
        { "Elu", c => c["x"].Elu(c.Double("alpha", 1)) },
        { "Selu", c => c["x"].Selu() },
        { "Gelu", c => c["x"].Gelu() },
        { "GeluTanh", c => c["x"].GeluTanh() },
        { "Silu", c => c["x"].Silu() },
        { "Sigmoid", c => c["x"].Sigmoid() },
        { "LogSigmoid", c => c["x"].LogSigmoid() },
        { "Logit", c => c["x"].Logit() },
        { "Softplus", c => c["x"].Softplus() },
        { "HardSigmoid", c => c["x"].HardSigmoid() },
        { "HardTanh", c => c["x"].HardTanh() },
        { "Mish", c => c["x"].Mish() },
        { "Softsign", c => c["x"].Softsign() },

        { "Pow", c => c["x"].Pow(c.Double("exponent")) },
        { "Clamp", c => c["x"].Clamp(c.Double("minimum", double.NegativeInfinity), c.Double("maximum", double.PositiveInfinity)) },
        { "AddNumber", c => c["x"] + c.Double("number") },
        { "SubtractNumber", c => c["x"] - c.Double("number") },
        { "NumberSubtract", c => c.Double("number") - c["x"] },
        { "MultiplyNumber", c => c["x"] * c.Double("number") },
        { "DivideNumber", c => c["x"] / c.Double("number") },
        { "NumberDivide", c => c.Double("number") / c["x"] },

        { "Add", c => c["a"] + c["b"] },
        { "Subtract", c => c["a"] - c["b"] },
        { "Multiply", c => c["a"] * c["b"] },
        { "Divide", c => c["a"] / c["b"] },
        { "PowTensor", c => c["a"].Pow(c["b"]) },
        { "Minimum", c => c["a"].Minimum(c["b"]) },
        { "Maximum", c => c["a"].Maximum(c["b"]) },
        { "FloorDivide", c => c["a"].FloorDivide(c["b"]) },
        { "Remainder", c => c["a"] % c["b"] },
        { "Where", c => Tensor.Where(c["condition"], c["then"], c["otherwise"]) },

        { "Less", c => c["a"].Less(c["b"]) },
        { "LessOrEqual", c => c["a"].LessOrEqual(c["b"]) },
        { "Greater", c => c["a"].Greater(c["b"]) },
        { "GreaterOrEqual", c => c["a"].GreaterOrEqual(c["b"]) },
        { "EqualTo", c => c["a"].EqualTo(c["b"]) },
        { "NotEqualTo", c => c["a"].NotEqualTo(c["b"]) },
        { "IsNan", c => c["x"].IsNan() },
        { "IsFinite", c => c["x"].IsFinite() },
        { "LogicalAnd", c => c["a"].LogicalAnd(c["b"]) },
        { "LogicalOr", c => c["a"].LogicalOr(c["b"]) },
        { "LogicalXor", c => c["a"].LogicalXor(c["b"]) },
        { "LogicalNot", c => c["x"].LogicalNot() },
        { "To", Convert },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Values_and_gradients_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    /// <summary>Half types were recorded as the Float32 numbers they stand for.</summary>
    static Tensor Convert(GoldenCase c)
    {
        DType type = Enum.Parse<DType>(c.Text("type"), ignoreCase: true);
        Tensor y = c["x"].To(type);
        return type is DType.Float16 or DType.BFloat16 ? y.To(DType.Float32) : y;
    }
}

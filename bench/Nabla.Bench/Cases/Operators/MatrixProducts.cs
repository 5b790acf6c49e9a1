using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Matrix products: squares, and the three products of a linear layer's training step.</summary>
internal static class MatrixProducts
{
    const string Script = "bench/peers/torch_products.py";

    static readonly int[] batches = [1, 8, 32, 128];

    /// <summary>All cases.</summary>
    public static Case[] All { get; } =
    [
        .. new[] { 256, 512, 1024, 2048 }.Select(static n => Product($"matmul {n}^3 out=", n, n, n)),
        Product("matmul 1024^3 x@y.T", 1024, 1024, 1024, isTransposed: true),
        Product("matmul 64x784x512", 64, 784, 512),
        Product("matmul 1024^3 bfloat16", 1024, 1024, 1024, type: DType.BFloat16),
        Product("matmul 512^3 float64", 512, 512, 512, type: DType.Float64) with { Script = Script },
        .. Linear(784, 512),
        .. Linear(512, 512),
        .. Linear(512, 10),
        .. Batched(64, 32),
        .. Batched(256, 64),
    ];

    static IEnumerable<Case> Linear(int inputs, int outputs) => batches.SelectMany(batch => Linear(inputs, outputs, batch));

    // Output, gradient of the input and gradient of the weight: all that a linear layer's step is.
    static IEnumerable<Case> Linear(int inputs, int outputs, int batch)
    {
        string name = $"linear B{batch} {inputs}->{outputs}";
        yield return Of("y", static (x, w, b, _) => x.Linear(w, b));
        yield return Of("dx", static (_, w, _, g) => g.MatMul(w));
        yield return Of("dw", static (x, _, _, g) => g.T.MatMul(x));

        Case Of(string part, Func<Tensor, Tensor, Tensor, Tensor, Tensor> product) => new($"{name} {part}", "GFLOP/s", () =>
        {
            Tensor x = Uniform(1, (batch, inputs)), w = Uniform(2, (outputs, inputs)), b = Uniform(3, outputs), g = Uniform(4, (batch, outputs));
            return Case.Unrecorded(() => product(x, w, b, g));
        })
        {
            Group = name, Script = Script, Flops = 2.0 * batch * inputs * outputs,
        };
    }

    // 64 products at once, as in attention: scores and mixtures.
    static IEnumerable<Case> Batched(int m, int k)
    {
        string name = $"bmm 64x{m}x{k}x{m}";
        yield return Of(name, () => Uniform(2, Shape.Create(64, k, m)));
        yield return Of($"{name} x@y.T", () => Uniform(2, Shape.Create(64, m, k)).Transpose(-1, -2));

        Case Of(string full, Func<Tensor> right) => new(full, "GFLOP/s", () =>
        {
            Tensor x = Uniform(1, Shape.Create(64, m, k)), y = right();
            return Case.Unrecorded(() => x.MatMul(y));
        })
        {
            Group = name, Script = Script, Flops = 2.0 * 64 * m * m * k,
        };
    }

    static Case Product(string name, int m, int k, int n, bool isTransposed = false, DType type = DType.Float32) =>
        new(name, "GFLOP/s", () =>
        {
            Tensor x = Uniform(1, (m, k)).To(type), y = Uniform(2, (k, n)).To(type);
            if (isTransposed) y = y.T.Contiguous().T;
            return Case.Unrecorded(() => x.MatMul(y));
        })
        {
            Flops = 2.0 * m * k * n,
        };
}

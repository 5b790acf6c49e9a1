using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases;

/// <summary>The cases of the peer's operator script: same names, same shapes, same inputs.</summary>
internal static class OperatorCases
{
    const double Million4 = 4 << 20, Square4096 = 4096.0 * 4096;

    /// <summary>All cases, in the script's order.</summary>
    public static Case[] All { get; } =
    [
        .. new[] { 256, 512, 1024, 2048 }.Select(static n => Product($"matmul {n}^3 out=", n, n, n)),
        Product("matmul 1024^3 x@y.T", 1024, 1024, 1024, isTransposed: true),
        Product("matmul 64x784x512", 64, 784, 512),
        Product("matmul 1024^3 bfloat16", 1024, 1024, 1024, type: DType.BFloat16),
        Plain("gelu(x*a+b) 4M", 4 * Million4, 4 * Million4, static () =>
        {
            Tensor x = Uniform(1, 4 << 20);
            return () => (x * 1.5 + 0.5).Gelu();
        }) with { PeerCases = ["gelu(x*a+b) 4M", "gelu(x*a+b) 4M in-place out="] },
        Plain("x+y 4M", 8 * Million4, 4 * Million4, static () =>
        {
            Tensor x = Uniform(1, 4 << 20), y = Uniform(2, 4 << 20);
            return () => _ = x + y;
        }),
        Square("sum axis0 4096x4096", 0, static x => x.Sum(0)),
        Square("sum axis1 4096x4096", 0, static x => x.Sum(1)),
        Square("sum all 4096x4096", 0, static x => x.Sum()),
        Square("transpose-copy 4096x4096 out=", 4 * Square4096, static x => x.T.Contiguous()),
        .. SmallCases.OfOperators,
        .. Differentiated.All,
        NotYet("embedding_bag sum 100kx32 4096x20 sparse grad fwd"),
        NotYet("embedding_bag sum 100kx32 4096x20 sparse grad fwd+bwd"),
        .. new[] { "LSTM", "GRU" }.SelectMany(static kind => new[] { "fwd", "fwd+bwd" }, static (kind, way) => NotYet($"{kind} B32 T50 128->256 {way}")),
        .. SmallCases.OfNetworks,
    ];

    /// <summary>A case of the peer that Nabla has no counterpart of.</summary>
    public static Case NotYet(string name) => new(name, "", null);

    static Case Product(string name, int m, int k, int n, bool isTransposed = false, DType type = DType.Float32) =>
        new(name, "GFLOP/s", () =>
        {
            Tensor x = Uniform(1, (m, k)).To(type), y = Uniform(2, (k, n)).To(type);
            if (isTransposed) y = y.T.Contiguous().T;
            return Unrecorded(() => x.MatMul(y));
        })
        {
            Flops = 2.0 * m * k * n,
        };

    static Case Plain(string name, double reads, double writes, Func<Action> prepare) =>
        new(name, "GB/s", () => Unrecorded(prepare())) { Reads = reads, Writes = writes };

    static Case Square(string name, double writes, Func<Tensor, Tensor> operation) => Plain(name, 4 * Square4096, writes, () =>
    {
        Tensor x = Uniform(1, (4096, 4096));
        return () => operation(x);
    });

    static Action Unrecorded(Action call) => () =>
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        call();
    };
}

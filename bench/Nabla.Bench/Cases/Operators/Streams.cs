using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Operators that read large tensors once: elementwise chains, sums, a transposed copy.</summary>
internal static class Streams
{
    const double Million4 = 4 << 20, Square4096 = 4096.0 * 4096;

    /// <summary>All cases.</summary>
    public static Case[] All { get; } =
    [
        Plain("gelu(x*a+b) 4M", 4 * Million4, 4 * Million4, static () =>
        {
            Tensor x = Uniform(1, 4 << 20);
            return () => x.Map(new AffineOperation(1.5, 0.5).Then(new GeluOperation()));
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
    ];

    static Case Plain(string name, double reads, double writes, Func<Action> prepare) =>
        new(name, "GB/s", () => Case.Unrecorded(prepare())) { Reads = reads, Writes = writes };

    static Case Square(string name, double writes, Func<Tensor, Tensor> operation) => Plain(name, 4 * Square4096, writes, () =>
    {
        Tensor x = Uniform(1, (4096, 4096));
        return () => operation(x);
    });
}

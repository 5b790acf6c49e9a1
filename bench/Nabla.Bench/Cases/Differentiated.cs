using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases;

/// <summary>
/// Operators measured twice: the value alone, and with the gradients of all inputs for an output gradient of ones.
/// </summary>
internal static class Differentiated
{
    /// <summary>The cases, in the peer script's order.</summary>
    public static IEnumerable<Case> All { get; } =
    [
        // Layouts are the peer's choice: its channels-last variant does the same work, so the better of the two counts.
        .. Both("conv2d 32x32x28x28 ->64 k3", Work.Arithmetic(2.0 * 32 * 28 * 28 * 64 * 32 * 9), static () =>
            ([Uniform(1, Shape.Create(32, 32, 28, 28)), Uniform(2, Shape.Create(64, 32, 3, 3))], static t => t[0].Conv2d(t[1], padding: 1)), " channels_last"),
        .. Both("depthwise conv2d 32x64x56x56 k3", Work.Traffic(Image56, Image56), static () =>
            ([Uniform(1, Shape.Create(32, 64, 56, 56)), Uniform(2, Shape.Create(64, 1, 3, 3))], static t => t[0].Conv2d(t[1], padding: 1, groups: 64)), " channels_last"),
        .. Both("batchnorm2d train 32x64x28x28", Work.Traffic(Image28, Image28), static () =>
            ([Uniform(1, Shape.Create(32, 64, 28, 28)), Uniform(2, 64), Uniform(3, 64)], static t => t[0].BatchNorm(t[1], t[2], 1e-5, out _, out _)), " channels_last"),
        .. Both("softmax 4096x1000", Work.Traffic(Rows1000, Rows1000), static () => ([Uniform(1, (4096, 1000))], static t => t[0].Softmax())),
        .. Both("layernorm 4096x768", Work.Traffic(Rows768, Rows768), static () =>
            ([Uniform(1, (4096, 768)), Uniform(2, 768), Uniform(3, 768)], static t => t[0].LayerNorm(t[1], t[2], 1e-5))),
        .. Both("cross_entropy 4096x1000", Work.Traffic(Rows1000, 4 * 4096), static () =>
        {
            Tensor label = Ids(4, 1000, 4096);
            return ([Uniform(1, (4096, 1000))], t => t[0].SoftmaxCrossEntropy(label).Mean());
        }),
        .. Both("embedding_bag sum 100kx32 4096x20 dense grad", Work.Traffic(4.0 * 4096 * 20 * 34, 4.0 * 4096 * 32, 4.0 * 100_000 * 32), static () =>
        {
            Tensor bag = Ids(5, 100_000, (4096, 20));
            return ([Uniform(1, (100_000, 32))], t => t[0].Embedding(bag).Sum(1));
        }),
        // Half of the scores are masked, so half of the products are needed.
        .. Both("attention causal B8 H8 T256 D64", Work.Arithmetic(2.0 * 64 * 256 * 256 * 64), static () =>
        {
            Tensor mask = CausalMask(256);
            return ([.. Enumerable.Range(1, 3).Select(static i => Uniform((ulong)i, Shape.Create(8, 8, 256, 64)))],
                t => ((t[0] * 0.125).MatMul(t[1].Transpose(-1, -2)) + mask).Softmax().MatMul(t[2]));
        }, " baddbmm"),
    ];

    const double Image28 = 4.0 * 32 * 64 * 28 * 28, Image56 = 4.0 * 32 * 64 * 56 * 56, Rows1000 = 4.0 * 4096 * 1000, Rows768 = 4.0 * 4096 * 768;

    static IEnumerable<Case> Both(string name, Work work, Func<(Tensor[] Inputs, Func<Tensor[], Tensor> Operation)> make, string? alias = null)
    {
        yield return new Case($"{name} fwd", "ms", () =>
        {
            var (inputs, operation) = make();
            return () =>
            {
                using Autograd.Scope scope = Autograd.NoGradient();
                operation(inputs);
            };
        })
        {
            Group = name, PeerCases = Names(name, alias, "fwd"), Flops = work.Flops, Reads = work.Reads, Writes = work.Writes,
        };
        yield return new Case($"{name} fwd+bwd", "ms", () =>
        {
            var (inputs, operation) = make();
            Tensor ones = Tensor.Ones(operation(inputs).Shape);
            foreach (Tensor input in inputs) input.RequiresGradient = true;
            return () =>
            {
                foreach (Tensor input in inputs) input.ClearGradient();
                operation(inputs).Backward(ones);
            };
        })
        {
            Group = name, PeerCases = Names(name, alias, "fwd+bwd"), Flops = work.Flops * work.FlopsOfBoth,
            Reads = work.ReadsOfBoth, Writes = work.WritesOfBoth,
        };
    }

    static string[] Names(string name, string? alias, string way) =>
        alias is null ? [$"{name} {way}"] : [$"{name} {way}", $"{name}{alias} {way}"];

    static Tensor CausalMask(int length)
    {
        var values = new float[length, length];
        for (int row = 0; row < length; row++)
            for (int column = row + 1; column < length; column++) values[row, column] = float.NegativeInfinity;
        return Tensor.From(values);
    }

    /// <summary>What a case cannot avoid: arithmetic, or traffic where arithmetic is cheap.</summary>
    /// <param name="Flops">Forward; forward and backward need <paramref name="FlopsOfBoth"/> times as much.</param>
    /// <param name="FlopsOfBoth">The factor.</param>
    /// <param name="Reads">Bytes that forward reads.</param>
    /// <param name="Writes">Bytes that forward writes.</param>
    /// <param name="GradientWrites">Bytes of the input's gradient, if it is not what forward reads.</param>
    readonly record struct Work(double Flops, int FlopsOfBoth, double Reads, double Writes, double? GradientWrites)
    {
        /// <summary>Backward reads the input once more, and the output's gradient.</summary>
        public double ReadsOfBoth => GradientWrites is null ? 2 * Reads + Writes : Reads + Writes;

        /// <summary>Backward writes the input's gradient.</summary>
        public double WritesOfBoth => Writes + (GradientWrites ?? Reads);

        /// <summary>Bound by arithmetic.</summary>
        public static Work Arithmetic(double flops) => new(flops, 3, 0, 0, null);

        /// <summary>Bound by memory.</summary>
        public static Work Traffic(double reads, double writes, double? gradientWrites = null) => new(0, 0, reads, writes, gradientWrites);
    }
}

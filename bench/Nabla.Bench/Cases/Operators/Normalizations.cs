using static Nabla.Bench.Cases.Operators.Differentiated;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Batch and layer normalization, softmax and cross entropy: rows or channels with statistics.</summary>
internal static class Normalizations
{
    const double Image28 = 4.0 * 32 * 64 * 28 * 28, Rows1000 = 4.0 * 4096 * 1000, Rows768 = 4.0 * 4096 * 768;

    /// <summary>All cases.</summary>
    public static Case[] All { get; } =
    [
        .. Both("batchnorm2d train 32x64x28x28", Work.Traffic(Image28, Image28), static () =>
            ([Uniform(1, Shape.Create(32, 64, 28, 28)), Uniform(2, 64), Uniform(3, 64)],
                static t => t[0].BatchNorm(t[1], t[2], 1e-5, out _, out _)), " channels_last"),
        .. Both("softmax 4096x1000", Work.Traffic(Rows1000, Rows1000), static () => ([Uniform(1, (4096, 1000))], static t => t[0].Softmax())),
        .. Both("layernorm 4096x768", Work.Traffic(Rows768, Rows768), static () =>
            ([Uniform(1, (4096, 768)), Uniform(2, 768), Uniform(3, 768)], static t => t[0].LayerNorm(t[1], t[2], 1e-5))),
        .. Both("cross_entropy 4096x1000", Work.Traffic(Rows1000, 4 * 4096), static () =>
        {
            Tensor label = Ids(4, 1000, 4096);
            return ([Uniform(1, (4096, 1000))], t => t[0].SoftmaxCrossEntropy(label).Mean());
        }),
    ];
}

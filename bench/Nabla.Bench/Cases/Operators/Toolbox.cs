using Nabla.Losses;
using static Nabla.Bench.Cases.Operators.Differentiated;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Normalizations of single samples, reading at places, alignments.</summary>
internal static class Toolbox
{
    const string Script = "bench/peers/torch_toolbox.py";
    const double Image28 = 4.0 * 32 * 64 * 28 * 28, Rows768 = 4.0 * 4096 * 768, Image64 = 4.0 * 16 * 16 * 64 * 64, Frames = 4.0 * 200 * 16 * 40;

    static readonly Shape images = Shape.Create(32, 64, 28, 28);

    /// <summary>All cases.</summary>
    public static Case[] All { get; } =
    [
        .. Of("groupnorm8 32x64x28x28", Image28, static () =>
            ([Uniform(1, images), Uniform(2, 64), Uniform(3, 64)], static t => t[0].GroupNorm(8, t[1], t[2]))),
        .. Of("instancenorm 32x64x28x28", Image28, static () => ([Uniform(1, images)], static t => t[0].InstanceNorm())),
        .. Of("rmsnorm 4096x768", Rows768, static () => ([Uniform(1, (4096, 768)), Uniform(2, 768)], static t => t[0].RmsNorm(t[1]))),
        .. Of("gridsample 16x16x64x64", Image64, static () =>
            ([Uniform(1, Shape.Create(16, 16, 64, 64)), Uniform(2, Shape.Create(16, 64, 64, 2))], static t => t[0].GridSample(t[1]))),
        .. Of("ctc 200x16x40, labels of 20", Frames, static () =>
        {
            Tensor labels = Tensor.From([.. Enumerable.Range(0, 16 * 20).Select(static i => 1L + (7 * (i / 20) + 3 * (i % 20)) % 39)], (16, 20));
            return ([Uniform(1, (200, 16, 40))], t => new Ctc().Forward(t[0], labels));
        }),
    ];

    /// <summary>The two cases of an operator that the peer's script of the toolbox measures.</summary>
    public static IEnumerable<Case> Of(string name, Work work, Func<(Tensor[], Func<Tensor[], Tensor>)> make, string? alias = null) =>
        Both(name, work, make, alias).Select(static one => one with { Script = Script });

    static IEnumerable<Case> Of(string name, double bytes, Func<(Tensor[], Func<Tensor[], Tensor>)> make) => Of(name, Work.Traffic(bytes, bytes), make);
}

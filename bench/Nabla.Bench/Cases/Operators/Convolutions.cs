using static Nabla.Bench.Cases.Operators.Differentiated;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Convolutions. Layouts are the peer's choice: its channels-last variant does the same work.</summary>
internal static class Convolutions
{
    const double Image56 = 4.0 * 32 * 64 * 56 * 56;

    /// <summary>All cases.</summary>
    public static Case[] All { get; } =
    [
        .. Both("conv2d 32x32x28x28 ->64 k3", Work.Arithmetic(2.0 * 32 * 28 * 28 * 64 * 32 * 9), static () =>
            ([Uniform(1, Shape.Create(32, 32, 28, 28)), Uniform(2, Shape.Create(64, 32, 3, 3))],
                static t => t[0].Conv2d(t[1], padding: 1)), " channels_last"),
        .. Both("depthwise conv2d 32x64x56x56 k3", Work.Traffic(Image56, Image56), static () =>
            ([Uniform(1, Shape.Create(32, 64, 56, 56)), Uniform(2, Shape.Create(64, 1, 3, 3))],
                static t => t[0].Conv2d(t[1], padding: 1, groups: 64)), " channels_last"),
    ];
}

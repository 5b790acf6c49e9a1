using Nabla.Bench.Measurement;

namespace Nabla.Bench.Cases;

/// <summary>What several threads bring, case by case: the same calls as in the other suites, alternately on one thread and on all.</summary>
internal static class ScalingCases
{
    /// <summary>All cases. Those of less than <see cref="LeastFlops"/> and <see cref="LeastBytes"/> run on one thread anyway.</summary>
    public static Case[] All { get; } =
    [
        .. TrainingCases.Times.Where(static @case => @case.Exists).Select(Alternating),
        .. OperatorCases.All.Where(static @case => @case.Prepare is not null && (@case.Flops >= LeastFlops || @case.Reads + @case.Writes >= LeastBytes)).Select(Alternating),
        BoostingCases.Scaling,
        HogwildCase.Scaling,
    ];

    const double LeastFlops = 2e7, LeastBytes = 1 << 22;

    static Case Alternating(Case @case) => new(@case.Name, "x", null)
    {
        PeerCases = [], Alternate = options => new Alternation(options.Seconds, options.Threads).Measure(@case.Prepare!()).ToReading(@case.Name),
    };
}

using static Nabla.Bench.Cases.Operators.Differentiated;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Recurrent layers over 50 steps.</summary>
internal static class Recurrent
{
    /// <summary>All cases.</summary>
    public static Case[] All { get; } = [.. NotYet("LSTM B32 T50 128->256"), .. NotYet("GRU B32 T50 128->256")];
}

using Nabla.Layers;
using static Nabla.Bench.Cases.Operators.Differentiated;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Recurrent layers over 50 steps of 32 samples, from 128 inputs to 256 units.</summary>
internal static class Recurrent
{
    const int Batch = 32, Steps = 50, Features = 128, Hidden = 256;

    static readonly RecurrentOptions options = new() { IsTimeFirst = true };

    /// <summary>All cases.</summary>
    public static Case[] All { get; } =
    [
        .. Layer("LSTM", 4, static () => new Lstm(Features, Hidden, options)),
        .. Layer("GRU", 3, static () => new Gru(Features, Hidden, options)),
    ];

    static Case[] Layer(string name, int gates, Func<Module> make) =>
        Both($"{name} B{Batch} T{Steps} {Features}->{Hidden}", Work.Arithmetic(2.0 * Batch * Steps * gates * Hidden * (Features + Hidden)), () =>
        {
            Module layer = make();
            return ([Uniform(1, (Steps, Batch, Features)), .. layer.Parameters()], t => layer.Forward(t[0], Pass.Evaluation));
        });
}

namespace Nabla.Bench.Cases.Operators;

/// <summary>An operator measured twice: the value alone, and with the gradients of all inputs for an output gradient of ones.</summary>
internal static class Differentiated
{
    /// <summary>The two cases, <c>NAME fwd</c> and <c>NAME fwd+bwd</c>.</summary>
    /// <param name="name">As the peer's script calls it.</param>
    /// <param name="work">What forward cannot avoid.</param>
    /// <param name="make">Makes the inputs, all of which get gradients, and the operation on them.</param>
    /// <param name="alias">What the peer appends to the name for a variant that does the same work: the better of the two counts.</param>
    /// <param name="after">What else belongs to backward, given the inputs.</param>
    public static Case[] Both(
        string name, Work work, Func<(Tensor[] Inputs, Func<Tensor[], Tensor> Operation)> make, string? alias = null, Action<Tensor[]>? after = null) =>
    [
        new Case($"{name} fwd", "ms", () =>
        {
            var (inputs, operation) = make();
            return Case.Unrecorded(() => operation(inputs));
        })
        {
            Group = name, PeerCases = Names(name, alias, "fwd"), Flops = work.Flops, Reads = work.Reads, Writes = work.Writes,
        },
        new Case($"{name} fwd+bwd", "ms", () =>
        {
            var (inputs, operation) = make();
            Tensor ones = Tensor.Ones(operation(inputs).Shape);
            foreach (Tensor input in inputs) input.RequiresGradient = true;
            return () =>
            {
                foreach (Tensor input in inputs) input.ClearGradient();
                operation(inputs).Backward(ones);
                after?.Invoke(inputs);
            };
        })
        {
            Group = name, PeerCases = Names(name, alias, "fwd+bwd"), Flops = work.Flops * work.FlopsOfBoth,
            Reads = work.ReadsOfBoth, Writes = work.WritesOfBoth,
        },
    ];

    /// <summary>The two cases of an operator that Nabla has no counterpart of.</summary>
    public static Case[] NotYet(string name) => [Case.NotYet($"{name} fwd"), Case.NotYet($"{name} fwd+bwd")];

    static string[] Names(string name, string? alias, string way) =>
        alias is null ? [$"{name} {way}"] : [$"{name} {way}", $"{name}{alias} {way}"];
}

/// <summary>What a case cannot avoid: arithmetic, or traffic where arithmetic is cheap.</summary>
/// <param name="Flops">Forward; forward and backward need <paramref name="FlopsOfBoth"/> times as much.</param>
/// <param name="FlopsOfBoth">The factor.</param>
/// <param name="Reads">Bytes that forward reads.</param>
/// <param name="Writes">Bytes that forward writes.</param>
/// <param name="GradientWrites">Bytes of the input's gradient, if it is not what forward reads.</param>
internal readonly record struct Work(double Flops, int FlopsOfBoth, double Reads, double Writes, double? GradientWrites)
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

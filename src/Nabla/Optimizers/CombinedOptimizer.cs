namespace Nabla.Optimizers;

/// <summary>
/// Several optimizers in one model, such as <see cref="AdaGrad"/> or <see cref="Ftrl"/> for sparse tables and <see cref="Adam"/> for
/// dense layers: one call of <c>Step</c>, one state to save, under <c>sparse.…</c> and <c>dense.…</c> as they were named.
/// </summary>
/// <remarks>Parts without gradients in a step rest. Parts with schedules of their own: <c>Nabla.Schedules.ScheduleOfParts</c>.</remarks>
public sealed class CombinedOptimizer : Optimizer
{
    readonly (string Name, Optimizer Part)[] parts;

    /// <summary>Combines optimizers over different parameters.</summary>
    /// <param name="parts">Names for the saved state, each once, and the optimizers.</param>
    /// <exception cref="ArgumentException">There are no parts, names or parameters repeat, or a part needs the loss.</exception>
    public CombinedOptimizer(params (string Name, Optimizer Part)[] parts) : base(parts.Select(static entry => entry.Part))
    {
        if (parts.Length == 0) throw new ArgumentException("CombinedOptimizer: expected optimizers, got none.", nameof(parts));
        if (parts.Select(static entry => entry.Name).Distinct().Count() != parts.Length || parts.Any(static entry => entry.Name.Length == 0))
            throw new ArgumentException($"CombinedOptimizer: expected different names, got {string.Join(", ", parts.Select(static entry => $"'{entry.Name}'"))}.", nameof(parts));
        if (parts.FirstOrDefault(static entry => entry.Part.NeedsLoss) is { Part: { } part })
            throw new ArgumentException($"CombinedOptimizer: expected optimizers that step from given gradients, got {part.GetType().Name}, which computes its own.", nameof(parts));
        this.parts = parts;
    }

    internal override IEnumerable<(string Prefix, Optimizer Part)> Parts => parts.Select(static entry => ($"{entry.Name}.", entry.Part));

    internal override IEnumerable<ParameterState> Memory => [];

    internal override string Kind => "combined";

    private protected override string[] StateNames => [];

    private protected override void Advance()
    {
        foreach (var (_, part) in parts)
            if (part.HasGradients) part.Step();
    }

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group) { }
}

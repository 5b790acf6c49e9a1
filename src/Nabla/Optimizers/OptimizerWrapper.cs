namespace Nabla.Optimizers;

/// <summary>
/// An optimizer round another: groups, rates and decays are the inner one's, so schedules act through it. Wrappers nest:
/// <c>new Lookahead(new Lamb(new AdamW(model)))</c>; one call of <c>Step</c>, one state to save.
/// </summary>
public abstract class OptimizerWrapper : Optimizer
{
    readonly (ParameterState State, ParameterGroup Group)[] members;
    Func<Tensor>? loss;
    double value;

    private protected OptimizerWrapper(Optimizer inner) : base([inner])
    {
        Inner = inner;
        members = [.. inner.GroupArray.SelectMany(static group => group.Members.Select(
            member => (new ParameterState(member.Name, member.Parameter), group)))];
    }

    /// <summary>The optimizer inside.</summary>
    public Optimizer Inner { get; }

    /// <inheritdoc/>
    public override bool NeedsLoss => Inner.NeedsLoss;

    internal override IEnumerable<(string Prefix, Optimizer Part)> Parts => [("", Inner)];

    internal override IEnumerable<ParameterState> Memory => members.Select(static member => member.State);

    internal override string Kind => char.ToLowerInvariant(GetType().Name[0]) + GetType().Name[1..];

    private protected override bool HasOwnLasso => true;

    private protected override string[] StateNames => [];

    /// <summary>The wrapper's own record of each parameter.</summary>
    private protected ReadOnlySpan<(ParameterState State, ParameterGroup Group)> Members => members;

    /// <inheritdoc/>
    public override double Step(Func<Tensor> loss)
    {
        if (!Inner.NeedsLoss) return base.Step(loss);
        this.loss = loss;
        try
        {
            Take();
            return value;
        }
        finally
        {
            this.loss = null;
        }
    }

    /// <summary>The inner step, then <see cref="Follow"/> of every parameter that has a gradient.</summary>
    private protected override void Advance()
    {
        StepInner();
        foreach (var (state, group) in members)
        {
            if (!state.Parameter.HasGradient) continue;             // not looked at: rows of a table stay rows
            Prepare(state);
            state.Steps++;
            Follow(state, group);
            state.Changed();
        }
    }

    /// <summary>What the wrapper does to one parameter after the inner step.</summary>
    private protected virtual void Follow(ParameterState state, ParameterGroup group) { }

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group) { }

    /// <summary>A step of the inner optimizer, with the loss if it asked for one.</summary>
    private protected void StepInner()
    {
        if (loss is null) Inner.Step();
        else value = Inner.Step(loss);
    }

    /// <summary>For wrappers that change gradients before the inner step.</summary>
    private protected void RequirePlain()
    {
        if (Inner.NeedsLoss)
            throw new ArgumentException($"{GetType().Name}: expected an optimizer that steps from given gradients, got {Inner.GetType().Name}, which computes its own. Wrap the other way round.");
    }
}

using Nabla.Kernels;

namespace Nabla.Optimizers;

/// <summary>
/// Changes parameters along their gradients, in place: one pass over memory per parameter, no allocation after the first step.
/// </summary>
public abstract class Optimizer
{
    readonly ParameterGroup[] groups;
    readonly bool withoutDecayOnVectors, skipsUnseenRows;
    bool warned;

    private protected Optimizer(IEnumerable<ParameterGroup> groups, double learningRate, OptimizerOptions? options, double defaultDecay)
    {
        this.groups = [.. groups];
        withoutDecayOnVectors = options?.WithoutDecayOnVectors ?? false;
        skipsUnseenRows = options?.SkipsUnseenRows ?? false;
        if (skipsUnseenRows && !TakesRows)
            throw new ArgumentException($"{GetType().Name}: expected SkipsUnseenRows to be false, got true: it updates whole tables only.", nameof(options));
        foreach (ParameterGroup group in this.groups) group.Complete(learningRate, options?.WeightDecay ?? defaultDecay, options?.L1Decay ?? 0);
        RequireDistinct();
        RequireTrainable();
    }

    /// <summary>An optimizer that steers others: the groups, their rates and their decays are theirs.</summary>
    private protected Optimizer(IEnumerable<Optimizer> parts)
    {
        groups = [.. parts.SelectMany(static part => part.groups)];
        RequireDistinct();
    }

    /// <summary>Parameters with their learning rates and weight decays.</summary>
    public IReadOnlyList<ParameterGroup> Groups => groups;

    /// <summary>Steps taken.</summary>
    public long Steps { get; internal set; }

    /// <summary>All parameters, in order.</summary>
    public IEnumerable<Tensor> Parameters => groups.SelectMany(static group => group.Parameters);

    /// <summary>The learning rate of the first group; setting it sets that of all groups.</summary>
    public double LearningRate
    {
        get => groups[0].LearningRate;
        set
        {
            foreach (ParameterGroup group in groups) group.LearningRate = value;
        }
    }

    /// <summary>
    /// Parameters that require a gradient and had none at the first step: usually layers that the forward pass forgot.
    /// </summary>
    public IReadOnlyList<string> UnusedParameters { get; private set; } = [];

    /// <summary>Raised once, at the first step, with a sentence that names the <see cref="UnusedParameters"/>, if there are any.</summary>
    public event EventHandler<string>? Warned;

    /// <summary>True if the update itself deals with λ₁, or leaves it to another optimizer.</summary>
    private protected virtual bool HasOwnLasso => false;

    /// <summary>Names of the state tensors that one parameter has.</summary>
    private protected abstract string[] StateNames { get; }

    /// <summary>What state tensors are full of before the first update.</summary>
    private protected virtual double InitialState => 0;

    /// <summary>Shape of a state tensor: the parameter's, unless an optimizer keeps sums, tables or histories.</summary>
    private protected virtual Shape StateShape(int index, Shape parameter) => parameter;

    /// <summary>
    /// Updates every parameter that has a gradient. Gradients stay; call <see cref="ClearGradients"/> before the next backward pass.
    /// </summary>
    /// <exception cref="InvalidOperationException">No parameter has a gradient.</exception>
    public void Step()
    {
        if (NeedsLoss)
            throw new InvalidOperationException(
                $"{GetType().Name}: expected Step(loss), got Step(): it looks at the loss more than once. Pass the function that computes it.");
        if (!HasGradients)
            throw new InvalidOperationException($"{GetType().Name}: expected gradients, got none. Call loss.Backward() before Step().");
        Take();
    }

    /// <summary>Clears the gradients, computes the loss, runs backward and takes a step.</summary>
    /// <param name="loss">Computes the loss from the present parameters, a scalar; the same function each time within a step.</param>
    /// <returns>The loss before the step.</returns>
    public virtual double Step(Func<Tensor> loss)
    {
        double value = Backward(loss);
        Take();
        return value;
    }

    /// <summary>True for methods that look at the loss more than once in a step: only <see cref="Step(Func{Tensor})"/> works.</summary>
    public virtual bool NeedsLoss => false;

    /// <summary>Forgets all gradients, so that the next backward pass starts from nothing.</summary>
    public void ClearGradients()
    {
        foreach (ParameterGroup group in groups)
            foreach (ParameterState member in group.Members) member.Parameter.ClearGradient();
    }

    internal ParameterGroup[] GroupArray => groups;

    internal string[] States => StateNames;

    internal Shape ShapeOf(int state, Shape parameter) => StateShape(state, parameter);

    /// <summary>Optimizers that this one steers, each with what its state is saved under.</summary>
    internal virtual IEnumerable<(string Prefix, Optimizer Part)> Parts => [];

    /// <summary>What this optimizer itself remembers of the parameters.</summary>
    internal virtual IEnumerable<ParameterState> Memory => groups.SelectMany(static group => group.Members);

    /// <summary>What the state of a steering optimizer is saved under, beside that of its parts; null for one that has groups of its own.</summary>
    internal virtual string? Kind => null;

    /// <summary>A step from the gradients that are there.</summary>
    private protected void Take()
    {
        Advance();
        Steps++;
        if (!warned) NameUnused();
        warned = true;
    }

    /// <summary>The work of a step: every parameter that has a gradient, in order.</summary>
    private protected virtual void Advance()
    {
        foreach (ParameterGroup group in groups)
            foreach (ParameterState member in group.Members)
            {
                if (TakesRows && member.Parameter.TableGradient is { } table) AdvanceRows(member, table, group);
                else if (member.Parameter.RawGradient is { } gradient) Advance(member, gradient, group);
            }
    }

    /// <summary>One parameter's step, with its bookkeeping.</summary>
    private protected void Advance(ParameterState member, Tensor gradient, ParameterGroup group)
    {
        Prepare(member);
        member.Steps++;
        Update(member, gradient.Contiguous(), group);
        double lasso = HasOwnLasso || Exempt(member) ? 0 : group.L1Decay * group.LearningRate;
        if (lasso > 0)
        {
            member.Changed();               // a change of its own: the update may have noted what it left behind
            Apply(new SoftThresholdUpdate(lasso), member, gradient);
        }
        member.Changed();
    }

    /// <summary>The step of a table from the rows that have a gradient.</summary>
    void AdvanceRows(ParameterState member, TableGradient table, ParameterGroup group)
    {
        (member.SeenRows, Tensor rows) = table.Merged();
        Advance(member, rows, group);
        member.SeenRows = null;
    }

    /// <summary>Makes the state tensors of a parameter, if there are none yet.</summary>
    internal void Prepare(ParameterState member)
    {
        if (!member.IsPrepared) member.Prepare(StateShapes(member.Parameter.Shape), InitialState);
    }

    Shape[] StateShapes(Shape parameter) => [.. StateNames.Select((_, k) => StateShape(k, parameter))];

    /// <summary>Gradients of a new loss, recorded whatever the caller's scope says.</summary>
    private protected double Backward(Func<Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ClearGradients();
        using Autograd.Scope scope = Autograd.Recording(true);
        Tensor value = loss();
        value.Backward();
        return (double)value;
    }

    /// <summary>True if any parameter has a gradient.</summary>
    internal bool HasGradients
    {
        get
        {
            foreach (ParameterGroup group in groups)
                foreach (ParameterState member in group.Members)
                    if (member.Parameter.HasGradient) return true;
            return false;
        }
    }

    /// <summary>
    /// True if the rule treats every element alike, so that <see cref="Apply{R}"/> may be given the rows of a table that have a gradient in
    /// place of the whole. Otherwise <see cref="Update"/> gets whole gradients only.
    /// </summary>
    private protected virtual bool TakesRows => false;

    /// <summary>One parameter's step.</summary>
    private protected abstract void Update(ParameterState state, Tensor gradient, ParameterGroup group);

    /// <summary>The two places of weight decay: λ added as λw to the gradient, and the factor 1 − ηλ on the parameter.</summary>
    private protected (double Decay, double Shrink) Decay(ParameterState state, ParameterGroup group, bool decoupled)
    {
        double decay = DecayOf(state, group);
        return decoupled ? (0, 1 - group.LearningRate * decay) : (decay, 1);
    }

    /// <summary>λ as it acts on one parameter.</summary>
    internal double DecayOf(ParameterState state, ParameterGroup group) => Exempt(state) ? 0 : group.WeightDecay;

    /// <summary>True for a vector that the options spare from decay.</summary>
    private protected bool Exempt(ParameterState state) => withoutDecayOnVectors && state.Parameter.Rank < 2;

    /// <summary>Runs a rule over parameter, gradient and states.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="state">The parameter and its states.</param>
    /// <param name="gradient">What <see cref="Update"/> was given.</param>
    /// <param name="restsAtZero">True if a gradient of 0 changes neither the parameter nor its states: rows without one are then left out.</param>
    private protected void Apply<R>(R rule, ParameterState state, Tensor gradient, bool restsAtZero = false) where R : struct, IUpdate
    {
        bool seenOnly = skipsUnseenRows || restsAtZero;
        if (state.Parameter.DType == DType.Float32) Apply<R, float>(rule, state, gradient, seenOnly);
        else Apply<R, double>(rule, state, gradient, seenOnly);
    }

    static unsafe void Apply<R, T>(R rule, ParameterState state, Tensor gradient, bool seenOnly) where R : struct, IUpdate where T : unmanaged
    {
        Tensor parameter = state.Parameter;
        Tensor[] states = state.Tensors;
        Tensor first = states.Length > 0 ? states[0] : parameter;
        Tensor second = states.Length > 1 ? states[1] : parameter;
        Tensor third = states.Length > 2 ? states[2] : parameter;
        fixed (T* w = &parameter.Origin<T>(), g = &gradient.Origin<T>(), s = &first.Origin<T>(), r = &second.Origin<T>(), q = &third.Origin<T>())
        {
            if (state.SeenRows is not { } seen) UpdateLoop.Run(rule, w, g, s, r, q, parameter.Length);
            else
            {
                var rows = new SeenRows((nint)seen.Storage.Pointer, seen.Length, parameter.Shape[0], parameter.Shape[1]);
                if (seenOnly) rows.UpdateSeen(rule, w, g, s, r, q);
                else rows.UpdateAll(rule, w, g, s, r, q);
            }
        }
        GC.KeepAlive(gradient);
        GC.KeepAlive(state);
    }

    void NameUnused()
    {
        UnusedParameters = [.. groups.SelectMany(static group => group.Members)
            .Where(static member => member.Parameter.RequiresGradient && !member.Parameter.HasGradient)
            .Select(static member => member.Name)];
        if (UnusedParameters.Count > 0)
            Warned?.Invoke(this, $"{GetType().Name}: {UnusedParameters.Count} parameters got no gradient in the first step: " +
                $"{string.Join(", ", UnusedParameters)}. Does the forward pass use their layers?");
    }

    void RequireDistinct()
    {
        var tensors = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
        var names = new HashSet<string>();
        foreach (ParameterState member in groups.SelectMany(static group => group.Members))
        {
            if (!tensors.Add(member.Parameter))
                throw new ArgumentException($"{GetType().Name}: expected each parameter once, got '{member.Name}' twice.");
            if (!names.Add(member.Name))
                throw new ArgumentException(
                    $"{GetType().Name}: expected different names, got two parameters '{member.Name}'. Register both models in one, or use two optimizers.");
        }
    }

    void RequireTrainable()
    {
        int count = Parameters.Count();
        if (count == 0)
            throw new ArgumentException($"{GetType().Name}: expected parameters to train, got none. Did the model register its layers with Child(out …)?");
        if (!Parameters.Any(static parameter => parameter.RequiresGradient))
            throw new ArgumentException($"{GetType().Name}: expected parameters to train, got {count} that are all frozen. Call Unfreeze() on the model.");
    }
}

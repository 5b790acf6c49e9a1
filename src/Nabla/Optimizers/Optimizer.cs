using Nabla.Kernels;

namespace Nabla.Optimizers;

/// <summary>
/// Changes parameters along their gradients, in place: one pass over memory per parameter, no allocation after the first step.
/// </summary>
public abstract class Optimizer
{
    bool stepped;

    /// <summary>An optimizer of parameter groups.</summary>
    /// <exception cref="ArgumentException">There is no parameter to train, or one is in two groups.</exception>
    private protected Optimizer(IEnumerable<ParameterGroup> groups, double learningRate, double weightDecay)
    {
        Groups = [.. groups];
        string who = GetType().Name;
        var seen = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
        foreach (ParameterGroup group in Groups)
        {
            group.Complete(learningRate, weightDecay);
            foreach (ParameterState member in group.Members)
                if (!seen.Add(member.Parameter))
                    throw new ArgumentException($"{who}: expected each parameter in one group, got '{member.Name}' in two.", nameof(groups));
        }
        if (!seen.Any(static parameter => parameter.RequiresGradient))
            throw new ArgumentException(
                seen.Count == 0
                    ? $"{who}: expected parameters to train, got none. Did the model register its layers with Child(out …)?"
                    : $"{who}: expected parameters to train, got {seen.Count} that are all frozen. Call Unfreeze() on the model.", nameof(groups));
    }

    /// <summary>Parameters with their learning rates and weight decays.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>Steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>All parameters, in order.</summary>
    public IEnumerable<Tensor> Parameters => Groups.SelectMany(static group => group.Parameters);

    /// <summary>The learning rate of the first group; setting it sets that of all groups.</summary>
    public double LearningRate
    {
        get => Groups[0].LearningRate;
        set
        {
            foreach (ParameterGroup group in Groups) group.LearningRate = value;
        }
    }

    /// <summary>
    /// Parameters that require a gradient and had none at the first step: usually layers that the forward pass forgot.
    /// </summary>
    public IReadOnlyList<string> UnusedParameters { get; private set; } = [];

    /// <summary>Told once, at the first step, if there are <see cref="UnusedParameters"/>.</summary>
    public event EventHandler<string>? Warned;

    /// <summary>Names of the state tensors that one parameter has.</summary>
    private protected abstract IReadOnlyList<string> StateNames { get; }

    /// <summary>Updates every parameter that has a gradient. Gradients stay; call <see cref="ClearGradients"/> before the next backward pass.</summary>
    /// <exception cref="InvalidOperationException">No parameter has a gradient.</exception>
    public void Step()
    {
        int updated = 0;
        foreach (ParameterGroup group in Groups)
        {
            foreach (ParameterState member in group.Members)
            {
                if (member.Parameter.RawGradient is not { } gradient) continue;
                updated++;
                if (member.Tensors.Length == 0 && StateNames.Count > 0) member.Tensors = Empty(member.Parameter);
                member.Steps++;
                Update(member, gradient.Contiguous(), group);
                member.Parameter.Storage.Changed();
                foreach (Tensor state in member.Tensors) state.Storage.Changed();
            }
        }
        if (updated == 0)
            throw new InvalidOperationException($"{GetType().Name}: expected gradients, got none. Call loss.Backward() before Step().");
        Steps++;
        if (!stepped) NameUnused();
        stepped = true;
    }

    /// <summary>Forgets all gradients, so that the next backward pass starts from nothing.</summary>
    public void ClearGradients()
    {
        foreach (ParameterGroup group in Groups)
            foreach (ParameterState member in group.Members) member.Parameter.ClearGradient();
    }

    /// <summary>One parameter's step.</summary>
    private protected abstract void Update(ParameterState state, Tensor gradient, ParameterGroup group);

    /// <summary>Runs a rule over parameter, gradient and states.</summary>
    private protected static unsafe void Apply<R>(R rule, ParameterState state, Tensor gradient) where R : struct, IUpdate
    {
        if (state.Parameter.DType == DType.Float32) Apply<R, float>(rule, state, gradient);
        else Apply<R, double>(rule, state, gradient);
    }

    static unsafe void Apply<R, T>(R rule, ParameterState state, Tensor gradient) where R : struct, IUpdate where T : unmanaged
    {
        Tensor parameter = state.Parameter;
        Tensor[] states = state.Tensors;
        Tensor first = states.Length > 0 ? states[0] : parameter;
        Tensor second = states.Length > 1 ? states[1] : parameter;
        Tensor third = states.Length > 2 ? states[2] : parameter;
        fixed (T* w = &parameter.Origin<T>(), g = &gradient.Origin<T>(), s = &first.Origin<T>(), r = &second.Origin<T>(), q = &third.Origin<T>())
            UpdateLoop.Run(rule, w, g, s, r, q, parameter.Length);
        GC.KeepAlive(gradient);
        GC.KeepAlive(state);
    }

    Tensor[] Empty(Tensor parameter)
    {
        var tensors = new Tensor[StateNames.Count];
        for (int i = 0; i < tensors.Length; i++)
        {
            tensors[i] = Tensor.Zeros(parameter.Shape, parameter.DType);
            tensors[i].Storage.MarkLongLived();
        }
        return tensors;
    }

    void NameUnused()
    {
        UnusedParameters = [.. Groups.SelectMany(static group => group.Members)
            .Where(static member => member.Parameter.RequiresGradient && member.Parameter.RawGradient is null)
            .Select(static member => member.Name)];
        if (UnusedParameters.Count > 0)
            Warned?.Invoke(this, $"{GetType().Name}: {UnusedParameters.Count} parameters got no gradient in the first step: " +
                $"{string.Join(", ", UnusedParameters)}. Does the forward pass use their layers?");
    }
}

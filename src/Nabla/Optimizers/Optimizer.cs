using Nabla.Kernels;

namespace Nabla.Optimizers;

/// <summary>
/// Changes parameters along their gradients, in place: one pass over memory per parameter, no allocation after the first step.
/// </summary>
public abstract class Optimizer
{
    readonly ParameterGroup[] groups;
    readonly bool withoutDecayOnVectors;
    bool warned;

    private protected Optimizer(IEnumerable<ParameterGroup> groups, double learningRate, OptimizerOptions? options, double defaultDecay)
    {
        this.groups = [.. groups];
        withoutDecayOnVectors = options?.WithoutDecayOnVectors ?? false;
        foreach (ParameterGroup group in this.groups) group.Complete(learningRate, options?.WeightDecay ?? defaultDecay);
        RequireDistinct();
        RequireTrainable();
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

    /// <summary>Names of the state tensors that one parameter has.</summary>
    private protected abstract string[] StateNames { get; }

    /// <summary>What state tensors are full of before the first update.</summary>
    private protected virtual double InitialState => 0;

    /// <summary>
    /// Updates every parameter that has a gradient. Gradients stay; call <see cref="ClearGradients"/> before the next backward pass.
    /// </summary>
    /// <exception cref="InvalidOperationException">No parameter has a gradient.</exception>
    public void Step()
    {
        int updated = 0;
        foreach (ParameterGroup group in groups)
        {
            foreach (ParameterState member in group.Members)
            {
                if (member.Parameter.RawGradient is not { } gradient) continue;
                updated++;
                member.Prepare(StateNames, InitialState);
                member.Steps++;
                Update(member, gradient.Contiguous(), group);
                member.Changed();
            }
        }
        if (updated == 0)
            throw new InvalidOperationException($"{GetType().Name}: expected gradients, got none. Call loss.Backward() before Step().");
        Steps++;
        if (!warned) NameUnused();
        warned = true;
    }

    /// <summary>Forgets all gradients, so that the next backward pass starts from nothing.</summary>
    public void ClearGradients()
    {
        foreach (ParameterGroup group in groups)
            foreach (ParameterState member in group.Members) member.Parameter.ClearGradient();
    }

    internal ParameterGroup[] GroupArray => groups;

    internal string[] States => StateNames;

    /// <summary>One parameter's step.</summary>
    private protected abstract void Update(ParameterState state, Tensor gradient, ParameterGroup group);

    /// <summary>The two places of weight decay: λ added as λw to the gradient, and the factor 1 − ηλ on the parameter.</summary>
    private protected (double Decay, double Shrink) Decay(ParameterState state, ParameterGroup group, bool decoupled)
    {
        double decay = withoutDecayOnVectors && state.Parameter.Rank < 2 ? 0 : group.WeightDecay;
        return decoupled ? (0, 1 - group.LearningRate * decay) : (decay, 1);
    }

    /// <summary>Runs a rule over parameter, gradient and states.</summary>
    private protected static void Apply<R>(R rule, ParameterState state, Tensor gradient) where R : struct, IUpdate
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

    void NameUnused()
    {
        UnusedParameters = [.. groups.SelectMany(static group => group.Members)
            .Where(static member => member.Parameter.RequiresGradient && member.Parameter.RawGradient is null)
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

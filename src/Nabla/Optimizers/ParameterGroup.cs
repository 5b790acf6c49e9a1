using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Parameters that share a learning rate and a weight decay. Schedules change the rate between steps.</summary>
public sealed class ParameterGroup
{
    readonly List<ParameterState> members = [];

    /// <summary>A group of named parameters, as <see cref="Module.NamedParameters"/> lists them.</summary>
    /// <param name="parameters">The parameters; frozen ones may be among them.</param>
    /// <param name="learningRate">η; null takes the optimizer's.</param>
    /// <param name="weightDecay">λ; null takes the optimizer's.</param>
    public ParameterGroup(IEnumerable<(string Name, Tensor Parameter)> parameters, double? learningRate = null, double? weightDecay = null)
    {
        foreach (var (name, parameter) in parameters)
        {
            if (!parameter.DType.IsComputed)
                throw new DTypeException($"ParameterGroup: expected Float32 or Float64, got {parameter.DType} for {name}.");
            if (!parameter.IsContiguous)
                throw new ShapeException($"ParameterGroup: expected contiguous parameters, got a strided view {parameter.Shape} for {name}. Clone it first.");
            members.Add(new ParameterState(name, parameter));
        }
        (GivenRate, GivenDecay) = (learningRate, weightDecay);
        if (learningRate is { } rate) LearningRate = rate;
        if (weightDecay is { } decay) WeightDecay = decay;
    }

    /// <summary>The parameters of a module.</summary>
    public ParameterGroup(Module module, double? learningRate = null, double? weightDecay = null)
        : this(module.NamedParameters(), learningRate, weightDecay) { }

    /// <summary>η of the next step; finite and not negative.</summary>
    public double LearningRate
    {
        get;
        set => field = double.IsFinite(value) && value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "LearningRate: expected a finite number of at least 0.");
    }

    /// <summary>λ of the next step; finite and not negative.</summary>
    public double WeightDecay
    {
        get;
        set => field = double.IsFinite(value) && value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "WeightDecay: expected a finite number of at least 0.");
    }

    /// <summary>The learning rate the group started with: what schedules multiply.</summary>
    public double InitialLearningRate { get; private set; }

    /// <summary>The parameters in order.</summary>
    public IEnumerable<Tensor> Parameters => members.Select(static member => member.Parameter);

    internal List<ParameterState> Members => members;

    double? GivenRate { get; }

    double? GivenDecay { get; }

    /// <summary>Takes the optimizer's settings where the group has none of its own.</summary>
    internal void Complete(double learningRate, double weightDecay)
    {
        InitialLearningRate = LearningRate = GivenRate ?? learningRate;
        WeightDecay = GivenDecay ?? weightDecay;
    }
}

/// <summary>What an optimizer remembers of one parameter.</summary>
public sealed class ParameterState
{
    internal ParameterState(string name, Tensor parameter) => (Name, Parameter) = (name, parameter);

    /// <summary>The parameter's dotted name.</summary>
    public string Name { get; }

    /// <summary>The parameter.</summary>
    public Tensor Parameter { get; }

    /// <summary>How often it was updated.</summary>
    public long Steps { get; internal set; }

    /// <summary>The optimizer's state tensors, of the parameter's shape and type; empty before the first update.</summary>
    public Tensor[] Tensors { get; internal set; } = [];
}

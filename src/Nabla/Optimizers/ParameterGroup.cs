using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Parameters that share a learning rate and a weight decay. Schedules change the rate between steps.</summary>
public sealed class ParameterGroup
{
    readonly double? givenRate, givenDecay;

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
            Members.Add(new ParameterState(name, parameter));
        }
        (givenRate, givenDecay) = (learningRate, weightDecay);
    }

    /// <summary>The parameters of a module, under their names in the whole model.</summary>
    public ParameterGroup(Module module, double? learningRate = null, double? weightDecay = null)
        : this(module.NamedParameters().Select(entry => (module.FullName(entry.Name), entry.Parameter)), learningRate, weightDecay) { }

    /// <summary>η of the next step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative or not finite.</exception>
    public double LearningRate
    {
        get;
        set => field = value is >= 0 and < double.PositiveInfinity
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"LearningRate: expected a finite number of at least 0, got {value}.");
    }

    /// <summary>λ of the next step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The decay is negative or not finite.</exception>
    public double WeightDecay
    {
        get;
        set => field = value is >= 0 and < double.PositiveInfinity
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"WeightDecay: expected a finite number of at least 0, got {value}.");
    }

    /// <summary>The learning rate the group was made with: what schedules multiply.</summary>
    public double InitialLearningRate { get; internal set; }

    /// <summary>The parameters in order.</summary>
    public IEnumerable<Tensor> Parameters => Members.Select(static member => member.Parameter);

    internal List<ParameterState> Members { get; } = [];

    /// <summary>Takes the optimizer's settings where the group has none of its own.</summary>
    internal void Complete(double learningRate, double weightDecay)
    {
        InitialLearningRate = LearningRate = givenRate ?? learningRate;
        WeightDecay = givenDecay ?? weightDecay;
    }
}

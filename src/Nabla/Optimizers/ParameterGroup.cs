using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Parameters that share a learning rate and a weight decay. Schedules change the rate between steps.</summary>
public sealed class ParameterGroup
{
    readonly double? givenRate, givenDecay, givenLasso;

    /// <summary>A group of named parameters, as <see cref="Module.NamedParameters"/> lists them.</summary>
    /// <param name="parameters">The parameters; frozen ones may be among them.</param>
    /// <param name="learningRate">η; null takes the optimizer's.</param>
    /// <param name="weightDecay">λ; null takes the optimizer's.</param>
    /// <param name="l1Decay">λ₁; null takes the optimizer's.</param>
    public ParameterGroup(
        IEnumerable<(string Name, Tensor Parameter)> parameters, double? learningRate = null, double? weightDecay = null, double? l1Decay = null)
    {
        foreach (var (name, parameter) in parameters)
        {
            if (!parameter.DType.IsComputed)
                throw new DTypeException($"ParameterGroup: expected Float32 or Float64, got {parameter.DType} for {name}.");
            if (!parameter.IsContiguous)
                throw new ShapeException($"ParameterGroup: expected contiguous parameters, got a strided view {parameter.Shape} for {name}. Clone it first.");
            Members.Add(new ParameterState(name, parameter));
        }
        (givenRate, givenDecay, givenLasso) = (learningRate, weightDecay, l1Decay);
    }

    /// <summary>The parameters of a module, under their names in the whole model.</summary>
    public ParameterGroup(Module module, double? learningRate = null, double? weightDecay = null, double? l1Decay = null)
        : this(module.NamedParameters().Select(entry => (module.FullName(entry.Name), entry.Parameter)), learningRate, weightDecay, l1Decay) { }

    /// <summary>
    /// A group per part of a model, with rates that fall from the last part to the first: η, η·factor, η·factor², … for fine-tuning,
    /// where early layers should change least (Howard, Ruder, 2018).
    /// </summary>
    /// <param name="module">The model; parts are the modules registered in it, in order.</param>
    /// <param name="learningRate">η of the last part.</param>
    /// <param name="factor">Ratio from a part to the one before it, in (0, 1]. Default 1/2.6, the paper's.</param>
    public static ParameterGroup[] PerLayer(Module module, double learningRate, double factor = 1 / 2.6)
    {
        if (factor is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(factor), factor, $"PerLayer: expected a factor in (0, 1], got {factor}.");
        Module[] parts = [.. module.Modules.Select(static entry => entry.Module).Where(static part => part.Parameters().Any())];
        if (parts.SelectMany(static part => part.Parameters()).Count() != module.Parameters().Count())
            throw new ArgumentException($"PerLayer: expected all parameters of {module} in its parts, each in one, got others. Make the groups by hand.", nameof(module));
        return [.. parts.Select((part, i) => new ParameterGroup(part, learningRate * Math.Pow(factor, parts.Length - 1 - i)))];
    }

    /// <summary>η of the next step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is negative or not finite.</exception>
    public double LearningRate
    {
        get;
        set => field = AtLeastZero(value, "LearningRate");
    }

    /// <summary>λ of the next step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The decay is negative or not finite.</exception>
    public double WeightDecay
    {
        get;
        set => field = AtLeastZero(value, "WeightDecay");
    }

    /// <summary>λ₁ of the next step.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The decay is negative or not finite.</exception>
    public double L1Decay
    {
        get;
        set => field = AtLeastZero(value, "L1Decay");
    }

    /// <summary>The learning rate the group was made with: what schedules multiply.</summary>
    public double InitialLearningRate { get; internal set; }

    /// <summary>The parameters in order.</summary>
    public IEnumerable<Tensor> Parameters => Members.Select(static member => member.Parameter);

    internal List<ParameterState> Members { get; } = [];

    /// <summary>Takes the optimizer's settings where the group has none of its own.</summary>
    internal void Complete(double learningRate, double weightDecay, double l1Decay)
    {
        InitialLearningRate = LearningRate = givenRate ?? learningRate;
        WeightDecay = givenDecay ?? weightDecay;
        L1Decay = givenLasso ?? l1Decay;
    }

    static double AtLeastZero(double value, string name) => value is >= 0 and < double.PositiveInfinity
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"{name}: expected a finite number of at least 0, got {value}.");
}

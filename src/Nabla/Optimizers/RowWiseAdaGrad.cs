using Nabla.Kernels;
using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Settings of <see cref="RowWiseAdaGrad"/>.</summary>
public sealed record RowWiseAdaGradOptions : OptimizerOptions
{
    /// <summary>ε. Default 1e-10.</summary>
    public double Epsilon
    {
        get;
        init => field = NotNegative(value, nameof(Epsilon));
    } = 1e-10;

    /// <summary>First value of the sums. Default 0.</summary>
    public double InitialAccumulator
    {
        get;
        init => field = NotNegative(value, nameof(InitialAccumulator));
    }

    /// <summary>True: w ← (1 − ηλ)w beside the step. False (default): λw is added to the gradient.</summary>
    public bool DecoupledDecay { get; init; }
}

/// <summary>
/// AdaGrad with one number of state per row of a table: s ← s + mean of g² over the row, w ← w − η·g / (√s + ε). State takes 1/D of the
/// memory of <see cref="AdaGrad"/> (Mudigere et al.: Software-hardware co-design for fast and scalable training of deep learning
/// recommendation models, 2022).
/// </summary>
/// <remarks>Rows are along the first axis. Of a table that is looked up only the rows seen change; weight decay too acts on those only.</remarks>
public sealed class RowWiseAdaGrad : Optimizer
{
    static readonly string[] Sum = ["sum"];

    readonly RowWiseAdaGradOptions options;

    /// <summary>Trains groups with their own rates and decays.</summary>
    public RowWiseAdaGrad(IEnumerable<ParameterGroup> groups, double learningRate = 0.01, RowWiseAdaGradOptions? options = null)
        : base(groups, learningRate, options, defaultDecay: 0) => this.options = options ?? new RowWiseAdaGradOptions();

    /// <summary>Trains all parameters of a module.</summary>
    public RowWiseAdaGrad(Module module, double learningRate = 0.01, RowWiseAdaGradOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override bool TakesRows => true;

    private protected override string[] StateNames => Sum;

    private protected override double InitialState => options.InitialAccumulator;

    private protected override Shape StateShape(int index, Shape parameter) => Shape.Create(Rows(parameter));

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        if (state.Parameter.DType == DType.Float32) Update<float>(state, gradient, group);
        else Update<double>(state, gradient, group);
    }

    unsafe void Update<T>(ParameterState state, Tensor gradient, ParameterGroup group) where T : unmanaged
    {
        Tensor parameter = state.Parameter, sums = state.Tensors[0];
        var (decay, shrink) = Decay(state, group, options.DecoupledDecay);
        int rows = Rows(parameter.Shape), columns = parameter.Length / Math.Max(rows, 1);
        fixed (T* w = &parameter.Origin<T>(), g = &gradient.Origin<T>(), s = &sums.Origin<T>())
            RowWiseUpdate.Run(
                w, g, s, state.SeenRows is { } seen ? (int*)seen.Storage.Pointer : null, state.SeenRows?.Length ?? rows, columns,
                group.LearningRate, options.Epsilon, decay, shrink);
        GC.KeepAlive(gradient);
        GC.KeepAlive(state);
    }

    static int Rows(Shape parameter) => parameter.Rank == 0 ? 1 : parameter[0];
}

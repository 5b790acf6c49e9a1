using Nabla.Kernels;
using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Settings of <see cref="Ftrl"/>. λ₁ is <see cref="OptimizerOptions.L1Decay"/>, λ₂ is <see cref="OptimizerOptions.WeightDecay"/>.</summary>
public sealed record FtrlOptions : OptimizerOptions
{
    /// <summary>β, what the root of the sum of squares starts from; at least 0. Default 1.</summary>
    public double Beta
    {
        get;
        init => field = NotNegative(value, nameof(Beta));
    } = 1;

    /// <summary>
    /// λ₂₁ of the group lasso λ₂₁·√d·‖row‖: the norm to the first power, so that a whole row of d weights, such as an embedding,
    /// becomes 0 at once. For parameters with at least two axes; rows are along the first. Default 0.
    /// </summary>
    public double RowDecay
    {
        get;
        init => field = NotNegative(value, nameof(RowDecay));
    }
}

/// <summary>
/// FTRL-Proximal, follow the (proximally) regularized leader: z ← z + g − σw with σ = (√(n + g²) − √n)/α, n ← n + g², and
/// w = −soft(z, λ₁) / ((β + √n)/α + λ₂), 0 where |z| ≤ λ₁ (McMahan et al.: Ad click prediction: a view from the trenches, 2013).
/// </summary>
/// <remarks>
/// <para>Of an embedding table only the rows that were looked up are computed anew: without a gradient z, n and so w stay what they are.</para>
/// <para>α is the learning rate; it should stay as it is. The first step starts from w = 0 whatever the parameter was, as z = 0 says.</para>
/// <para>
/// With <see cref="FtrlOptions.RowDecay"/> a row is max(1 − λ₂₁√d/‖s‖, 0) times the above, s = soft(z, λ₁) of the row (Ni et al.:
/// Adaptive optimizers with sparse group lasso for neural networks in CTR prediction, 2021).
/// </para>
/// </remarks>
public sealed class Ftrl : Optimizer
{
    static readonly string[] Names = ["dual", "sum"];

    readonly FtrlOptions options;

    /// <summary>Trains groups with their own rates and decays.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A learning rate is 0.</exception>
    public Ftrl(IEnumerable<ParameterGroup> groups, double learningRate = 0.1, FtrlOptions? options = null) : base(groups, learningRate, options, 0)
    {
        this.options = options ?? new FtrlOptions();
        if (Groups.FirstOrDefault(static group => group.LearningRate == 0) is not null)
            throw new ArgumentOutOfRangeException(nameof(learningRate), 0.0, "Ftrl: expected a learning rate above 0, got 0.");
    }

    /// <summary>Trains all parameters of a module.</summary>
    public Ftrl(Module module, double learningRate = 0.1, FtrlOptions? options = null) : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override bool HasOwnLasso => true;

    // Asked by the base constructor too, before there are options; a row penalty needs whole rows, and gets whole gradients.
    private protected override bool TakesRows => options is not { RowDecay: > 0 };

    private protected override string[] StateNames => Names;

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        double lasso = Exempt(state) ? 0 : group.L1Decay, ridge = Decay(state, group, false).Decay;
        // The parameter is a function of z: a first value that z does not know of must not enter it.
        if (state.Steps == 1) state.Parameter.Detach().Fill(0);
        var rule = new FtrlUpdate(group.LearningRate, options.Beta, lasso, ridge);
        if (options.RowDecay == 0 || state.Parameter.Rank < 2) Apply(rule, state, gradient, restsAtZero: true);
        else if (state.Parameter.DType == DType.Float32) Rows<float>(rule, state, gradient, lasso);
        else Rows<double>(rule, state, gradient, lasso);
    }

    unsafe void Rows<T>(FtrlUpdate rule, ParameterState state, Tensor gradient, double lasso) where T : unmanaged
    {
        Tensor parameter = state.Parameter;
        int rows = parameter.Shape[0];
        if (parameter.Length == 0) return;
        nint width = parameter.Length / rows;
        double threshold = options.RowDecay * Math.Sqrt(width);
        fixed (T* w0 = &parameter.Origin<T>(), g0 = &gradient.Origin<T>(), z0 = &state.Tensors[0].Origin<T>(), n0 = &state.Tensors[1].Origin<T>())
            RowRanges.RunLanes<T, FtrlRows<T>>(rows, width, new(rule, lasso, threshold, w0, g0, z0, n0, width));
        GC.KeepAlive(gradient);
        GC.KeepAlive(state);
    }
}

using Nabla.Kernels;
using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Settings of <see cref="Shampoo"/>.</summary>
public sealed record ShampooOptions : OptimizerOptions
{
    /// <summary>ε of the first preconditioners εI, above 0. Default 1e-4.</summary>
    public double Epsilon
    {
        get;
        init => field = Positive(value, nameof(Epsilon));
    } = 1e-4;

    /// <summary>Steps from one computation of the roots to the next, at least 1. Default 1; 20 to 100 costs little and saves most of the time.</summary>
    public int Every
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Every), value, $"Every: expected at least 1, got {value}.");
    } = 1;

    /// <summary>μ in [0, 1) of the momentum on preconditioned gradients. Default 0.</summary>
    public double Momentum
    {
        get;
        init => field = InUnit(value, nameof(Momentum));
    }

    /// <summary>Sides longer than this keep only the diagonal of their preconditioner. Default 512.</summary>
    public int MaximumSide
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(MaximumSide), value, $"MaximumSide: expected at least 1, got {value}.");
    } = 512;

    /// <summary>True: w ← (1 − ηλ)w beside the step. False (default): λw is added to the gradient.</summary>
    public bool DecoupledDecay { get; init; }
}

/// <summary>
/// A preconditioner for each side of a matrix: L ← L + GGᵀ, R ← R + GᵀG, W ← W − η·L^(−1/4)·G·R^(−1/4) (Gupta, Koren, Singer: Shampoo:
/// preconditioned stochastic tensor optimization, 2018). Axes after the first are one side; vectors have one, with the power −1/2.
/// </summary>
/// <remarks>Roots are those of the last computation, which is part of the state. A side of one diagonal is AdaGrad's sum for rows or columns.</remarks>
public sealed class Shampoo : Optimizer
{
    static readonly string[] Names = ["left", "right", "leftRoot", "rightRoot", "velocity"];

    readonly ShampooOptions options;

    /// <summary>Trains groups with their own rates and decays.</summary>
    public Shampoo(IEnumerable<ParameterGroup> groups, double learningRate = 0.1, ShampooOptions? options = null)
        : base(groups, learningRate, options, 0) => this.options = options ?? new ShampooOptions();

    /// <summary>Trains all parameters of a module.</summary>
    public Shampoo(Module module, double learningRate = 0.1, ShampooOptions? options = null) : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override string[] StateNames => options.Momentum > 0 ? Names : Names[..4];

    private protected override Shape StateShape(int index, Shape parameter)
    {
        if (index == 4) return parameter;
        var (height, width) = Sides(parameter);
        int side = index % 2 == 0 ? height : width;
        return side <= options.MaximumSide ? Shape.Create(side, side) : Shape.Create(side);
    }

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        Tensor parameter = state.Parameter.Detach();
        var (height, width) = Sides(parameter.Shape);
        var (decay, shrink) = Decay(state, group, options.DecoupledDecay);
        Tensor g = (decay == 0 ? gradient.Detach() : gradient + decay * parameter).Reshape(height, width);
        bool isVector = parameter.Rank < 2, computesRoots = (state.Steps - 1) % options.Every == 0;
        Tensor direction = g;
        for (int side = 0; side < (isVector ? 1 : 2); side++)
        {
            Tensor sum = state.Tensors[side], root = state.Tensors[2 + side];
            bool isLeft = side == 0, isDiagonal = sum.Rank == 1;
            if (state.Steps == 1) Start(sum);
            sum.AddInPlace(isDiagonal ? g.Square().Sum(isLeft ? 1 : 0) : isLeft ? g.MatMul(g.T) : g.T.MatMul(g));
            if (computesRoots) Root(sum, root, isVector ? -0.5 : -0.25);
            direction = (isLeft, isDiagonal) switch
            {
                (true, false) => root.MatMul(direction),
                (true, true) => root.Unsqueeze(1) * direction,
                (false, false) => direction.MatMul(root),
                _ => direction * root,
            };
        }
        direction = direction.Reshape(parameter.Shape);
        if (options.Momentum > 0)
        {
            state.Tensors[4].Change(direction, new CombineUpdate(options.Momentum, 1));
            direction = state.Tensors[4];
        }
        parameter.Change(direction.Contiguous(), new CombineUpdate(shrink, -group.LearningRate));
    }

    static (int Height, int Width) Sides(Shape shape) =>
        shape.Rank == 0 ? (1, 1) : (shape[0], shape[0] == 0 ? 0 : shape.Length / shape[0]);

    void Start(Tensor sum) => sum.Overwrite(
        sum.Rank == 1 ? Tensor.Full(sum.Shape, options.Epsilon, sum.DType) : options.Epsilon * Tensor.Eye(sum.Shape[0], sum.DType));

    void Root(Tensor sum, Tensor root, double exponent)
    {
        double[] values = sum.To(DType.Float64).ToArray<double>();
        if (sum.Rank == 1)
            for (int i = 0; i < values.Length; i++) values[i] = Math.Pow(Math.Max(values[i], options.Epsilon), exponent);
        else SymmetricPower.Run(values, sum.Shape[0], exponent, options.Epsilon);      // sums only grow: less than ε is rounding
        root.Overwrite(Tensor.From(values, sum.Shape));
    }
}

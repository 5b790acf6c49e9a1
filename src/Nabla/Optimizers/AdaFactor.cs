using Nabla.Kernels;
using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Settings of <see cref="AdaFactor"/>.</summary>
public sealed record AdaFactorOptions : OptimizerOptions
{
    /// <summary>ε₁, added to squared gradients. Default 1e-30.</summary>
    public double SquareEpsilon
    {
        get;
        init => field = NotNegative(value, nameof(SquareEpsilon));
    } = 1e-30;

    /// <summary>ε₂, the least scale of a parameter. Default 1e-3.</summary>
    public double LeastScale
    {
        get;
        init => field = NotNegative(value, nameof(LeastScale));
    } = 1e-3;

    /// <summary>d, above 0: the bound on the root mean square of a step before it is scaled. Default 1.</summary>
    public double ClipThreshold
    {
        get;
        init => field = Positive(value, nameof(ClipThreshold));
    } = 1;

    /// <summary>c, above 0, of the memory β₂,ₜ = 1 − t⁻ᶜ. Default 0.8.</summary>
    public double MemoryExponent
    {
        get;
        init => field = Positive(value, nameof(MemoryExponent));
    } = 0.8;

    /// <summary>True (default, the paper's): the rate is η·min(0.01, 1/√t). False: η.</summary>
    public bool UsesOwnSchedule { get; init; } = true;

    /// <summary>True (default, the paper's): the rate is multiplied by max(ε₂, RMS(w)).</summary>
    public bool ScalesByParameter { get; init; } = true;
}

/// <summary>
/// Adam's second moment in the memory of its row and column sums: v = r·c/Σr, u = g/√v, w ← w − α·u/max(1, RMS(u)/d) (Shazeer, Stern:
/// Adafactor: adaptive learning rates with sublinear memory cost, 2018, algorithms 4 and 5; no first moment).
/// </summary>
/// <remarks>
/// Rows and columns are the last two axes; vectors keep a full second moment. α = η·min(0.01, 1/√t)·max(ε₂, RMS(w)), or without one or both
/// of the factors. Weight decay is decoupled.
/// </remarks>
public sealed class AdaFactor : Optimizer
{
    static readonly string[] Names = ["rows", "columns", "squares"];

    readonly AdaFactorOptions options;
    readonly Dictionary<ParameterState, (int Version, double Squares)> lengths = [];

    /// <summary>Trains groups with their own rates and decays.</summary>
    public AdaFactor(IEnumerable<ParameterGroup> groups, double learningRate = 1, AdaFactorOptions? options = null)
        : base(groups, learningRate, options, 0) => this.options = options ?? new AdaFactorOptions();

    /// <summary>Trains all parameters of a module.</summary>
    public AdaFactor(Module module, double learningRate = 1, AdaFactorOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }

    private protected override string[] StateNames => Names;

    private protected override Shape StateShape(int index, Shape parameter) => (index, parameter.Rank >= 2) switch
    {
        (0, true) => parameter.Without(parameter.Rank - 1),
        (1, true) => parameter.Without(parameter.Rank - 2),
        (2, false) => parameter,
        _ => Shape.Scalar,
    };

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        double t = state.Steps, memory = 1 - Math.Pow(t, -options.MemoryExponent);
        double rate = group.LearningRate * (options.UsesOwnSchedule ? Math.Min(0.01, 1 / Math.Sqrt(t)) : 1);
        if (options.ScalesByParameter) rate *= Math.Max(options.LeastScale, Math.Sqrt(Squares(state) / Math.Max(state.Parameter.Length, 1)));
        double shrink = Decay(state, group, decoupled: true).Shrink;

        if (state.Parameter.Rank < 2) Full(state, gradient, memory, rate, shrink);
        else if (gradient.DType == DType.Float32) Factored<float>(state, gradient, memory, rate, shrink);
        else Factored<double>(state, gradient, memory, rate, shrink);
    }

    double Clipped(double rate, double squares, int count) => rate / Math.Max(1, Math.Sqrt(squares / Math.Max(count, 1)) / options.ClipThreshold);

    void Full(ParameterState state, Tensor gradient, double memory, double rate, double shrink)
    {
        Tensor direction = gradient.Detach().Clone();
        direction.Change(gradient, state.Tensors[2], new FullSquaresUpdate(memory, options.SquareEpsilon));
        state.Parameter.Change(direction, new CombineUpdate(shrink, -Clipped(rate, direction.SquaredLength(), direction.Length)));
    }

    /// <summary>Σ w²: of a matrix from its last step, unless something else changed it since.</summary>
    double Squares(ParameterState state)
    {
        Tensor w = state.Parameter;
        if (w.Rank < 2) return w.SquaredLength();
        if (!w.Storage.IsRaced && lengths.TryGetValue(state, out var known) && known.Version == w.Storage.Version) return known.Squares;
        return w.DType == DType.Float32 ? Squares<float>(w) : Squares<double>(w);
    }

    static unsafe double Squares<T>(Tensor w) where T : unmanaged
    {
        int width = w.Shape[^1];
        var sums = new double[w.Length / Math.Max(width, 1)];
        fixed (T* from = &w.Origin<T>())
        fixed (double* sum = sums) FactoredStep.Squares(from, sums.Length, width, sum);
        GC.KeepAlive(w);
        return InOrder(sums);
    }

    static double InOrder(double[] values)
    {
        double sum = 0;
        foreach (double value in values) sum += value;
        return sum;
    }

    /// <summary>
    /// With u = g·√(Σr)/√(r·c), row by row: sums of squares first, then the length of u, then the step. u itself is never stored, so the gradient is
    /// read three times and nothing but the parameter is written; the length of the parameter, which the next step scales by, is summed up on the way.
    /// </summary>
    unsafe void Factored<T>(ParameterState state, Tensor gradient, double memory, double rate, double shrink) where T : unmanaged
    {
        int height = gradient.Shape[^2], width = gradient.Shape[^1], matrices = gradient.Length / Math.Max(height * width, 1);
        Tensor scratch = Tensor.Uninitialized(width, gradient.DType);
        double[] sums = new double[height], rates = new double[height];
        double squares = 0, length = 0;
        fixed (T* w0 = &state.Parameter.Origin<T>(), g0 = &gradient.Origin<T>(), r0 = &state.Tensors[0].Origin<T>(), c0 = &state.Tensors[1].Origin<T>(),
            factors = &scratch.Origin<T>())
        fixed (double* sum = sums, perRow = rates)
        {
            for (int k = 0; k < matrices; k++)
            {
                T* g = g0 + (nint)k * height * width, rows = r0 + k * height;
                double total = Sums(g, rows, c0 + k * width, height, width, memory, sum);
                UpdateLoop.Run(new InverseUpdate(), factors, c0 + k * width, null, null, null, width);
                FactoredSquares.Weighted(g, height, width, factors, sum);
                for (int i = 0; i < height; i++) squares += sum[i] * total / Number.Of(rows[i]);
            }
            rate = Clipped(rate, squares, gradient.Length);
            for (int k = 0; k < matrices; k++)
            {
                T* rows = r0 + k * height;
                nint at = (nint)k * height * width;
                double total = 0;
                for (int i = 0; i < height; i++) total += Number.Of(rows[i]);
                for (int i = 0; i < height; i++) rates[i] = rate * Math.Sqrt(total / Number.Of(rows[i]));
                UpdateLoop.Run(new InverseRootUpdate(), factors, c0 + k * width, null, null, null, width);
                FactoredStep.Take(w0 + at, g0 + at, height, width, factors, perRow, shrink, sum);
                for (int i = 0; i < height; i++) length += sum[i];
            }
        }
        // The caller marks the change once; whatever else changes the parameter marks it once more.
        lengths[state] = (state.Parameter.Storage.Version + 1, length);
        GC.KeepAlive(gradient);
        GC.KeepAlive(scratch);
        GC.KeepAlive(state);
    }

    /// <summary>Adds the squares of a matrix to its row and column sums; the sum of all rows.</summary>
    unsafe double Sums<T>(T* g, T* rows, T* columns, int height, int width, double memory, double* sum) where T : unmanaged
    {
        double share = 1 - memory, total = 0;
        UpdateLoop.Run(new ScaleUpdate(memory), columns, columns, null, null, null, width);
        FactoredSquares.Add(g, height, width, share, options.SquareEpsilon, columns, sum);
        for (int i = 0; i < height; i++)
        {
            rows[i] = Number.To<T>(memory * Number.Of(rows[i]) + share * (sum[i] + width * options.SquareEpsilon));
            total += Number.Of(rows[i]);
        }
        return total;
    }
}

using Nabla.Kernels;

namespace Nabla.Optimizers;

/// <summary>
/// What methods share for a finite sum 1/n·Σ fᵢ(w): they remember gradients of the terms, so that the variance of a step vanishes at the
/// minimum and a constant rate converges linearly. Call <see cref="Step(int)"/> with a term drawn at random.
/// </summary>
public abstract class FiniteSumOptimizer : Optimizer
{
    private protected FiniteSumOptimizer(IEnumerable<ParameterGroup> groups, int count, Func<int, Tensor> loss, double learningRate, OptimizerOptions? options)
        : base(groups, learningRate, options, 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentNullException.ThrowIfNull(loss);
        (Count, Loss) = (count, loss);
    }

    /// <summary>n, the number of terms.</summary>
    public int Count { get; }

    /// <summary>The loss of a term.</summary>
    private protected Func<int, Tensor> Loss { get; }

    /// <summary>The term of the running step.</summary>
    private protected int Term { get; private set; }

    /// <inheritdoc/>
    public override bool NeedsLoss => true;

    /// <summary>Not for these methods: see <see cref="Step(int)"/>.</summary>
    public override double Step(Func<Tensor> loss) =>
        throw new NotSupportedException($"{GetType().Name}: expected Step(term), got Step(loss): it must know which term it sees.");

    /// <summary>A step on one term.</summary>
    /// <param name="term">i in [0, n).</param>
    /// <returns>fᵢ before the step.</returns>
    public double Step(int term)
    {
        if (term < 0 || term >= Count)
            throw new ArgumentOutOfRangeException(nameof(term), term, $"{GetType().Name}: expected a term in [0, {Count}), got {term}.");
        Term = term;
        BeforeStep();
        double value = Backward(() => Loss(term));
        Take();
        return value;
    }

    private protected virtual void BeforeStep() { }
}

/// <summary>What <see cref="Sag"/> and <see cref="Saga"/> share: a table of the last gradient of every term, n times the parameters' memory.</summary>
public abstract class TableOptimizer : FiniteSumOptimizer
{
    static readonly string[] Names = ["mean", "table"];

    readonly bool isUnbiased;

    private protected TableOptimizer(
        IEnumerable<ParameterGroup> groups, int count, Func<int, Tensor> loss, double learningRate, OptimizerOptions? options, bool isUnbiased)
        : base(groups, count, loss, learningRate, options) => this.isUnbiased = isUnbiased;

    private protected override string[] StateNames => Names;

    private protected override Shape StateShape(int index, Shape parameter) => index == 0 ? parameter : Shape.Create([Count, .. parameter.Axes]);

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group)
    {
        var rule = new TableUpdate(group.LearningRate, 1.0 / Count, isUnbiased, Decay(state, group, false).Decay);
        if (gradient.DType == DType.Float32) Run<float>(rule, state, gradient);
        else Run<double>(rule, state, gradient);
    }

    unsafe void Run<T>(TableUpdate rule, ParameterState state, Tensor gradient) where T : unmanaged
    {
        nint length = state.Parameter.Length;
        fixed (T* w = &state.Parameter.Origin<T>(), g = &gradient.Origin<T>(), mean = &state.Tensors[0].Origin<T>(), table = &state.Tensors[1].Origin<T>())
            UpdateLoop.Run(rule, w, g, mean, table + Term * length, null, length);
        GC.KeepAlive(gradient);
        GC.KeepAlive(state);
    }
}

/// <summary>Stochastic average gradient: y_i ← g_i, w ← w − η·ȳ: biased, with the smaller variance (Le Roux, Schmidt, Bach, 2012).</summary>
/// <param name="groups">Parameters with their rates and decays.</param>
/// <param name="count">n, the number of terms.</param>
/// <param name="loss">fᵢ.</param>
/// <param name="learningRate">η; 1/(16L) for L-smooth terms in theory. Default 0.01.</param>
/// <param name="options">Decays; λw is added to the step.</param>
public sealed class Sag(IEnumerable<ParameterGroup> groups, int count, Func<int, Tensor> loss, double learningRate = 0.01, TermOptions? options = null)
    : TableOptimizer(groups, count, loss, learningRate, options, isUnbiased: false);

/// <summary>SAGA: w ← w − η(g_i − y_i + ȳ), then y_i ← g_i: unbiased (Defazio, Bach, Lacoste-Julien, 2014).</summary>
/// <param name="groups">Parameters with their rates and decays.</param>
/// <param name="count">n, the number of terms.</param>
/// <param name="loss">fᵢ.</param>
/// <param name="learningRate">η; 1/(3L) for L-smooth terms in theory. Default 0.01.</param>
/// <param name="options">Decays; λw is added to the step. λ₁ acts as a proximal step.</param>
public sealed class Saga(IEnumerable<ParameterGroup> groups, int count, Func<int, Tensor> loss, double learningRate = 0.01, TermOptions? options = null)
    : TableOptimizer(groups, count, loss, learningRate, options, isUnbiased: true);

/// <summary>Settings of <see cref="Sag"/>, <see cref="Saga"/> and <see cref="Svrg"/>.</summary>
public sealed record TermOptions : OptimizerOptions;

/// <summary>
/// Stochastic variance-reduced gradient: every <c>period</c> steps a snapshot w̃ and its full gradient μ̃, between them
/// w ← w − η(∇fᵢ(w) − ∇fᵢ(w̃) + μ̃): two gradients a step, no table (Johnson, Zhang, 2013).
/// </summary>
public sealed class Svrg : FiniteSumOptimizer
{
    static readonly string[] Names = ["snapshot", "mean"];

    readonly int period;
    Tensor?[] atSnapshot = [];

    /// <summary>Trains groups with their own rates.</summary>
    /// <param name="groups">Parameters with their rates and decays.</param>
    /// <param name="count">n, the number of terms.</param>
    /// <param name="loss">fᵢ.</param>
    /// <param name="learningRate">η. Default 0.01.</param>
    /// <param name="period">Steps between snapshots, at least 1. Default 2n, the paper's for convex losses.</param>
    /// <param name="options">Decays; λw is added to the step.</param>
    public Svrg(IEnumerable<ParameterGroup> groups, int count, Func<int, Tensor> loss, double learningRate = 0.01, int? period = null, TermOptions? options = null)
        : base(groups, count, loss, learningRate, options)
    {
        if (period < 1) throw new ArgumentOutOfRangeException(nameof(period), period, $"Svrg: expected a period of at least 1, got {period}.");
        this.period = period ?? 2 * count;
    }

    private protected override string[] StateNames => Names;

    private protected override void BeforeStep()
    {
        ParameterState[] members = [.. Memory];
        if (Steps % period == 0) Photograph(members);
        Tensor[] now = [.. members.Select(static member => member.Parameter.Detach().Clone())];
        for (int i = 0; i < members.Length; i++) members[i].Parameter.CopyOf(members[i].Tensors[0]);
        Backward(() => Loss(Term));
        atSnapshot = [.. members.Select(static member => member.Parameter.RawGradient?.Detach().Clone())];
        for (int i = 0; i < members.Length; i++) members[i].Parameter.CopyOf(now[i]);
    }

    void Photograph(ParameterState[] members)
    {
        foreach (ParameterState member in members)
        {
            Prepare(member);
            member.Tensors[0].CopyOf(member.Parameter);
            member.Tensors[1].Clear();
        }
        for (int term = 0; term < Count; term++)
        {
            int i = term;
            Backward(() => Loss(i));
            foreach (ParameterState member in members)
                if (member.Parameter.RawGradient is { } gradient) member.Tensors[1].Change(gradient.Contiguous(), new CombineUpdate(1, 1.0 / Count));
        }
    }

    private protected override void Advance()
    {
        int i = 0;
        foreach (ParameterGroup group in GroupArray)
            foreach (ParameterState member in group.Members)
            {
                if (member.Parameter.RawGradient is { } gradient && atSnapshot[i] is { } before)
                {
                    Tensor reduced = gradient.Detach().Clone();
                    reduced.Change(before, new CombineUpdate(1, -1));
                    reduced.Change(member.Tensors[1], new CombineUpdate(1, 1));
                    Advance(member, reduced, group);
                }
                i++;
            }
    }

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group) =>
        state.Parameter.Change(gradient, new SgdUpdate(group.LearningRate, Decay(state, group, false).Decay, 1));
}

using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>Settings of <see cref="Lbfgs"/>.</summary>
public sealed record LbfgsOptions : OptimizerOptions
{
    /// <summary>Pairs of steps and changes of gradients that stand for the curvature, at least 1. Default 10.</summary>
    public int History
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(History), value, $"History: expected at least 1, got {value}.");
    } = 10;

    /// <summary>How far a step goes. All but the default, none, need <c>Step(loss)</c> and start from the learning rate times the direction.</summary>
    public LineSearch LineSearch { get; init; }
}

/// <summary>
/// Limited-memory BFGS: d = −H·g with the inverse Hessian H of the last few steps s and gradient changes y, by the two-loop recursion
/// (Nocedal, 1980; Liu, Nocedal, 1989). One iteration a step; for the whole batch, since noise spoils y.
/// </summary>
/// <remarks>The first step has length min(1, 1/‖g‖₁)·η. A pair with s·y ≤ 1e-10 is left out. Trajectory of PyTorch's with one iteration a step.</remarks>
public sealed class Lbfgs : Optimizer
{
    const double Promise = 1e-4, LeastCurvature = 1e-10;

    static readonly string[] Names = ["moves", "changes", "gradient", "move"];

    readonly LbfgsOptions options;
    double scale;
    Func<Tensor>? loss;
    double current;

    /// <summary>Trains groups with their own rates.</summary>
    public Lbfgs(IEnumerable<ParameterGroup> groups, double learningRate = 1, LbfgsOptions? options = null)
        : base(groups, learningRate, options, 0) => this.options = options ?? new LbfgsOptions();

    /// <summary>Trains all parameters of a module.</summary>
    public Lbfgs(Module module, double learningRate = 1, LbfgsOptions? options = null) : this([new ParameterGroup(module)], learningRate, options) { }

    /// <inheritdoc/>
    public override bool NeedsLoss => options.LineSearch != LineSearch.None;

    private protected override string[] StateNames => Names;

    private protected override Shape StateShape(int index, Shape parameter) =>
        index < 2 ? Shape.Create([options.History, .. parameter.Axes]) : parameter;

    /// <inheritdoc/>
    public override double Step(Func<Tensor> loss)
    {
        if (!NeedsLoss) return base.Step(loss);
        current = Backward(loss);
        this.loss = loss;
        Take();
        return current;
    }

    private protected override void Advance()
    {
        ParameterState[] members = [.. Memory.Where(static member => member.Parameter.RawGradient is not null)];
        double[] rates = [.. GroupArray.SelectMany(static group => group.Members.Select(member => (member, group.LearningRate)))
            .Where(static entry => entry.member.Parameter.RawGradient is not null).Select(static entry => entry.LearningRate)];
        bool isFirst = Steps == 0;
        foreach (ParameterState member in members)
        {
            Prepare(member);
            member.Steps++;
        }
        double[] g = Gather(members, static member => member.Parameter.RawGradient!), direction = [.. g];
        if (!isFirst) Remember(members, g);
        Recursion(members, direction);
        scale = isFirst ? Math.Min(1, 1 / Math.Max(g.Sum(Math.Abs), 1e-300)) : 1;
        Move(members, rates, direction, g);
        Scatter(members, g, 2);
    }

    private protected override void Update(ParameterState state, Tensor gradient, ParameterGroup group) { }

    /// <summary>Puts the pair of the last step at the end of the history, the oldest first.</summary>
    static void Remember(ParameterState[] members, double[] g)
    {
        double[] s = Gather(members, static member => member.Tensors[3]), before = Gather(members, static member => member.Tensors[2]);
        double[] y = [.. g.Zip(before, static (now, then) => now - then)];
        if (Dot(s, y) <= LeastCurvature) return;
        int at = 0;
        foreach (ParameterState member in members)
        {
            int length = member.Parameter.Length;
            Shift(member.Tensors[0], s.AsSpan(at, length));
            Shift(member.Tensors[1], y.AsSpan(at, length));
            at += length;
        }
    }

    static void Shift(Tensor table, Span<double> newest)
    {
        double[] values = table.To(DType.Float64).ToArray<double>();
        values.AsSpan(newest.Length).CopyTo(values);
        newest.CopyTo(values.AsSpan(values.Length - newest.Length));
        table.Overwrite(Tensor.From(values, table.Shape));
    }

    /// <summary>d ← −H·d. Rows of zeros are places of the history that nothing has filled yet.</summary>
    void Recursion(ParameterState[] members, double[] d)
    {
        int m = options.History;
        var s = new double[m][];
        var y = new double[m][];
        var alpha = new double[m];
        for (int k = 0; k < m; k++)
        {
            int row = k;
            s[k] = Gather(members, member => member.Tensors[0].Select(0, row));
            y[k] = Gather(members, member => member.Tensors[1].Select(0, row));
        }
        for (int k = m - 1; k >= 0; k--)
        {
            double curvature = Dot(s[k], y[k]);
            if (curvature == 0) continue;
            alpha[k] = Dot(s[k], d) / curvature;
            Add(d, y[k], -alpha[k]);
        }
        double last = Dot(y[m - 1], y[m - 1]), initial = last == 0 ? 1 : Dot(s[m - 1], y[m - 1]) / last;
        for (int i = 0; i < d.Length; i++) d[i] *= initial;
        for (int k = 0; k < m; k++)
        {
            double curvature = Dot(s[k], y[k]);
            if (curvature != 0) Add(d, s[k], alpha[k] - Dot(y[k], d) / curvature);
        }
        for (int i = 0; i < d.Length; i++) d[i] = -d[i];
    }

    /// <summary>w ← w + t·d, t from the search of the line if there is one. Keeps the step taken.</summary>
    void Move(ParameterState[] members, double[] rates, double[] direction, double[] g)
    {
        double[] origin = Gather(members, static member => member.Parameter);
        int at = 0;
        for (int k = 0; k < members.Length; k++)
            for (int end = at + members[k].Parameter.Length; at < end; at++) direction[at] *= rates[k];
        double slope = Dot(direction, g);
        if (options.LineSearch == LineSearch.Armijo)
            for (int attempt = 0; attempt < 20 && Loss(scale) > current + Promise * scale * slope; attempt++) scale /= 2;
        else if (options.LineSearch == LineSearch.StrongWolfe && slope < 0)
            scale = new WolfeSearch(new(0, current, slope), Try, direction.Max(Math.Abs)).Run(scale);
        Place(members, origin, direction, scale);
        for (int i = 0; i < direction.Length; i++) direction[i] *= scale;
        Scatter(members, direction, 3);

        double Loss(double length)
        {
            Place(members, origin, direction, length);
            using Autograd.Scope scope = Autograd.NoGradient();
            return (double)loss!();
        }

        Trial Try(double length)
        {
            Place(members, origin, direction, length);
            double value = Backward(loss!);
            return new(length, value, Dot(Gather(members, static member => member.Parameter.RawGradient!), direction));
        }
    }

    static void Place(ParameterState[] members, double[] origin, double[] direction, double length)
    {
        int at = 0;
        foreach (ParameterState member in members)
        {
            var moved = new double[member.Parameter.Length];
            for (int i = 0; i < moved.Length; i++, at++) moved[i] = origin[at] + length * direction[at];
            member.Parameter.Detach().Overwrite(Tensor.From(moved, member.Parameter.Shape));
        }
    }

    static double[] Gather(ParameterState[] members, Func<ParameterState, Tensor> part)
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        return [.. members.SelectMany(member => part(member).Detach().To(DType.Float64).ToArray<double>())];
    }

    static void Scatter(ParameterState[] members, double[] values, int index)
    {
        int at = 0;
        foreach (ParameterState member in members)
        {
            int length = member.Parameter.Length;
            member.Tensors[index].Overwrite(Tensor.From(values.AsSpan(at, length).ToArray(), member.Parameter.Shape));
            at += length;
        }
    }

    static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    static void Add(double[] to, double[] part, double scale)
    {
        for (int i = 0; i < to.Length; i++) to[i] += scale * part[i];
    }
}

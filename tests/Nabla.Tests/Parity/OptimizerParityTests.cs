using Nabla.Optimizers;

namespace Nabla.Tests.Parity;

/// <summary>
/// Twenty steps of every optimizer on the problem of tests/golden/optimizers.py, step by step against PyTorch's parameters. The
/// learning rate halves at step 12, which shows where it enters.
/// </summary>
public class OptimizerParityTests
{
    const int Steps = 20, HalvedAt = 12;

    internal static readonly ParityTable Table = new("optimizers")
    {
        { "Sgd", c => Run(c, new Sgd(Group(c), c.Double("learningRate"), Options(c))) },
        { "SgdRateInside", c => Run(c, new Sgd(Group(c), c.Double("learningRate"), Options(c) with { Convention = VelocityConvention.RateInside })) },
        { "Adam", c => Run(c, new Adam(Group(c), c.Double("learningRate"), Moments(c))) },
        { "AdamW", c => Run(c, new AdamW(Group(c), c.Double("learningRate"), Moments(c))) },
        { "AdaGrad", c => Run(c, new AdaGrad(Group(c), c.Double("learningRate"), Squares(c))) },
        { "RmsProp", c => Run(c, new RmsProp(Group(c), c.Double("learningRate"), MeanSquares(c))) },
        { "AdaDelta", c => Run(c, new AdaDelta(Group(c), c.Double("learningRate"), new AdaDeltaOptions
            { Rho = c.Double("rho", 0.9), Epsilon = c.Double("epsilon", 1e-6), WeightDecay = c.Double("weightDecay", 0) })) },
        { "Adamax", c => Run(c, new Adamax(Group(c), c.Double("learningRate"), Variant(c))) },
        { "NAdam", c => Run(c, new NAdam(Group(c), c.Double("learningRate"), new NAdamOptions
            { MomentumDecay = c.Double("momentumDecay", 0.004), Beta1 = Variant(c).Beta1, Beta2 = Variant(c).Beta2, Epsilon = Variant(c).Epsilon, WeightDecay = Variant(c).WeightDecay })) },
        { "RAdam", c => Run(c, new RAdam(Group(c), c.Double("learningRate"), Variant(c))) },
        { "Lbfgs", c => c.Text("search") == "strong_wolfe"
            ? Searching(c, c.Double("learningRate"), c.Int("history", 100))
            : Run(c, new Lbfgs(Group(c), c.Double("learningRate"), new LbfgsOptions { History = c.Int("history", 100) })) },
        { "ClipValue", c => Clipped(c, optimizer => optimizer.ClipValues(c.Double("limit"))) },
        { "ClipNorm", ClippedByNorm },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Trajectories_equal_those_of_PyTorch(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static SgdOptions Options(GoldenCase c) => new()
    {
        Momentum = c.Double("momentum", 0),
        Dampening = c.Double("dampening", 0),
        Nesterov = c.Bool("nesterov"),
        WeightDecay = c.Double("weightDecay", 0),
    };

    static AdamOptions Moments(GoldenCase c) => new()
    {
        Beta1 = c.Doubles("betas")?[0] ?? 0.9,
        Beta2 = c.Doubles("betas")?[1] ?? 0.999,
        Epsilon = c.Double("epsilon", 1e-8),
        AmsGrad = c.Bool("amsgrad"),
        WeightDecay = c.Double("weightDecay", 0),
    };

    static AdamVariantOptions Variant(GoldenCase c) => new()
    {
        Beta1 = c.Doubles("betas")?[0] ?? 0.9,
        Beta2 = c.Doubles("betas")?[1] ?? 0.999,
        Epsilon = c.Double("epsilon", 1e-8),
        WeightDecay = c.Double("weightDecay", 0),
    };

    static AdaGradOptions Squares(GoldenCase c) => new()
    {
        Epsilon = c.Double("epsilon", 1e-10),
        RateDecay = c.Double("rateDecay", 0),
        InitialAccumulator = c.Double("initialAccumulator", 0),
        WeightDecay = c.Double("weightDecay", 0),
    };

    static RmsPropOptions MeanSquares(GoldenCase c) => new()
    {
        Alpha = c.Double("alpha", 0.99),
        Epsilon = c.Double("epsilon", 1e-8),
        Centered = c.Bool("centered"),
        Momentum = c.Double("momentum", 0),
        WeightDecay = c.Double("weightDecay", 0),
    };

    internal static ParameterGroup[] Group(GoldenCase c)
    {
        foreach (var (_, parameter) in c.Inputs) parameter.RequiresGradient = true;
        return [new ParameterGroup(c.Inputs.Select(input => (input.Key, input.Value)))];
    }

    /// <summary>All parameters after each step, or what is shown in their place, one row a step.</summary>
    internal static Tensor Run(GoldenCase c, Optimizer optimizer, Action<Action>? shown = null) =>
        Run(c, optimizer, _ => optimizer.Step(() => Problem(c["w"], c["m"])), shown);

    /// <summary>A search of the line, in Float64 only: it compares losses, and near the minimum the rounding of Float32 would decide.</summary>
    static Tensor Searching(GoldenCase c, double learningRate, int history)
    {
        GoldenCase exact = GoldenFile.Open("optimizers").Case(c.Name, DType.Float64);
        var optimizer = new Lbfgs(Group(exact), learningRate, new LbfgsOptions { History = history, LineSearch = LineSearch.StrongWolfe });
        return Run(exact, optimizer).To(c.DType);
    }

    /// <summary>As above, with a step of its own kind.</summary>
    internal static Tensor Run(GoldenCase c, Optimizer optimizer, Action<int> take, Action<Action>? shown = null)
    {
        Tensor w = c["w"], m = c["m"];
        var path = new List<double>();
        for (int step = 0; step < Steps; step++)
        {
            if (step == HalvedAt) optimizer.LearningRate = c.Double("learningRate") / 2;
            take(step);
            if (shown is null) Record();
            else shown(Record);
        }
        return Tensor.From(path.ToArray(), (Steps, w.Length + m.Length)).To(c.DType);

        void Record()
        {
            path.AddRange(w.Detach().To(DType.Float64).ToArray<double>());
            path.AddRange(m.Detach().To(DType.Float64).ToArray<double>());
        }
    }

    /// <summary>The recorded inputs are gradients; the outputs are what clipping leaves of them.</summary>
    static Tensor[] Clipped(GoldenCase c, Action<Optimizer> clip)
    {
        Tensor[] parameters = [.. c.Inputs.Select(input => Tensor.Zeros(input.Value.Shape, c.DType))];
        foreach (Tensor parameter in parameters) parameter.RequiresGradient = true;
        foreach (var (parameter, gradient) in parameters.Zip(c.Inputs)) parameter.Gradient = gradient.Value.Clone();
        clip(new Sgd([new ParameterGroup(parameters.Select((p, i) => ($"p{i}", p)))]));
        return [.. parameters.Select(p => p.Gradient!)];
    }

    static Tensor[] ClippedByNorm(GoldenCase c)
    {
        double norm = 0;
        Tensor[] gradients = Clipped(c, optimizer => norm = optimizer.ClipNorm(c.Double("limit")));
        return [.. gradients, Tensor.Scalar(norm, c.DType)];
    }

    /// <summary>½ wᵀAw with condition number 100, waves in m, and a product that couples the two.</summary>
    internal static Tensor Problem(Tensor w, Tensor m)
    {
        Tensor curvature = Tensor.From([0.1, 1, 10]).To(w.DType);
        return 0.5 * (curvature * w * w).Sum() + (3 * m).Sin().Sum() + 0.1 * (m * m).Sum() + 0.2 * w.Sum() * m.Sum();
    }
}

using Nabla.Optimizers;
using static Nabla.Tests.Parity.OptimizerParityTests;

namespace Nabla.Tests.Parity;

/// <summary>Twenty steps of optimizers that PyTorch lacks, against the equations of their papers in tests/golden/transcriptions.py.</summary>
public class TranscribedOptimizerParityTests
{
    internal static readonly ParityTable Table = new("transcriptions")
    {
        { "Adam", c => Run(c, new AdamW(Group(c), Rate(c), new AdamOptions
        {
            Beta1 = c.Doubles("betas")?[0] ?? 0.9, Beta2 = c.Doubles("betas")?[1] ?? 0.999, Epsilon = c.Double("epsilon", 1e-8), WeightDecay = 0,
            EpsilonPlace = c.Bool("inside") ? EpsilonPlace.InsideRoot : EpsilonPlace.OutsideRoot, AmsGrad = c.Bool("amsgrad"),
            MaximumOfCorrected = c.Bool("maximumOfCorrected"), AveragesAllSquares = c.Bool("averagesAllSquares"),
            CorrectsFirstMoment = c.Flags("corrects")?[0] ?? true, CorrectsSecondMoment = c.Flags("corrects")?[1] ?? true,
        })) },
        { "AdaGrad", c => Run(c, new AdaGrad(Group(c), Rate(c), new AdaGradOptions
            { Epsilon = c.Double("epsilon"), EpsilonPlace = EpsilonPlace.InsideRoot, AccumulatorBound = c.Double("bound", double.PositiveInfinity) })) },
        { "RmsProp", c => Run(c, new RmsProp(Group(c), Rate(c), new RmsPropOptions
            { Epsilon = c.Double("epsilon"), EpsilonPlace = EpsilonPlace.InsideRoot, Alpha = c.Double("alpha") })) },
        { "AdaDelta", c => Run(c, new AdaDelta(Group(c), Rate(c), new AdaDeltaOptions
            { Epsilon = c.Double("epsilon"), EpsilonPlace = EpsilonPlace.OutsideRoot })) },
        { "AdaX", c => Run(c, new AdaX(Group(c), Rate(c), new AdaXOptions
        {
            Beta2 = c.Double("beta2", 1e-4), Epsilon = c.Double("epsilon", 1e-12), WeightDecay = c.Double("weightDecay", 0),
            DecoupledDecay = c.Bool("decoupled"),
        })) },
        { "Lion", c => Run(c, new Lion(Group(c), Rate(c), new LionOptions
            { Beta1 = c.Double("beta1", 0.9), Beta2 = c.Double("beta2", 0.99), WeightDecay = c.Double("weightDecay", 0) })) },
        { "Ftrl", c => Run(c, new Ftrl(Group(c), Rate(c), new FtrlOptions
        {
            Beta = c.Double("beta", 1), L1Decay = c.Double("lasso", 0), WeightDecay = c.Double("ridge", 0), RowDecay = c.Double("rowDecay", 0),
        })) },
        { "Ogd", c => Run(c, new Ogd(Group(c), Rate(c), Online(c) with { Radius = c.Double("radius", double.PositiveInfinity) })) },
        { "Fobos", c => Run(c, new Fobos(Group(c), Rate(c), Online(c))) },
        { "Rda", c => Run(c, new Rda(Group(c), Rate(c), Online(c))) },
        { "SgdLasso", c => Run(c, new Sgd(Group(c), Rate(c), new SgdOptions { L1Decay = c.Double("l1") })) },
        { "Lamb", c => Run(c, new Lamb(Decayed(c), c.Double("lower", 0), c.Double("upper", double.PositiveInfinity), c.Bool("sparesVectors"))) },
        { "Lars", c => Run(c, new Lars(
            new Sgd(Group(c), Rate(c), new SgdOptions
            {
                Momentum = c.Double("momentum", 0.9), Convention = VelocityConvention.RateInside, WeightDecay = c.Double("weightDecay", 0),
            }), c.Double("trust"))) },
        { "Lookahead", c => Run(c, new Lookahead(Momentum(c), c.Int("period"), c.Double("slowStep"))) },
        { "LookaheadLamb", c => Run(c, new Lookahead(new Lamb(Decayed(c)))) },
        { "Sam", c => Run(c, new Sam(Momentum(c), c.Double("radius"), c.Bool("adaptive"))) },
        { "AdaFactor", c => Run(c, new AdaFactor(Group(c), Rate(c), new AdaFactorOptions
        {
            UsesOwnSchedule = c.Bool("ownSchedule", true), ScalesByParameter = c.Bool("byParameter", true), ClipThreshold = c.Double("threshold", 1),
            WeightDecay = c.Double("weightDecay", 0),
        })) },
        { "Shampoo", c => Run(c, new Shampoo(Group(c), Rate(c), new ShampooOptions
        {
            Epsilon = c.Double("epsilon"), Every = c.Int("every", 1), Momentum = c.Double("momentum", 0), WeightDecay = c.Double("weightDecay", 0),
            MaximumSide = c.Bool("diagonal") ? 1 : 512,
        })) },
        { "Newton", c => Run(c, new Newton(Group(c), Rate(c), new NewtonOptions { Damping = c.Double("damping") })) },
        { "GaussNewton", c => Run(c, new GaussNewton(Group(c), Rate(c), new NewtonOptions { Damping = c.Double("damping") })) },
        { "Sag", c => Terms(c, new Sag(Group(c), 5, Term(c), Rate(c))) },
        { "Saga", c => Terms(c, new Saga(Group(c), 5, Term(c), Rate(c))) },
        { "Svrg", c => Terms(c, new Svrg(Group(c), 5, Term(c), Rate(c), c.Int("period"))) },
        { "CombinedOptimizer", c => Run(c, new CombinedOptimizer(
            ("first", new Sgd([Only(c, "w")], Rate(c), new SgdOptions { Momentum = 0.9 })), ("second", new Adam([Only(c, "m")], Rate(c))))) },
        { "GradientAccumulation", c => Run(c, new GradientAccumulation(Momentum(c), c.Int("count"))) },
        { "WeightAverage", Averaged },
    };

    public static TheoryData<string> Cases => Table.Cases;

    [Theory, MemberData(nameof(Cases))]
    public void Trajectories_equal_those_of_the_equations(string name) => Table.Check(name);

    [Fact]
    public void Every_case_has_a_row_and_every_row_a_case() => Table.CheckComplete();

    static double Rate(GoldenCase c) => c.Double("learningRate");

    static OnlineOptions Online(GoldenCase c) => new() { L1Decay = c.Double("lasso", 0), WeightDecay = c.Double("ridge", 0) };

    static ParameterGroup Only(GoldenCase c, string name) =>
        new(Group(c)[0].Parameters.Zip(["w", "m"], (parameter, own) => (own, parameter)).Where(entry => entry.own == name));

    /// <summary>Term i of a sum of five: the problem seen from another place.</summary>
    static Func<int, Tensor> Term(GoldenCase c) => i => Problem(c["w"] + 0.1 * i, c["m"]);

    static Tensor Terms(GoldenCase c, FiniteSumOptimizer optimizer) => Run(c, optimizer, step => optimizer.Step(3 * step % 5));

    static Sgd Momentum(GoldenCase c) => new(Group(c), Rate(c), new SgdOptions { Momentum = 0.9 });

    static AdamW Decayed(GoldenCase c) => new(Group(c), Rate(c), new AdamOptions { WeightDecay = c.Double("weightDecay", 0.01) });

    static Tensor Averaged(GoldenCase c)
    {
        var average = new WeightAverage(Momentum(c), new WeightAverageOptions
        {
            Decay = c.Has("decay") ? c.Double("decay") : null, WarmsUp = c.Bool("warmsUp"), Start = c.Int("start", 0), Every = c.Int("every", 1),
        });
        return Run(c, average, record =>
        {
            using (average.Exchange()) record();
        });
    }
}

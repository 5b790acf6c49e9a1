using Nabla.Optimizers;

namespace Nabla.Tests.Optimizers;

/// <summary>Twenty steps of every optimizer against its equations, one element at a time in double.</summary>
public class TrajectoryTests
{
    const double Rate = 0.05;
    const int Steps = 20;

    /// <summary>One element's step: state, parameter, gradient, step number from 1, rate; returns the new parameter.</summary>
    delegate double Rule(double[] s, double w, double g, int t, double rate);

    static readonly Dictionary<string, (Func<Bag, Optimizer> Make, Rule Rule)> Cases = new()
    {
        ["sgd"] = (m => new Sgd(m, Rate), (s, w, g, t, rate) => w - rate * g),
        ["sgd decay"] = (m => new Sgd(m, Rate, new SgdOptions { WeightDecay = 0.1 }), (s, w, g, t, rate) => w - rate * (g + 0.1 * w)),
        ["sgd decoupled decay"] = (m => new Sgd(m, Rate, new SgdOptions { WeightDecay = 0.1, DecoupledDecay = true }),
            (s, w, g, t, rate) => w * (1 - rate * 0.1) - rate * g),
        ["momentum, rate outside"] = (m => new Sgd(m, Rate, new SgdOptions { Momentum = 0.9 }), (s, w, g, t, rate) => w - rate * (s[0] = 0.9 * s[0] + g)),
        ["momentum, rate inside"] = (m => new Sgd(m, Rate, new SgdOptions { Momentum = 0.9, Convention = VelocityConvention.RateInside }),
            (s, w, g, t, rate) => w - (s[0] = 0.9 * s[0] + rate * g)),
        ["dampening"] = (m => new Sgd(m, Rate, new SgdOptions { Momentum = 0.9, Dampening = 0.3 }),
            (s, w, g, t, rate) => w - rate * (s[0] = t == 1 ? g : 0.9 * s[0] + 0.7 * g)),
        ["nesterov"] = (m => new Sgd(m, Rate, new SgdOptions { Momentum = 0.9, Nesterov = true }), (s, w, g, t, rate) =>
        {
            s[0] = 0.9 * s[0] + g;
            return w - rate * (g + 0.9 * s[0]);
        }),
        ["nesterov, rate inside"] = (m => new Sgd(m, Rate, new SgdOptions { Momentum = 0.9, Nesterov = true, Convention = VelocityConvention.RateInside }),
            (s, w, g, t, rate) =>
            {
                s[0] = 0.9 * s[0] + rate * g;
                return w - (rate * g + 0.9 * s[0]);
            }),
        ["adam"] = (m => new Adam(m, Rate), (s, w, g, t, rate) => Adam(s, w, g, t, rate)),
        ["adam decay"] = (m => new Adam(m, Rate, new AdamOptions { WeightDecay = 0.1 }), (s, w, g, t, rate) => Adam(s, w, g + 0.1 * w, t, rate)),
        ["adamw"] = (m => new AdamW(m, Rate), (s, w, g, t, rate) => Adam(s, w * (1 - rate * 0.01), g, t, rate)),
        ["adam settings"] = (m => new Adam(m, Rate, new AdamOptions { Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-3 }), (s, w, g, t, rate) =>
        {
            s[0] = 0.8 * s[0] + 0.2 * g;
            s[1] = 0.95 * s[1] + 0.05 * g * g;
            return w - rate * s[0] / (1 - Math.Pow(0.8, t)) / (Math.Sqrt(s[1] / (1 - Math.Pow(0.95, t))) + 1e-3);
        }),
        ["adam uncorrected"] = (m => new Adam(m, Rate, new AdamOptions { CorrectsFirstMoment = false, CorrectsSecondMoment = false }), (s, w, g, t, rate) =>
        {
            s[0] = 0.9 * s[0] + 0.1 * g;
            s[1] = 0.999 * s[1] + 0.001 * g * g;
            return w - rate * s[0] / (Math.Sqrt(s[1]) + 1e-8);
        }),
        ["amsgrad"] = (m => new Adam(m, Rate, new AdamOptions { AmsGrad = true }), (s, w, g, t, rate) =>
        {
            s[0] = 0.9 * s[0] + 0.1 * g;
            s[1] = 0.999 * s[1] + 0.001 * g * g;
            s[2] = Math.Max(s[2], s[1]);
            return w - rate * s[0] / (1 - Math.Pow(0.9, t)) / (Math.Sqrt(s[2] / (1 - Math.Pow(0.999, t))) + 1e-8);
        }),
        ["adagrad"] = (m => new AdaGrad(m, Rate, new AdaGradOptions { RateDecay = 0.1, InitialAccumulator = 0.5 }),
            (s, w, g, t, rate) => w - rate / (1 + 0.1 * (t - 1)) * g / (Math.Sqrt(0.5 + (s[0] += g * g)) + 1e-10)),
        ["adagrad, epsilon inside, bounded"] = (
            m => new AdaGrad(m, Rate, new AdaGradOptions { Epsilon = 0.01, EpsilonPlace = EpsilonPlace.InsideRoot, AccumulatorBound = 3 }),
            (s, w, g, t, rate) => w - rate * g / Math.Sqrt((s[0] = Math.Min(s[0] + g * g, 3)) + 0.01)),
        ["rmsprop"] = (m => new RmsProp(m, Rate), (s, w, g, t, rate) => w - rate * g / (Math.Sqrt(s[0] = 0.99 * s[0] + 0.01 * g * g) + 1e-8)),
        ["rmsprop, epsilon inside"] = (m => new RmsProp(m, Rate, new RmsPropOptions { Alpha = 0.9, Epsilon = 0.01, EpsilonPlace = EpsilonPlace.InsideRoot }),
            (s, w, g, t, rate) => w - rate * g / Math.Sqrt((s[0] = 0.9 * s[0] + 0.1 * g * g) + 0.01)),
        ["rmsprop momentum"] = (m => new RmsProp(m, Rate, new RmsPropOptions { Momentum = 0.5 }),
            (s, w, g, t, rate) => w - rate * (s[1] = 0.5 * s[1] + g / (Math.Sqrt(s[0] = 0.99 * s[0] + 0.01 * g * g) + 1e-8))),
        ["rmsprop centered with momentum"] = (m => new RmsProp(m, Rate, new RmsPropOptions { Centered = true, Momentum = 0.5, WeightDecay = 0.05 }),
            (s, w, g, t, rate) =>
            {
                g += 0.05 * w;
                s[0] = 0.99 * s[0] + 0.01 * g * g;
                s[1] = 0.99 * s[1] + 0.01 * g;
                return w - rate * (s[2] = 0.5 * s[2] + g / (Math.Sqrt(s[0] - s[1] * s[1]) + 1e-8));
            }),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    static double Adam(double[] s, double w, double g, int t, double rate)
    {
        s[0] = 0.9 * s[0] + 0.1 * g;
        s[1] = 0.999 * s[1] + 0.001 * g * g;
        return w - rate * s[0] / (1 - Math.Pow(0.9, t)) / (Math.Sqrt(s[1] / (1 - Math.Pow(0.999, t))) + 1e-8);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Twenty_steps_follow_the_equations(string name)
    {
        Follow(name, DType.Float64, 1e-10);             // 20 steps of a few roundings, amplified by curvatures up to 10
        Follow(name, DType.Float32, 3e-4);
    }

    static void Follow(string name, DType dtype, double tolerance)
    {
        var (make, rule) = Cases[name];
        Tensor w = Tensor.From(Quadratic.Start).To(dtype);
        Optimizer optimizer = make(new Bag(("w", w)));
        double[] expected = w.To(DType.Float64).ToArray<double>();
        double[][] states = [.. expected.Select(_ => new double[3])];
        for (int t = 1; t <= Steps; t++)
        {
            if (t == 13) optimizer.LearningRate = Rate / 2;         // tells the two momentum conventions apart
            Quadratic.SetGradient(w);
            optimizer.Step();
            for (int i = 0; i < expected.Length; i++)
                expected[i] = rule(states[i], expected[i], Quadratic.Slope(expected[i], i), t, optimizer.LearningRate);
            double[] actual = w.To(DType.Float64).ToArray<double>();
            for (int i = 0; i < expected.Length; i++)
                Assert.True(Math.Abs(expected[i] - actual[i]) < tolerance, $"{dtype}, step {t}, element {i}: expected {expected[i]}, got {actual[i]}.");
        }
    }
}

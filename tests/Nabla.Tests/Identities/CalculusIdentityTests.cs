namespace Nabla.Tests.Identities;

/// <summary>Rules of calculus, computed by the tape for random functions and places.</summary>
public class CalculusIdentityTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 5)];

    static Tensor Place(int seed, int count = 5) => Tensor.Uniform(count, new RandomStream((ulong)seed), 0.5, 2, DType.Float64);

    static Tensor F(Tensor x) => x.Sin() * x.Square() + x.Exp();

    static Tensor G(Tensor x) => x.Log() + x.Sqrt() * x.Tanh() + 2;

    /// <summary>f′ of an elementwise function.</summary>
    static Tensor D(Func<Tensor, Tensor> f, Tensor x)
    {
        Tensor leaf = x.Detach().Clone();
        leaf.RequiresGradient = true;
        return Autograd.Gradient(f(leaf).Sum(), leaf);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Product_quotient_and_chain_rule(int seed)
    {
        Tensor x = Place(seed), f = F(x), g = G(x), df = D(F, x), dg = D(G, x);
        Near(df * g + f * dg, D(at => F(at) * G(at), x));
        Near((df * g - f * dg) / g.Square(), D(at => F(at) / G(at), x));
        Near(D(F, g) * dg, D(at => F(G(at)), x));
    }

    /// <summary>For functions of several variables the chain rule is a product of Jacobians.</summary>
    [Theory, MemberData(nameof(Seeds))]
    public void Jacobians_of_a_composition_multiply(int seed)
    {
        Tensor x = Place(seed);
        static Tensor Outer(Tensor y) => y.CumulativeSum(0).Sin() * y.Roll(1, 0);
        static Tensor Inner(Tensor y) => y * y.Sum() + y.Exp();
        Near(Calculus.Jacobian(Outer, Inner(x)).MatMul(Calculus.Jacobian(Inner, x)), Calculus.Jacobian(at => Outer(Inner(at)), x));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void The_Hessian_is_the_Jacobian_of_the_gradient_and_symmetric(int seed)
    {
        Tensor x = Place(seed), v = Place(seed + 100);
        static Tensor Function(Tensor y) => (y.CumulativeSum(0).Sin() * y.Square()).Sum();
        static Tensor Gradient(Tensor y) => Autograd.Gradient(Function(y), y, createGraph: true);
        Tensor h = Calculus.Hessian(Function, x);
        Near(Calculus.Jacobian(Gradient, x), h);
        Near(h.T, h);
        Near(h.MatMul(v), Calculus.HessianVectorProduct(Function, x, v));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Third_derivatives_of_a_cubic_are_constant(int seed)
    {
        Tensor third = Calculus.Jacobian(y => Calculus.Hessian(z => z.Pow(3).Sum(), y, createGraph: true), Place(seed, 2));
        Assert.Equal([6, 0, 0, 0, 0, 0, 0, 6], third.ToArray<double>().Select(value => Math.Round(value, 9)));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Jensen_a_convex_function_of_a_mean_is_at_most_the_mean_of_the_function(int seed)
    {
        Tensor x = Tensor.Normal(50, new RandomStream((ulong)seed), dtype: DType.Float64);
        foreach (Func<Tensor, Tensor> convex in (Func<Tensor, Tensor>[])[y => y.Exp(), y => y.Square(), y => y.Abs(), y => y.Softplus()])
            Assert.True((double)convex(x.Mean()) <= (double)convex(x).Mean());
    }

    /// <summary>‖x‖p ≤ ‖x‖r ≤ n^(1/r − 1/p)·‖x‖p for 0 &lt; r &lt; p.</summary>
    [Theory, MemberData(nameof(Seeds))]
    public void Norms_fall_with_their_exponent_but_not_too_fast(int seed)
    {
        const int Count = 17;
        Tensor x = Tensor.Normal(Count, new RandomStream((ulong)seed), dtype: DType.Float64);
        double[] exponents = [0.3, 0.7, 1, 1.5, 2, 3, 8, double.PositiveInfinity];
        foreach ((double r, double p) in exponents.Zip(exponents.Skip(1)))
        {
            double small = (double)x.Norm(p), large = (double)x.Norm(r);
            Assert.InRange(large, small * (1 - 1e-12), Math.Pow(Count, 1 / r - 1 / p) * small * (1 + 1e-12));
        }
    }

    [Fact]
    public void Functions_with_several_results_have_no_Hessian()
    {
        Assert.Equal("Hessian: expected a function with one result, got [5]. Sum it, or take the Jacobian.", Assert.Throws<ShapeException>(() => Calculus.Hessian(F, Place(1))).Message);
        Assert.Equal("HessianVectorProduct: expected a direction [5], got [4].", Assert.Throws<ShapeException>(() => Calculus.HessianVectorProduct(x => x.Sum(), Place(1), Place(1, 4))).Message);
    }

    [Fact]
    public void Derivatives_of_constants_and_lines_are_0()
    {
        Tensor x = Place(1, 2);
        Assert.All(Calculus.Jacobian(_ => Tensor.Ones(3, DType.Float64), x).ToArray<double>(), value => Assert.Equal(0, value));
        Assert.All(Calculus.Hessian(y => y.Sum(), x).ToArray<double>(), value => Assert.Equal(0, value));
        Assert.All(Calculus.HessianVectorProduct(y => y.Sum() * 2, x, x).ToArray<double>(), value => Assert.Equal(0, value));
    }

    static void Near(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double scale = Math.Max(1, (double)expected.Abs().Max());
        Assert.InRange((double)(expected - actual).Abs().Max(), 0, 1e-12 * scale);
    }
}

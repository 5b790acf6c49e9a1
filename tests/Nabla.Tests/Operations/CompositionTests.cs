namespace Nabla.Tests.Operations;

public class CompositionTests
{
    static Tensor X => Tensor.Uniform((7, 19), new RandomStream(3), -3, 3);

    [Fact]
    public void A_chain_gives_the_bits_of_its_links_one_by_one()
    {
        Tensor expected = (X.Map(new AffineOperation(1.5, 0.5))).Gelu();
        Assert.Equal(expected.ToArray<float>(), X.Map(new AffineOperation(1.5, 0.5).Then(new GeluOperation())).ToArray<float>());
        Tensor bias = Tensor.Uniform(19, new RandomStream(4), -1, 1);
        Assert.Equal((X + bias).Sigmoid().ToArray<float>(), X.Zip(bias, new AddOperation().Then(new SigmoidOperation())).ToArray<float>());
    }

    [Fact]
    public void Gradients_are_those_of_the_links()
    {
        Tensor x = FusedCheck.Leaf(X), y = FusedCheck.Leaf(X), bias = FusedCheck.Leaf(X[0]), other = FusedCheck.Leaf(X[0]);
        x.Zip(bias, new AddOperation().Then(new TanhOperation())).Square().Sum().Backward();
        (y + other).Tanh().Square().Sum().Backward();
        Near(y.Gradient!, x.Gradient!);
        Near(other.Gradient!, bias.Gradient!);

        static void Near(Tensor a, Tensor b) => Assert.True((double)(a - b).Abs().Max() < 1e-5);
    }

    [Fact]
    public void Eight_links_are_the_most()
    {
        var two = new AffineOperation(0.5, 0.1).Then(new TanhOperation());
        var eight = two.Then(two).Then(two.Then(two));
        Tensor expected = X;
        for (int i = 0; i < 4; i++) expected = expected.Map(two);
        Assert.Equal(expected.ToArray<float>(), X.Map(eight).ToArray<float>());
        string message = Assert.Throws<ArgumentException>(() => eight.Then(new ReluOperation())).Message;
        Assert.StartsWith("Then: expected at most 8 links, got 9: Affine → Tanh → Affine", message);
        Assert.Throws<ArgumentException>(() => new AddOperation().Then(eight));
    }

    [Fact]
    public void A_linear_chain_keeps_nothing_and_an_activation_on_top_only_its_result()
    {
        Assert.Equal(Nabla.Kernels.Reads.Nothing, ReadsOf(new AffineOperation(2, 1).Then(new NegateOperation())));
        Assert.Equal(Nabla.Kernels.Reads.Result, ReadsOf(new AffineOperation(2, 1).Then(new ReluOperation())));
        Assert.Equal(Nabla.Kernels.Reads.Input, ReadsOf(new ReluOperation().Then(new AffineOperation(2, 1))));

        static Nabla.Kernels.Reads ReadsOf<T>(T _) where T : struct, Nabla.Kernels.IUnaryOperation => T.SlopeReads;
    }
}

namespace Nabla.Tests.Gradients;

/// <summary>Elementwise operations in one pass.</summary>
internal static class CompositionRows
{
    public static GradientTable All { get; } = new()
    {
        { "Chain", x => x[0].Map(new AffineOperation(1.5, 0.5).Then(new GeluOperation())), [(3, 4)] },
        { "Chain/result", x => x[0].Map(new AffineOperation(1.5, 0.5).Then(new TanhOperation())), [(3, 4)] },
        { "Chain/constant", x => x[0].Map(new AffineOperation(1.5, 0.5).Then(new NegateOperation())), [(3, 4)] },
        { "Chain/four", x => x[0].Map(new SigmoidOperation().Then(new TanhOperation()).Then(new AffineOperation(2, -1).Then(new SiluOperation()))), [(3, 4)] },
        { "BinaryChain", x => x[0].Zip(x[1], new AddOperation().Then(new SoftplusOperation())), [(3, 4), 4] },
        { "BinaryChain/product", x => x[0].Zip(x[1], new MultiplyOperation().Then(new TanhOperation().Then(new SigmoidOperation()))), [(3, 4), (3, 1)] },
    };
}

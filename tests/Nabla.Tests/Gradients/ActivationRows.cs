namespace Nabla.Tests.Gradients;

/// <summary>Activations that are not elementwise.</summary>
internal static class ActivationRows
{
    public static GradientTable All { get; } = new()
    {
        { "Softmax/temperature", x => x[0].Softmax(0, 0.5), [(3, 4)] },
        { "LogSoftmax/temperature", x => x[0].LogSoftmax(-1, 3), [(3, 4)] },
        { "Sparsemax", x => x[0].Sparsemax(), [(3, 5)] },
        { "Sparsemax/axis", x => x[0].Sparsemax(1), [(2, 5, 3)] },
        { "Glu", x => x[0].Glu(), [(3, 4)] },
        { "Swiglu/axis", x => x[0].Swiglu(1), [(2, 4, 3)] },
        { "Geglu", x => x[0].Geglu(0), [(4, 3)] },
        { "Maxout", x => x[0].Maxout(3), [(2, 6)] },
        { "Rrelu", (-2, 2), [0], x => x[0].Rrelu(0.1, 0.4, new RandomStream(3)), [(3, 4)] },
        { "RreluByDivisor", (-2, 2), [0], x => x[0].RreluByDivisor(3, 8, new RandomStream(3)), [(3, 4)] },
    };
}

using Nabla.Layers;

namespace Nabla.Tests.Gradients;

/// <summary>Graphs that are recorded again during the backward pass.</summary>
internal static class RecomputationRows
{
    static readonly Checkpointed Layer = new(new Sequential(Activation.Tanh(), Activation.Gelu()));

    public static GradientTable All { get; } = new()
    {
        { "Checkpointed", static x => Layer.Forward(x[0], Pass.Evaluation), [(2, 3)] },
    };
}

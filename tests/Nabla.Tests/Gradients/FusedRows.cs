namespace Nabla.Tests.Gradients;

/// <summary>Operations with a hand-written first derivative: softmax, cross entropy, normalizations, dropout, look-up.</summary>
internal static class FusedRows
{
    public static GradientTable All { get; } = new()
    {
        { "Softmax", x => x[0].Softmax(), [(3, 4)] },
        { "Softmax/axis", x => x[0].Softmax(0), [(3, 2, 2)] },
        { "LogSoftmax", x => x[0].LogSoftmax(), [(3, 4)] },
        { "LogSoftmax/axis", x => x[0].LogSoftmax(1), [(2, 3, 2)] },
        { "SoftmaxCrossEntropy", x => x[0].SoftmaxCrossEntropy(Classes), [(4, 3)] },
        { "SoftmaxCrossEntropy/ignored", x => x[0].SoftmaxCrossEntropy(Classes, ignoreIndex: 1), [(4, 3)] },
        { "SoftmaxCrossEntropy/options", x => x[0].SoftmaxCrossEntropy(Classes, Tensor.From([0.5, 2, 1.25]), labelSmoothing: 0.2), [(4, 3)] },
        { "SoftmaxCrossEntropy/maps", x => x[0].SoftmaxCrossEntropy(Tensor.From(new long[,] { { 2, 0 }, { 1, 1 } })), [(2, 3, 2)] },
        { "SoftmaxCrossEntropy/mean", x => IndexTargets.MeanCrossEntropy(x[0], Classes, Tensor.From([0.5, 2, 1.25]), 1, 0.2), [(4, 3)] },
        { "SoftmaxCrossEntropy/soft", x => x[0].SoftmaxCrossEntropy(x[1], Tensor.From([0.5, 2, 1.25]), labelSmoothing: 0.1), [(4, 3), (4, 3)] },
        { "CrossEntropy/mean", x => new Nabla.Losses.CrossEntropy(ignoreIndex: 1).Forward(x[0], Classes), [(4, 3)] },
        { "CrossEntropy/mean, options", x => new Nabla.Losses.CrossEntropy(Tensor.From([0.5, 2, 1.25]), labelSmoothing: 0.2).Forward(x[0], Classes), [(4, 3)] },
        { "LayerNorm", x => x[0].LayerNorm(x[1], x[2]), [(3, 4), 4, 4] },
        { "LayerNorm/plain", x => x[0].LayerNorm(epsilon: 0.1), [(2, 2, 4)] },
        { "LayerNorm/axes", x => x[0].LayerNorm(x[1], null, 0.01), [(2, 3, 2), (3, 2)] },
        { "BatchNorm", x => x[0].BatchNorm(x[1], x[2], 1e-3, out _, out _), [(5, 3), 3, 3] },
        { "BatchNorm/images", x => x[0].BatchNorm(x[1], x[2], 0.1, out _, out _), [(2, 3, 2, 2), 3, 3] },
        { "BatchNorm/plain", x => x[0].BatchNorm(null, null, 0.01, out _, out _), [(3, 2, 3)] },
        { "Normalize", (0.5, 2), x => x[0].Normalize(x[1], x[2], x[3], x[4], 1e-3), [(3, 2), 2, 2, 2, 2] },
        { "Normalize/images", (0.5, 2), x => x[0].Normalize(x[1], x[2], null, null, 1e-3), [(2, 3, 2, 2), 3, 3] },
        { "Dropout", x => x[0].Dropout(0.4, new RandomStream(3)), [(4, 5)] },
        { "Embedding", x => x[0].Embedding(Tensor.From(new long[,] { { 2, 0 }, { 2, 3 } })), [(4, 3)] },
    };

    static Tensor Classes => Tensor.From([2L, 0, 1, 2]);
}

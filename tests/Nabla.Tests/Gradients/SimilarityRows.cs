namespace Nabla.Tests.Gradients;

/// <summary>Distances between rows and cosines.</summary>
internal static class SimilarityRows
{
    public static GradientTable All { get; } = new()
    {
        { "Distances", x => x[0].Distances(x[1]), [(3, 2), (4, 2)] },
        { "Distances/batch", x => x[0].Distances(x[1]), [(2, 1, 2, 3), (2, 2, 3)] },
        { "Distances/repeated", x => x[0].Distances(x[0]), [(4, 3)] },
        { "Distances/1", x => x[0].Distances(x[1], 1), [(2, 3), (3, 3)] },
        { "Distances/3", x => x[0].Distances(x[1], 3), [(2, 3), (3, 3)] },
        { "CosineSimilarity", x => x[0].CosineSimilarity(x[1]), [(3, 4), (3, 4)] },
        { "CosineSimilarity/broadcast", x => x[0].CosineSimilarity(x[1], 1), [(2, 3, 1), (3, 2)] },
    };
}

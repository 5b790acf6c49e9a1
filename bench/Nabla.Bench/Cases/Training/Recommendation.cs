using Nabla.Layers;
using Nabla.Optimizers;

namespace Nabla.Bench.Cases.Training;

/// <summary>What the recommendation models have in common.</summary>
internal static class Recommendation
{
    /// <summary>Adam that touches only the rows seen for the tables, Adam for the rest.</summary>
    public static Optimizer[] SparseAdam(Module model)
    {
        var tables = model.Modules.Where(static entry => entry.Module is Embedding or EmbeddingBag).ToArray();
        var names = tables.Select(static entry => $"{entry.Name}.weight").ToHashSet();
        var all = model.NamedParameters().ToArray();
        return
        [
            new SparseAdam([new ParameterGroup(all.Where(entry => names.Contains(entry.Name)))]),
            new Adam([new ParameterGroup(all.Where(entry => !names.Contains(entry.Name)))]),
        ];
    }
}

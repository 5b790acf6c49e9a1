using Nabla.Layers;

namespace Nabla.Optimizers;

/// <summary>
/// Adam for embedding tables of which a step looks up few rows: only those rows and their moments change, so a step costs what the rows
/// cost, however large the table. PyTorch's SparseAdam: <see cref="AdamOptions.EpsilonBeforeCorrection"/> and
/// <see cref="OptimizerOptions.SkipsUnseenRows"/> are set; bias is corrected by the number of steps, not of looks at a row.
/// </summary>
/// <remarks>Parameters that are not looked up get whole gradients and are updated as a whole.</remarks>
public sealed class SparseAdam : AdamOptimizer
{
    /// <summary>Trains groups with their own rates and decays.</summary>
    public SparseAdam(IEnumerable<ParameterGroup> groups, double learningRate = 1e-3, AdamOptions? options = null)
        : base(groups, learningRate, (options ?? new AdamOptions()) with { EpsilonBeforeCorrection = true, SkipsUnseenRows = true }, decoupled: false) { }

    /// <summary>Trains all parameters of a module.</summary>
    public SparseAdam(Module module, double learningRate = 1e-3, AdamOptions? options = null)
        : this([new ParameterGroup(module)], learningRate, options) { }
}

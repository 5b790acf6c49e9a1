namespace Nabla.Kernels;

/// <summary>
/// Class indices as distributions over C classes: t = (1 − ε)·w at the class + ε/C·w everywhere, nothing for an ignored row.
/// </summary>
/// <param name="indices">One class per row.</param>
/// <param name="weights">A weight w per class, or null for 1.</param>
/// <param name="weightSum">Sum of the weights; C without.</param>
/// <param name="ignored">The index of rows that do not count.</param>
/// <param name="smoothing">ε.</param>
internal readonly unsafe struct ClassTargets<T>(long* indices, T* weights, double weightSum, long ignored, double smoothing)
    where T : unmanaged
{
    public double Smoothing => smoothing;

    public T* Weights => weights;

    public long Class(int row) => indices[row];

    public bool IsIgnored(int row) => indices[row] == ignored;

    /// <summary>Weight of the row's class; 0 for an ignored row.</summary>
    public double Weight(int row) => IsIgnored(row) ? 0 : weights == null ? 1 : Lane<Float64, T>.Read(weights + indices[row]);

    /// <summary>What stands at the class beyond what stands everywhere.</summary>
    public double Peak(int row) => (1 - smoothing) * Weight(row);

    /// <summary>Σ t over the classes.</summary>
    public double Mass(int row, int columns) => Peak(row) + (IsIgnored(row) ? 0 : smoothing / columns * weightSum);
}

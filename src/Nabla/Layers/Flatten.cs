namespace Nabla.Layers;

/// <summary>Axes from <paramref name="first"/> to <paramref name="last"/> as one: [N, C, H, W] → [N, C·H·W]. No copy.</summary>
/// <param name="first">Default 1: samples stay apart.</param>
/// <param name="last">Default −1, the last.</param>
public sealed class Flatten(int first = 1, int last = -1) : Module
{
    /// <inheritdoc/>
    protected override string Notation => (first, last) == (1, -1) ? "" : $"{first} … {last}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x.Rank == 1 && first == 1 ? x.Unsqueeze(1) : x.Flatten(first, last);
}

/// <summary>Returns its input: a place where a layer may stand.</summary>
public sealed class Identity : Module
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => x;
}

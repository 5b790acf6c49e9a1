namespace Nabla.Kernels;

/// <summary>Sizes of Winograd's F(4×4, 3×3).</summary>
internal static class WinogradTile
{
    /// <summary>Values that lie side by side in memory, to be transformed alike: the widest register.</summary>
    public const int Lanes = 16;

    /// <summary>Side of the results of one tile.</summary>
    public const int Side = 4;

    /// <summary>Side of the patch that a tile reads, and of its transform.</summary>
    public const int Patch = 6;

    /// <summary>Products per tile and pair of channels.</summary>
    public const int Frequencies = Patch * Patch;

    /// <summary>Taps of the kernel.</summary>
    public const int Taps = 9;
}

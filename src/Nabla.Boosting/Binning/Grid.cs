using System.Runtime.CompilerServices;

namespace Nabla.Boosting.Binning;

/// <summary>Cells of equal width between two numbers, the outer ones open to the outside.</summary>
internal readonly struct Grid
{
    /// <summary>Cells of every grid: a table of bytes over them takes an eighth of the first-level cache.</summary>
    public const int Cells = 4096;

    readonly float low, scale;

    /// <param name="low">Lower end.</param>
    /// <param name="high">Upper end, finite.</param>
    public Grid(float low, float high)
    {
        this.low = low;
        scale = (Cells - 1) / (high - low);
    }

    /// <summary>False if the ends are one number, or too far from or too near to each other for their distance to be a float.</summary>
    public bool IsUsable => scale > 0 && float.IsFinite(scale);

    /// <summary>The cell of a number: it never falls as the number grows, rounding included. Of NaN any.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CellOf(float x) =>
        float.ConvertToIntegerNative<int>(float.MinNative(float.MaxNative((x - low) * scale, 0), Cells - 1));
}

using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>One axis of pictures that are read at places: −1 … 1 is where their pixels 0 … size − 1 are.</summary>
/// <param name="Size">Pixels along the axis.</param>
/// <param name="AlignsCorners">Whether ±1 are the centers of the outermost pixels, or their outer edges.</param>
/// <param name="IsBounded">Whether a place outside is moved to the nearest pixel.</param>
internal readonly record struct GridAxis(int Size, bool AlignsCorners, bool IsBounded)
{
    /// <summary>Pixels per unit of place.</summary>
    public double Scale => (AlignsCorners ? Size - 1 : Size) / 2.0;

    /// <summary>Pixels from the left or upper end of the axis to the center of the first.</summary>
    public double Offset => AlignsCorners ? 0 : 0.5;

    /// <summary>The pixel at a place, with fractions, before a border holds it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Pixel<V>(V place, V scale, V offset) where V : struct, ILanes<V> => (place + V.Constant(1)) * scale - offset;
}

/// <summary>Pictures [batch, channels, rows, columns] that are read at points [batch, points, 2].</summary>
internal readonly record struct GridGeometry(int Batch, int Channels, int Points, GridAxis Columns, GridAxis Rows)
{
    /// <summary>Pixels of a channel.</summary>
    public nint Pixels => (nint)Columns.Size * Rows.Size;
}

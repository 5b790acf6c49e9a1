using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>One axis of pictures that are read at places: −1 … 1 is where their pixels 0 … size − 1 are.</summary>
/// <param name="Size">Pixels along the axis.</param>
/// <param name="AlignsCorners">Whether ±1 are the centers of the outermost pixels, or their outer edges.</param>
/// <param name="IsBounded">Whether a place outside is moved to the nearest pixel.</param>
internal readonly record struct GridAxis(int Size, bool AlignsCorners, bool IsBounded)
{
    /// <summary>The pixel at a place is (place + 1)·Scale − Offset.</summary>
    public double Scale => (AlignsCorners ? Size - 1 : Size) / 2.0;

    /// <summary>See <see cref="Scale"/>.</summary>
    public double Offset => AlignsCorners ? 0 : 0.5;

    /// <summary>The pixel at a place, a fraction, and its slope; 0 where it does not move with the place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Pixel<T>(T place, out T slope) where T : IFloatingPointIeee754<T>
    {
        T scale = T.CreateTruncating(Scale), last = T.CreateTruncating(Size - 1), pixel = (place + T.One) * scale - T.CreateTruncating(Offset);
        slope = IsBounded && (pixel <= T.Zero || pixel >= last) ? T.Zero : scale;
        return !IsBounded ? pixel : pixel < T.Zero ? T.Zero : pixel > last ? last : pixel;
    }
}

/// <summary>Pictures [batch, channels, rows, columns] that are read at points [batch, points, 2].</summary>
internal readonly record struct GridGeometry(int Batch, int Channels, int Points, GridAxis Columns, GridAxis Rows)
{
    /// <summary>Pixels of a channel.</summary>
    public nint Pixels => (nint)Columns.Size * Rows.Size;
}

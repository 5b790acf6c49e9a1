using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>A place between four pixels: where they are, and how much each counts.</summary>
internal unsafe struct GridPlace<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Elements from the first pixel to the four around the place; outside of the picture, to the one behind the last, which is 0.</summary>
    public nint TopLeft, TopRight, BottomLeft, BottomRight;

    /// <summary>The share of each.</summary>
    public T TopLeftWeight, TopRightWeight, BottomLeftWeight, BottomRightWeight;

    /// <summary>How far the place is from the left and upper pixels, in [0, 1).</summary>
    public T Right, Below;

    /// <summary>Pixels by which it moves per unit of the grid.</summary>
    public T RightSlope, BelowSlope;

    /// <summary>Finds the places of <paramref name="count"/> points (x, y); a pixel has <paramref name="stride"/> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Find(T* points, int count, GridGeometry geometry, nint stride, GridPlace<T>* places)
    {
        GridAxis columns = geometry.Columns, rows = geometry.Rows;
        nint outside = geometry.Pixels * stride;
        for (int i = 0; i < count; i++)
        {
            ref GridPlace<T> place = ref places[i];
            T x = columns.Pixel(points[2 * i], out place.RightSlope), y = rows.Pixel(points[2 * i + 1], out place.BelowSlope);
            T left = T.Floor(x), top = T.Floor(y), right = x - left, below = y - top;
            (place.Right, place.Below) = (right, below);
            place.TopLeftWeight = (T.One - right) * (T.One - below);
            place.TopRightWeight = right * (T.One - below);
            place.BottomLeftWeight = (T.One - right) * below;
            place.BottomRightWeight = right * below;

            // A number that no integer holds becomes the smallest or the largest one: outside, and so is the next one, as unsigned numbers.
            int column = T.ConvertToIntegerNative<int>(left), row = T.ConvertToIntegerNative<int>(top);
            nint at = ((nint)row * columns.Size + column) * stride, below1 = at + columns.Size * stride;
            bool isLeft = (uint)column < (uint)columns.Size, isRight = (uint)(column + 1) < (uint)columns.Size;
            bool isTop = (uint)row < (uint)rows.Size, isBottom = (uint)(row + 1) < (uint)rows.Size;
            place.TopLeft = isTop & isLeft ? at : outside;
            place.TopRight = isTop & isRight ? at + stride : outside;
            place.BottomLeft = isBottom & isLeft ? below1 : outside;
            place.BottomRight = isBottom & isRight ? below1 + stride : outside;
        }
    }
}

using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The four pixels around a place, as elements from the first pixel of the picture; outside of it, to the one behind the last, which is 0.
/// </summary>
internal struct GridCorners
{
    public nint TopLeft, TopRight, BottomLeft, BottomRight;
}

/// <summary>A tile of places: where each is among the pixels. Pairs are (across, down), as in the grid.</summary>
/// <param name="corners">A tile of corners.</param>
/// <param name="numbers"><see cref="Numbers"/> of memory.</param>
internal readonly unsafe struct GridPlaces<T>(GridCorners* corners, T* numbers) where T : unmanaged
{
    /// <summary>Points of a tile; they stay in the first-level cache.</summary>
    public const int Tile = 64;

    /// <summary>Pairs and patterns in memory.</summary>
    public const int Numbers = 3 * 2 * Tile + 3 * Pattern;

    /// <summary>Numbers for columns and rows in turn, as wide as a register and one more: a register of one starts with either.</summary>
    const int Pattern = 17;

    public readonly GridCorners* Corners = corners;

    /// <summary>How far each place is from the left and upper pixels, in [0, 1).</summary>
    public readonly T* Shares = numbers;

    /// <summary>Pixels by which it moves per unit of the grid; 0 where the border holds it.</summary>
    public readonly T* Slopes = numbers + 2 * Tile;

    T* Floors => Slopes + 2 * Tile;

    T* Scales => Floors + 2 * Tile;

    T* Offsets => Scales + Pattern;

    T* Lasts => Offsets + Pattern;

    /// <summary>Sets what all tiles have in common.</summary>
    public void Prepare(GridGeometry geometry)
    {
        for (int i = 0; i < Pattern; i++)
        {
            GridAxis axis = i % 2 == 0 ? geometry.Columns : geometry.Rows;
            (Scales[i], Offsets[i], Lasts[i]) = (Number.To<T>(axis.Scale), Number.To<T>(axis.Offset), Number.To<T>(axis.Size - 1));
        }
    }

    /// <summary>Finds the places of <paramref name="count"/> points (x, y); a pixel has <paramref name="stride"/> elements.</summary>
    public void Find(T* points, int count, GridGeometry geometry, nint stride)
    {
        LaneChoice.Run<T, Pairs>(new Pairs(this, points, geometry.Columns.IsBounded), 0, 2 * count);
        FindCorners(count, geometry.Columns.Size, geometry.Rows.Size, stride);
    }

    [MethodImpl(Compiled.Apart)]
    void FindCorners(int count, int columns, int rows, nint stride)
    {
        T* floors = Floors;
        GridCorners* place = Corners;
        nint down = columns * stride, outside = rows * down;
        for (int i = 0; i < count; i++, floors += 2, place++)
        {
            // A number that no integer holds becomes the smallest or the largest one: outside, and so is the next one, as unsigned numbers.
            int column = ToInteger(floors), row = ToInteger(floors + 1);
            nint at = row * down + column * stride;
            (place->TopLeft, place->TopRight, place->BottomLeft, place->BottomRight) = (at, at + stride, at + down, at + down + stride);
            if ((uint)column < (uint)(columns - 1) && (uint)row < (uint)(rows - 1)) continue;
            bool left = (uint)column < (uint)columns, right = (uint)(column + 1) < (uint)columns;
            bool top = (uint)row < (uint)rows, bottom = (uint)(row + 1) < (uint)rows;
            if (!(left & top)) place->TopLeft = outside;
            if (!(right & top)) place->TopRight = outside;
            if (!(left & bottom)) place->BottomLeft = outside;
            if (!(right & bottom)) place->BottomRight = outside;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int ToInteger(T* x) => typeof(T) == typeof(float) ? float.ConvertToIntegerNative<int>(*(float*)x) : double.ConvertToIntegerNative<int>(*(double*)x);

    /// <summary>Columns and rows at once: pixel, share and slope of both are the same formula.</summary>
    readonly struct Pairs(GridPlaces<T> places, T* points, bool isBounded) : ILaneRows
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            V zero = V.Constant(0);
            for (nint i = first; i < end; i += Lane<V, T>.Width)
            {
                nint odd = i & 1;
                V scale = Lane<V, T>.Load(places.Scales + odd), slope = scale;
                V pixel = GridAxis.Pixel(Lane<V, T>.LoadUpTo(points + i, Math.Min(end - i, Lane<V, T>.Width), zero), scale, Lane<V, T>.Load(places.Offsets + odd));
                if (isBounded)
                {
                    V last = Lane<V, T>.Load(places.Lasts + odd);
                    slope = V.IfLess(zero, pixel, V.IfLess(pixel, last, scale, zero), zero);
                    pixel = V.IfLess(pixel, zero, zero, V.IfLess(last, pixel, last, pixel));
                }
                V floor = V.Floor(pixel);
                Lane<V, T>.Store(places.Floors + i, floor);
                Lane<V, T>.Store(places.Shares + i, pixel - floor);
                Lane<V, T>.Store(places.Slopes + i, slope);
            }
        }
    }
}

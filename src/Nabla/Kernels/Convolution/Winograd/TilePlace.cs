using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>Where the results of a tile go, and how many of its rows and columns there are.</summary>
internal unsafe struct TilePlace
{
    const int Side = WinogradTile.Side, Lanes = WinogradTile.Lanes;

    nint offset;
    int rows, columns;

    /// <summary>The place of a tile in the first channel; nowhere for tiles beyond the last.</summary>
    public static TilePlace Of(in TileGrid grid, int tile, nint imageStride)
    {
        if (tile >= grid.Count) return default;
        var (image, row, column) = grid[tile];
        return new()
        {
            offset = image * imageStride + (nint)row * grid.Width + column,
            rows = Math.Min(Side, grid.Height - row), columns = Math.Min(Side, grid.Width - column),
        };
    }

    /// <summary>Stores four lanes of 4 × 4 values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scatter(float* values, TilePlace* places, float* target, int pitch)
    {
        if (places[0].IsWhole && places[1].IsWhole && places[2].IsWhole && places[3].IsWhole)
        {
            float* to0 = target + places[0].offset, to1 = target + places[1].offset, to2 = target + places[2].offset, to3 = target + places[3].offset;
            for (int row = 0; row < Side; row++, values += Side * Lanes, to0 += pitch, to1 += pitch, to2 += pitch, to3 += pitch)
            {
                Quad.Transpose(values, values + Lanes, values + 2 * Lanes, values + 3 * Lanes, out var x0, out var x1, out var x2, out var x3);
                x0.Store(to0);
                x1.Store(to1);
                x2.Store(to2);
                x3.Store(to3);
            }
        }
        else ScatterParts(values, places, target, pitch);
    }

    [MethodImpl(Compiled.Apart)]
    static void ScatterParts(float* values, TilePlace* places, float* target, int pitch)
    {
        for (int row = 0; row < Side; row++, values += Side * Lanes, target += pitch)
        {
            Quad.Transpose(values, values + Lanes, values + 2 * Lanes, values + 3 * Lanes, out var x0, out var x1, out var x2, out var x3);
            StorePart(x0, places[0], row, target);
            StorePart(x1, places[1], row, target);
            StorePart(x2, places[2], row, target);
            StorePart(x3, places[3], row, target);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void StorePart(Vector128<float> x, in TilePlace place, int row, float* target)
    {
        if (row >= place.rows) return;
        float* to = target + place.offset;
        if (place.columns == Side)
        {
            x.Store(to);
            return;
        }
        if (place.columns >= 2)
        {
            x.GetLower().Store(to);
            x = Vector128.Create(x.GetUpper(), x.GetUpper());
        }
        if (place.columns % 2 == 1) to[place.columns - 1] = x.ToScalar();
    }

    readonly bool IsWhole => (rows & columns) == Side;
}

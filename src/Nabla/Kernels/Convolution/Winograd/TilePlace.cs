using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>Where the results of a tile go, and how many of its rows and columns there are.</summary>
internal unsafe struct TilePlace
{
    const int Side = WinogradTransforms.Side, Lanes = WinogradTransforms.Lanes;

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
        for (int row = 0; row < Side; row++, values += Side * Lanes)
        {
            Quad.Transpose(values, values + Lanes, values + 2 * Lanes, values + 3 * Lanes, out var x0, out var x1, out var x2, out var x3);
            places[0].Store(row, x0, target, pitch);
            places[1].Store(row, x1, target, pitch);
            places[2].Store(row, x2, target, pitch);
            places[3].Store(row, x3, target, pitch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly void Store(int row, Vector128<float> values, float* target, int pitch)
    {
        if (row >= rows) return;
        float* to = target + offset + (nint)row * pitch;
        if (columns == Side) values.Store(to);
        else
            for (int i = 0; i < columns; i++) to[i] = values.GetElement(i);
    }
}

namespace Nabla.Kernels;

/// <summary>Planes of results cut into tiles of 4 × 4, numbered image by image and row by row; those at the ends may hang over.</summary>
internal readonly struct TileGrid(int batch, int height, int width)
{
    const int Side = WinogradTile.Side;

    /// <summary>Rows of tiles in a plane.</summary>
    public int Rows { get; } = (height + Side - 1) / Side;

    /// <summary>Tiles in a row.</summary>
    public int Columns { get; } = (width + Side - 1) / Side;

    /// <summary>Size of the planes.</summary>
    public int Height => height;

    /// <summary>Size of the planes.</summary>
    public int Width => width;

    /// <summary>Tiles over all images.</summary>
    public int Count => batch * Rows * Columns;

    /// <summary>Image, first row and first column of a tile.</summary>
    public (int Image, int Row, int Column) this[int tile]
    {
        get
        {
            int row = tile / Columns;
            return (row / Rows, row % Rows * Side, tile % Columns * Side);
        }
    }
}

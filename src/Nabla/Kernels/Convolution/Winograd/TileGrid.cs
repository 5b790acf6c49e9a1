using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Planes of results cut into tiles of 4 × 4, numbered image by image and row by row; those at the ends may hang over. With a dilation a tile has every so
/// manieth row and column: the results of each remainder need only inputs of one remainder, as if they were an image of their own.</summary>
internal readonly struct TileGrid(int batch, int height, int width, int dilation = 1)
{
    const int Side = WinogradTile.Side;

    /// <summary>Rows of tiles in a plane, or in those of its rows that belong together.</summary>
    public int Rows { get; } = (height + Side * dilation - 1) / (Side * dilation);

    /// <summary>Tiles in a row.</summary>
    public int Columns { get; } = (width + Side * dilation - 1) / (Side * dilation);

    /// <summary>Size of the planes.</summary>
    public int Height => height;

    /// <summary>Size of the planes.</summary>
    public int Width => width;

    /// <summary>Distance between the rows, and the columns, of a tile.</summary>
    public int Dilation => dilation;

    /// <summary>Tiles over all images.</summary>
    public int Count => batch * dilation * dilation * Rows * Columns;

    /// <summary>How many tiles follow in the row of one that begins at a column, with itself.</summary>
    public int LeftInRow(int column) => Columns - column / (Side * dilation);

    /// <summary>How many steps of the dilation fit a length.</summary>
    public int Steps(int length) => length <= 0 ? 0 : (length + dilation - 1) / dilation;

    /// <summary>Image, first row and first column of a tile.</summary>
    public (int Image, int Row, int Column) this[int tile]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            int row = tile / Columns, plane = row / Rows;
            return (plane / (dilation * dilation), row % Rows * Side * dilation + plane / dilation % dilation, tile % Columns * Side * dilation + plane % dilation);
        }
    }
}

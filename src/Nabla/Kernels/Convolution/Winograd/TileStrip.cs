using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>
/// What a run of tiles reads from one channel, as a few rows with the tiles side by side, zeros where the border is. Tiles of one row of the
/// image share their columns. A tile's patch is then rows at one pitch, wherever the tile lay.
/// </summary>
internal readonly unsafe struct TileStrip
{
    const int Lanes = WinogradTile.Lanes, Side = WinogradTile.Side, Reach = Side;

    readonly Piece* pieces;
    readonly int count, rows, sourcePitch, step;

    /// <summary>Describes the tiles first … first + tiles − 1.</summary>
    /// <param name="grid">The tiles of all images.</param>
    /// <param name="first">First tile.</param>
    /// <param name="tiles">Number of tiles.</param>
    /// <param name="rows">Rows that a tile reads: 6, or 4 for tiles that do not overlap.</param>
    /// <param name="source">Size of a source plane.</param>
    /// <param name="before">Rows and columns by which a tile's patch begins before the tile.</param>
    /// <param name="imageStride">Elements from one image to the next.</param>
    /// <param name="memory">Room of <see cref="Bytes"/>.</param>
    public TileStrip(in TileGrid grid, int first, int tiles, int rows, (int Height, int Width) source, (int Row, int Column) before,
        nint imageStride, byte* memory)
    {
        pieces = (Piece*)memory;
        Offsets = (int*)(memory + tiles * (nint)sizeof(Piece));
        (this.rows, step, sourcePitch) = (rows, grid.Dilation, grid.Dilation * source.Width);
        int start = 0;
        for (int tile = first; tile < first + tiles; count++)
        {
            var (image, row, column) = grid[tile];
            int mine = Math.Min(grid.LeftInRow(column), first + tiles - tile);
            (row, column) = (row - before.Row, column - before.Column);
            int left = grid.Steps(-column), right = Math.Min(mine * Side + rows - Side, grid.Steps(source.Width - column));
            pieces[count] = new Piece
            {
                Source = image * imageStride + (nint)row * source.Width + column + left * step,
                Target = start + left, Length = Math.Max(0, right - left),
                FirstRow = Math.Clamp(grid.Steps(-row), 0, rows), EndRow = Math.Clamp(grid.Steps(source.Height - row), 0, rows),
            };
            for (int i = 0; i < mine; i++) Offsets[tile - first + i] = start + i * Side;
            start += mine * Side + Reach;
            tile += mine;
        }
        Pitch = start;
    }

    /// <summary>Bytes of the description of so many tiles.</summary>
    public static nint Bytes(int tiles) => Workspace.Align(tiles * ((nint)sizeof(Piece) + sizeof(int)));

    /// <summary>The most elements that a strip of so many tiles has.</summary>
    public static int MostLength(int tiles, int rows) => rows * tiles * (Side + Reach);

    /// <summary>Where each tile begins in the first row.</summary>
    public int* Offsets { get; }

    /// <summary>Elements of a row.</summary>
    public int Pitch { get; }

    /// <summary>Elements in all.</summary>
    public int Length => rows * Pitch;

    /// <summary>Copies one channel, whose first image is <paramref name="source"/>, to a strip whose border is zero already. The next channel is
    /// so far away that the processor does not foresee it: its rows are asked for here.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Fill(float* source, float* strip, nint toNext)
    {
        for (int p = 0; p < count; p++)
        {
            Piece piece = pieces[p];
            if (piece.Length == 0) continue;
            for (int row = piece.FirstRow; row < piece.EndRow; row++)
            {
                float* from = source + piece.Source + (nint)row * sourcePitch;
                RowCopy.Gather(from, step, strip + row * Pitch + piece.Target, piece.Length);
                if (!Sse.IsSupported) continue;
                for (int i = 0; i < piece.Length * step; i += 16) Sse.Prefetch0(from + toNext + i);
            }
        }
    }

    /// <summary>Turns the patches at sixteen places into vectors, one lane each: 6 × 6 or 4 × 4, row by row.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Gather(float* strip, int* places, float* patch)
    {
        for (int row = 0; row < rows; row++, strip += Pitch, patch += rows * Lanes)
            for (int lane = 0; lane < Lanes; lane += 4)
            {
                float* a = strip + places[lane], b = strip + places[lane + 1], c = strip + places[lane + 2], d = strip + places[lane + 3];
                float* to = patch + lane;
                Quad.Transpose(a, b, c, d, out var x0, out var x1, out var x2, out var x3);
                x0.Store(to);
                x1.Store(to + Lanes);
                x2.Store(to + 2 * Lanes);
                x3.Store(to + 3 * Lanes);
                if (rows == Side) continue;
                Quad.Transpose(a + Side, b + Side, c + Side, d + Side, out x0, out x1, out _, out _);
                x0.Store(to + 4 * Lanes);
                x1.Store(to + 5 * Lanes);
            }
    }

    struct Piece
    {
        public nint Source;
        public int Target, Length, FirstRow, EndRow;
    }
}

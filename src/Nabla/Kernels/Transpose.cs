using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>
/// y[r, c] = x[c, r]. The matrix is taken in squares that read and write whole pages: what a large transpose waits for is the
/// translation of addresses. A square is taken in tiles, 16×16 elements of 4 bytes in registers, so that each cache line is read
/// and written once and whole. Rows of a large result that lie a power of two apart would fight for a few lines of the caches: there tiles are
/// gathered in a block of 64×64, whose rows are stored past the caches, four lines in a row. That happens between the tiles of the next block, while the lines of
/// the one after it are asked for: bursts of stores or reads, with nothing between them to compute, take half as long again.
/// </summary>
internal static unsafe class Transpose
{
    /// <summary>Side of a square: a page of 4-byte elements.</summary>
    public const int Square = 1024;

    /// <summary>Side of a tile.</summary>
    public const int Tile = 16;

    const int Block = 64, BlockSize = Block * Block;
    const int RowsPerTile = Block * Tile * Tile / BlockSize;       // of a block, stored while the next one is filled with as many tiles
    const int BlockRows = 64;       // of a triangle

    public static void Run<T>(T* x, nint xStride, T* y, nint yStride, nint rows, nint columns) where T : unmanaged =>
        Run(x, xStride, y, yStride, rows, columns, rows * columns);

    /// <summary>The same for a part of a result of <paramref name="length"/> elements.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Run<T>(T* x, nint xStride, T* y, nint yStride, nint rows, nint columns, nint length) where T : unmanaged
    {
        bool streams = sizeof(T) == 4 && Streaming.Suits<float>(length) && ((nint)y | yStride * sizeof(T)) % sizeof(Vector512<float>) == 0;
        for (nint r = 0; r < rows; r += Square)
            for (nint c = 0; c < columns; c += Square)
                Pages(x + c * xStride + r, xStride, y + r * yStride + c, yStride, Math.Min(Square, rows - r), Math.Min(Square, columns - c), streams);
        if (streams) Streaming.Fence();
    }

    /// <summary>A square, or what there is of it: whole blocks past the caches, the rest in tiles.</summary>
    static void Pages<T>(T* x, nint xStride, T* y, nint yStride, nint rows, nint columns, bool streams) where T : unmanaged
    {
        nint blockRows = streams ? rows / Block * Block : 0, blockColumns = streams ? columns / Block * Block : 0;
        if (blockRows > 0 && blockColumns > 0) Blocks((float*)x, xStride, (float*)y, yStride, blockRows, blockColumns);
        else blockRows = blockColumns = 0;
        Tiles(x + blockColumns * xStride, xStride, y + blockColumns, yStride, blockRows, columns - blockColumns);
        Tiles(x + blockRows, xStride, y + blockRows * yStride, yStride, rows - blockRows, columns);
    }

    [SkipLocalsInit]
    [MethodImpl(Compiled.Apart)]
    static void Blocks(float* x, nint xStride, float* y, nint yStride, nint rows, nint columns)
    {
        byte* room = stackalloc byte[2 * BlockSize * sizeof(float) + sizeof(Vector512<float>)];
        float* block = (float*)(((nint)room + sizeof(Vector512<float>) - 1) & -sizeof(Vector512<float>)), done = block + BlockSize, to = null;
        for (nint c = 0; c < columns; c += Block)
            for (nint r = 0; r < rows; r += Block)
            {
                float* from = x + c * xStride + r, coming = r + Block < rows ? from + Block : x + (c + Block) * xStride;
                if (to == null) Tiles(from, xStride, block, Block, Block, Block);
                else Tiles(from, xStride, block, done, to, yStride, coming);
                float* filled = block;
                block = done;
                done = filled;
                to = y + r * yStride + c;
            }
        for (nint k = 0; k < Block; k++) Streaming.Copy(done + k * Block, to + k * yStride, Block * sizeof(float));
    }

    /// <summary>Fills a block, and stores between its tiles the one that is done, while that which is coming is fetched.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Tiles(float* x, nint xStride, float* block, float* done, float* to, nint yStride, float* coming)
    {
        for (nint c = 0; c < Block; c += Tile)
            for (nint r = 0; r < Block; r += Tile)
            {
                Whole(x + c * xStride + r, xStride, block + r * Block + c, Block);
                for (int row = 0; row < RowsPerTile; row++, done += Block, to += yStride, coming += xStride)
                    for (nint i = 0; i < Block; i += Vector512<float>.Count)
                    {
                        Streaming.Prefetch(coming + i);
                        Vector256.LoadAligned(done + i).StoreAlignedNonTemporal(to + i);
                        Vector256.LoadAligned(done + i + Vector256<float>.Count).StoreAlignedNonTemporal(to + i + Vector256<float>.Count);
                    }
            }
    }

    /// <summary>
    /// A panel of y, whole tiles, while the rows of x that lie <paramref name="ahead"/> elements on are asked for: a panel has so few rows that the processor
    /// would not foresee them.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public static void Panel(float* x, nint xStride, float* y, nint yStride, nint rows, nint columns, nint ahead)
    {
        for (nint c = 0; c < columns; c += Tile)
            for (nint r = 0; r < rows; r += Tile)
            {
                float* from = x + c * xStride + r, coming = from + ahead;
                for (int i = 0; i < Tile; i++, coming += xStride) Streaming.Prefetch(coming);
                Whole(from, xStride, y + r * yStride + c, yStride);
            }
    }

    /// <summary>The upper triangle of y [n, n] from the lower one of x, in blocks of rows: those on the diagonal are transposed whole.</summary>
    public static void LowerToUpper<T>(T* x, nint xStride, T* y, nint yStride, nint n) where T : unmanaged
    {
        for (nint first = 0; first < n; first += BlockRows)
            Run(x + first * (xStride + 1), xStride, y + first * (yStride + 1), yStride, Math.Min(BlockRows, n - first), n - first);
    }

    /// <summary>The lower triangle of y [n, n] from the upper one of x, likewise.</summary>
    public static void UpperToLower<T>(T* x, nint xStride, T* y, nint yStride, nint n) where T : unmanaged
    {
        for (nint first = 0; first < n; first += BlockRows)
            Run(x + first, xStride, y + first * yStride, yStride, Math.Min(BlockRows, n - first), Math.Min(first + BlockRows, n));
    }

    [MethodImpl(Compiled.Apart)]
    static void Tiles<T>(T* x, nint xStride, T* y, nint yStride, nint rows, nint columns) where T : unmanaged
    {
        for (nint c = 0; c < columns; c += Tile)
            for (nint r = 0; r < rows; r += Tile)
            {
                T* from = x + c * xStride + r, to = y + r * yStride + c;
                if (sizeof(T) == 4 && Avx.IsSupported && rows - r >= Tile && columns - c >= Tile) Whole((float*)from, xStride, (float*)to, yStride);
                else Plain(from, xStride, to, yStride, Math.Min(Tile, rows - r), Math.Min(Tile, columns - c));
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Plain<T>(T* x, nint xStride, T* y, nint yStride, nint rows, nint columns) where T : unmanaged
    {
        for (nint r = 0; r < rows; r++)
            for (nint c = 0; c < columns; c++)
                y[r * yStride + c] = x[c * xStride + r];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Whole(float* x, nint xStride, float* y, nint yStride)
    {
        if (Avx512F.IsSupported) Sixteen(x, xStride, y, yStride);
        else if (Avx.IsSupported) FourEights(x, xStride, y, yStride);
        else Plain(x, xStride, y, yStride, Tile, Tile);
    }

    /// <summary>
    /// 16×16: four 4×4 blocks stand in each quad of registers. Quads are transposed within (interleaving 4, then 8 bytes), and the
    /// blocks then change places (128-bit parts).
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    static void Sixteen(float* x, nint s, float* y, nint t)
    {
        Quad(x, s, out var a0, out var a1, out var a2, out var a3);
        Quad(x + 4 * s, s, out var b0, out var b1, out var b2, out var b3);
        Quad(x + 8 * s, s, out var c0, out var c1, out var c2, out var c3);
        Quad(x + 12 * s, s, out var d0, out var d1, out var d2, out var d3);
        Places(a0, b0, c0, d0, y, t);
        Places(a1, b1, c1, d1, y + t, t);
        Places(a2, b2, c2, d2, y + 2 * t, t);
        Places(a3, b3, c3, d3, y + 3 * t, t);
    }

    /// <summary>Four rows; out k holds, in its 128-bit part j, column 4j + k of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Quad(float* x, nint s, out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3)
    {
        Vector512<float> r0 = Vector512.Load(x), r1 = Vector512.Load(x + s), r2 = Vector512.Load(x + 2 * s), r3 = Vector512.Load(x + 3 * s);
        Vector512<double> low01 = Avx512F.UnpackLow(r0, r1).AsDouble(), high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
        Vector512<double> low23 = Avx512F.UnpackLow(r2, r3).AsDouble(), high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        c0 = Avx512F.UnpackLow(low01, low23).AsSingle();
        c1 = Avx512F.UnpackHigh(low01, low23).AsSingle();
        c2 = Avx512F.UnpackLow(high01, high23).AsSingle();
        c3 = Avx512F.UnpackHigh(high01, high23).AsSingle();
    }

    /// <summary>Stores the columns k, k + 4, k + 8, k + 12 from the four quads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Places(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* y, nint t)
    {
        const byte Even = 0b10_00_10_00, Odd = 0b11_01_11_01;
        Vector512<float> abEven = Avx512F.Shuffle4x128(a, b, Even), abOdd = Avx512F.Shuffle4x128(a, b, Odd);
        Vector512<float> cdEven = Avx512F.Shuffle4x128(c, d, Even), cdOdd = Avx512F.Shuffle4x128(c, d, Odd);
        Avx512F.Shuffle4x128(abEven, cdEven, Even).Store(y);
        Avx512F.Shuffle4x128(abOdd, cdOdd, Even).Store(y + 4 * t);
        Avx512F.Shuffle4x128(abEven, cdEven, Odd).Store(y + 8 * t);
        Avx512F.Shuffle4x128(abOdd, cdOdd, Odd).Store(y + 12 * t);
    }

    /// <summary>16×16 as four 8×8, eight rows of x at a time.</summary>
    [MethodImpl(Compiled.Apart)]
    static void FourEights(float* x, nint s, float* y, nint t)
    {
        for (int half = 0; half < 2; half++, x += 8 * s, y += 8)
        {
            Eight(x, s, y, t);
            Eight(x + 8, s, y + 8 * t, t);
        }
    }

    /// <summary>8×8: pairs of rows are interleaved by 4 bytes, then by 8, and the 128-bit halves change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Eight(float* x, nint s, float* y, nint t)
    {
        Interleave(Vector256.Load(x), Vector256.Load(x + s), Vector256.Load(x + 2 * s), Vector256.Load(x + 3 * s), out var a0, out var a1, out var a2, out var a3);
        x += 4 * s;
        Interleave(Vector256.Load(x), Vector256.Load(x + s), Vector256.Load(x + 2 * s), Vector256.Load(x + 3 * s), out var b0, out var b1, out var b2, out var b3);
        const byte Lower = 0x20, Upper = 0x31;
        Avx.Permute2x128(a0, b0, Lower).Store(y);
        Avx.Permute2x128(a1, b1, Lower).Store(y + t);
        Avx.Permute2x128(a2, b2, Lower).Store(y + 2 * t);
        Avx.Permute2x128(a3, b3, Lower).Store(y + 3 * t);
        y += 4 * t;
        Avx.Permute2x128(a0, b0, Upper).Store(y);
        Avx.Permute2x128(a1, b1, Upper).Store(y + t);
        Avx.Permute2x128(a2, b2, Upper).Store(y + 2 * t);
        Avx.Permute2x128(a3, b3, Upper).Store(y + 3 * t);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Interleave(
        Vector256<float> r0, Vector256<float> r1, Vector256<float> r2, Vector256<float> r3,
        out Vector256<float> c0, out Vector256<float> c1, out Vector256<float> c2, out Vector256<float> c3)
    {
        Vector256<double> low01 = Avx.UnpackLow(r0, r1).AsDouble(), high01 = Avx.UnpackHigh(r0, r1).AsDouble();
        Vector256<double> low23 = Avx.UnpackLow(r2, r3).AsDouble(), high23 = Avx.UnpackHigh(r2, r3).AsDouble();
        c0 = Avx.UnpackLow(low01, low23).AsSingle();
        c1 = Avx.UnpackHigh(low01, low23).AsSingle();
        c2 = Avx.UnpackLow(high01, high23).AsSingle();
        c3 = Avx.UnpackHigh(high01, high23).AsSingle();
    }
}

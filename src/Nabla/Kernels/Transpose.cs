using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>
/// y[r, c] = x[c, r]. The matrix is taken in squares that read and write whole pages: what a large transpose waits for is the
/// translation of addresses. A square is taken in tiles, 16×16 elements of 4 bytes in registers, so that each cache line is read
/// and written once and whole, past the caches if the result is large: rows a power of two apart would fight for a few lines of them.
/// </summary>
internal static unsafe class Transpose
{
    /// <summary>Side of a square: a page of 4-byte elements.</summary>
    public const int Square = 1024;

    const int Tile = 16;
    const int BlockRows = 64;       // of a triangle

    public static void Run<T>(T* x, nint xStride, T* y, nint yStride, nint rows, nint columns) where T : unmanaged
    {
        bool streams = sizeof(T) == 4 && Streaming.Suits<float>(rows * columns) && ((nint)y | yStride * sizeof(T)) % sizeof(Vector512<float>) == 0;
        for (nint r = 0; r < rows; r += Square)
            for (nint c = 0; c < columns; c += Square)
                Tiles(x + c * xStride + r, xStride, y + r * yStride + c, yStride, Math.Min(Square, rows - r), Math.Min(Square, columns - c), streams);
        if (streams) Streaming.Fence();
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tiles<T>(T* x, nint xStride, T* y, nint yStride, nint rows, nint columns, bool streams) where T : unmanaged
    {
        for (nint c = 0; c < columns; c += Tile)
            for (nint r = 0; r < rows; r += Tile)
            {
                T* from = x + c * xStride + r, to = y + r * yStride + c;
                if (sizeof(T) == 4 && Avx512F.IsSupported && rows - r >= Tile && columns - c >= Tile)
                    Sixteen((float*)from, xStride, (float*)to, yStride, streams);
                else if (sizeof(T) == 4 && Avx.IsSupported && rows - r >= Tile && columns - c >= Tile)
                {
                    EightRows((float*)from, xStride, (float*)to, yStride, streams);
                    EightRows((float*)from + 8, xStride, (float*)to + 8 * yStride, yStride, streams);
                }
                else
                    Plain(from, xStride, to, yStride, Math.Min(Tile, rows - r), Math.Min(Tile, columns - c));
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Plain<T>(T* x, nint xStride, T* y, nint yStride, nint rows, nint columns) where T : unmanaged
    {
        for (nint r = 0; r < rows; r++)
            for (nint c = 0; c < columns; c++)
                y[r * yStride + c] = x[c * xStride + r];
    }

    /// <summary>
    /// 16×16: four 4×4 blocks stand in each quad of registers. Quads are transposed within (interleaving 4, then 8 bytes), and the
    /// blocks then change places (128-bit parts).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Sixteen(float* x, nint s, float* y, nint t, bool streams)
    {
        Quad(x, s, out var a0, out var a1, out var a2, out var a3);
        Quad(x + 4 * s, s, out var b0, out var b1, out var b2, out var b3);
        Quad(x + 8 * s, s, out var c0, out var c1, out var c2, out var c3);
        Quad(x + 12 * s, s, out var d0, out var d1, out var d2, out var d3);
        Places(a0, b0, c0, d0, y, t, streams);
        Places(a1, b1, c1, d1, y + t, t, streams);
        Places(a2, b2, c2, d2, y + 2 * t, t, streams);
        Places(a3, b3, c3, d3, y + 3 * t, t, streams);
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
    static void Places(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* y, nint t, bool streams)
    {
        const byte Even = 0b10_00_10_00, Odd = 0b11_01_11_01;
        Vector512<float> abEven = Avx512F.Shuffle4x128(a, b, Even), abOdd = Avx512F.Shuffle4x128(a, b, Odd);
        Vector512<float> cdEven = Avx512F.Shuffle4x128(c, d, Even), cdOdd = Avx512F.Shuffle4x128(c, d, Odd);
        Store(Avx512F.Shuffle4x128(abEven, cdEven, Even), y, streams);
        Store(Avx512F.Shuffle4x128(abOdd, cdOdd, Even), y + 4 * t, streams);
        Store(Avx512F.Shuffle4x128(abEven, cdEven, Odd), y + 8 * t, streams);
        Store(Avx512F.Shuffle4x128(abOdd, cdOdd, Odd), y + 12 * t, streams);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(Vector512<float> value, float* y, bool streams)
    {
        if (streams) value.StoreAlignedNonTemporal(y);
        else value.Store(y);
    }

    /// <summary>Eight rows of the result, 16 wide: a whole cache line each, as two 8×8 blocks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void EightRows(float* x, nint s, float* y, nint t, bool streams)
    {
        Vector256<float>* block = stackalloc Vector256<float>[16];
        Eight(x, s, block);
        Eight(x + 8 * s, s, block + 8);
        for (int k = 0; k < 8; k++, y += t)
        {
            if (streams)
            {
                block[k].StoreAlignedNonTemporal(y);
                block[k + 8].StoreAlignedNonTemporal(y + 8);
            }
            else
            {
                block[k].Store(y);
                block[k + 8].Store(y + 8);
            }
        }
    }

    /// <summary>8×8: pairs of rows are interleaved by 4 bytes, then by 8, and the 128-bit halves change places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Eight(float* x, nint s, Vector256<float>* y)
    {
        Interleave(Vector256.Load(x), Vector256.Load(x + s), Vector256.Load(x + 2 * s), Vector256.Load(x + 3 * s), out var a0, out var a1, out var a2, out var a3);
        x += 4 * s;
        Interleave(Vector256.Load(x), Vector256.Load(x + s), Vector256.Load(x + 2 * s), Vector256.Load(x + 3 * s), out var b0, out var b1, out var b2, out var b3);
        const byte Lower = 0x20, Upper = 0x31;
        y[0] = Avx.Permute2x128(a0, b0, Lower);
        y[1] = Avx.Permute2x128(a1, b1, Lower);
        y[2] = Avx.Permute2x128(a2, b2, Lower);
        y[3] = Avx.Permute2x128(a3, b3, Lower);
        y[4] = Avx.Permute2x128(a0, b0, Upper);
        y[5] = Avx.Permute2x128(a1, b1, Upper);
        y[6] = Avx.Permute2x128(a2, b2, Upper);
        y[7] = Avx.Permute2x128(a3, b3, Upper);
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

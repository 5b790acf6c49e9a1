using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>
/// A matrix B[k, n] in the panels that register tiles read, for loops that multiply by it again and again: the recurrent weights of a sequence model, the
/// keys of a head. Copied once, or the matrix itself where that serves (<see cref="Of"/>). The caller owns the memory.
/// </summary>
internal readonly unsafe struct PackedMatrix<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    const int CrowdingBytes = 2048;         // rows so far apart, or a multiple of it, fall into few sets of the first cache

    readonly T* panels;
    readonly nint row, panel;               // distances from a row, and from a panel, to the next
    readonly int k;

    /// <summary>Room for panels of <paramref name="k"/> rows.</summary>
    public PackedMatrix(T* panels, int k) : this(panels, k, Width, (nint)k * Width) { }

    PackedMatrix(T* panels, int k, nint row, nint panel)
    {
        this.panels = panels;
        (this.k, this.row, this.panel) = (k, row, panel);
    }

    /// <summary>Columns of a panel. Products start at a multiple of it.</summary>
    public static int Width => InstructionSets.Active switch
    {
        InstructionSet.Avx512 => OuterTile<Simd512<T>, Vector512<T>, T>.Width,
        InstructionSet.Avx2 => OuterTile<Simd256<T>, Vector256<T>, T>.Width,
        InstructionSet.Vector128 => OuterTile<Simd128<T>, Vector128<T>, T>.Width,
        _ => OuterTile<SimdScalar<T>, T, T>.Width,
    };

    /// <summary>Elements that n columns of k rows take.</summary>
    public static nint Length(int k, int n) => (nint)MatMul.RoundUp(n, Width) * k;

    /// <summary>
    /// The matrix itself, its columns adjacent, where tiles read it as fast: registers are wide, the columns fill them, and the rows do not crowd; else packed
    /// into <paramref name="room"/>.
    /// </summary>
    public static PackedMatrix<T> Of(T* b, nint bRow, int k, int columns, T* room)
    {
        if (InstructionSets.Active == InstructionSet.Avx512 && columns % (Width / 2) == 0 && bRow * sizeof(T) % CrowdingBytes != 0)
            return new(b, k, bRow, Width);
        var packed = new PackedMatrix<T>(room, k);
        packed.Fill(0, b, bRow, 1, columns);
        return packed;
    }

    /// <summary>Packs <paramref name="columns"/> columns of a strided matrix behind column <paramref name="first"/>, a multiple of the width.</summary>
    public void Fill(int first, T* b, nint bRow, nint bColumn, int columns) =>
        Packing<T>.Panels(b, bColumn, bRow, columns, k, panels + (nint)first * k, Width);

    /// <summary>
    /// C[m, columns] (+)= A[m, count] · B[row …, first …] + bias: a part of the product on the calling thread. It starts with a panel, or with a register
    /// in the midst of one if it ends there too.
    /// </summary>
    public void Multiply(
        int m, T* a, nint aRow, nint aColumn, int row, int count, int first, int columns, T* c, nint cRow, bool accumulate, T* bias = null)
    {
        switch (InstructionSets.Active)
        {
            case InstructionSet.Avx512: Multiply<Simd512<T>, Vector512<T>>(m, a, aRow, aColumn, row, count, first, columns, c, cRow, accumulate, bias); break;
            case InstructionSet.Avx2: Multiply<Simd256<T>, Vector256<T>>(m, a, aRow, aColumn, row, count, first, columns, c, cRow, accumulate, bias); break;
            case InstructionSet.Vector128: Multiply<Simd128<T>, Vector128<T>>(m, a, aRow, aColumn, row, count, first, columns, c, cRow, accumulate, bias); break;
            default: Multiply<SimdScalar<T>, T>(m, a, aRow, aColumn, row, count, first, columns, c, cRow, accumulate, bias); break;
        }
    }

    [MethodImpl(Compiled.Apart)]
    void Multiply<TSimd, TVector>(
        int m, T* a, nint aRow, nint aColumn, int row, int count, int first, int columns, T* c, nint cRow, bool accumulate, T* bias)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct
    {
        int width = OuterTile<TSimd, TVector, T>.Width, whole = columns - columns % width;
        bool isOnePanel = columns <= width;          // then tiles follow each other down the rows, else across the panels
        var tile = new TileOperands<T>
        {
            K = count, ARow = aRow, AColumn = aColumn, BRow = this.row, CRow = cRow, Accumulate = accumulate,
            NextA = isOnePanel ? TSimd.TileRows * aRow : 0, NextB = isOnePanel ? 0 : panel, NextC = isOnePanel ? TSimd.TileRows * cRow : width,
        };
        T* b = panels + first / width * panel + row * this.row + first % width;
        for (int i = 0, rows; i < m; i += isOnePanel ? rows * (tile.More + 1) : rows)
        {
            rows = OuterTile<TSimd, TVector, T>.RowsOf(m - i);
            tile.A = a + i * aRow;
            for (int j = 0; j < columns; j = j < whole ? whole : columns)
            {
                tile.Columns = Math.Min(width, columns - j);
                tile.More = isOnePanel ? OuterTile<TSimd, TVector, T>.AlikeIn(m - i) - 1 : j < whole ? whole / width - 1 : 0;
                tile.B = b + j / width * panel;
                tile.C = c + i * cRow + j;
                tile.Bias = bias == null ? null : bias + j;
                OuterTile<TSimd, TVector, T>.Run(rows, tile);
                if (isOnePanel) break;
            }
        }
    }
}

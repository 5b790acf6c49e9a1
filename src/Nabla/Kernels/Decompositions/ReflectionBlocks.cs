using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// A = Q·R of a matrix [rows, columns] with rows ≥ columns, by panels whose reflections act together: I − V·T·Vᵀ (Schreiber, Van Loan: A
/// storage-efficient WY representation for products of Householder transformations, 1989). T is never formed, T⁻¹ is the upper triangle of VᵀV
/// with a halved diagonal (Puglisi: Modification of the Householder method based on the compact WY representation, 1992).
/// </summary>
internal readonly unsafe struct ReflectionBlocks<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    const int Width = ReflectionPanel<TSimd, TVector, T>.MostColumns;

    readonly int rows, columns, vectors;
    readonly T* matrix, panels, triangles, product, reflection, scales, signs;

    /// <param name="rows">Rows of A.</param>
    /// <param name="columns">Columns of A.</param>
    /// <param name="vectors">Columns of Q: <paramref name="columns"/>, or <paramref name="rows"/> for all of them.</param>
    /// <param name="memory"><see cref="Bytes"/> bytes.</param>
    public ReflectionBlocks(int rows, int columns, int vectors, byte* memory)
    {
        (this.rows, this.columns, this.vectors) = (rows, columns, vectors);
        int blocks = Blocks(columns);
        panels = (T*)memory;
        triangles = panels + (nint)blocks * rows * Width;
        product = triangles + (nint)blocks * Width * Width;
        scales = product + (nint)Width * MatMul.RoundUp(vectors, Width);
        signs = scales + Width;
        reflection = signs + MatMul.RoundUp(columns, Width);
        matrix = reflection + 2 * ReflectionPanel<TSimd, TVector, T>.LengthOf(rows);
    }

    public static nint Bytes(int rows, int columns, int vectors)
    {
        nint blocks = Blocks(columns);
        return sizeof(T) * (blocks * Width * (rows + Width) + (nint)Width * MatMul.RoundUp(vectors, Width) + Width + MatMul.RoundUp(columns, Width)
            + 2 * ReflectionPanel<TSimd, TVector, T>.LengthOf(rows) + (nint)rows * columns);
    }

    static int Blocks(int columns) => (columns + Width - 1) / Width;

    /// <summary>
    /// Q [rows, vectors] and R [columns, columns] with a positive diagonal; columns that are not independent get a 0 there. q may be a.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public void Factor(T* a, T* q, T* r, nint rRow)
    {
        new ReadOnlySpan<T>(a, rows * columns).CopyTo(new(matrix, rows * columns));
        for (int block = 0; block < Blocks(columns); block++) Factor(block, r, rRow);
        Orient(r, rRow);
        Form(q);
    }

    static int First(int block) => block * Width;

    int Last(int block) => Math.Min(columns, First(block) + Width);

    T* Panel(int block) => panels + (nint)block * rows * Width;

    T* Inverse(int block) => triangles + (nint)block * Width * Width;

    /// <summary>Whole registers, of any width.</summary>
    static int Step(int columns) => MatMul.RoundUp(columns, 16);

    [MethodImpl(Compiled.Apart)]
    void Factor(int block, T* r, nint rRow)
    {
        int first = First(block), last = Last(block), width = last - first, step = Step(width), height = rows - first, rest = columns - last;
        T* panel = Panel(block), right = matrix + (nint)first * columns + last;
        Copy(matrix + (nint)first * columns + first, columns, panel, step, height, width);
        new ReflectionPanel<TSimd, TVector, T>(panel, step, height, width, reflection).Factor(scales);
        r += first * rRow;
        for (int i = 0; i < width; i++, r += rRow)
        {
            T* row = panel + i * step;
            new Span<T>(r, first + i).Clear();
            new ReadOnlySpan<T>(row + i, width - i).CopyTo(new(r + first + i, width - i));
            new Span<T>(row + i, width - i).Clear();
            row[i] = scales[i] == T.Zero ? T.Zero : T.One;
        }
        T* triangle = Inverse(block);
        MatMul.Run(width, width, height, panel, 1, step, panel, step, 1, triangle, Width);
        for (int i = 0; i < width; i++)
        {
            T* row = triangle + i * Width;
            for (int j = i + 1; j < width; j++) row[j] = -row[j];
            row[i] = scales[i] == T.Zero ? -T.One : -T.One / scales[i];        // half a square that the product, added up in order, gives less exactly
        }
        if (rest == 0) return;
        MatMul.Run(width, rest, height, panel, 1, step, right, columns, 1, product, rest);
        new Triangle<TSimd, TVector, T>(triangle, 1, Width, product, rest).Solve(0, width, isForward: true, hasUnitDiagonal: false);
        MatMul.Run(height, rest, width, panel, step, 1, product, rest, 1, right, columns, accumulate: true);
        r -= width * rRow;
        for (int i = 0; i < width; i++) new ReadOnlySpan<T>(right + (nint)i * columns, rest).CopyTo(new(r + i * rRow + last, rest));
    }

    [MethodImpl(Compiled.Apart)]
    static void Copy(T* from, nint fromRow, T* to, int toRow, int height, int width)
    {
        for (int i = 0; i < height; i++, from += fromRow, to += toRow)
        {
            new ReadOnlySpan<T>(from, width).CopyTo(new(to, width));
            new Span<T>(to + width, toRow - width).Clear();
        }
    }

    /// <summary>Turns rows of R until its diagonal is positive; what is nothing beside its column becomes 0.</summary>
    [MethodImpl(Compiled.Apart)]
    void Orient(T* r, nint rRow)
    {
        T* largest = product;
        new Span<T>(largest, columns).Clear();
        for (int i = 0; i < columns; i++, r += rRow)
        {
            T sign = signs[i] = r[i] < T.Zero ? -T.One : T.One;
            for (int j = i; j < columns; j++)
            {
                r[j] *= sign;
                largest[j] = T.Max(largest[j], T.Abs(r[j]));
            }
            if (!(r[i] > Orthogonal.LeastShare<T>() * largest[i])) r[i] = T.Zero;
        }
    }

    /// <summary>Q = H₀·H₁·…·[D 0; 0 I] with the signs D, from the last block to the first.</summary>
    [MethodImpl(Compiled.Apart)]
    void Form(T* q)
    {
        new Span<T>(q, rows * vectors).Clear();
        for (int i = 0; i < vectors; i++) q[i * ((nint)vectors + 1)] = i < columns ? signs[i] : T.One;
        for (int block = Blocks(columns) - 1; block >= 0; block--)
        {
            int first = First(block), last = Last(block), width = last - first, step = Step(width), right = vectors - last, all = vectors - first;
            T* panel = Panel(block), corner = q + first * ((nint)vectors + 1);
            // Vᵀ times what is there: a diagonal of signs, and what later blocks made.
            for (int i = 0; i < width; i++)
                for (int j = 0; j < width; j++) product[i * (nint)all + j] = panel[j * step + i] * signs[first + j];
            if (right > 0)
                MatMul.Run(width, right, rows - last, panel + width * step, 1, step, q + last * ((nint)vectors + 1), vectors, 1, product + width, all);
            new Triangle<TSimd, TVector, T>(Inverse(block), Width, 1, product, all).Solve(0, width, isForward: false, hasUnitDiagonal: false);
            MatMul.Run(rows - first, all, width, panel, step, 1, product, all, 1, corner, vectors, accumulate: true);
        }
    }
}

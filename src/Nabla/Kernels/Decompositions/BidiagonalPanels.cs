using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// A = U·B·Vᵀ of a large square matrix with an upper bidiagonal B, by reflections of rows and columns in turn. What those of a panel do to the rest of
/// the matrix waits until they act together, as a product (Dongarra, Sorensen, Hammarling: Block reduction of matrices to condensed
/// forms for eigenvalue computations, 1989). Each pair needs the product of the rest with the vector of its row, and with that of its
/// column, which depends on the first only by the row at hand: so both take one pass (Howell, Demmel, Fulton, Hammarling, Marmol: Cache efficient
/// bidiagonalization using BLAS 2.5 operators, 2008).
/// </summary>
/// <remarks>
/// The last row comes first, so that every vector begins at the start of a row, where registers are aligned. Below the matrix stand
/// <see cref="SpareRows"/> rows of zeros.
/// </remarks>
internal readonly unsafe struct BidiagonalPanels<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    public const int SpareRows = RowsAtOnce - 1;
    const int Width = 16, RowsAtOnce = 4;

    readonly int n;
    readonly nint stride;
    readonly T* matrix, left, columns, rows, due, sums, factors;

    /// <param name="n">Rows and columns.</param>
    /// <param name="matrix">Its rows are a <see cref="Elimination.Stride{T}"/> apart. It becomes the reflections of rows.</param>
    /// <param name="left">Takes the reflections of columns as rows, or null if nobody wants them.</param>
    /// <param name="memory"><see cref="Bytes"/> bytes.</param>
    public BidiagonalPanels(int n, T* matrix, T* left, byte* memory)
    {
        (this.n, stride) = (n, Elimination.Stride<T>(n));
        this.matrix = matrix;
        this.left = left;
        columns = (T*)memory;
        rows = columns + 2 * Width * stride;
        due = rows + 2 * Width * stride;
        sums = due + 2 * stride;
        factors = sums + stride;
    }

    public static nint Bytes(int n) => sizeof(T) * ((4 * Width + 3) * Elimination.Stride<T>(n) + 4 * Width);

    // A vector so short is nothing beside a largest element near 1, and its inverse would overflow.
    static T Least => T.CreateTruncating(typeof(T) == typeof(float) ? 1e-30 : 1e-290);

    /// <summary>Finds B: its diagonal, and above[i] beside diagonal[i + 1].</summary>
    [MethodImpl(Compiled.Apart)]
    public void Reduce(double* diagonal, double* above)
    {
        new Span<byte>(columns, (int)Bytes(n)).Clear();
        for (int last = n; last > 0; last -= Width)
        {
            int first = Math.Max(0, last - Width);
            for (int i = last - 1; i >= first; i--) Reflect(i, 2 * (last - 1 - i), diagonal, above);
            MatMul.Run(first, first, 2 * (last - first), columns, 1, stride, rows, stride, 1, matrix, stride, accumulate: true);
        }
    }

    /// <summary>
    /// Row i, then column i above it. A + Σ columnₖ·rowₖ is due, over k before <paramref name="count"/>: two products for each reflected row and column, which
    /// are x·uᵀ and v·yᵀ with the vectors u and v of the reflections.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    void Reflect(int i, int count, double* diagonal, double* above)
    {
        T* row = matrix + i * stride, u = rows + count * stride, y = u + stride, x = columns + count * stride, v = x + stride;
        for (int k = 0; k < count; k++) factors[k] = columns[k * stride + i];
        Add(1, i + 1, count, rows, row);
        T scale = ReflectionPanel<TSimd, TVector, T>.Reflect(row + i, row, i, out T head);
        diagonal[i] = double.CreateTruncating(head);
        new Span<T>(row + i + 1, (int)stride - i - 1).Clear();
        if (i == 0) return;
        new ReadOnlySpan<T>(row, (int)stride).CopyTo(new(u, (int)stride));

        // What is due in A·u, and in column i; then A·u, the column and its product with A in one pass.
        new Span<T>(due, (int)(3 * stride)).Clear();
        T* column = due + stride;
        for (int r = 0; r < i; r++) column[r] = matrix[r * stride + i];
        if (count > 0) MatMul.Run(count, 1, i + 1, rows, stride, 1, u, 1, 1, factors, 1);
        for (int k = 0; k < count; k++) factors[count + k] = rows[k * stride + i];
        Add(2, i, count, columns, due);
        new Span<T>(x, (int)stride).Clear();
        for (int r = 0; r < i; r += RowsAtOnce) Pass(r, i, u, -scale, x);

        T before = column[i - 1], tau = ReflectionPanel<TSimd, TVector, T>.Reflect(column + i - 1, column, i - 1, out head), length = before - head;
        if (!(T.Abs(length) > Least))
        {
            (tau, head, length) = (T.Zero, before, T.One);
            new Span<T>(column, i).Clear();
        }
        above[i - 1] = double.CreateTruncating(head);
        new ReadOnlySpan<T>(column, (int)stride).CopyTo(new(v, (int)stride));
        if (left != null) new ReadOnlySpan<T>(column, (int)stride).CopyTo(new(left + i * stride, (int)stride));

        // v is the column without its head, divided by its length: so is the product.
        new Span<T>(y, (int)stride).Clear();
        T* last = row - stride;
        T share = T.One / length, own = -head / length;
        MatMul.Run(count + 1, 1, i, columns, stride, 1, v, 1, 1, factors, 1);
        Add(1, i, count + 1, rows, y);
        for (int j = 0; j < i; j++) y[j] = -tau * (y[j] + share * sums[j] + own * last[j]);
    }

    /// <summary>The rows of <paramref name="to"/> plus as many sums of <paramref name="from"/>, with factors.</summary>
    void Add(int height, int width, int count, T* from, T* to)
    {
        if (count > 0) MatMul.Run(height, width, count, factors, count, 1, from, stride, 1, to, stride, accumulate: true);
    }

    /// <summary>Four rows: what they make of u, their part of the column, and sums += the column times them.</summary>
    [MethodImpl(Compiled.Apart)]
    void Pass(int r, int i, T* u, T minus, T* x)
    {
        nint step = stride;
        T* row = matrix + r * step, column = due + step, y = sums;
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
        for (int j = 0; j <= i; j += TSimd.Count)
        {
            TVector uj = TSimd.Load(u + j);
            s0 = TSimd.MultiplyAdd(TSimd.Load(row + j), uj, s0);
            s1 = TSimd.MultiplyAdd(TSimd.Load(row + step + j), uj, s1);
            s2 = TSimd.MultiplyAdd(TSimd.Load(row + 2 * step + j), uj, s2);
            s3 = TSimd.MultiplyAdd(TSimd.Load(row + 3 * step + j), uj, s3);
        }
        TSimd.Sums(s0, s1, s2, s3, x + r);
        for (int k = r; k < r + RowsAtOnce; k++)
        {
            x[k] = k < i ? minus * (x[k] + due[k]) : T.Zero;
            column[k] = k < i ? column[k] + x[k] : T.Zero;
        }
        TVector c0 = TSimd.Broadcast(column[r]), c1 = TSimd.Broadcast(column[r + 1]), c2 = TSimd.Broadcast(column[r + 2]), c3 = TSimd.Broadcast(column[r + 3]);
        for (int j = 0; j < i; j += TSimd.Count)
        {
            TVector even = TSimd.MultiplyAdd(c0, TSimd.Load(row + j), TSimd.Load(y + j)), odd = TSimd.Multiply(c1, TSimd.Load(row + step + j));
            even = TSimd.MultiplyAdd(c2, TSimd.Load(row + 2 * step + j), even);
            odd = TSimd.MultiplyAdd(c3, TSimd.Load(row + 3 * step + j), odd);
            TSimd.Store(y + j, TSimd.Add(even, odd));
        }
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// A = Q·T·Qᵀ of a large symmetric matrix with a tridiagonal T, by reflections from both sides. What those of a panel do to the rest of the
/// matrix waits until they act together, as products; each needs one product of the rest with a vector, though, which is half of the work
/// (Dongarra, Sorensen, Hammarling: Block reduction of matrices to condensed forms for eigenvalue computations, 1989).
/// </summary>
/// <remarks>
/// Of the matrix only the lower triangle counts, and the squares of registers on its diagonal. Its last row is reflected first, so that every
/// vector begins at the start of a row, where registers are aligned; it stays there. Below the matrix stand <see cref="SpareRows"/> rows of zeros.
/// </remarks>
internal readonly unsafe struct TridiagonalPanels<TSimd, TVector, T>
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    public const int SpareRows = 16;
    const int Width = 16, UpdateRows = 128, RowsAtOnce = 4;

    readonly int n;
    readonly nint stride;
    readonly T* matrix, pairs, turned, factors;

    /// <param name="n">Rows and columns.</param>
    /// <param name="matrix">Its rows are a <see cref="Elimination.Stride{T}"/> apart.</param>
    /// <param name="memory"><see cref="Bytes"/> bytes.</param>
    public TridiagonalPanels(int n, T* matrix, byte* memory)
    {
        (this.n, stride) = (n, Elimination.Stride<T>(n));
        this.matrix = matrix;
        pairs = (T*)memory;
        turned = pairs + 2 * Width * stride;
        factors = turned + 2 * Width * stride;
    }

    public static nint Bytes(int n) => sizeof(T) * (4 * Width * Elimination.Stride<T>(n) + 2 * Width);

    static int Square => Math.Max(TSimd.Count, RowsAtOnce);

    /// <summary>The matrix becomes its reflections, row i holding the one that leaves T[i, i − 1] of it.</summary>
    /// <param name="diagonal">The diagonal of T.</param>
    /// <param name="beside">beside[i] stands beside diagonal[i] and diagonal[i + 1].</param>
    [MethodImpl(Compiled.Apart)]
    public void Reduce(double* diagonal, double* beside)
    {
        new Span<T>(pairs, (int)(2 * Width * stride)).Clear();
        for (int last = n; last > 0; last -= Width)
        {
            int first = Math.Max(0, last - Width);
            for (int i = last - 1; i >= first; i--) Reflect(i, last - 1 - i, diagonal, beside);
            Update(first, last - first);
        }
    }

    /// <summary>Row i with what is due of the panel's reflections so far, and its own: A − Σ v·wᵀ + w·vᵀ is due.</summary>
    [MethodImpl(Compiled.Apart)]
    void Reflect(int i, int before, double* diagonal, double* beside)
    {
        T* row = matrix + i * stride, v = pairs + 2 * before * stride, w = v + stride;
        for (int k = 0; k < 2 * before; k++) factors[k] = -pairs[(k ^ 1) * stride + i];
        AddPairs(row, i + 1, before);
        diagonal[i] = double.CreateTruncating(row[i]);
        if (i == 0)
        {
            new Span<T>(row, (int)stride).Clear();
            return;
        }
        T tau = ReflectionPanel<TSimd, TVector, T>.Reflect(row + i - 1, row, i - 1, out T head);
        beside[i - 1] = double.CreateTruncating(head);
        new Span<T>(row + i, (int)stride - i).Clear();
        new ReadOnlySpan<T>(row, (int)stride).CopyTo(new(v, (int)stride));
        new Span<T>(w, (int)stride).Clear();
        if (tau == T.Zero) return;
        for (int k = 0; k < i; k += RowsAtOnce) Multiply(matrix + k * stride, k / Square * Square, v, w, k);
        if (before > 0)
        {
            MatMul.Run(2 * before, 1, i, pairs, stride, 1, v, 1, 1, factors, 1);
            for (int k = 0; k < 2 * before; k += 2) (factors[k], factors[k + 1]) = (-factors[k + 1], -factors[k]);
            AddPairs(w, i, before);
        }
        T along = T.CreateTruncating(0.5) * tau * tau * Vectors.Dot<T>(new(w, i), new(v, i));
        for (int j = 0; j < i; j++) w[j] = tau * w[j] - along * v[j];
        new Span<T>(w + i, (int)stride - i).Clear();
    }

    void AddPairs(T* row, int length, int count)
    {
        if (count > 0) MatMul.Run(1, length, 2 * count, factors, 0, 1, pairs, stride, 1, row, stride, accumulate: true);
    }

    /// <summary>Four rows of the lower triangle, and as columns: y += A·x. Columns up to <paramref name="before"/> count twice; then comes a square.</summary>
    [MethodImpl(Compiled.Apart)]
    void Multiply(T* row, int before, T* x, T* y, int i)
    {
        nint step = stride;
        TVector x0 = TSimd.Broadcast(x[i]), x1 = TSimd.Broadcast(x[i + 1]), x2 = TSimd.Broadcast(x[i + 2]), x3 = TSimd.Broadcast(x[i + 3]);
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
        int j = 0;
        for (; j < before; j += TSimd.Count)
        {
            TVector xj = TSimd.Load(x + j), yj = TSimd.Load(y + j);
            TVector a0 = TSimd.Load(row + j), a1 = TSimd.Load(row + step + j), a2 = TSimd.Load(row + 2 * step + j), a3 = TSimd.Load(row + 3 * step + j);
            s0 = TSimd.MultiplyAdd(a0, xj, s0);
            s1 = TSimd.MultiplyAdd(a1, xj, s1);
            s2 = TSimd.MultiplyAdd(a2, xj, s2);
            s3 = TSimd.MultiplyAdd(a3, xj, s3);
            TVector even = TSimd.MultiplyAdd(x2, a2, TSimd.MultiplyAdd(x0, a0, yj)), odd = TSimd.MultiplyAdd(x3, a3, TSimd.Multiply(x1, a1));
            TSimd.Store(y + j, TSimd.Add(even, odd));
        }
        for (int end = before + Square; j < end; j += TSimd.Count)
        {
            TVector xj = TSimd.Load(x + j);
            s0 = TSimd.MultiplyAdd(TSimd.Load(row + j), xj, s0);
            s1 = TSimd.MultiplyAdd(TSimd.Load(row + step + j), xj, s1);
            s2 = TSimd.MultiplyAdd(TSimd.Load(row + 2 * step + j), xj, s2);
            s3 = TSimd.MultiplyAdd(TSimd.Load(row + 3 * step + j), xj, s3);
        }
        TSimd.Sums(s0, s1, s2, s3, y + i);
    }

    /// <summary>The rest of the matrix, rows before <paramref name="rows"/>, with all reflections of a panel.</summary>
    void Update(int rows, int count)
    {
        for (int k = 0; k < 2 * count; k++)
        {
            T* from = pairs + (k ^ 1) * stride, to = turned + k * stride;
            for (int j = 0; j < rows; j++) to[j] = -from[j];
        }
        for (int i = 0; i < rows; i += UpdateRows)
        {
            int end = Math.Min(rows, i + UpdateRows);
            MatMul.Run(end - i, end, 2 * count, pairs + i, 1, stride, turned, stride, 1, matrix + i * stride, stride, accumulate: true);
        }
    }
}

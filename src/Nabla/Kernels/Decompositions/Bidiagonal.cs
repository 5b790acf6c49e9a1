using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// A = U·B·Vᵀ with an upper bidiagonal B by reflections of columns and rows in turn (Golub, Kahan: Calculating the singular values and
/// pseudo-inverse of a matrix, 1965).
/// </summary>
/// <remarks>
/// Each reflection of columns is applied together with the reflection of rows that follows it, to four rows at a time. Loops run over whole
/// registers; where one begins before its column, the reflection holds zeros.
/// </remarks>
internal readonly unsafe struct Bidiagonal<TSimd, TVector>(BidiagonalMemory memory)
    where TSimd : struct, ISimd<TVector, double> where TVector : struct
{
    const double Negligible = 1e-290;       // squares beside a largest element near 1: below, their inverse overflows

    readonly int n = memory.N, end = MatMul.RoundUp(memory.N, TSimd.Count);
    readonly nint stride = memory.Stride;

    /// <summary>The matrix becomes <see cref="BidiagonalMemory.Diagonal"/> and <see cref="BidiagonalMemory.Above"/>; its reflections stay in the rows of Left and Right.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Reduce()
    {
        double* v = memory.V, w = memory.W, u = memory.U;
        for (int k = 0; k < n; k++)
        {
            if (k > 0) v[k - 1] = 0;
            for (int i = k; i < n; i++) v[i] = memory.Matrix[i * stride + k];
            double left = Reflect(v, k, out memory.Diagonal[k]);
            Keep(memory.Left, memory.LeftScale, k, v, left);
            if (k == n - 1) break;

            int start = (k + 1) / TSimd.Count * TSimd.Count;
            Project(k, start);
            double* row = memory.Matrix + k * stride;
            for (int j = start; j < n; j++) u[j] = j <= k ? 0 : row[j] - left * v[k] * w[j];
            double right = Reflect(u, k + 1, out memory.Above[k]);
            Keep(memory.Right, memory.RightScale, k + 1, u, right);
            for (int i = k + 1; i < n; i += 4) Update(memory.Matrix + i * stride, v + i, start, left, right);
        }
    }

    /// <summary>The rows of reflections become the orthogonal matrix they multiply to, transposed.</summary>
    public void Accumulate()
    {
        Accumulate(memory.Left, memory.LeftScale, 0);
        AccumulateRight();
    }

    /// <summary>The same for Right alone, whose reflections leave the first element as it is.</summary>
    public void AccumulateRight()
    {
        new Span<double>(memory.Right, n).Clear();
        memory.Right[0] = 1;
        Accumulate(memory.Right, memory.RightScale, 1);
    }

    /// <summary>x from place <paramref name="at"/> on becomes the vector of the reflection I − scale·x·xᵀ that leaves only <paramref name="head"/> of it.</summary>
    [MethodImpl(Compiled.Apart)]
    public double Reflect(double* x, int at, out double head)
    {
        ReadOnlySpan<double> rest = new(x + at + 1, n - at - 1);
        double square = Vectors.Dot(rest, rest);
        head = x[at];
        if (!(square > Negligible)) return 0;
        head = -Math.CopySign(Math.Sqrt(square + head * head), head);
        x[at] -= head;
        return -1 / (head * x[at]);
    }

    void Keep(double* rows, double* scales, int k, double* vector, double scale)
    {
        if (rows == null) return;
        new ReadOnlySpan<double>(vector + k, n - k).CopyTo(new(rows + k * stride + k, n - k));
        scales[k] = scale;
    }

    /// <summary>w = vᵀ·A below row k.</summary>
    [MethodImpl(Compiled.Apart)]
    void Project(int k, int start)
    {
        double* v = memory.V, w = memory.W, row = memory.Matrix + k * stride;
        nint step = stride;
        int length = end;
        new Span<double>(w + start, length - start).Clear();
        for (int i = k; i < n; i += 4, row += 4 * step)
        {
            TVector v0 = TSimd.Broadcast(v[i]), v1 = TSimd.Broadcast(v[i + 1]), v2 = TSimd.Broadcast(v[i + 2]), v3 = TSimd.Broadcast(v[i + 3]);
            for (int j = start; j < length; j += TSimd.Count)
            {
                TVector sum = TSimd.MultiplyAdd(v0, TSimd.Load(row + j), TSimd.Load(w + j));
                TVector other = TSimd.Multiply(v1, TSimd.Load(row + step + j));
                sum = TSimd.MultiplyAdd(v2, TSimd.Load(row + 2 * step + j), sum);
                other = TSimd.MultiplyAdd(v3, TSimd.Load(row + 3 * step + j), other);
                TSimd.Store(w + j, TSimd.Add(sum, other));
            }
        }
    }

    /// <summary>Four rows: minus left·v·w, then reflected in u.</summary>
    [MethodImpl(Compiled.Apart)]
    void Update(double* row, double* v, int start, double left, double right)
    {
        double* w = memory.W, u = memory.U;
        nint step = stride;
        int length = end;
        TVector v0 = TSimd.Broadcast(-left * v[0]), v1 = TSimd.Broadcast(-left * v[1]), v2 = TSimd.Broadcast(-left * v[2]), v3 = TSimd.Broadcast(-left * v[3]);
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
        for (int j = start; j < length; j += TSimd.Count)
        {
            TVector wj = TSimd.Load(w + j), uj = TSimd.Load(u + j);
            TVector x0 = TSimd.MultiplyAdd(v0, wj, TSimd.Load(row + j)), x1 = TSimd.MultiplyAdd(v1, wj, TSimd.Load(row + step + j));
            TVector x2 = TSimd.MultiplyAdd(v2, wj, TSimd.Load(row + 2 * step + j)), x3 = TSimd.MultiplyAdd(v3, wj, TSimd.Load(row + 3 * step + j));
            TSimd.Store(row + j, x0);
            TSimd.Store(row + step + j, x1);
            TSimd.Store(row + 2 * step + j, x2);
            TSimd.Store(row + 3 * step + j, x3);
            s0 = TSimd.MultiplyAdd(x0, uj, s0);
            s1 = TSimd.MultiplyAdd(x1, uj, s1);
            s2 = TSimd.MultiplyAdd(x2, uj, s2);
            s3 = TSimd.MultiplyAdd(x3, uj, s3);
        }
        Subtract(row, u, start, right, s0, s1, s2, s3);
    }

    [MethodImpl(Compiled.Apart)]
    void Accumulate(double* rows, double* scales, int first)
    {
        double* v = memory.V;
        nint step = stride;
        int length = end;
        for (int k = n - 1; k >= first; k--)
        {
            int start = k / TSimd.Count * TSimd.Count;
            double* own = rows + k * step;
            new ReadOnlySpan<double>(own, (int)step).CopyTo(new(v, (int)step));
            new Span<double>(own, (int)step).Clear();
            own[k] = 1;
            if (scales[k] == 0) continue;
            for (int i = k; i < n; i += 4)
            {
                double* row = rows + i * step;
                TVector s0 = default, s1 = default, s2 = default, s3 = default;
                for (int j = start; j < length; j += TSimd.Count)
                {
                    TVector vj = TSimd.Load(v + j);
                    s0 = TSimd.MultiplyAdd(vj, TSimd.Load(row + j), s0);
                    s1 = TSimd.MultiplyAdd(vj, TSimd.Load(row + step + j), s1);
                    s2 = TSimd.MultiplyAdd(vj, TSimd.Load(row + 2 * step + j), s2);
                    s3 = TSimd.MultiplyAdd(vj, TSimd.Load(row + 3 * step + j), s3);
                }
                Subtract(row, v, start, scales[k], s0, s1, s2, s3);
            }
        }
    }

    /// <summary>Four rows minus scale · (sum of s) · u.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Subtract(double* row, double* u, int start, double scale, TVector s0, TVector s1, TVector s2, TVector s3)
    {
        double* sums = stackalloc double[4];
        nint step = stride;
        int length = end;
        TSimd.Sums(s0, s1, s2, s3, sums);
        TVector f0 = TSimd.Broadcast(-scale * sums[0]), f1 = TSimd.Broadcast(-scale * sums[1]), f2 = TSimd.Broadcast(-scale * sums[2]), f3 = TSimd.Broadcast(-scale * sums[3]);
        for (int j = start; j < length; j += TSimd.Count)
        {
            TVector uj = TSimd.Load(u + j);
            TSimd.Store(row + j, TSimd.MultiplyAdd(f0, uj, TSimd.Load(row + j)));
            TSimd.Store(row + step + j, TSimd.MultiplyAdd(f1, uj, TSimd.Load(row + step + j)));
            TSimd.Store(row + 2 * step + j, TSimd.MultiplyAdd(f2, uj, TSimd.Load(row + 2 * step + j)));
            TSimd.Store(row + 3 * step + j, TSimd.MultiplyAdd(f3, uj, TSimd.Load(row + 3 * step + j)));
        }
    }
}

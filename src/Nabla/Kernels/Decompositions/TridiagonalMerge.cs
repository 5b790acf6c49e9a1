using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The eigenvalues and vectors of a large tridiagonal matrix by halves: T = [T₁ 0; 0 T₂] + |β|·u·uᵀ, whose vectors are those of the halves times
/// those of D + ρ·z·zᵀ (Cuppen: A divide and conquer method for the symmetric tridiagonal eigenproblem, 1981). Values with no part in
/// z, and of two that are equal one, stay as they are; the others are found and their vectors made orthogonal as by Gu, Eisenstat: A
/// divide-and-conquer algorithm for the symmetric tridiagonal eigenproblem, 1995.
/// </summary>
/// <remarks>Vectors are rows, in the type of the input; everything that decides on values is in doubles.</remarks>
internal unsafe struct TridiagonalMerge<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    const int LeafSize = 32;

    readonly int n;
    readonly nint stride;
    readonly T* vectors, packed, weights;
    readonly double* diagonal, beside, z, moved;
    readonly int* order, sorted, kinds;
    readonly byte* leaf;
    SecularMemory secular;

    /// <summary>Vectors of this kind are zero in the second half, nowhere, or in the first.</summary>
    const int First = 0, Both = 1, Second = 2;

    public TridiagonalMerge(int n, T* vectors, double* diagonal, double* beside, int* order, byte* memory)
    {
        (this.n, stride) = (n, Elimination.Stride<T>(n));
        this.vectors = vectors;
        this.diagonal = diagonal;
        this.beside = beside;
        this.order = order;
        packed = (T*)memory;
        weights = packed + n * stride;
        z = (double*)(weights + n * stride);
        moved = z + n;
        sorted = (int*)(moved + n);
        kinds = sorted + n;
        leaf = (byte*)kinds + Workspace.Align(n * sizeof(int));
        secular = new(n, leaf + Workspace.Align(BidiagonalMemory.Bytes(LeafSize, hasVectors: true)));
    }

    public static nint Bytes(int n) =>
        2 * sizeof(T) * n * Elimination.Stride<T>(n) + (2 * sizeof(double) + sizeof(int)) * (nint)n + Workspace.Align(n * sizeof(int))
        + Workspace.Align(BidiagonalMemory.Bytes(LeafSize, hasVectors: true)) + SecularMemory.Bytes(n);

    static double Epsilon => typeof(T) == typeof(float) ? 6e-8 : 1.1e-16;

    /// <summary>The diagonal becomes the values, the rows of vectors, zeros before, their vectors; order tells which rise.</summary>
    public void Run() => Solve(0, n);

    void Solve(int first, int last)
    {
        if (last - first <= LeafSize)
        {
            MatrixBatch.Run<double, Leaf>(1, LeafSize, 1, new() { Merge = this, First = first, Count = last - first });
            return;
        }
        int middle = first + (last - first) / 2;
        double coupling = beside[middle - 1];
        diagonal[middle - 1] -= Math.Abs(coupling);
        diagonal[middle] -= Math.Abs(coupling);
        Solve(first, middle);
        Solve(middle, last);
        Merge(first, middle, last, coupling);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Merge(int first, int middle, int last, double coupling)
    {
        double half = Math.Sqrt(0.5), largest = 0;
        for (int j = first; j < last; j++)
        {
            T end = vectors[j * stride + (j < middle ? middle - 1 : middle)];
            z[j] = double.CreateTruncating(end) * (j >= middle && coupling < 0 ? -half : half);
            kinds[j] = j < middle ? First : Second;
            largest = Math.Max(largest, Math.Max(Math.Abs(diagonal[j]), Math.Abs(z[j])));
        }
        Sort(order + first, middle - first, order + middle, last - middle, sorted);
        int kept = Deflate(first, last, 2 * Math.Abs(coupling), 8 * Epsilon * largest);
        if (kept > 0) Update(first, middle, last, kept);
        else new ReadOnlySpan<int>(sorted, last - first).CopyTo(new(order + first, last - first));
    }

    /// <summary>Two lists of places of rising values become one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Sort(int* a, int aCount, int* b, int bCount, int* to)
    {
        int* aEnd = a + aCount, bEnd = b + bCount;
        while (a < aEnd || b < bEnd) *to++ = b == bEnd || (a < aEnd && diagonal[*a] <= diagonal[*b]) ? *a++ : *b++;
    }

    /// <summary>
    /// Divides rows by rising value into those that go into the equation, listed in sorted and handed to it, and those dropped, listed in order.
    /// Returns how many are kept.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    int Deflate(int first, int last, double rho, double tolerance)
    {
        int kept = 0, dropped = first, held = -1;
        for (int at = 0; at < last - first; at++)
        {
            int row = sorted[at];
            if (rho * Math.Abs(z[row]) <= tolerance)
            {
                order[dropped++] = row;
                continue;
            }
            if (held >= 0)
            {
                // A rotation of both vectors puts all of z into the second; is what it leaves beside the diagonal nothing?
                double length = Math.Sqrt(z[row] * z[row] + z[held] * z[held]), cos = z[row] / length, sin = z[held] / length;
                double low = diagonal[held], high = diagonal[row];
                if ((high - low) * Math.Abs(cos * sin) <= tolerance)
                {
                    z[row] = length;
                    if (kinds[row] != kinds[held]) kinds[row] = Both;
                    Vectors.Rotate<T>(Row(held, first, last), Row(row, first, last), T.CreateTruncating(cos), T.CreateTruncating(-sin));
                    diagonal[held] = low * cos * cos + high * sin * sin;
                    diagonal[row] = low * sin * sin + high * cos * cos;
                    order[dropped++] = held;
                }
                else Keep(held, rho, kept++);
            }
            held = row;
        }
        if (held >= 0) Keep(held, rho, kept++);
        return kept;
    }

    readonly Span<T> Row(int row, int first, int last) => new(vectors + row * stride + first, last - first);

    void Keep(int row, double rho, int at)
    {
        sorted[at] = row;
        secular.Poles[at] = diagonal[row];
        secular.Weights[at] = rho * z[row] * z[row];
        secular.Exact[at] = z[row];
    }

    /// <summary>The kept rows become the products of the equation's vectors with them; the dropped follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Update(int first, int middle, int last, int kept)
    {
        int dropped = last - first - kept, inFirst = Pack(first, middle, last, kept, out int inBoth);
        secular.Count = kept;
        secular.Solve(weights, stride);
        T* to = vectors + first * stride + first, second = packed + inFirst * stride + (middle - first);
        MatMul.Run(kept, middle - first, inFirst + inBoth, weights, stride, 1, packed, stride, 1, to, stride);
        MatMul.Run(kept, last - middle, kept - inFirst, weights + inFirst, stride, 1, second, stride, 1, to + (middle - first), stride);
        for (int k = 0; k < kept; k++)
        {
            diagonal[first + k] = secular.Value(k);
            sorted[k] = first + k;
        }
        for (int k = 0; k < dropped; k++)
        {
            int row = first + kept + k, at = kept + k;
            new ReadOnlySpan<T>(packed + (kept + k) * stride, last - first).CopyTo(Row(row, first, last));
            diagonal[row] = moved[k];
            for (; at > kept && diagonal[sorted[at - 1]] > moved[k]; at--) sorted[at] = sorted[at - 1];
            sorted[at] = row;
        }
        Sort(sorted, kept, sorted + kept, dropped, order + first);
    }

    /// <summary>Rows go where products want them: first those without a second half, then whole ones, those without a first half, and the dropped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    int Pack(int first, int middle, int last, int kept, out int inBoth)
    {
        int* next = stackalloc int[3];
        (next[First], next[Both], next[Second]) = (0, 0, 0);
        for (int k = 0; k < kept; k++) next[kinds[sorted[k]]]++;
        int inFirst = next[First];
        inBoth = next[Both];
        (next[First], next[Both], next[Second]) = (0, inFirst, inFirst + inBoth);
        for (int k = 0; k < kept; k++)
        {
            int row = sorted[k], kind = kinds[row], place = secular.Places[k] = next[kind]++;
            int from = kind == Second ? middle : first, end = kind == First ? middle : last;
            Row(row, from, end).CopyTo(new(packed + place * stride + (from - first), end - from));
        }
        for (int k = kept; k < last - first; k++)
        {
            int row = order[first + k - kept];
            Row(row, first, last).CopyTo(new(packed + k * stride, last - first));
            moved[k - kept] = diagonal[row];
        }
        return inFirst;
    }

    /// <summary>A small tridiagonal matrix, by QL iterations.</summary>
    struct Leaf : IMatrixWork<double>
    {
        public TridiagonalMerge<T> Merge;
        public int First, Count;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, double> where TVector : struct
        {
            var memory = new BidiagonalMemory(Count, hasVectors: true, Merge.leaf);
            for (int i = 0; i < Count; i++)
            {
                memory.Diagonal[i] = Merge.diagonal[First + i];
                memory.Above[i] = Merge.beside[First + i];
                memory.Right[i * memory.Stride + i] = 1;
            }
            new Tridiagonal<TSimd, TVector>(memory).Diagonalize();
            for (int i = 0; i < Count; i++)
            {
                double value = Merge.diagonal[First + i] = memory.Diagonal[i];
                int* rising = Merge.order + First;
                int at = i;
                for (; at > 0 && memory.Diagonal[rising[at - 1] - First] > value; at--) rising[at] = rising[at - 1];
                rising[at] = First + i;
                T* row = Merge.vectors + (First + i) * Merge.stride + First;
                for (int j = 0; j < Count; j++) row[j] = T.CreateTruncating(memory.Right[i * memory.Stride + j]);
            }
        }
    }
}

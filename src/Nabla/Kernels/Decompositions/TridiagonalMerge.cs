using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The eigenvalues and vectors of a large tridiagonal matrix by halves: T = [T₁ 0; 0 T₂] + |β|·u·uᵀ, whose vectors are those of the halves times
/// those of D + ρ·z·zᵀ (Cuppen: A divide and conquer method for the symmetric tridiagonal eigenproblem, 1981).
/// </summary>
/// <remarks>Vectors are rows, zeros before.</remarks>
internal unsafe struct TridiagonalMerge<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    const int LeafSize = 32;

    readonly int n;
    readonly nint stride;
    readonly T* vectors;
    readonly double* beside;
    readonly byte* leaf;
    MergedRows<T> rows;

    public TridiagonalMerge(int n, T* vectors, double* diagonal, double* beside, int* order, byte* memory)
    {
        (this.n, stride) = (n, Elimination.Stride<T>(n));
        this.vectors = vectors;
        this.beside = beside;
        rows = new(n, diagonal, order, memory);
        leaf = memory + Workspace.Align(MergedRows<T>.Bytes(n));
    }

    public static nint Bytes(int n) => Workspace.Align(MergedRows<T>.Bytes(n)) + BidiagonalMemory.Bytes(LeafSize, hasVectors: true);

    /// <summary>The diagonal becomes the values; order tells which rise.</summary>
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
        rows.Values[middle - 1] -= Math.Abs(coupling);
        rows.Values[middle] -= Math.Abs(coupling);
        Solve(first, middle);
        Solve(middle, last);
        Merge(first, middle, last, coupling);
    }

    [MethodImpl(Compiled.Apart)]
    void Merge(int first, int middle, int last, double coupling)
    {
        double half = Math.Sqrt(0.5), largest = 0;
        for (int j = first; j < last; j++)
        {
            T end = vectors[j * stride + (j < middle ? middle - 1 : middle)];
            double z = rows.Z[j] = double.CreateTruncating(end) * (j >= middle && coupling < 0 ? -half : half);
            rows.Kinds[j] = j < middle ? MergedRows<T>.First : MergedRows<T>.Second;
            largest = Math.Max(largest, Math.Max(Math.Abs(rows.Values[j]), Math.Abs(z)));
        }
        rows.Sort(rows.Order + first, middle - first, rows.Order + middle, last - middle, rows.Sorted);
        rows.Deflate(first, last, 0, 2 * Math.Abs(coupling), MergedRows<T>.Epsilon * largest, vectors, null, last);
        rows.Solve(first, last);
        rows.Replace(vectors, areLeft: false, first, middle, last, last);
        rows.Finish(first, last);
    }

    /// <summary>A small tridiagonal matrix, by QL iterations.</summary>
    struct Leaf : IMatrixWork<double>
    {
        public TridiagonalMerge<T> Merge;
        public int First, Count;

        [MethodImpl(Compiled.Apart)]
        public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, double> where TVector : struct
        {
            var memory = new BidiagonalMemory(Count, hasVectors: true, Merge.leaf);
            for (int i = 0; i < Count; i++)
            {
                memory.Diagonal[i] = Merge.rows.Values[First + i];
                memory.Above[i] = Merge.beside[First + i];
                memory.Right[i * memory.Stride + i] = 1;
            }
            new Tridiagonal<TSimd, TVector>(memory).Diagonalize();
            for (int i = 0; i < Count; i++)
            {
                Merge.rows.Insert(First, First + i, memory.Diagonal[i]);
                Merge.rows.Insert(Merge.vectors, First, First + i, memory.Right + i * memory.Stride, Count);
            }
        }
    }
}

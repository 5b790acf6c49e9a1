using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The singular values and vectors of a large upper bidiagonal matrix by halves: without the row in the middle two such matrices are left, each with a column
/// more than rows if another follows it. In their vectors the whole is a diagonal under a row z, the square of whose singular values is given by D² + z·zᵀ
/// (Gu, Eisenstat: A divide-and-conquer algorithm for the bidiagonal SVD, 1995).
/// </summary>
/// <remarks>
/// Vectors are rows, zeros before. The right vector of a column too many, which belongs to no value, stands behind the others of its half: in the
/// row of the middle one.
/// </remarks>
internal unsafe struct BidiagonalMerge<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    const int LeafSize = 32;

    readonly int n;
    readonly nint stride;
    readonly T* left, right;
    readonly double* above;
    readonly byte* leaf;
    MergedRows<T> rows;

    public BidiagonalMerge(int n, T* left, T* right, double* diagonal, double* above, int* order, byte* memory)
    {
        (this.n, stride) = (n, Elimination.Stride<T>(n));
        this.left = left;
        this.right = right;
        this.above = above;
        rows = new(n, diagonal, order, memory);
        rows.Secular.AreSquares = true;
        leaf = memory + Workspace.Align(MergedRows<T>.Bytes(n));
    }

    public static nint Bytes(int n) => Workspace.Align(MergedRows<T>.Bytes(n)) + BidiagonalMemory.Bytes(LeafSize + 1, hasVectors: true);

    /// <summary>The diagonal becomes the values; order tells which rise.</summary>
    public void Run() => Solve(0, n, 0);

    /// <summary>Rows first … last − 1, of which the last has <paramref name="more"/> (0 or 1) elements behind the diagonal.</summary>
    void Solve(int first, int last, int more)
    {
        if (last - first <= LeafSize)
        {
            MatrixBatch.Run<double, Leaf>(1, LeafSize, 1, new() { Merge = this, First = first, Count = last - first, More = more });
            return;
        }
        int middle = first + (last - first) / 2;
        Solve(first, middle, 1);
        Solve(middle + 1, last, more);
        Merge(first, middle, last, more);
    }

    [MethodImpl(Compiled.Apart)]
    void Merge(int first, int middle, int last, int more)
    {
        double before = rows.Values[middle], after = above[middle], largest = Math.Max(Math.Abs(before), Math.Abs(after));
        left[middle * stride + middle] = T.One;
        rows.Values[middle] = 0;
        for (int j = first; j < last; j++)
        {
            rows.Z[j] = j <= middle ? before * End(j, middle) : after * End(j, middle + 1);
            rows.Kinds[j] = j <= middle ? MergedRows<T>.First : MergedRows<T>.Second;
            largest = Math.Max(largest, rows.Values[j]);
        }
        if (largest == 0)
        {
            rows.Order[middle] = middle;
            return;
        }
        if (more > 0) Join(first, middle, last, after * End(last, middle + 1));

        // What is as good as 0 becomes so small that it does no harm, but keeps its distance.
        double tolerance = MergedRows<T>.Epsilon * largest;
        if (Math.Abs(rows.Z[middle]) <= tolerance) rows.Z[middle] = tolerance;
        for (int j = first; j < last; j++)
            if (j != middle) rows.Values[j] = Math.Max(rows.Values[j], 0.5 * tolerance);
        rows.Sorted[0] = middle;
        rows.Sort(rows.Order + first, middle - first, rows.Order + middle + 1, last - middle - 1, rows.Sorted + 1);
        rows.Deflate(first, last, 1, 1, tolerance, right, left, last + more);
        rows.Solve(first, last);
        rows.Replace(right, areLeft: false, first, middle + 1, last, last + more);
        rows.Replace(left, areLeft: true, first, middle + 1, last, last);
        rows.Finish(first, last);
    }

    readonly double End(int row, int column) => double.CreateTruncating(right[row * stride + column]);

    /// <summary>Of the two vectors that belong to no value, one gets all of z.</summary>
    void Join(int first, int middle, int last, double second)
    {
        rows.Kinds[middle] = MergedRows<T>.Both;
        double length = Math.Sqrt(rows.Z[middle] * rows.Z[middle] + second * second);
        if (length == 0) return;
        rows.Rotate(right, middle, last, first, last + 1, rows.Z[middle] / length, second / length);
        rows.Z[middle] = length;
    }

    /// <summary>A small bidiagonal matrix, by QR iterations; a column too many is one of a square matrix whose last row is zero.</summary>
    struct Leaf : IMatrixWork<double>
    {
        public BidiagonalMerge<T> Merge;
        public int First, Count, More;

        [MethodImpl(Compiled.Apart)]
        public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, double> where TVector : struct
        {
            int all = Count + More;
            var memory = new BidiagonalMemory(all, hasVectors: true, Merge.leaf);
            for (int i = 0; i < all; i++)
            {
                memory.Diagonal[i] = i < Count ? Merge.rows.Values[First + i] : 0;
                memory.Above[i] = i < all - 1 ? Merge.above[First + i] : 0;
                memory.Left[i * memory.Stride + i] = memory.Right[i * memory.Stride + i] = 1;
            }
            new BidiagonalIteration<TSimd, TVector>(memory).Run();
            for (int i = 0; i < all; i++)
            {
                double value = memory.Diagonal[i];
                Merge.rows.Insert(Merge.right, First, First + i, memory.Right + i * memory.Stride, all, value < 0 ? -1 : 1);
                if (i == Count) break;
                Merge.rows.Insert(First, First + i, Math.Abs(value));
                Merge.rows.Insert(Merge.left, First, First + i, memory.Left + i * memory.Stride, Count);
            }
        }
    }
}

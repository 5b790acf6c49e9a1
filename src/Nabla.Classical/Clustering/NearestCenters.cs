using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Clustering;

/// <summary>
/// The nearest center of each row: argmin ‖c‖²/2 − x·c, a matrix product per block of rows whose scores stay in the second-level
/// cache. Centers are padded with ones at infinity to whole registers; of equal ones the first wins.
/// </summary>
internal sealed unsafe class NearestCenters<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public const int BlockRows = 512;

    readonly T[] negated, halves;
    readonly int columns, padded;

    public NearestCenters(Matrix<T> centers)
    {
        columns = centers.Columns;
        padded = MatMul.RoundUp(centers.Rows, Vector512<T>.Count);
        negated = new T[columns * padded];
        halves = new T[padded];
        Array.Fill(halves, T.PositiveInfinity);
        for (int c = 0; c < centers.Rows; c++)
        {
            halves[c] = Vectors.Dot<T>(centers.Row(c), centers.Row(c)) / T.CreateTruncating(2);
            for (int j = 0; j < columns; j++) negated[j * padded + c] = -centers[c, j];
        }
    }

    /// <summary>Fills labels, and the sums of each cluster's rows if wanted.</summary>
    public void Assign(Matrix<T> x, int[] labels, ClusterSums<T>? sums)
    {
        var job = new Job(this, x, labels, sums);
        Workers.For((x.Rows + BlockRows - 1) / BlockRows, ref job);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Smallest(T* scores, int count, Vector512<T> steps, Vector512<T> lanes)
    {
        Vector512<T> best = Vector512.Load(scores), at = lanes, here = lanes;
        for (int i = Vector512<T>.Count; i < count; i += Vector512<T>.Count)
        {
            here += steps;
            Vector512<T> value = Vector512.Load(scores + i), isLess = Vector512.LessThan(value, best);
            at = Vector512.ConditionalSelect(isLess, here, at);
            best = Vector512.MinNative(value, best);
        }
        // The least score, then the first center that has it.
        Vector256<T> half = Vector256.MinNative(best.GetLower(), best.GetUpper());
        Vector128<T> quarter = Vector128.MinNative(half.GetLower(), half.GetUpper());
        T least = quarter[0];
        for (int i = 1; i < Vector128<T>.Count; i++) least = T.MinNative(least, quarter[i]);
        Vector512<T> first = Vector512.ConditionalSelect(
            Vector512.Equals(best, Vector512.Create(least)), at, Vector512.Create(T.PositiveInfinity));
        half = Vector256.MinNative(first.GetLower(), first.GetUpper());
        quarter = Vector128.MinNative(half.GetLower(), half.GetUpper());
        T index = quarter[0];
        for (int i = 1; i < Vector128<T>.Count; i++) index = T.MinNative(index, quarter[i]);
        return int.CreateTruncating(index);
    }

    readonly struct Job(NearestCenters<T> owner, Matrix<T> x, int[] labels, ClusterSums<T>? sums) : IJob
    {
        public void Run(int block)
        {
            int first = block * BlockRows, end = Math.Min(first + BlockRows, x.Rows), padded = owner.padded, columns = owner.columns;
            T[] scores = System.Buffers.ArrayPool<T>.Shared.Rent(BlockRows * padded);
            fixed (T* px = &x.Values[(nint)first * columns], pc = owner.negated, ph = owner.halves, ps = scores)
            {
                MatMul.Run(end - first, padded, columns, px, columns, 1, pc, padded, 1, ps, padded, accumulate: false, ph);
                Vector512<T> steps = Vector512.Create(T.CreateTruncating(Vector512<T>.Count)), lanes = Vector512<T>.Indices;
                for (int i = first; i < end; i++) labels[i] = Smallest(ps + (nint)(i - first) * padded, padded, steps, lanes);
            }
            System.Buffers.ArrayPool<T>.Shared.Return(scores);
            sums?.Collect(block, x, first, end, labels);
        }
    }
}

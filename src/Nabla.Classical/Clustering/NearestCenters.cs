using System.Numerics;
using System.Runtime.CompilerServices;
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
        padded = MatMul.RoundUp(centers.Rows, Vector<T>.Count);
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

    /// <summary>The place of the least score; the first of equal ones. Each lane keeps its own least and where it was.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int Smallest(T* scores, int count)
    {
        Vector<T> steps = new(T.CreateTruncating(Vector<T>.Count)), here = Vector<T>.Indices, at = here, best = Vector.Load(scores);
        for (int i = Vector<T>.Count; i < count; i += Vector<T>.Count)
        {
            here += steps;
            Vector<T> value = Vector.Load(scores + i);
            at = Vector.ConditionalSelect(Vector.LessThan(value, best), here, at);
            best = Vector.MinNative(value, best);
        }
        T least = best[0], place = at[0];
        for (int lane = 1; lane < Vector<T>.Count; lane++)
            if (best[lane] < least || (best[lane] == least && at[lane] < place)) (least, place) = (best[lane], at[lane]);
        return int.CreateTruncating(place);
    }

    readonly struct Job(NearestCenters<T> owner, Matrix<T> x, int[] labels, ClusterSums<T>? sums) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int block)
        {
            int first = block * BlockRows, end = Math.Min(first + BlockRows, x.Rows), padded = owner.padded, columns = owner.columns;
            T[] scores = System.Buffers.ArrayPool<T>.Shared.Rent(BlockRows * padded);
            fixed (T* px = &x.Values[(nint)first * columns], pc = owner.negated, ph = owner.halves, ps = scores)
            {
                MatMul.Run(end - first, padded, columns, px, columns, 1, pc, padded, 1, ps, padded, accumulate: false, ph);
                for (int i = first; i < end; i++) labels[i] = Smallest(ps + (nint)(i - first) * padded, padded);
            }
            System.Buffers.ArrayPool<T>.Shared.Return(scores);
            sums?.Collect(block, x, first, end, labels);
        }
    }
}

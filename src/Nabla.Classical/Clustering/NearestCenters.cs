using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Clustering;

/// <summary>
/// The nearest center of each row: argmin ‖c‖²/2 − x·c, a matrix product per block of rows whose scores stay in the second-level cache. Scores
/// lie center by center, so that a register holds neighboring rows and the search needs no step across its lanes; of equal centers the first wins.
/// </summary>
internal sealed unsafe class NearestCenters<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public const int BlockRows = 512;

    /// <summary>From one center's scores to the next's: not a power of two, whose multiples share the same few places of the first-level cache.</summary>
    const int Stride = BlockRows + 32;

    readonly T[] negated, halves;
    readonly int columns;

    public NearestCenters(Matrix<T> centers)
    {
        columns = centers.Columns;
        negated = Array.ConvertAll(centers.Values, static v => -v);
        halves = new T[centers.Rows];
        for (int c = 0; c < halves.Length; c++) halves[c] = Vectors.Dot<T>(centers.Row(c), centers.Row(c)) / T.CreateTruncating(2);
    }

    /// <summary>Fills labels, and the sums of each cluster's rows if wanted.</summary>
    public void Assign(Matrix<T> x, int[] labels, ClusterSums<T>? sums)
    {
        var job = new Job(this, x, labels, sums);
        Workers.For((x.Rows + BlockRows - 1) / BlockRows, ref job);
    }

    /// <summary>Labels of a block: four registers of rows at a time, each lane with its least score so far and the center that has it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Search(T* scores, T* halves, int centers, int rows, int* labels)
    {
        int width = Vector<T>.Count;
        T* places = stackalloc T[4 * Vector<T>.Count];
        for (int row = 0; row < rows; row += 4 * width)
        {
            T* column = scores + row;
            Vector<T> half = new(halves[0]), center = Vector<T>.Zero;
            Vector<T> best0 = Vector.Load(column) + half, best1 = Vector.Load(column + width) + half;
            Vector<T> best2 = Vector.Load(column + 2 * width) + half, best3 = Vector.Load(column + 3 * width) + half;
            Vector<T> at0 = center, at1 = center, at2 = center, at3 = center;
            for (int c = 1; c < centers; c++)
            {
                column += Stride;
                half = new(halves[c]);
                center += Vector<T>.One;
                Take(Vector.Load(column) + half, center, ref best0, ref at0);
                Take(Vector.Load(column + width) + half, center, ref best1, ref at1);
                Take(Vector.Load(column + 2 * width) + half, center, ref best2, ref at2);
                Take(Vector.Load(column + 3 * width) + half, center, ref best3, ref at3);
            }
            at0.Store(places);
            at1.Store(places + width);
            at2.Store(places + 2 * width);
            at3.Store(places + 3 * width);
            for (int i = 0; i < Math.Min(4 * width, rows - row); i++) labels[row + i] = int.CreateTruncating(places[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Take(Vector<T> value, Vector<T> center, ref Vector<T> best, ref Vector<T> at)
    {
        at = Vector.ConditionalSelect(Vector.LessThan(value, best), center, at);
        best = Vector.MinNative(value, best);
    }

    readonly struct Job(NearestCenters<T> owner, Matrix<T> x, int[] labels, ClusterSums<T>? sums) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int block)
        {
            int first = block * BlockRows, rows = Math.Min(BlockRows, x.Rows - first), columns = owner.columns, centers = owner.halves.Length;
            T[] scores = ArrayPool<T>.Shared.Rent(centers * Stride);
            fixed (T* px = &x.Values[(nint)first * columns], pc = owner.negated, ph = owner.halves, ps = scores)
            fixed (int* pl = &labels[first])
            {
                MatMul.Run(centers, rows, columns, pc, columns, 1, px, 1, columns, ps, Stride);
                Search(ps, ph, centers, rows, pl);
            }
            ArrayPool<T>.Shared.Return(scores);
            sums?.Collect(block, x, first, first + rows, labels);
        }
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Nabla.Kernels;

namespace Nabla.Classical.Bayes;

/// <summary>
/// Weight, mean and variance of each column within each class, in one pass over a table of floats or doubles: sums of x − s and
/// (x − s)² in double, s the first row, so that a large common offset costs no digits.
/// </summary>
internal sealed unsafe class ClassMoments
{
    const int BlockRows = 4096;

    readonly int classes, columns, blocks;
    readonly double[] shift, sums, totals;

    ClassMoments(int rows, int classes, int columns)
    {
        (this.classes, this.columns) = (classes, columns);
        blocks = (rows + BlockRows - 1) / BlockRows;
        shift = new double[columns];
        sums = new double[(long)blocks * classes * 2 * columns];
        totals = new double[blocks * classes];
    }

    /// <summary>N [classes], means and variances [classes, columns]; NaN where a number is not finite.</summary>
    public static (double[] Counts, double[] Means, double[] Variances) Measure<T>(
        ReadOnlySpan<T> x, int columns, int[] targets, int classes, double[]? weights) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var moments = new ClassMoments(targets.Length, classes, columns);
        for (int j = 0; j < columns; j++) moments.shift[j] = double.CreateTruncating(x[j]);
        fixed (T* px = x)
        {
            var job = new Job<T>(moments, px, targets, weights);
            Workers.For(moments.blocks, ref job);
        }
        return moments.Combine();
    }

    (double[], double[], double[]) Combine()
    {
        double[] counts = new double[classes], means = new double[classes * columns], variances = new double[classes * columns];
        for (int block = 0; block < blocks; block++)
            for (int c = 0; c < classes; c++)
            {
                counts[c] += totals[block * classes + c];
                ReadOnlySpan<double> part = sums.AsSpan((block * classes + c) * 2 * columns, 2 * columns);
                Vectors.AddScaled(means.AsSpan(c * columns, columns), 1, part[..columns]);
                Vectors.AddScaled(variances.AsSpan(c * columns, columns), 1, part[columns..]);
            }
        for (int i = 0; i < means.Length; i++)
        {
            double n = counts[i / columns];
            means[i] /= n;
            variances[i] = Math.Max(variances[i] / n - means[i] * means[i], 0);
            means[i] += shift[i % columns];
        }
        return (counts, means, variances);
    }

    readonly struct Job<T>(ClassMoments owner, T* x, int[] targets, double[]? weights) : IJob where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int block)
        {
            int first = block * BlockRows, end = Math.Min(first + BlockRows, targets.Length), columns = owner.columns;
            fixed (double* sums = &owner.sums[(nint)block * owner.classes * 2 * columns], totals = &owner.totals[block * owner.classes], shift = owner.shift)
                for (int i = first; i < end; i++)
                {
                    double weight = weights is null ? 1 : weights[i];
                    totals[targets[i]] += weight;
                    Add(x + (nint)i * columns, shift, sums + (nint)targets[i] * 2 * columns, columns, weight);
                }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void Add(T* row, double* shift, double* sum, int columns, double weight)
        {
            double* squares = sum + columns;
            int j = 0;
            Vector512<double> w = Vector512.Create(weight);
            if (typeof(T) == typeof(float))
                for (; j <= columns - 16; j += 16)
                {
                    var (low, high) = Vector512.Widen(Vector512.Load((float*)row + j));
                    Step(low, w, shift + j, sum + j, squares + j);
                    Step(high, w, shift + j + 8, sum + j + 8, squares + j + 8);
                }
            else
                for (; j <= columns - 8; j += 8) Step(Vector512.Load((double*)row + j), w, shift + j, sum + j, squares + j);
            for (; j < columns; j++)
            {
                double d = (typeof(T) == typeof(float) ? ((float*)row)[j] : ((double*)row)[j]) - shift[j];
                sum[j] += weight * d;
                squares[j] += weight * d * d;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Step(Vector512<double> x, Vector512<double> weight, double* shift, double* sum, double* squares)
        {
            Vector512<double> d = x - Vector512.Load(shift), wd = weight * d;
            (Vector512.Load(sum) + wd).Store(sum);
            (Vector512.Load(squares) + wd * d).Store(squares);
        }
    }
}

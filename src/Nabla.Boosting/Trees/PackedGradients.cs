using System.Numerics;
using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla.Boosting.Trees;

/// <summary>
/// The gradient pairs of one tree as fixed-point numbers, both in one 64-bit integer: (g ≪ 32) + h. A histogram update is one
/// integer addition, and since integer sums are exact, they depend neither on the order of the rows nor on the number of
/// threads, and the histogram of a sibling is the parent's minus the other's without any error.
/// </summary>
/// <remarks>
/// At most <see cref="ChunkRows"/> pairs are added before the sums move to 64 bits each: with chunks of 2ᶜ rows a number has
/// 31 − c bits. Chunks are as long as precision allows: a typical number is at least 2¹⁰ quanta, or a quantum is 2⁻²³ of the
/// largest, where single-precision sums would round too.
/// </remarks>
internal sealed unsafe class PackedGradients(int rows)
{
    const int LongestChunk = 14, ShortestChunk = 8, TypicalBits = 10;
    const int RowsPerJob = 1 << 14;

    readonly PinnedArray<long> pairs = new(rows);

    /// <summary>The packed pairs, one per row.</summary>
    public long* Pointer => pairs.Pointer;

    /// <summary>Rows that may be added up without overflow.</summary>
    public int ChunkRows { get; private set; } = 1 << LongestChunk;

    /// <summary>What one unit of a gradient sum is worth.</summary>
    public double GradientUnit { get; private set; } = 1;

    /// <summary>What one unit of a hessian sum is worth.</summary>
    public double HessianUnit { get; private set; } = 1;

    /// <summary>Packs the pairs of all rows.</summary>
    /// <param name="gradients">First derivatives of the loss, finite.</param>
    /// <param name="hessians">Second derivatives, at least 0.</param>
    public void Pack(ReadOnlySpan<float> gradients, ReadOnlySpan<float> hessians)
    {
        int count = gradients.Length;
        var sizes = new Sizes[(count + RowsPerJob - 1) / RowsPerJob];
        fixed (float* g = gradients, h = hessians)
        {
            var measure = new MeasureJob(g, h, count, sizes);
            Workers.For(sizes.Length, ref measure);
            Sizes all = sizes.Aggregate(static (a, b) => a + b);
            if (!float.IsFinite(all.MostGradient) || !float.IsFinite(all.MostHessian))
                throw new ArithmeticException("GradientBoosting: expected finite gradients, got NaN or infinity. Lower the learning rate or check the labels.");
            Scale(all, count);
            var pack = new PackJob(g, h, count, 1 / GradientUnit, 1 / HessianUnit, pairs.Pointer);
            Workers.For(sizes.Length, ref pack);
        }
    }

    void Scale(in Sizes sizes, int count)
    {
        int chunk = Math.Min(LongestChunk, Bits(count));
        chunk = Math.Min(chunk, Math.Min(ChunkFor(sizes.SumGradient, sizes.MostGradient, count), ChunkFor(sizes.SumHessian, sizes.MostHessian, count)));
        chunk = Math.Max(chunk, ShortestChunk);
        ChunkRows = 1 << chunk;
        double quanta = (1L << (31 - chunk)) - 1;
        GradientUnit = sizes.MostGradient > 0 ? sizes.MostGradient / quanta : 1;
        HessianUnit = sizes.MostHessian > 0 ? sizes.MostHessian / quanta : 1;
    }

    static int Bits(int rows) => rows <= 1 ? 0 : 32 - int.LeadingZeroCount(rows - 1);

    /// <summary>The longest chunk for which a typical number still has <see cref="TypicalBits"/> bits.</summary>
    static int ChunkFor(double sum, double most, int rows) =>
        sum > 0 ? 31 - TypicalBits - (int)Math.Ceiling(Math.Log2(Math.Max(most * rows / sum, 1))) : LongestChunk;

    /// <summary>How large the numbers of some rows are, and together.</summary>
    readonly record struct Sizes(float MostGradient, float MostHessian, double SumGradient, double SumHessian)
    {
        public static Sizes operator +(in Sizes a, in Sizes b) => new(
            MathF.Max(a.MostGradient, b.MostGradient), MathF.Max(a.MostHessian, b.MostHessian), a.SumGradient + b.SumGradient, a.SumHessian + b.SumHessian);
    }

    readonly struct MeasureJob(float* gradients, float* hessians, int count, Sizes[] sizes) : IJob, ILaneRows
    {
        public void Run(int index) => LaneChoice.Run<float, MeasureJob>(this, index * RowsPerJob, Math.Min((index + 1) * RowsPerJob, count));

        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            V none = V.Constant(0), mostG = none, mostH = none, sumG = none, sumH = none;
            for (nint row = first; row < end; row += Lane<V, float>.Width)
            {
                nint lanes = Math.Min(Lane<V, float>.Width, end - row);
                V g = V.Abs(Lane<V, float>.LoadUpTo(gradients + row, lanes, none)), h = Lane<V, float>.LoadUpTo(hessians + row, lanes, none);
                (mostG, mostH, sumG, sumH) = (V.Max(mostG, g), V.Max(mostH, h), sumG + g, sumH + h);
            }
            sizes[first / RowsPerJob] = new Sizes(
                (float)Lane<V, float>.Max(mostG), (float)Lane<V, float>.Max(mostH), Lane<V, float>.Sum(sumG), Lane<V, float>.Sum(sumH));
        }
    }

    readonly struct PackJob(float* gradients, float* hessians, int count, double toGradient, double toHessian, long* pairs) : IJob
    {
        // Adding 1.5·2⁵² leaves the nearest integer in the low bits: a conversion by rounding that every processor has.
        const double Magic = 6755399441055744.0;

        [MethodImpl(Compiled.Apart)]
        public void Run(int index)
        {
            nint row = (nint)index * RowsPerJob, end = Math.Min(row + RowsPerJob, count), width = Vector<float>.Count;
            for (; row + width <= end; row += width)
            {
                Vector.Widen(Vector.Load(gradients + row), out Vector<double> g0, out Vector<double> g1);
                Vector.Widen(Vector.Load(hessians + row), out Vector<double> h0, out Vector<double> h1);
                Vector.Store(Pair(g0, h0), pairs + row);
                Vector.Store(Pair(g1, h1), pairs + row + width / 2);
            }
            for (; row < end; row++) pairs[row] = (Nearest(gradients[row] * toGradient) << 32) + Nearest(hessians[row] * toHessian);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        Vector<long> Pair(Vector<double> g, Vector<double> h)
        {
            var magic = new Vector<double>(Magic);
            Vector<long> zero = Vector.AsVectorInt64(magic);
            return Vector.ShiftLeft(Vector.AsVectorInt64(g * toGradient + magic) - zero, 32) + (Vector.AsVectorInt64(h * toHessian + magic) - zero);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static long Nearest(double x) => BitConverter.DoubleToInt64Bits(x + Magic) - BitConverter.DoubleToInt64Bits(Magic);
    }
}

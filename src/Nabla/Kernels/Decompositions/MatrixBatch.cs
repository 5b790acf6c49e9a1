using System.Numerics;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>What is done to each matrix of a batch, written over registers.</summary>
internal interface IMatrixWork<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, T> where TVector : struct;
}

/// <summary>
/// A batch of matrices on the threads: small ones side by side, large ones one after the other with the threads inside their products. So
/// results do not depend on the number of threads.
/// </summary>
internal static class MatrixBatch
{
    const int LargeSize = 384;          // from here on the products inside keep several threads busy
    const long TaskWork = 1 << 18;

    /// <param name="count">Matrices.</param>
    /// <param name="size">Of each.</param>
    /// <param name="work">Multiply-adds for each.</param>
    /// <param name="each">What to do.</param>
    public static void Run<T, TWork>(int count, int size, long work, in TWork each) where T : unmanaged, IFloatingPointIeee754<T> where TWork : struct, IMatrixWork<T>
    {
        if (count == 0) return;
        int perTask = size >= LargeSize ? count : (int)Math.Clamp(TaskWork / Math.Max(1, work), 1, count);
        // A method each, so that a process loads the types of one instruction set only.
        switch (InstructionSets.Active)
        {
            case InstructionSet.Avx512: With512<T, TWork>(count, perTask, each); break;
            case InstructionSet.Avx2: With256<T, TWork>(count, perTask, each); break;
            case InstructionSet.Vector128: With128<T, TWork>(count, perTask, each); break;
            default: WithScalars<T, TWork>(count, perTask, each); break;
        }
    }

    static void With512<T, TWork>(int count, int perTask, in TWork each) where T : unmanaged, IFloatingPointIeee754<T> where TWork : struct, IMatrixWork<T> =>
        Share<Simd512<T>, Vector512<T>, T, TWork>(count, perTask, each);

    static void With256<T, TWork>(int count, int perTask, in TWork each) where T : unmanaged, IFloatingPointIeee754<T> where TWork : struct, IMatrixWork<T> =>
        Share<Simd256<T>, Vector256<T>, T, TWork>(count, perTask, each);

    static void With128<T, TWork>(int count, int perTask, in TWork each) where T : unmanaged, IFloatingPointIeee754<T> where TWork : struct, IMatrixWork<T> =>
        Share<Simd128<T>, Vector128<T>, T, TWork>(count, perTask, each);

    static void WithScalars<T, TWork>(int count, int perTask, in TWork each) where T : unmanaged, IFloatingPointIeee754<T> where TWork : struct, IMatrixWork<T> =>
        Share<SimdScalar<T>, T, T, TWork>(count, perTask, each);

    static void Share<TSimd, TVector, T, TWork>(int count, int perTask, in TWork each)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T> where TWork : struct, IMatrixWork<T>
    {
        var job = new Job<TSimd, TVector, T, TWork> { Each = each, Count = count, PerTask = perTask };
        Workers.For((count + perTask - 1) / perTask, ref job);
    }

    struct Job<TSimd, TVector, T, TWork> : IJob
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T> where TWork : struct, IMatrixWork<T>
    {
        public TWork Each;
        public int Count, PerTask;

        public void Run(int index)
        {
            int first = index * PerTask, last = Math.Min(first + PerTask, Count);
            for (int i = first; i < last; i++) Each.Run<TSimd, TVector>(i);
        }
    }
}

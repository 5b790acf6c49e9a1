using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>A serial loop over consecutive elements of the output; inputs it does not use are ignored.</summary>
internal unsafe interface IRunFunction<T, U> where T : unmanaged where U : unmanaged
{
    static abstract int Inputs { get; }

    void Run(Operand<T> a, Operand<T> b, Operand<T> c, U* y, nint n);
}

/// <summary>Splits elementwise loops over workers. Chunks are fixed by size, so threads do not change a bit.</summary>
internal static unsafe class Elementwise
{
    const int LeastChunk = 8 * 1024, LargestChunk = 32 * 1024, Chunks = 32, Piece = 1024;

    /// <summary>
    /// Elements of a chunk of a loop over n: enough chunks for any number of threads to share evenly, but none that is not worth handing over.
    /// A multiple of 1,024.
    /// </summary>
    public static int ChunkOf(nint n) => (int)Math.Clamp((n / Chunks + Piece - 1) / Piece * Piece, LeastChunk, LargestChunk);

    public static void Run<F, T>(F f, Operand<T> a, T* y, nint n) where F : struct, ILaneFunction1 where T : unmanaged =>
        Run<Lanes1<F, T>, T, T>(new(f, Streaming.Suits<T>(n)), a, default, default, y, n);

    public static void Run<F, T>(F f, Operand<T> a, Operand<T> b, T* y, nint n) where F : struct, ILaneFunction2 where T : unmanaged =>
        Run<Lanes2<F, T>, T, T>(new(f, Streaming.Suits<T>(n)), a, b, default, y, n);

    public static void Run<F, T>(F f, Operand<T> a, Operand<T> b, Operand<T> c, T* y, nint n)
        where F : struct, ILaneFunction3 where T : unmanaged => Run<Lanes3<F, T>, T, T>(new(f, Streaming.Suits<T>(n)), a, b, c, y, n);

    /// <summary>Two inputs that broadcast: <paramref name="plan"/> says how each walks.</summary>
    public static void Run<F, T>(F f, in RowPlan plan, T* a, T* b, T* y) where F : struct, ILaneFunction2 where T : unmanaged =>
        Run<Lanes2<F, T>, T, T>(new(f), plan, a, b, a, y);

    /// <summary>Three inputs that broadcast.</summary>
    public static void Run<F, T>(F f, in RowPlan plan, T* a, T* b, T* c, T* y) where F : struct, ILaneFunction3 where T : unmanaged =>
        Run<Lanes3<F, T>, T, T>(new(f), plan, a, b, c, y);

    /// <summary>Any loop over consecutive elements.</summary>
    public static void Run<R, T, U>(R run, Operand<T> a, Operand<T> b, Operand<T> c, U* y, nint n)
        where R : struct, IRunFunction<T, U> where T : unmanaged where U : unmanaged
    {
        int chunk = ChunkOf(n);
        if (n <= chunk)
        {
            run.Run(a, b, c, y, n);
            return;
        }
        var job = new Job<R, T, U>(run, a, b, c, y, n, chunk);
        Workers.For((int)((n + chunk - 1) / chunk), ref job);
        Streaming.Fence();
    }

    /// <summary>Any loop whose inputs broadcast.</summary>
    public static void Run<R, T, U>(R run, in RowPlan plan, T* a, T* b, T* c, U* y)
        where R : struct, IRunFunction<T, U> where T : unmanaged where U : unmanaged
    {
        if (plan.Rows == 1)
        {
            Run(run, new Operand<T>(a, plan.IsScalar(0)), new(b, plan.IsScalar(1)), new(c, plan.IsScalar(2)), y, plan.Inner);
            return;
        }
        int rowsPerChunk = Math.Max(1, ChunkOf((nint)plan.Rows * plan.Inner) / Math.Max(plan.Inner, 1));
        int chunks = (plan.Rows + rowsPerChunk - 1) / rowsPerChunk;
        var job = new RowJob<R, T, U>(run, plan, a, b, c, y, rowsPerChunk);
        if (chunks == 1)
        {
            job.Run(0);
            return;
        }
        Workers.For(chunks, ref job);
        Streaming.Fence();
    }

    readonly struct Job<R, T, U>(R run, Operand<T> a, Operand<T> b, Operand<T> c, U* y, nint n, int chunk) : IJob
        where R : struct, IRunFunction<T, U> where T : unmanaged where U : unmanaged
    {
        public void Run(int index)
        {
            nint start = (nint)index * chunk;
            run.Run(a.From(start), b.From(start), c.From(start), y + start, Math.Min(chunk, n - start));
        }
    }

    public readonly struct Lanes1<F, T>(F f, bool streams = false) : IRunFunction<T, T> where F : struct, ILaneFunction1 where T : unmanaged
    {
        public static int Inputs => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run(Operand<T> a, Operand<T> b, Operand<T> c, T* y, nint n) => Loops.Run(f, a, y, n, streams);
    }

    public readonly struct Lanes2<F, T>(F f, bool streams = false) : IRunFunction<T, T> where F : struct, ILaneFunction2 where T : unmanaged
    {
        public static int Inputs => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run(Operand<T> a, Operand<T> b, Operand<T> c, T* y, nint n) => Loops.Run(f, a, b, y, n, streams);
    }

    public readonly struct Lanes3<F, T>(F f, bool streams = false) : IRunFunction<T, T> where F : struct, ILaneFunction3 where T : unmanaged
    {
        public static int Inputs => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run(Operand<T> a, Operand<T> b, Operand<T> c, T* y, nint n) => Loops.Run(f, a, b, c, y, n, streams);
    }
}

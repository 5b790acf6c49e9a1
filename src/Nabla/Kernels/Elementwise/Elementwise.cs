using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Splits elementwise loops over workers. Chunks are fixed by size, so threads do not change a bit.</summary>
internal static unsafe class Elementwise
{
    /// <summary>Elements below which a loop is not worth a second thread, and the size of a chunk above.</summary>
    public const int Grain = 32 * 1024;

    public static void Run<F, T>(F f, Operand<T> a, T* y, nint n) where F : struct, ILaneFunction1 where T : unmanaged
    {
        if (n <= Grain)
        {
            Chunk(f, a, y, n);
            return;
        }
        var job = new Job1<F, T>(f, a, y, n);
        Workers.For(Chunks(n), ref job);
    }

    public static void Run<F, T>(F f, Operand<T> a, Operand<T> b, T* y, nint n) where F : struct, ILaneFunction2 where T : unmanaged
    {
        if (n <= Grain)
        {
            Chunk(f, a, b, y, n);
            return;
        }
        var job = new Job2<F, T>(f, a, b, y, n);
        Workers.For(Chunks(n), ref job);
    }

    public static void Run<F, T>(F f, Operand<T> a, Operand<T> b, Operand<T> c, T* y, nint n)
        where F : struct, ILaneFunction3 where T : unmanaged
    {
        if (n <= Grain)
        {
            Chunk(f, a, b, c, y, n);
            return;
        }
        var job = new Job3<F, T>(f, a, b, c, y, n);
        Workers.For(Chunks(n), ref job);
    }

    /// <summary>Two inputs that broadcast: <paramref name="plan"/> says how each walks.</summary>
    public static void Run<F, T>(F f, in RowPlan plan, T* a, T* b, T* y) where F : struct, ILaneFunction2 where T : unmanaged
    {
        if (plan.Rows == 1) Run(f, new Operand<T>(a, plan.IsScalar(0)), new(b, plan.IsScalar(1)), y, plan.Inner);
        else Rows(new Run2<F, T>(f), plan, a, b, a, y);
    }

    /// <summary>Three inputs that broadcast.</summary>
    public static void Run<F, T>(F f, in RowPlan plan, T* a, T* b, T* c, T* y) where F : struct, ILaneFunction3 where T : unmanaged
    {
        if (plan.Rows == 1) Run(f, new Operand<T>(a, plan.IsScalar(0)), new(b, plan.IsScalar(1)), new(c, plan.IsScalar(2)), y, plan.Inner);
        else Rows(new Run3<F, T>(f), plan, a, b, c, y);
    }

    static void Rows<R, T>(R function, in RowPlan plan, T* a, T* b, T* c, T* y) where R : struct, IRunFunction<T> where T : unmanaged
    {
        int rowsPerChunk = Math.Max(1, Grain / Math.Max(plan.Inner, 1));
        int chunks = (plan.Rows + rowsPerChunk - 1) / rowsPerChunk;
        var job = new RowJob<R, T>(function, plan, a, b, c, y, rowsPerChunk);
        if (chunks == 1) job.Run(0);
        else Workers.For(chunks, ref job);
    }

    static int Chunks(nint n) => (int)((n + Grain - 1) / Grain);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Chunk<F, T>(F f, Operand<T> a, T* y, nint n) where F : struct, ILaneFunction1 where T : unmanaged
    {
        if (typeof(T) == typeof(float)) Loops.Run<F, Lanes512, T>(f, a, y, n);
        else Loops.Run<F, Float64, T>(f, a, y, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Chunk<F, T>(F f, Operand<T> a, Operand<T> b, T* y, nint n) where F : struct, ILaneFunction2 where T : unmanaged
    {
        if (typeof(T) == typeof(float)) Loops.Run<F, Lanes512, T>(f, a, b, y, n);
        else Loops.Run<F, Float64, T>(f, a, b, y, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Chunk<F, T>(F f, Operand<T> a, Operand<T> b, Operand<T> c, T* y, nint n) where F : struct, ILaneFunction3 where T : unmanaged
    {
        if (typeof(T) == typeof(float)) Loops.Run<F, Lanes512, T>(f, a, b, c, y, n);
        else Loops.Run<F, Float64, T>(f, a, b, c, y, n);
    }

    readonly struct Job1<F, T>(F f, Operand<T> a, T* y, nint n) : IJob where F : struct, ILaneFunction1 where T : unmanaged
    {
        public void Run(int index)
        {
            nint start = (nint)index * Grain;
            Chunk(f, a.From(start), y + start, Math.Min(Grain, n - start));
        }
    }

    readonly struct Job2<F, T>(F f, Operand<T> a, Operand<T> b, T* y, nint n) : IJob where F : struct, ILaneFunction2 where T : unmanaged
    {
        public void Run(int index)
        {
            nint start = (nint)index * Grain;
            Chunk(f, a.From(start), b.From(start), y + start, Math.Min(Grain, n - start));
        }
    }

    readonly struct Job3<F, T>(F f, Operand<T> a, Operand<T> b, Operand<T> c, T* y, nint n) : IJob
        where F : struct, ILaneFunction3 where T : unmanaged
    {
        public void Run(int index)
        {
            nint start = (nint)index * Grain;
            Chunk(f, a.From(start), b.From(start), c.From(start), y + start, Math.Min(Grain, n - start));
        }
    }

    readonly struct Run2<F, T>(F f) : IRunFunction<T> where F : struct, ILaneFunction2 where T : unmanaged
    {
        public static int Inputs => 2;

        public void Run(Operand<T> a, Operand<T> b, Operand<T> c, T* y, nint n) => Chunk(f, a, b, y, n);
    }

    readonly struct Run3<F, T>(F f) : IRunFunction<T> where F : struct, ILaneFunction3 where T : unmanaged
    {
        public static int Inputs => 3;

        public void Run(Operand<T> a, Operand<T> b, Operand<T> c, T* y, nint n) => Chunk(f, a, b, c, y, n);
    }
}

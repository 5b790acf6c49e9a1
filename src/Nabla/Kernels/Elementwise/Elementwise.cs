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
        if (plan.Rows == 1) Run(f, new Operand<T>(a, plan.IsScalar(0)), new Operand<T>(b, plan.IsScalar(1)), y, plan.Inner);
        else plan.ForEachRow(new Row2<F, T>(f, a, b, y, plan));
    }

    /// <summary>Three inputs that broadcast.</summary>
    public static void Run<F, T>(F f, in RowPlan plan, T* a, T* b, T* c, T* y) where F : struct, ILaneFunction3 where T : unmanaged
    {
        if (plan.Rows == 1)
            Run(f, new Operand<T>(a, plan.IsScalar(0)), new Operand<T>(b, plan.IsScalar(1)), new Operand<T>(c, plan.IsScalar(2)), y, plan.Inner);
        else plan.ForEachRow(new Row3<F, T>(f, a, b, c, y, plan));
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

    readonly struct Row2<F, T>(F f, T* a, T* b, T* y, RowPlan plan) : IRowFunction where F : struct, ILaneFunction2 where T : unmanaged
    {
        public void Run(nint atA, nint atB, nint atC, nint atY) => Chunk(
            f, new Operand<T>(a + atA, plan.IsScalar(0)), new Operand<T>(b + atB, plan.IsScalar(1)), y + atY, plan.Inner);
    }

    readonly struct Row3<F, T>(F f, T* a, T* b, T* c, T* y, RowPlan plan) : IRowFunction where F : struct, ILaneFunction3 where T : unmanaged
    {
        public void Run(nint atA, nint atB, nint atC, nint atY) => Chunk(
            f, new Operand<T>(a + atA, plan.IsScalar(0)), new Operand<T>(b + atB, plan.IsScalar(1)),
            new Operand<T>(c + atC, plan.IsScalar(2)), y + atY, plan.Inner);
    }
}

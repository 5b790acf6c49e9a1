using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>
/// A broadcast loop, chunk by chunk of rows. Long runs are loops of their own. Of short ones many are first laid out side by side
/// in a buffer, so that a bias of ten numbers costs one loop over the matrix and not a call a row.
/// </summary>
internal readonly unsafe struct RowJob<R, T, U>(R function, RowPlan plan, T* a, T* b, T* c, U* y, int rowsPerChunk) : IJob
    where R : struct, IRunFunction<T, U> where T : unmanaged where U : unmanaged
{
    /// <summary>Runs below this many elements go through buffers.</summary>
    const int ShortRun = 32;

    /// <summary>Elements of a buffer: three stay within the first-level cache.</summary>
    const int Block = 1024;

    /// <summary>Room for a vector that is stored beyond the end of the last run.</summary>
    const int Slack = 64;

    public void Run(int index)
    {
        int first = index * rowsPerChunk, end = Math.Min(first + rowsPerChunk, plan.Rows);
        if (plan.Inner < ShortRun) ShortRuns(first, end);
        else LongRuns(first, end);
    }

    [MethodImpl(Compiled.Apart)]
    void LongRuns(int first, int end)
    {
        var walk = new RowPlan.Walk(plan, first);
        for (int row = first; row < end; row++, walk.Next(plan))
            function.Run(
                new(a + walk.A, plan.IsScalar(0)), new(b + walk.B, plan.IsScalar(1)), new(c + walk.C, plan.IsScalar(2)),
                y + (nint)row * plan.Inner, plan.Inner);
    }

    [SkipLocalsInit]
    [MethodImpl(Compiled.Apart)]
    void ShortRuns(int first, int end)
    {
        T* buffer = stackalloc T[RowPlan.Inputs * (Block + Slack)];
        T* bufferA = buffer, bufferB = bufferA + Block + Slack, bufferC = bufferB + Block + Slack;
        bool fillsA = Fills(0, a, bufferA), fillsB = Fills(1, b, bufferB), fillsC = R.Inputs > 2 && Fills(2, c, bufferC);
        var walk = new RowPlan.Walk(plan, first);
        int inner = plan.Inner, rows = Block / inner;
        for (int row = first; row < end; row += rows)
        {
            int count = Math.Min(rows, end - row);
            if (fillsA || fillsB || fillsC)
                for (int r = 0; r < count; r++, walk.Next(plan))
                {
                    if (fillsA) Fill(a + walk.A, plan.IsScalar(0), bufferA + r * inner);
                    if (fillsB) Fill(b + walk.B, plan.IsScalar(1), bufferB + r * inner);
                    if (fillsC) Fill(c + walk.C, plan.IsScalar(2), bufferC + r * inner);
                }
            nint at = (nint)row * inner;
            function.Run(Input(0, a, bufferA, at), Input(1, b, bufferB, at), Input(2, c, bufferC, at), y + at, (nint)count * inner);
        }
    }

    /// <summary>True if an input has to be laid out for every block; one that repeats itself is laid out here, once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool Fills(int input, T* x, T* buffer)
    {
        if (plan.IsDense(input)) return false;
        if (!plan.IsRepeated(input)) return true;
        if (!plan.IsScalar(input))
            for (int at = 0; at <= Block - plan.Inner; at += plan.Inner) Fill(x, false, buffer + at);
        return false;
    }

    Operand<T> Input(int input, T* x, T* buffer, nint at) =>
        plan.IsDense(input) ? new(x + at, false)
        : plan.IsRepeated(input) && plan.IsScalar(input) ? new(x, true)
        : new(buffer, false);

    /// <summary>One run. What a vector store writes beyond its end, the next run overwrites.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Fill(T* x, bool isScalar, T* buffer)
    {
        if (isScalar)
            for (int i = 0; i < plan.Inner; i += Vector512<T>.Count) Vector512.Create(*x).Store(buffer + i);
        else
            for (int i = 0; i < plan.Inner; i++) buffer[i] = x[i];
    }
}

using System.Numerics;

namespace Nabla.Kernels;

/// <summary>Products that share their shape and strides: side by side on the threads when small, one after the other when large.</summary>
internal unsafe struct BatchJob<T> : IJob where T : unmanaged, IFloatingPointIeee754<T>
{
    const long LargeWork = 1 << 24;     // multiply-adds; enough for every thread to take part in each product
    const long TaskWork = 1 << 18;

    /// <summary>The first product of the batch.</summary>
    public Product<T> First;

    public nint ABatch, BBatch, CBatch;
    public int Count;

    int perTask;

    public void Run()
    {
        bool large = First.Work >= LargeWork;
        perTask = large ? Count : (int)Math.Clamp(TaskWork / Math.Max(1, First.Work), 1, Count);
        int tasks = (Count + perTask - 1) / perTask;
        Workers.For(tasks, ref this);
    }

    public readonly void Run(int index)
    {
        int first = index * perTask, last = Math.Min(first + perTask, Count);
        for (int i = first; i < last; i++)
            MatMul.Run(First with { A = First.A + i * ABatch, B = First.B + i * BBatch, C = First.C + i * CBatch });
    }
}

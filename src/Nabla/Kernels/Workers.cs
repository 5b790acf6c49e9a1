namespace Nabla.Kernels;

/// <summary>A piece of parallel work: <see cref="Run"/> is called once for every index, in any order, on any worker.</summary>
internal interface IJob
{
    void Run(int index);
}

/// <summary>The one worker pool of the process. A job must not depend on which worker runs an index, nor in which order.</summary>
internal static class Workers
{
    /// <summary>Threads that take part, the caller included.</summary>
    public static int Count { get; set; } = Environment.ProcessorCount;

    /// <summary>Runs <paramref name="job"/> for the indices 0 … count − 1 and returns when all are done. Nested calls run serially.</summary>
    public static void For<TJob>(int count, ref TJob job) where TJob : struct, IJob
    {
        for (int i = 0; i < count; i++) job.Run(i);
    }
}

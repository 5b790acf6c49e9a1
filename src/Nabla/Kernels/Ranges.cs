namespace Nabla.Kernels;

/// <summary>Work on the units first … end − 1 of a larger whole.</summary>
internal interface IRange
{
    void Run(int first, int end);
}

/// <summary>Cuts a count of equal units into jobs of a fixed size, so that threads do not change a bit.</summary>
internal static class Ranges
{
    /// <summary>Elements of a job: below twice this, a second thread is not worth waking.</summary>
    const int Grain = 32 * 1024;

    /// <summary>Runs <paramref name="range"/> over 0 … count − 1; each unit touches about <paramref name="unit"/> elements.</summary>
    public static void For<TRange>(int count, long unit, TRange range) where TRange : struct, IRange
    {
        int perJob = (int)Math.Clamp(Grain / Math.Max(unit, 1), 1, int.MaxValue);
        int jobs = (int)(((long)count + perJob - 1) / perJob);
        var job = new Job<TRange>(range, perJob, count);
        if (jobs > 1) Workers.For(jobs, ref job);
        else if (count > 0) range.Run(0, count);
    }

    readonly struct Job<TRange>(TRange range, int perJob, int count) : IJob where TRange : struct, IRange
    {
        public void Run(int index)
        {
            int first = index * perJob;
            range.Run(first, (int)Math.Min((long)first + perJob, count));
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Nabla.Kernels;

/// <summary>A piece of parallel work: <see cref="Run"/> is called once for every index, in any order, on any worker.</summary>
internal interface IJob
{
    void Run(int index);
}

/// <summary>
/// The one worker pool of the process. A job must not depend on which worker runs an index, nor in which order.
/// One parallel region runs at a time; a call that finds the pool taken (nested, or from another thread) runs serially.
/// </summary>
/// <remarks>
/// Indices are claimed one by one from a single 64-bit ticket, (generation, indices left), with compare-exchange. Who succeeds
/// holds an index of a region that cannot end before that index is done, so only then is the region's description read. A
/// static split, which stalls when another process takes a core, is never made. The caller always drains: losing every worker
/// costs time, never progress.
/// </remarks>
internal static unsafe class Workers
{
    const int MaxCount = 64;
    const int SpinTurns = 5_000;    // of Thread.SpinWait(1), about 0.2 ms: longer than the gap between the kernels of a step

    static readonly bool CanSpin = Environment.ProcessorCount > 1;
    static readonly object Bed = new();

    static int threads = Math.Min(Environment.ProcessorCount, MaxCount);
    static int started = 1;         // threads that exist, with the caller; guarded by taken
    static int taken;               // 1 while a region runs
    static int parked;

    static long ticket;             // generation in the upper half, indices left in the lower
    static void* job;               // the four fields below describe the region of the current generation
    static delegate*<void*, int, void> run;
    static int count;
    static int done;
    static Exception? fault;

    /// <summary>Threads that take part, the caller included: 1 (serial) to 64. Default: one per processor.</summary>
    public static int Count
    {
        get => Volatile.Read(ref threads);
        set
        {
            if (value is < 1 or > MaxCount)
                throw new ArgumentOutOfRangeException(nameof(value), value, $"Threads: expected 1 to {MaxCount}, got {value}.");
            Volatile.Write(ref threads, value);
        }
    }

    /// <summary>True if other threads would take part in a region that began now. Only then is work worth cutting small.</summary>
    public static bool WouldShare => Count > 1 && Volatile.Read(ref taken) == 0;

    /// <summary>
    /// Runs <paramref name="job"/> for the indices 0 … count − 1 and returns when all are done. Nested calls run serially.
    /// The first exception of a job is rethrown here, after every worker has left; later indices are then skipped.
    /// </summary>
    public static void For<TJob>(int count, ref TJob job) where TJob : struct, IJob
    {
        if (count > 1 && Count > 1 && Interlocked.CompareExchange(ref taken, 1, 0) == 0)
        {
#pragma warning disable CS8500 // The job may hold references: it is pinned, and this frame outlives every use of the pointer.
            fixed (TJob* pointer = &job) Share(count, pointer, &Invoke<TJob>);
#pragma warning restore CS8500
            return;
        }
        for (int i = 0; i < count; i++) job.Run(i);
    }

    static void Invoke<TJob>(void* job, int index) where TJob : struct, IJob => Unsafe.AsRef<TJob>(job).Run(index);

    static void Share(int indices, void* work, delegate*<void*, int, void> body)
    {
        Exception? thrown;
        try
        {
            StartMissing();
            job = work;
            run = body;
            (count, done) = (indices, 0);
            int generation = Generation(ticket) + 1;
            Interlocked.Exchange(ref ticket, ((long)generation << 32) | (uint)indices);     // a full fence: see Park
            if (Volatile.Read(ref parked) > 0)
                lock (Bed) Monitor.PulseAll(Bed);

            Drain(generation);
            var wait = new SpinWait();
            while (Volatile.Read(ref done) < indices) wait.SpinOnce(sleep1Threshold: -1);
        }
        finally
        {
            thrown = fault;
            fault = null;
            Volatile.Write(ref taken, 0);
        }
        if (thrown is not null) ExceptionDispatchInfo.Throw(thrown);
    }

    static int Generation(long ticket) => (int)(ticket >> 32);

    static void Drain(int generation)
    {
        int finished = 0;
        while (true)
        {
            long now = Volatile.Read(ref ticket);
            int left = (int)now;
            if (Generation(now) != generation || left == 0) break;
            if (Interlocked.CompareExchange(ref ticket, now - 1, now) != now) continue;
            try
            {
                if (Volatile.Read(ref fault) is null) run(job, count - left);
            }
            catch (Exception error)     // whatever it is, it belongs to the caller
            {
                Interlocked.CompareExchange(ref fault, error, null);
            }
            finished++;
        }
        if (finished > 0) Interlocked.Add(ref done, finished);
    }

    static void StartMissing()
    {
        for (int wanted = Count; started < wanted; started++)
        {
            int number = started;
            new Thread(() => Work(number)) { IsBackground = true, Name = $"Nabla worker {number}" }.UnsafeStart();
        }
    }

    static void Work(int number)
    {
        int seen = 0;
        while (true)
        {
            int turns = CanSpin ? SpinTurns : 0;
            while (!HasWork(number, seen) && turns-- > 0) Thread.SpinWait(1);
            if (!HasWork(number, seen)) Park(number, seen);
            seen = Generation(Volatile.Read(ref ticket));
            Drain(seen);
        }
    }

    // Workers beyond a lowered Count stay asleep.
    static bool HasWork(int number, int seen) => Generation(Volatile.Read(ref ticket)) != seen && number < Count;

    static void Park(int number, int seen)
    {
        lock (Bed)
        {
            Interlocked.Increment(ref parked);      // before the last look at the ticket, so that one of the two sides sees the other
            while (!HasWork(number, seen)) Monitor.Wait(Bed);
            Interlocked.Decrement(ref parked);
        }
    }
}
